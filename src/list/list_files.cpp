// What a list says of whole files.
#include <algorithm>

#include "list/file_lookup.hpp"
#include "list/list_access.hpp"

namespace tutela {

namespace {

std::size_t count_of(const Snapshot& snapshot, FileHashKind kind) noexcept {
    switch (kind) {
        case FileHashKind::md5: return snapshot.md5s.size();
        case FileHashKind::sha1: return snapshot.sha1s.size();
        case FileHashKind::sha256: return snapshot.sha256s.size();
    }
    return 0;
}

// Adds the file entries of one snapshot that have one of the hashes, the strongest kind first; `first` is the number of
// its first.
void find_in(const Snapshot& snapshot, std::size_t first, const FileHashes& hashes, std::vector<FileMatch>& found) {
    const auto look_up = [&](const auto& records, PrefixDirectory FileDirectories::*directory, const auto& hash,
                             FileHashKind kind) {
        if (!hash || records.empty()) return;
        const HashRange range = ((*snapshot.file_directories).*directory).range_of(records, *hash);
        for (const auto& record : find_hash(records, *hash, range)) {
            if (record.entry < snapshot.file_entries.size())
                found.push_back({static_cast<std::uint32_t>(first + record.entry), kind});
        }
    };
    look_up(snapshot.sha256s, &FileDirectories::sha256s, hashes.sha256, FileHashKind::sha256);
    look_up(snapshot.sha1s, &FileDirectories::sha1s, hashes.sha1, FileHashKind::sha1);
    look_up(snapshot.md5s, &FileDirectories::md5s, hashes.md5, FileHashKind::md5);
}

}  // namespace

std::size_t HashList::file_hash_count(FileHashKind kind) const noexcept {
    const ListLayers& layers = *ListAccess::layers(*this);
    return count_of(layers.base(), kind) + (layers.delta() != nullptr ? count_of(*layers.delta(), kind) : 0);
}

std::size_t HashList::file_entry_count() const noexcept {
    return ListAccess::layers(*this)->files();
}

std::size_t HashList::unmatchable_count() const noexcept {
    const ListLayers& layers = *ListAccess::layers(*this);
    std::size_t count = 0;
    for (std::size_t number = 0; number < layers.files(); ++number) {
        const ListLayers::Place at = layers.file(number);
        const bool unmatchable = (at.snapshot.file_entries[at.number].flags & kUnmatchableFlag) != 0;
        if (unmatchable && layers.file_state(number) != EntryState::withdrawn) ++count;
    }
    return count;
}

FileEntryView HashList::file_entry(std::size_t number) const noexcept {
    const auto [snapshot, i, first, _] = ListAccess::layers(*this)->file(number);
    const FileEntryRecord& record = snapshot.file_entries[i];
    FileEntryView view;
    view.id = snapshot.text(record.id);
    view.category = snapshot.text(record.category);
    view.label = snapshot.text(record.label);
    view.origin = snapshot.origin(record.origin);
    view.harmless = (record.flags & kHarmlessFlag) != 0;
    if (record.position < snapshot.hashes.size()) view.position = first + record.position;
    view.unmatchable = (record.flags & kUnmatchableFlag) != 0;
    view.updated_us = snapshot.file_time(i);
    view.carried = snapshot.carried_of_file(i);
    return view;
}

std::string HashList::file_entry_name(std::size_t number) const {
    const FileEntryView view = file_entry(number);
    if (!view.id.empty()) return std::string(view.id);
    return view.position ? entry_name(*view.position) : "file:" + std::to_string(number);
}

std::vector<FileMatch> HashList::find_file(const FileHashes& hashes) const {
    const ListLayers& layers = *ListAccess::layers(*this);
    std::vector<FileMatch> found;
    find_in(layers.base(), 0, hashes, found);
    if (layers.delta() != nullptr) find_in(*layers.delta(), layers.base().file_entries.size(), hashes, found);
    if (found.empty()) return found;
    std::erase_if(found, [&](const FileMatch& match) { return layers.file_state(match.entry) != EntryState::active; });
    if (found.size() < 2) return found;
    // The strongest of an entry stays, as it was found first.
    std::stable_sort(found.begin(), found.end(),
                     [](const FileMatch& a, const FileMatch& b) { return a.entry < b.entry; });
    const auto same_entry = [](const FileMatch& a, const FileMatch& b) { return a.entry == b.entry; };
    found.erase(std::unique(found.begin(), found.end(), same_entry), found.end());
    return found;
}

}  // namespace tutela
