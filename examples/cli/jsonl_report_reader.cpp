#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "report_readers.hpp"

namespace tutela::cli {

namespace {

namespace json = boost::json;

std::optional<std::string> bytes_of_hex(std::string_view hex) {
    const auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    if (hex.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        if (value(hex[i]) < 0 || value(hex[i + 1]) < 0) return std::nullopt;
        bytes += static_cast<char>(value(hex[i]) * 16 + value(hex[i + 1]));
    }
    return bytes;
}

std::optional<std::string> text_in(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

std::optional<std::uint64_t> number_in(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_uint64()) return value->get_uint64();
    if (value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
    return std::nullopt;
}

// A name: as bytes in hex when it is not UTF-8.
std::optional<std::string> name_in(const json::object& object, const std::string& key) {
    if (object.contains(key + "_hex")) {
        const auto hex = text_in(object, key + "_hex");
        return hex ? bytes_of_hex(*hex) : std::nullopt;
    }
    return text_in(object, key);
}

// Null or absent: empty. Nothing at all when it is there and no name.
std::optional<std::string> inner_in(const json::object& object) {
    const json::value* value = object.if_contains("inner");
    return value == nullptr || value->is_null() ? std::optional<std::string>("") : name_in(object, "inner");
}

class JsonlReader {
public:
    JsonlReader(ReportInput& in, const ReportEvents& events) : in_(in), events_(events) {}

    void read() {
        std::string line;
        while (in_.line(line, kMaxReportRowBytes)) {
            ++number_;
            take(line);
        }
        if (!in_.status().ok()) return;
        if (!line.empty()) {
            events_.problem("it is cut off within line " + std::to_string(number_ + 1));
        } else if (!ended_) {
            events_.problem("it is cut off: its last line is missing");
        }
    }

private:
    void problem(const std::string& text) { events_.problem("line " + std::to_string(number_) + ": " + text); }

    void take(const std::string& line) {
        json::error_code error;
        const json::value value = json::parse(line, error);
        if (error || !value.is_object()) return problem("no JSON object");
        const json::object& object = value.get_object();
        if (ended_) return problem("it comes after the end");
        if (number_ == 1) {
            if (object.size() == 1 && object.contains("run") && object.at("run").is_object()) return;
            problem("the line that says what ran is missing");
        }
        if (object.contains("path")) return take_row(object);
        const json::value* end = object.if_contains("end");
        if (object.size() != 1 || end == nullptr || !end->is_object()) return problem("neither a row nor the end");
        ended_ = true;
        compare_sums(end->get_object());
    }

    void take_row(const json::object& object) {
        ReportedFile row;
        const auto path = name_in(object, "path");
        const auto inner = inner_in(object);
        const auto size = number_in(object, "size");
        const auto outcome = outcome_from_name(text_in(object, "outcome").value_or(""));
        const auto sha256 = text_in(object, "sha256");
        const bool no_sha256 = object.contains("sha256") && object.at("sha256").is_null();
        const json::value* matches = object.if_contains("matches");
        const json::value* damaged = object.if_contains("damaged");
        if (!path || !inner || !size || !outcome || !(no_sha256 || is_sha256(sha256.value_or(""))) ||
            matches == nullptr || !matches->is_array() || damaged == nullptr || !damaged->is_bool()) {
            return problem("no row of a report");
        }
        row.path = *path;
        row.inner = *inner;
        row.size_bytes = *size;
        row.outcome = *outcome;
        row.sha256 = sha256;
        ++files_;
        ++by_outcome_[static_cast<std::size_t>(*outcome)];
        damaged_ += damaged->get_bool() ? 1 : 0;
        bytes_ += sha256 ? *size : 0;
        entries_hit_ += matches->get_array().size();
        events_.row(row);
    }

    void compare_sums(const json::object& end) {
        const auto compare = [&](const json::object& sums, std::string_view name, std::uint64_t counted) {
            const auto stated = number_in(sums, name);
            if (stated == counted) return;
            problem("by the end " + std::string(name) + " is " + (stated ? std::to_string(*stated) : "missing") +
                    ", by the rows " + std::to_string(counted));
        };
        compare(end, "files", files_);
        compare(end, "damaged", damaged_);
        compare(end, "bytes", bytes_);
        compare(end, "entries_hit", entries_hit_);
        const json::value* outcomes = end.if_contains("outcomes");
        if (outcomes == nullptr || !outcomes->is_object()) return problem("the end has no outcomes");
        for (std::uint32_t i = 1; i <= kOutcomes; ++i)
            compare(outcomes->get_object(), outcome_name(static_cast<Outcome>(i)), by_outcome_[i]);
        const json::value* interrupted = end.if_contains("interrupted");
        if (interrupted == nullptr || !interrupted->is_bool()) return problem("the end does not say if it was reached");
        if (interrupted->get_bool()) problem("the scan was interrupted");
    }

    ReportInput& in_;
    const ReportEvents& events_;
    std::uint64_t number_ = 0;  // of the line
    bool ended_ = false;
    std::uint64_t files_ = 0;
    std::array<std::uint64_t, kOutcomes + 1> by_outcome_{};
    std::uint64_t damaged_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t entries_hit_ = 0;
};

}  // namespace

void read_jsonl_report(ReportInput& in, const ReportEvents& events) {
    JsonlReader(in, events).read();
}

}  // namespace tutela::cli
