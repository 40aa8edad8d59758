// Entries that match suspiciously many files of one run: blank pages, logos, mistakes, or poison. Layer: report.
#pragma once

#include <cstdint>
#include <string>

namespace tutela {

// An entry floods a run, from the row on with which it has matched more than `files` different contents, which are more
// than `percent` of the rows so far. It is flagged for the rest of the run, in RunTotals::floods.
struct FloodOptions {
    std::uint64_t files = 100;  // 0: nothing is flagged
    std::uint32_t percent = 1;  // 0..100
    // Whether its matches are set apart from then on: MatchFact::quarantined. They are found, counted and reported as
    // all others are.
    bool quarantine = false;
};

struct Flood {
    std::string entry_id;
    std::uint64_t files = 0;   // different contents that it matched in the whole run
    bool quarantined = false;  // its matches were, from then on

    bool operator==(const Flood&) const = default;
};

}  // namespace tutela
