#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "report/rows.hpp"
#include "report/text.hpp"

namespace tutela {
namespace {

using test::hostile_row;
using test::plain_facts;
using test::render;
namespace json = boost::json;

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        all.push_back(line);
    return all;
}

// A model of "U+FFFD for each bad byte", from the table of well-formed sequences in the Unicode standard (3-7).
std::size_t well_formed(std::string_view s) {
    const auto in = [&](std::size_t i, int low, int high) {
        return i < s.size() && static_cast<unsigned char>(s[i]) >= low && static_cast<unsigned char>(s[i]) <= high;
    };
    if (in(0, 0x00, 0x7F)) return 1;
    if (in(0, 0xC2, 0xDF) && in(1, 0x80, 0xBF)) return 2;
    if (in(0, 0xE0, 0xE0) && in(1, 0xA0, 0xBF) && in(2, 0x80, 0xBF)) return 3;
    if (in(0, 0xE1, 0xEC) && in(1, 0x80, 0xBF) && in(2, 0x80, 0xBF)) return 3;
    if (in(0, 0xED, 0xED) && in(1, 0x80, 0x9F) && in(2, 0x80, 0xBF)) return 3;
    if (in(0, 0xEE, 0xEF) && in(1, 0x80, 0xBF) && in(2, 0x80, 0xBF)) return 3;
    if (in(0, 0xF0, 0xF0) && in(1, 0x90, 0xBF) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF)) return 4;
    if (in(0, 0xF1, 0xF3) && in(1, 0x80, 0xBF) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF)) return 4;
    if (in(0, 0xF4, 0xF4) && in(1, 0x80, 0x8F) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF)) return 4;
    return 0;
}

std::string with_replacements(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t n = well_formed(text);
        out += n == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, n);
        text.remove_prefix(n == 0 ? 1 : n);
    }
    return out;
}

std::string text_or_empty(const json::value& value) {
    return value.is_null() ? std::string() : std::string(value.as_string());
}
std::uint64_t number_or_zero(const json::value& value) {
    return value.is_null() ? 0 : value.to_number<std::uint64_t>();
}

void expect_name(const json::object& got, const std::string& key, const std::string& name) {
    EXPECT_EQ(text_or_empty(got.at(key)), with_replacements(name));
    const bool utf8 = with_replacements(name) == name;
    EXPECT_EQ(got.contains(key + "_hex"), !utf8);
    if (utf8) return;
    std::string bytes;
    const std::string hex(got.at(key + "_hex").as_string());
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    EXPECT_EQ(bytes, name);
}

void expect_segments(const json::array& got, const FileRow& row) {
    ASSERT_EQ(got.size(), row.segments.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        const json::object& segment = got[i].as_object();
        const MatchSegment& want = row.segments[i];
        const auto number = [&](const char* key) { return segment.at(key).to_number<std::int64_t>(); };
        EXPECT_EQ(segment.at("entry_id").as_string(), with_replacements(want.entry_id));
        EXPECT_EQ(number("start_us"), want.start_us);
        EXPECT_EQ(number("end_us"), want.end_us);
        EXPECT_EQ(number("known_start_us"), want.known_start_us);
        EXPECT_EQ(number("known_end_us"), want.known_end_us);
        EXPECT_EQ(number("frames"), want.frames);
        EXPECT_EQ(number("distance"), want.distance_bits);
        EXPECT_DOUBLE_EQ(segment.at("speed").to_number<double>(), want.speed);
        EXPECT_EQ(number("query_percent"), want.query_percent);
        EXPECT_EQ(number("compared_percent"), want.compared_percent);
        EXPECT_EQ(segment.at("variant").as_string(), with_replacements(want.variant));
        EXPECT_EQ(segment.at("category").as_string(), with_replacements(want.category));
        EXPECT_EQ(segment.at("label").as_string(), with_replacements(want.label));
    }
}

void expect_timeline(const json::array& got, const FileRow& row) {
    ASSERT_EQ(got.size(), row.timeline.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        const json::array& point = got[i].as_array();
        const TimelinePoint& want = row.timeline[i];
        const bool matched = want.match != kNoMatch;
        ASSERT_EQ(point.size(), 4U);
        EXPECT_EQ(point[0].to_number<std::int64_t>(), want.pts_us);
        ASSERT_EQ(point[1].is_null(), !matched);
        EXPECT_EQ(matched ? point[1].to_number<std::uint32_t>() : 256, want.distance_bits);
        EXPECT_EQ(point[2].to_number<std::int32_t>(), want.quality);
        ASSERT_EQ(point[3].is_null(), !matched);
        EXPECT_EQ(matched ? point[3].to_number<std::uint32_t>() : kNoMatch, want.match);
    }
}

void expect_row(const json::object& got, const FileRow& row, bool show_hashes) {
    expect_name(got, "path", row.path);
    expect_name(got, "inner", row.inner);
    EXPECT_EQ(got.at("inner").is_null(), row.inner.empty());
    EXPECT_EQ(got.at("size").to_number<std::uint64_t>(), row.size_bytes);
    EXPECT_EQ(text_or_empty(got.at("sha256")), row.sha256.value_or(""));
    EXPECT_EQ(got.at("outcome").as_string(), outcome_name(row.outcome));
    EXPECT_EQ(text_or_empty(got.at("reason")), with_replacements(row.reason));
    EXPECT_EQ(got.at("damaged").as_bool(), row.damaged);
    EXPECT_EQ(text_or_empty(got.at("damage_reason")), with_replacements(row.damage_reason));
    EXPECT_EQ(got.at("decoded_percent").is_null(), !row.decoded_percent.has_value());
    EXPECT_EQ(number_or_zero(got.at("decoded_percent")), row.decoded_percent.value_or(0));
    EXPECT_EQ(number_or_zero(got.at("frames")), row.frames);
    EXPECT_EQ(text_or_empty(got.at("format")), row.format);
    EXPECT_EQ(number_or_zero(got.at("width")), row.width);
    EXPECT_EQ(number_or_zero(got.at("height")), row.height);
    EXPECT_EQ(number_or_zero(got.at("orientation")), row.orientation);
    EXPECT_EQ(text_or_empty(got.at("decode")), row.decode);
    EXPECT_EQ(got.at("quality").is_null(), !row.quality.has_value());
    EXPECT_EQ(number_or_zero(got.at("quality")), static_cast<std::uint64_t>(row.quality.value_or(0)));
    ASSERT_EQ(got.contains("hash"), show_hashes);
    if (show_hashes) {
        EXPECT_EQ(text_or_empty(got.at("hash")), row.hash ? to_hex(*row.hash) : "");
    }
    const json::array& matches = got.at("matches").as_array();
    ASSERT_EQ(matches.size(), row.matches.size());
    for (std::size_t i = 0; i < matches.size(); ++i) {
        const json::object& match = matches[i].as_object();
        EXPECT_EQ(match.at("entry_id").as_string(), with_replacements(row.matches[i].entry_id));
        EXPECT_EQ(match.at("distance").to_number<std::uint32_t>(), row.matches[i].distance_bits);
        EXPECT_EQ(match.at("variant").as_string(), with_replacements(row.matches[i].variant));
        EXPECT_EQ(match.at("frame").to_number<std::uint32_t>(), row.matches[i].frame);
        ASSERT_EQ(match.at("pts_us").is_null(), !row.matches[i].pts_us.has_value());
        if (row.matches[i].pts_us) {
            EXPECT_EQ(match.at("pts_us").to_number<std::int64_t>(), *row.matches[i].pts_us);
        }
        ASSERT_EQ(match.at("known_us").is_null(), !row.matches[i].known_us.has_value());
        if (row.matches[i].known_us) {
            EXPECT_EQ(match.at("known_us").to_number<std::int64_t>(), *row.matches[i].known_us);
        }
        ASSERT_EQ(match.at("confirm").is_object(), row.matches[i].confirm.has_value());
        if (row.matches[i].confirm) {
            EXPECT_EQ(match.at("confirm").at("phash").to_number<std::uint32_t>(), *row.matches[i].confirm);
        } else {
            EXPECT_TRUE(match.at("confirm").is_null());
        }
        EXPECT_EQ(match.at("category").as_string(), with_replacements(row.matches[i].category));
        EXPECT_EQ(match.at("label").as_string(), with_replacements(row.matches[i].label));
    }
    expect_segments(got.at("segments").as_array(), row);
    expect_timeline(got.at("timeline").as_array(), row);
}

// The report without its first and its last line.
std::string rows_of(const std::string& report) {
    const std::size_t first = report.find('\n') + 1;
    const std::size_t last = report.rfind('\n', report.size() - 2) + 1;
    EXPECT_EQ(report.substr(0, 7), "{\"run\":");
    EXPECT_EQ(report.substr(last, 7), "{\"end\":");
    return report.substr(first, last - first);
}

TEST(Jsonl, SaysWhatRanAndHowItEnded) {
    RunFacts facts = plain_facts(true);
    facts.confirm_phash_radius = 10;
    RunTotals totals;
    totals.files = 5;
    totals.by_outcome = {0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    totals.damaged = 2;
    totals.duplicates = 1;
    totals.bytes = 123456789012;
    totals.entries_hit = 7;
    totals.interrupted = true;
    EXPECT_EQ(render(ReportFormat::jsonl, facts, {}, totals),
              "{\"run\":{\"tool\":\"tutela\",\"version\":\"1.2.3\",\"list_digest\":\"" + std::string(64, 'd') +
                  "\",\"list_entries\":1234567,\"hash_algorithm\":\"pdq\",\"radius\":31,\"min_quality\":50,"
                  "\"decode\":\"exact\",\"sampling\":\"every\",\"profile\":\"plain\",\"confirm_phash_radius\":10,"
                  "\"isolation\":\"in_process\",\"show_hashes\":true}}\n"
                  "{\"end\":{\"files\":5,\"outcomes\":{\"matched\":3,\"clean\":0,\"low_quality\":0,\"too_small\":0,"
                  "\"unsupported\":1,\"corrupt\":0,\"unreadable\":0,\"limit\":0,\"crashed\":0,\"timeout\":0,"
                  "\"memory\":0,\"container\":1,\"harmless\":0},\"damaged\":2,\"duplicates\":1,\"bytes\":123456789012,"
                  "\"entries_hit\":7,\"interrupted\":true}}\n");
}

TEST(Jsonl, WritesAllKeysInOneOrder) {
    FileRow row;
    row.path = "a/b.jpg";
    row.size_bytes = 12;
    row.outcome = Outcome::unreadable;
    row.reason = "permission denied";
    EXPECT_EQ(rows_of(render(ReportFormat::jsonl, plain_facts(), {row})),
              "{\"path\":\"a/b.jpg\",\"inner\":null,\"size\":12,\"sha256\":null,\"outcome\":\"unreadable\","
              "\"reason\":\"permission denied\",\"damaged\":false,\"damage_reason\":null,"
              "\"decoded_percent\":null,\"format\":null,"
              "\"width\":null,\"height\":null,\"orientation\":null,\"frames\":null,\"decode\":null,\"hash_algorithm\":"
              "\"pdq\","
              "\"quality\":null,"
              "\"matches\":[],\"segments\":[],\"timeline\":[],\"radius\":31,\"min_quality\":50,\"list_digest\":\"" +
                  std::string(64, 'd') + "\"}\n");
}

TEST(Jsonl, SegmentsAndTimeline) {
    FileRow row;
    row.path = "a.gif";
    row.outcome = Outcome::matched;
    row.matches = {{"7", 3, "", "", "plain", 4, 80'000, {}, 1'040'000}};
    row.segments = {{"7", 0, 2'000'000, 1'000'000, 3'100'000, 9, 3, 1.05, 33, 4, "A", "x", "mirror"}};
    row.timeline = {{0, 256, 12, kNoMatch}, {80'000, 3, 90, 0}};
    const json::object got = json::parse(rows_of(render(ReportFormat::jsonl, plain_facts(), {row}))).as_object();
    EXPECT_EQ(json::serialize(got.at("matches").at(0).at("known_us")), "1040000");
    const std::string report = render(ReportFormat::jsonl, plain_facts(), {row});
    EXPECT_NE(
        report.find("\"segments\":[{\"entry_id\":\"7\",\"start_us\":0,\"end_us\":2000000,\"known_start_us\":1000000,"
                    "\"known_end_us\":3100000,\"frames\":9,\"distance\":3,\"speed\":1.05,\"query_percent\":33,"
                    "\"compared_percent\":4,\"variant\":\"mirror\",\"category\":\"A\",\"label\":\"x\"}],"
                    "\"timeline\":[[0,null,12,null],[80000,3,90,0]],\"radius\""),
        std::string::npos)
        << report;
    row.segments[0].speed = std::numeric_limits<double>::quiet_NaN();
    EXPECT_NE(render(ReportFormat::jsonl, plain_facts(), {row}).find("\"speed\":null,"), std::string::npos);
}

TEST(Jsonl, NamesFilesInArchivesAndFrames) {
    FileRow row;
    row.path = "a.zip";
    row.inner = "b.tar!/c\xff.gif";
    row.outcome = Outcome::matched;
    row.decoded_percent = 99;
    row.frames = 7;
    row.matches = {{"7", 3, "", "", "plain", 4, 80'000}};
    const json::object got = json::parse(rows_of(render(ReportFormat::jsonl, plain_facts(), {row}))).as_object();
    EXPECT_EQ(got.at("inner").as_string(), "b.tar!/c\xef\xbf\xbd.gif");
    EXPECT_EQ(got.at("inner_hex").as_string(), "622e746172212f63ff2e676966");
    std::vector<std::string> keys;
    for (const auto& member : got)
        keys.emplace_back(member.key());
    const std::vector<std::string> first{
        "path",          "inner",           "inner_hex", "size",  "sha256", "outcome",     "reason", "damaged",
        "damage_reason", "decoded_percent", "format",    "width", "height", "orientation", "frames", "decode"};
    keys.resize(first.size());
    EXPECT_EQ(keys, first);
    EXPECT_EQ(json::serialize(got.at("matches")),
              "[{\"entry_id\":\"7\",\"distance\":3,\"variant\":\"plain\",\"frame\":4,\"pts_us\":80000,"
              "\"known_us\":null,\"confirm\":null,\"category\":\"\",\"label\":\"\"}]");
}

TEST(Jsonl, IsAsciiAndGivesHostileRowsBack) {
    std::mt19937 random(20);
    for (const bool show_hashes : {false, true}) {
        std::vector<FileRow> rows;
        for (int i = 0; i < 3000; ++i)
            rows.push_back(hostile_row(random));
        const std::string report = render(ReportFormat::jsonl, plain_facts(show_hashes), rows);
        for (const char c : report)
            ASSERT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F));
        const std::vector<std::string> got = lines(rows_of(report));
        ASSERT_EQ(got.size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            expect_row(json::parse(got[i]).as_object(), rows[i], show_hashes);
        if (HasFailure()) return;
    }
}

TEST(Jsonl, EveryTwoBytesAreOneValidString) {
    for (int high = 0; high < 256; ++high) {
        for (int low = 0; low < 256; ++low) {
            const std::string text{static_cast<char>(high), static_cast<char>(low)};
            std::string out;
            append_json_string(out, text);
            ASSERT_EQ(json::parse(out).as_string(), with_replacements(text)) << high << ' ' << low;
        }
    }
}

TEST(Jsonl, ListHashesAndOwnHashesStayOutUnlessAskedFor) {
    FileRow row;
    row.hash.emplace();
    row.hash->bytes.fill(0xAB);
    const std::string hex = to_hex(*row.hash);
    for (const ReportFormat format : {ReportFormat::text, ReportFormat::jsonl, ReportFormat::csv}) {
        EXPECT_EQ(render(format, plain_facts(false), {row}).find(hex), std::string::npos);
        EXPECT_NE(render(format, plain_facts(true), {row}).find(hex), std::string::npos);
    }
}

}  // namespace
}  // namespace tutela
