#include "scan/flood_watch.hpp"

#include <algorithm>

namespace tutela {

bool FloodWatch::is_new(const FileRow& row) {
    constexpr std::size_t kDigits = 32;
    return !row.sha256 || contents_.insert(row.sha256->substr(0, kDigits)).second;
}

bool FloodWatch::floods(const Entry& entry, std::uint64_t files_so_far) const noexcept {
    // Files are counted in 64 bits; a hundred times as many are too.
    return entry.files > options_.files && entry.files * 100 > files_so_far * options_.percent;
}

void FloodWatch::look(FileRow& row, std::uint64_t files_so_far) {
    if (options_.files == 0 || row.matches.empty()) return;
    const bool counts = is_new(row);
    for (MatchFact& match : row.matches) {
        Entry& entry = entries_[match.entry_id];
        // A still and a video of the same id, or a picture and its file, count once a file.
        if (counts && entry.last_row != files_so_far) ++entry.files;
        entry.last_row = files_so_far;
        if (!entry.flooded && floods(entry, files_so_far)) {
            flooded_.push_back(match.entry_id);
            entry.flooded = true;
        }
        match.quarantined = entry.flooded && options_.quarantine;
    }
}

std::vector<Flood> FloodWatch::floods() const {
    std::vector<Flood> floods;
    floods.reserve(flooded_.size());
    for (const std::string& name : flooded_)
        floods.push_back({name, entries_.at(name).files, options_.quarantine});
    return floods;
}

}  // namespace tutela
