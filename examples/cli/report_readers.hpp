// What the readers of the two formats share.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "report_input.hpp"
#include "report_reader.hpp"

namespace tutela::cli {

// Reads from the first byte on; an error of the input ends it, and is in the input.
void read_jsonl_report(ReportInput& in, const ReportEvents& events);
void read_csv_report(ReportInput& in, const ReportEvents& events);

[[nodiscard]] std::optional<Outcome> outcome_from_name(std::string_view name);
[[nodiscard]] bool is_sha256(std::string_view text);

}  // namespace tutela::cli
