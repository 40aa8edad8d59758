// Which entries match very many different files of a run: see tutela/flood.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tutela/flood.hpp"
#include "tutela/report.hpp"

namespace tutela {

// Rows in the order in which they are given out, so that what is flagged does not depend on threads. Takes some 100
// bytes for each entry that matched, and 50 for each different file that did. One thread at a time.
class FloodWatch {
public:
    explicit FloodWatch(const FloodOptions& options) : options_(options) {}

    // The next row, and how many there have been with it. With FloodOptions::quarantine, marks its matches. Throws
    // std::bad_alloc.
    void look(FileRow& row, std::uint64_t files_so_far);

    // The entries that were flagged, in that order.
    [[nodiscard]] std::vector<Flood> floods() const;

private:
    struct Entry {
        std::uint64_t files = 0;  // different contents that it matched
        std::uint64_t last_row = 0;
        bool flooded = false;
    };

    [[nodiscard]] bool is_new(const FileRow& row);
    [[nodiscard]] bool floods(const Entry& entry, std::uint64_t files_so_far) const noexcept;

    FloodOptions options_;
    std::unordered_map<std::string, Entry> entries_;
    std::unordered_set<std::string> contents_;  // SHA-256s of files that matched, half of each
    std::vector<std::string> flooded_;
};

}  // namespace tutela
