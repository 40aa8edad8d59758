// Reads a report back, believing nothing of it: JSON Lines or CSV.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tutela/audit.hpp"
#include "tutela/status.hpp"

namespace tutela::cli {

// What the reader finds, as it reads.
struct ReportEvents {
    std::function<void(const ReportedFile&)> row;
    // Something that a whole report has not: a line that is none, sums that are not those of the rows, no end.
    std::function<void(const std::string& problem)> problem;
};

// Rows of this many bytes are read; a longer one is an error, as nobody should have to hold it in memory.
inline constexpr std::size_t kMaxReportRowBytes = std::size_t{256} << 20;

// Reads the report at `path` ("-": standard input) to its end. Errors: it cannot be read, or is neither of the two.
Status read_report(const std::string& path, const ReportEvents& events);

}  // namespace tutela::cli
