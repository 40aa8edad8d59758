#include "scan/known_files.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tutela {

namespace {

constexpr std::size_t kNoStill = ~std::size_t{0};

// Brings the matches from `first` on to the front, and keeps the timeline pointing at what it did.
void move_to_front(FileRow& row, std::size_t first) {
    std::rotate(row.matches.begin(), row.matches.begin() + static_cast<std::ptrdiff_t>(first), row.matches.end());
    const auto added = static_cast<std::uint32_t>(row.matches.size() - first);
    for (TimelinePoint& point : row.timeline) {
        if (point.match != kNoMatch) point.match += added;
    }
}

}  // namespace

MoreDigests KnownFiles::wanted() const noexcept {
    MoreDigests more;
    for (const HashList* list : {&list_, harmless_}) {
        if (list == nullptr) continue;
        more.md5 = more.md5 || list->file_hash_count(FileHashKind::md5) != 0;
        more.sha1 = more.sha1 || list->file_hash_count(FileHashKind::sha1) != 0;
    }
    return more;
}

std::vector<FileMatch> KnownFiles::find(const FileHashes& hashes, std::uint64_t size_bytes) const {
    if (size_bytes == 0 || list_.file_entry_count() == 0) return {};
    std::vector<FileMatch> found = list_.find_file(hashes);
    std::erase_if(found, [&](const FileMatch& match) {
        const FileEntryView entry = list_.file_entry(match.entry);
        return entry.harmless || !filter_.admits(entry);
    });
    return found;
}

std::optional<std::string> KnownFiles::harmless_reason(const FileHashes& hashes, std::uint64_t size_bytes) const {
    if (harmless_ == nullptr || size_bytes == 0) return std::nullopt;
    for (const FileMatch& match : harmless_->find_file(hashes)) {
        if (harmless_->file_entry(match.entry).harmless)
            return "known to be harmless, by its " + std::string(file_hash_name(match.kind));
    }
    return std::nullopt;
}

void KnownFiles::name(const std::vector<FileMatch>& found, std::vector<std::size_t> stills, FileRow& row) const {
    if (found.empty()) return;
    const std::size_t first = row.matches.size();
    stills.resize(first, kNoStill);
    for (const FileMatch& hit : found) {
        const FileEntryView entry = list_.file_entry(hit.entry);
        const auto still = entry.position ? std::find(stills.begin(), stills.end(), *entry.position) : stills.end();
        if (still != stills.end()) {
            // The same thing: that it is the very file says more than that it looks like it.
            MatchFact& match = row.matches[static_cast<std::size_t>(still - stills.begin())];
            match.distance_bits = 0;
            match.variant = file_hash_name(hit.kind);
            continue;
        }
        MatchFact& match = row.matches.emplace_back();
        match.entry_id = list_.file_entry_name(hit.entry);
        match.category = entry.category;
        match.label = entry.label;
        match.variant = file_hash_name(hit.kind);
    }
    move_to_front(row, first);
    row.outcome = Outcome::matched;
    row.reason.clear();
}

}  // namespace tutela
