#include "report_reader.hpp"

#include <algorithm>

#include "report_readers.hpp"

namespace tutela::cli {

std::optional<Outcome> outcome_from_name(std::string_view name) {
    for (std::uint32_t i = 1; i <= kOutcomes; ++i) {
        if (outcome_name(static_cast<Outcome>(i)) == name) return static_cast<Outcome>(i);
    }
    return std::nullopt;
}

bool is_sha256(std::string_view text) {
    const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return text.size() == 64 && std::all_of(text.begin(), text.end(), digit);
}

Status read_report(const std::string& path, const ReportEvents& events) {
    Result<ReportInput> in = ReportInput::open(path);
    if (!in.ok()) return in.status();
    const int first = in.value().peek();
    if (!in.value().status().ok()) return in.value().status();
    if (first == '{') {
        read_jsonl_report(in.value(), events);
    } else if (first == 'p') {
        read_csv_report(in.value(), events);
    } else {
        return Status(StatusCode::unsupported, "it is neither a JSON Lines nor a CSV report");
    }
    return in.value().status();
}

}  // namespace tutela::cli
