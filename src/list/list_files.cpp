// What a list says of whole files.
#include <algorithm>

#include "list/file_lookup.hpp"
#include "list/list_access.hpp"

namespace tutela {

std::size_t HashList::file_hash_count(FileHashKind kind) const noexcept {
    const Snapshot& snapshot = ListAccess::snapshot(*this);
    switch (kind) {
        case FileHashKind::md5: return snapshot.md5s.size();
        case FileHashKind::sha1: return snapshot.sha1s.size();
        case FileHashKind::sha256: return snapshot.sha256s.size();
    }
    return 0;
}

std::size_t HashList::file_entry_count() const noexcept {
    return ListAccess::snapshot(*this).file_entries.size();
}

std::size_t HashList::unmatchable_count() const noexcept {
    const std::span<const FileEntryRecord> entries = ListAccess::snapshot(*this).file_entries;
    return static_cast<std::size_t>(std::count_if(entries.begin(), entries.end(), [](const FileEntryRecord& entry) {
        return (entry.flags & kUnmatchableFlag) != 0;
    }));
}

FileEntryView HashList::file_entry(std::size_t number) const noexcept {
    const Snapshot& snapshot = ListAccess::snapshot(*this);
    const FileEntryRecord& record = snapshot.file_entries[number];
    FileEntryView view;
    view.id = snapshot.text(record.id);
    view.category = snapshot.text(record.category);
    view.label = snapshot.text(record.label);
    view.origin = snapshot.origin(record.origin);
    view.harmless = (record.flags & kHarmlessFlag) != 0;
    if (record.position < size()) view.position = record.position;
    view.unmatchable = (record.flags & kUnmatchableFlag) != 0;
    view.updated_us = snapshot.file_time(number);
    view.carried = snapshot.carried_of_file(number);
    return view;
}

std::string HashList::file_entry_name(std::size_t number) const {
    const FileEntryView view = file_entry(number);
    if (!view.id.empty()) return std::string(view.id);
    return view.position ? entry_name(*view.position) : "file:" + std::to_string(number);
}

std::vector<FileMatch> HashList::find_file(const FileHashes& hashes) const {
    const Snapshot& snapshot = ListAccess::snapshot(*this);
    std::vector<FileMatch> found;
    const auto look_up = [&](const auto& records, PrefixDirectory FileDirectories::*directory, const auto& hash,
                             FileHashKind kind) {
        if (!hash || records.empty()) return;
        const HashRange range = ((*snapshot.file_directories).*directory).range_of(records, *hash);
        for (const auto& record : find_hash(records, *hash, range)) {
            if (record.entry < snapshot.file_entries.size()) found.push_back({record.entry, kind});
        }
    };
    look_up(snapshot.sha256s, &FileDirectories::sha256s, hashes.sha256, FileHashKind::sha256);
    look_up(snapshot.sha1s, &FileDirectories::sha1s, hashes.sha1, FileHashKind::sha1);
    look_up(snapshot.md5s, &FileDirectories::md5s, hashes.md5, FileHashKind::md5);
    if (found.size() < 2) return found;
    // The strongest of an entry stays, as it was found first.
    std::stable_sort(found.begin(), found.end(),
                     [](const FileMatch& a, const FileMatch& b) { return a.entry < b.entry; });
    const auto same_entry = [](const FileMatch& a, const FileMatch& b) { return a.entry == b.entry; };
    found.erase(std::unique(found.begin(), found.end(), same_entry), found.end());
    return found;
}

}  // namespace tutela
