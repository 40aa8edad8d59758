// Rows for the tests of the writers: plain ones, and hostile ones made at random from a fixed seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tutela/report.hpp"

namespace tutela::test {

// Pieces that have broken reports before: quotes, separators, formulas, escapes, broken and odd UTF-8.
inline std::string hostile_text(std::mt19937& random) {
    static const std::vector<std::string> kPieces{"a",
                                                  "photo.jpg",
                                                  " ",
                                                  "\"",
                                                  "'",
                                                  ",",
                                                  ";",
                                                  "\t",
                                                  "\r",
                                                  "\n",
                                                  "\r\n",
                                                  "=1+1",
                                                  "+",
                                                  "-",
                                                  "@SUM(A1)",
                                                  "\\",
                                                  "\\x41",
                                                  "\\\\",
                                                  "x",
                                                  "\x1b[2J",
                                                  std::string(1, '\0'),
                                                  "\x7f",
                                                  "\x01",
                                                  "\x1f",
                                                  "\xc2\x85",
                                                  "\xc2\x9b",
                                                  "\xe2\x80\xae",
                                                  "\xe2\x81\xa6",
                                                  "\xe2\x80\xa8",
                                                  "\xe2\x80\xa9",
                                                  "\xef\xbc\x9d",
                                                  "\xef\xbc\x8b",
                                                  "\xef\xbb\xbf",
                                                  "\xc3\xa9",
                                                  "\xe4\xbd\xa0",
                                                  "\xf0\x9f\x98\x80",
                                                  "\xf4\x8f\xbf\xbf",
                                                  "\xff",
                                                  "\xc0\xaf",
                                                  "\xed\xa0\x80",
                                                  "\xe2\x82",
                                                  "\xf0\x9f",
                                                  "\xf4\x90\x80\x80",
                                                  "\x80",
                                                  "</script>",
                                                  "%s",
                                                  "${x}",
                                                  "=",
                                                  "|cmd"};
    std::string text;
    for (std::size_t n = random() % 7; n > 0; --n)
        text += kPieces[random() % kPieces.size()];
    return text;
}

inline FileRow hostile_row(std::mt19937& random) {
    FileRow row;
    row.path = hostile_text(random);
    if (random() % 2 == 0) row.inner = hostile_text(random);
    row.size_bytes = (static_cast<std::uint64_t>(random()) << 32) | random();
    if (random() % 2 == 0) row.sha256 = std::string(64, "0123456789abcdef"[random() % 16]);
    row.outcome = static_cast<Outcome>(1 + random() % kOutcomes);
    row.reason = hostile_text(random);
    row.damaged = random() % 2 == 0;
    row.damage_reason = hostile_text(random);
    if (random() % 2 == 0) row.decoded_percent = random() % 101;
    row.frames = random() % 3;
    row.format = random() % 2 == 0 ? "jpeg" : "";
    row.width = random() % 3 == 0 ? 0 : random();
    row.height = random() % 3 == 0 ? 0 : random();
    row.orientation = random() % 9;
    row.decode = random() % 2 == 0 ? "scaled" : "";
    if (random() % 2 == 0) row.quality = static_cast<std::int32_t>(random() % 101);
    if (random() % 2 == 0) {
        row.hash.emplace();
        for (auto& byte : row.hash->bytes)
            byte = static_cast<std::uint8_t>(random());
    }
    for (std::size_t n = random() % 4; n > 0; --n) {
        row.matches.push_back({hostile_text(random), static_cast<std::uint32_t>(random() % 257), hostile_text(random),
                               hostile_text(random)});
        row.matches.back().frame = random() % 3;
        if (random() % 2 == 0) row.matches.back().pts_us = static_cast<std::int64_t>(random()) - (1LL << 31);
        if (random() % 2 == 0) row.matches.back().confirm = random() % 65;
        if (random() % 2 == 0) row.matches.back().known_us = static_cast<std::int64_t>(random());
    }
    const auto time = [&] { return static_cast<std::int64_t>(random()) - (1LL << 31); };
    for (std::size_t n = random() % 4; n > 0; --n) {
        MatchSegment& segment = row.segments.emplace_back();
        segment.entry_id = hostile_text(random);
        segment.start_us = time();
        segment.end_us = time();
        segment.known_start_us = time();
        segment.known_end_us = time();
        segment.frames = random();
        segment.distance_bits = random() % 257;
        segment.speed = (static_cast<double>(random() % 4000) - 1000) / 1000;
        segment.query_percent = random() % 101;
        segment.compared_percent = random() % 101;
        segment.category = hostile_text(random);
        segment.label = hostile_text(random);
        segment.variant = hostile_text(random);
    }
    for (std::size_t n = random() % 4; n > 0; --n) {
        const bool matched = !row.matches.empty() && random() % 2 == 0;
        row.timeline.push_back({time(), matched ? static_cast<std::uint32_t>(random() % 257) : 256,
                                static_cast<std::int32_t>(random() % 101),
                                matched ? static_cast<std::uint32_t>(random() % row.matches.size()) : kNoMatch});
    }
    return row;
}

inline RunFacts plain_facts(bool show_hashes = false) {
    RunFacts facts;
    facts.tool_version = "1.2.3";
    facts.list_digest = std::string(64, 'd');
    facts.list_entries = 1234567;
    facts.radius = 31;
    facts.min_quality = 50;
    facts.show_hashes = show_hashes;
    return facts;
}

// The whole report on `rows`, as one string.
inline std::string render(ReportFormat format, const RunFacts& facts, const std::vector<FileRow>& rows,
                          const RunTotals& totals = {}) {
    std::string out;
    auto writer = make_report_writer(format, [&](std::string_view bytes) {
        out += bytes;
        return Status();
    });
    if (!writer.ok()) return "no writer";
    Status status = writer.value()->begin(facts);
    for (const FileRow& row : rows)
        if (status.ok()) status = writer.value()->row(row);
    if (status.ok()) status = writer.value()->end(totals);
    return status.ok() ? out : "failed: " + status.to_string();
}

// What the \xNN escapes of text and CSV stand for.
inline std::string unescape(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "\\x") == 0 && i + 3 < text.size()) {
            bytes += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
            i += 3;
        } else {
            bytes += text[i];
        }
    }
    return bytes;
}

}  // namespace tutela::test
