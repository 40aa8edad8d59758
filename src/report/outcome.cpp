#include <algorithm>

#include "tutela/report.hpp"

namespace tutela {

std::string_view outcome_name(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::matched: return "matched";
        case Outcome::clean: return "clean";
        case Outcome::low_quality: return "low_quality";
        case Outcome::too_small: return "too_small";
        case Outcome::unsupported: return "unsupported";
        case Outcome::corrupt: return "corrupt";
        case Outcome::unreadable: return "unreadable";
        case Outcome::limit: return "limit";
        case Outcome::crashed: return "crashed";
        case Outcome::timeout: return "timeout";
        case Outcome::memory: return "memory";
        case Outcome::container: return "container";
        case Outcome::harmless: return "harmless";
    }
    return "unknown";
}

void RunTotals::add(const FileRow& row) noexcept {
    ++files;
    const auto outcome = static_cast<std::size_t>(row.outcome);
    if (outcome < by_outcome.size()) ++by_outcome[outcome];
    if (row.damaged) ++damaged;
    if (row.sha256) bytes += row.size_bytes;
    entries_hit += row.matches.size();
    const bool set_apart =
        !row.matches.empty() &&
        std::all_of(row.matches.begin(), row.matches.end(), [](const MatchFact& match) { return match.quarantined; });
    if (set_apart) ++quarantined;
}

}  // namespace tutela
