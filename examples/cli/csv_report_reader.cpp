#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report_readers.hpp"
#include "text.hpp"

namespace tutela::cli {

namespace {

using Cells = std::vector<std::string>;

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool starts_formula(std::string_view text) {
    constexpr std::array<std::string_view, 11> kStarts = {
        "=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
    return std::any_of(kStarts.begin(), kStarts.end(), [&](std::string_view s) { return text.starts_with(s); });
}

// The bytes that a cell of a report stands for.
std::string bytes_of(std::string_view cell) {
    const std::size_t first = cell.find_first_not_of('\'');
    if (first != std::string_view::npos && first > 0 && starts_formula(cell.substr(first))) cell.remove_prefix(1);
    const auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
    std::string bytes;
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const bool escape =
            i + 3 < cell.size() && cell.substr(i, 2) == "\\x" && value(cell[i + 2]) >= 0 && value(cell[i + 3]) >= 0;
        bytes += escape ? static_cast<char>(value(cell[i + 2]) * 16 + value(cell[i + 3])) : cell[i];
        if (escape) i += 3;
    }
    return bytes;
}

class CsvReader {
public:
    CsvReader(ReportInput& in, const ReportEvents& events) : in_(in), events_(events) {}

    void read() {
        Cells cells;
        if (record(cells) != Record::whole || !take_header(cells)) {
            if (in_.status().ok()) events_.problem("its first line is no header of a report");
            return;
        }
        for (Record got = record(cells); got != Record::end; got = record(cells)) {
            if (got == Record::cut_off) events_.problem("it is cut off within record " + std::to_string(number_));
            if (got != Record::whole) return;
            take(cells);
        }
        if (rest_of_file_ > 0) events_.problem("it is cut off: lines of its last file are missing");
    }

private:
    enum class Record { whole, cut_off, end, failed };

    // One record as RFC 4180 has it.
    Record record(Cells& cells) {
        cells.assign(1, {});
        if (in_.peek() == ReportInput::kEnd) return in_.status().ok() ? Record::end : Record::failed;
        ++number_;
        std::size_t bytes = 0;
        bool quoted = false;
        for (int c = in_.next(); c != ReportInput::kEnd; c = in_.next()) {
            if (++bytes > kMaxReportRowBytes) {
                events_.problem("record " + std::to_string(number_) + " is too long");
                return Record::failed;
            }
            if (quoted) {
                quoted = c != '"' || in_.peek() == '"';
                if (c == '"' && quoted) static_cast<void>(in_.next());
                if (quoted) cells.back() += static_cast<char>(c);
            } else if (c == '"' && cells.back().empty()) {
                quoted = true;
            } else if (c == ',') {
                cells.emplace_back();
            } else if (c == '\r' && in_.peek() == '\n') {
                static_cast<void>(in_.next());
                return Record::whole;
            } else {
                cells.back() += static_cast<char>(c);
            }
        }
        return in_.status().ok() ? Record::cut_off : Record::failed;
    }

    bool take_header(const Cells& cells) {
        columns_ = cells.size();
        const auto column = [&](std::string_view name) {
            return static_cast<std::size_t>(std::find(cells.begin(), cells.end(), name) - cells.begin());
        };
        path_ = column("path");
        inner_ = column("inner");
        size_ = column("size");
        sha256_ = column("sha256");
        outcome_ = column("outcome");
        match_count_ = column("match_count");
        segment_count_ = column("segment_count");
        return path_ == 0 && std::max({size_, sha256_, outcome_, match_count_}) < columns_;
    }

    void problem(const std::string& text) { events_.problem("record " + std::to_string(number_) + ": " + text); }

    // A file has a record for each of its matches and segments, and one when it has none. Reports of earlier versions
    // have no segments.
    void take(const Cells& cells) {
        if (cells.size() != columns_) return problem("another number of cells than the header has");
        const auto size = number_of(cells[size_]);
        const bool has_segments = segment_count_ < columns_;
        const auto matches = number_of(cells[match_count_]);
        const auto segments = has_segments ? number_of(cells[segment_count_]) : 0;
        const auto outcome = outcome_from_name(cells[outcome_]);
        const std::string& sha256 = cells[sha256_];
        constexpr std::uint64_t kMost = 0xffffffff;
        const bool too_many = matches.value_or(0) > kMost || segments.value_or(0) > kMost;
        if (too_many || !size || !matches || !segments || !outcome || !(sha256.empty() || is_sha256(sha256)))
            return problem("no row of a report");
        // What all lines of a file have in common.
        const auto of_file =
            std::span(cells).first((has_segments ? std::max(match_count_, segment_count_) : match_count_) + 1);
        const bool same = rest_of_file_ > 0 && std::ranges::equal(of_file, file_);
        if (same) {
            --rest_of_file_;
            return;
        }
        if (rest_of_file_ > 0) problem("lines of the file before it are missing");
        file_.assign(of_file.begin(), of_file.end());
        rest_of_file_ = std::max<std::uint64_t>(*matches + *segments, 1) - 1;
        ReportedFile row;
        row.path = bytes_of(cells[path_]);
        if (inner_ < columns_) row.inner = bytes_of(cells[inner_]);
        row.size_bytes = *size;
        row.outcome = *outcome;
        if (!sha256.empty()) row.sha256 = sha256;
        events_.row(row);
    }

    ReportInput& in_;
    const ReportEvents& events_;
    std::uint64_t number_ = 0;  // of the record
    std::size_t columns_ = 0;
    std::size_t path_ = 0;
    std::size_t inner_ = 0;
    std::size_t size_ = 0;
    std::size_t sha256_ = 0;
    std::size_t outcome_ = 0;
    std::size_t match_count_ = 0;
    std::size_t segment_count_ = 0;
    Cells file_;                      // the cells up to the counts of the file whose records come
    std::uint64_t rest_of_file_ = 0;  // how many more come
};

}  // namespace

void read_csv_report(ReportInput& in, const ReportEvents& events) {
    CsvReader(in, events).read();
}

}  // namespace tutela::cli
