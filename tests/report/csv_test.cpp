#include <gtest/gtest.h>

#include "core/utf8.hpp"
#include "report/rows.hpp"
#include "report/text.hpp"

namespace tutela {
namespace {

using test::hostile_row;
using test::plain_facts;
using test::render;
using test::unescape;

// RFC 4180 to the letter; anything else is a failure.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
    std::vector<std::vector<std::string>> records;
    std::vector<std::string> record;
    std::size_t i = 0;
    while (i < text.size()) {
        std::string cell;
        if (text[i] == '"') {
            for (++i;; ++i) {
                if (i >= text.size()) {
                    ADD_FAILURE() << "a quote is not closed";
                    return records;
                }
                if (text[i] == '"') {
                    if (text.compare(i, 2, "\"\"") != 0) break;
                    ++i;
                }
                cell += text[i];
            }
            ++i;
        } else {
            for (; i < text.size() && text[i] != ',' && text[i] != '\r'; ++i) {
                EXPECT_NE(text[i], '"');
                EXPECT_NE(text[i], '\n');
                cell += text[i];
            }
        }
        record.push_back(cell);
        if (text.compare(i, 1, ",") == 0) {
            ++i;
        } else if (text.compare(i, 2, "\r\n") == 0) {
            i += 2;
            records.push_back(std::move(record));
            record.clear();
        } else {
            ADD_FAILURE() << "neither a comma nor a line end at byte " << i;
            return records;
        }
    }
    EXPECT_TRUE(record.empty()) << "the last line has no end";
    return records;
}

bool formula_first(const std::string& text) {
    for (const char* start :
         {"=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"}) {
        if (text.starts_with(start)) return true;
    }
    return false;
}

// The text that a cell stands for.
std::string meaning(std::string cell) {
    const std::size_t first = cell.find_first_not_of('\'');
    if (first != 0 && first != std::string::npos && formula_first(cell.substr(first))) cell.erase(0, 1);
    return unescape(cell);
}

std::string or_empty(std::uint32_t value) {
    return value == 0 ? "" : std::to_string(value);
}

std::vector<std::vector<std::string>> expected(const FileRow& row) {
    std::vector<std::string> file{row.path,
                                  row.inner,
                                  std::to_string(row.size_bytes),
                                  row.sha256.value_or(""),
                                  std::string(outcome_name(row.outcome)),
                                  row.reason,
                                  row.damaged ? "true" : "false",
                                  row.damage_reason,
                                  row.decoded_percent ? std::to_string(*row.decoded_percent) : "",
                                  row.format,
                                  or_empty(row.width),
                                  or_empty(row.height),
                                  or_empty(row.orientation),
                                  or_empty(row.frames),
                                  row.decode,
                                  "pdq",
                                  row.quality ? std::to_string(*row.quality) : "",
                                  std::to_string(row.matches.size()),
                                  std::to_string(row.segments.size())};
    const std::vector<std::string> run{"31", "50", "every", std::string(64, 'd'), row.hash ? to_hex(*row.hash) : ""};
    std::vector<std::vector<std::string>> records;
    const auto add = [&](const std::vector<std::string>& hit) {
        std::vector<std::string> record = file;
        record.insert(record.end(), hit.begin(), hit.end());
        record.insert(record.end(), run.begin(), run.end());
        records.push_back(record);
    };
    const auto number = [](const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; };
    for (const MatchFact& match : row.matches) {
        add({match.entry_id, std::to_string(match.distance_bits), match.variant, std::to_string(match.frame),
             number(match.pts_us), number(match.known_us),
             match.confirm ? "phash " + std::to_string(*match.confirm) : "", "", "", "", "", "", "", "", "",
             match.category, match.label});
    }
    for (const MatchSegment& segment : row.segments) {
        std::ostringstream speed;
        speed << segment.speed;
        add({segment.entry_id, std::to_string(segment.distance_bits), segment.variant, "", "", "", "",
             number(segment.start_us), number(segment.end_us), number(segment.known_start_us),
             number(segment.known_end_us), std::to_string(segment.frames), speed.str(),
             std::to_string(segment.query_percent), std::to_string(segment.compared_percent), segment.category,
             segment.label});
    }
    if (records.empty()) add(std::vector<std::string>(17));
    return records;
}

TEST(Csv, WritesTheDocumentedColumns) {
    const std::string columns =
        "path,inner,size,sha256,outcome,reason,damaged,damage_reason,decoded_percent,format,width,height,orientation,"
        "frames,decode,hash_algorithm,quality,match_count,segment_count,entry_id,distance,variant,frame,pts_us,"
        "known_us,confirm,start_us,end_us,known_start_us,known_end_us,segment_frames,speed,query_percent,"
        "compared_percent,category,label,"
        "radius,min_quality,sampling,list_digest";
    EXPECT_EQ(render(ReportFormat::csv, plain_facts(false), {}), columns + "\r\n");
    EXPECT_EQ(render(ReportFormat::csv, plain_facts(true), {}), columns + ",hash\r\n");
    FileRow row;
    row.path = "a.zip";
    row.inner = "=b.jpg";
    row.decoded_percent = 100;
    row.frames = 3;
    row.outcome = Outcome::matched;
    row.matches = {{"7", 3, "A", "x", "mirror", 2, 40'000, 12, 50}, {"9", 4, "", ""}};
    row.segments = {{"7", 0, 2'000'000, 1'000'000, 3'100'000, 9, 3, 1.05, 33, 4, "A", "x", "mirror"}};
    const std::string report = render(ReportFormat::csv, plain_facts(false), {row});
    const std::string file = "a.zip,'=b.jpg,0,,matched,,false,,100,,,,,3,,pdq,,2,1,";
    const std::string run = ",31,50,every," + std::string(64, 'd') + "\r\n";
    EXPECT_EQ(report.substr(columns.size() + 2), file + "7,3,mirror,2,40000,50,phash 12,,,,,,,,,A,x" + run + file +
                                                     "9,4,plain,0,,,,,,,,,,,,," + run + file +
                                                     "7,3,mirror,,,,,0,2000000,1000000,3100000,9,1.05,33,4,A,x" + run);
}

TEST(Csv, GivesHostileRowsBackAndStartsNoFormula) {
    std::mt19937 random(21);
    std::vector<FileRow> rows;
    std::vector<std::vector<std::string>> want;
    for (int i = 0; i < 3000; ++i) {
        rows.push_back(hostile_row(random));
        for (auto& record : expected(rows.back()))
            want.push_back(std::move(record));
    }
    auto got = parse_csv(render(ReportFormat::csv, plain_facts(true), rows));
    ASSERT_EQ(got.size(), want.size() + 1);
    got.erase(got.begin());
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_EQ(got[i].size(), want[i].size()) << i;
        for (std::size_t cell = 0; cell < want[i].size(); ++cell) {
            ASSERT_FALSE(formula_first(got[i][cell])) << got[i][cell];
            ASSERT_TRUE(is_utf8(got[i][cell]));
            ASSERT_EQ(meaning(got[i][cell]), want[i][cell]);
        }
    }
}

TEST(Csv, MakesCellsInert) {
    const auto cell = [](std::string_view text) {
        std::string out;
        append_csv_cell(out, text);
        return out;
    };
    EXPECT_EQ(cell(""), "");
    EXPECT_EQ(cell("plain 'name'.jpg"), "plain 'name'.jpg");
    EXPECT_EQ(cell("C:\\pictures\\a.jpg"), "C:\\pictures\\a.jpg");
    EXPECT_EQ(cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
    EXPECT_EQ(cell("-1"), "'-1");
    EXPECT_EQ(cell("\t=1"), "\"'\t\\x3D1\"");
    EXPECT_EQ(cell("\xef\xbc\x9d"
                   "1"),
              "'\xef\xbc\x9d"
              "1");
    EXPECT_EQ(cell("'=1"), "''=1");
    EXPECT_EQ(cell("a;=1"), "\"a;\\x3D1\"");
    EXPECT_EQ(cell("say \"no\", twice"), "\"say \"\"no\"\", twice\"");
    EXPECT_EQ(cell("a\nb"), "\"a\nb\"");
    EXPECT_EQ(cell(std::string_view("\x1b[31m\0\xff", 7)), "\\x1B[31m\\x00\\xFF");
    EXPECT_EQ(cell("\\x41"), "\\x5Cx41");
}

}  // namespace
}  // namespace tutela
