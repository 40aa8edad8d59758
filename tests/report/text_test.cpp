#include "report/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "report/rows.hpp"

namespace tutela {
namespace {

using test::hostile_row;
using test::plain_facts;
using test::render;

std::string visible(std::string_view text) {
    std::string out;
    append_visible(out, text);
    return out;
}

TEST(Text, ShowsWhatMattersAndTheSums) {
    FileRow matched;
    matched.path = "in/a.jpg";
    matched.size_bytes = 1'234'567;
    matched.sha256 = std::string(64, 'a');
    matched.outcome = Outcome::matched;
    matched.matches = {{"case-7", 3, "A1", "known", "mirror"}, {"case-8", 9, "", ""}};
    FileRow clean = matched;
    clean.path = "in/b.jpg";
    clean.outcome = Outcome::clean;
    clean.matches.clear();
    FileRow damaged = clean;
    damaged.path = "in/c.jpg";
    damaged.damaged = true;
    damaged.damage_reason = "the JPEG ends before its end marker";
    FileRow bad;
    bad.path = "in/d\n.jpg";
    bad.reason = "permission denied";
    RunTotals totals;
    for (const FileRow& row : {matched, clean, damaged, bad})
        totals.add(row);
    totals.duplicates = 2;
    totals.interrupted = true;
    EXPECT_EQ(render(ReportFormat::text, plain_facts(), {matched, clean, damaged, bad}, totals),
              "matched      in/a.jpg: entry case-7, distance 3, variant mirror, category A1, label known, and 1 more\n"
              "clean        in/c.jpg [damaged: the JPEG ends before its end marker]\n"
              "unreadable   in/d\\x0A.jpg: permission denied\n"
              "\n"
              "files                         4\n"
              "  matched                     1\n"
              "  clean                       2\n"
              "  low_quality                 0\n"
              "  too_small                   0\n"
              "  unsupported                 0\n"
              "  corrupt                     0\n"
              "  unreadable                  1\n"
              "  limit                       0\n"
              "damaged                       1\n"
              "duplicates                    2\n"
              "entries hit                   2\n"
              "read                     3.7 MB\n"
              "\n"
              "list            " +
                  std::string(64, 'd') +
                  "\n"
                  "entries         1,234,567\n"
                  "searched        pdq, decode exact, sampling every, profile plain, radius 31, minimum quality 50\n"
                  "decoded         in the process, unconfined\n"
                  "tutela          1.2.3\n"
                  "INTERRUPTED: stopped before the last file; the rows above are complete\n");
}

TEST(Text, SaysWhatASecondHashSays) {
    FileRow row;
    row.path = "a.jpg";
    row.outcome = Outcome::matched;
    row.matches = {{"7", 3, "A", "x", "plain", 0, {}, 12}};
    RunFacts facts = plain_facts();
    const auto first_line = [&] {
        const std::string report = render(ReportFormat::text, facts, {row});
        return report.substr(0, report.find('\n'));
    };
    facts.confirm_phash_radius = 12;
    EXPECT_EQ(first_line(), "matched      a.jpg: entry 7, distance 3, confirm: phash distance 12, category A, label x");
    facts.confirm_phash_radius = 11;
    EXPECT_EQ(first_line(),
              "matched      a.jpg: entry 7, distance 3, confirm: phash distance 12 (over 11), category A, label x");
    EXPECT_NE(render(ReportFormat::text, facts, {row}).find("minimum quality 50, confirmed by phash within 11\n"),
              std::string::npos);
    row.matches[0].confirm.reset();
    EXPECT_EQ(first_line(), "matched      a.jpg: entry 7, distance 3, category A, label x");
}

TEST(Text, NamesFilesInArchivesAndFrames) {
    FileRow row;
    row.path = "a\n.zip";
    row.inner = "b.tar!/c\x1b.gif";
    row.outcome = Outcome::matched;
    const auto first_line = [&](const MatchFact& match) {
        row.matches = {match};
        const std::string report = render(ReportFormat::text, plain_facts(), {row});
        return report.substr(0, report.find('\n'));
    };
    const std::string start = "matched      a\\x0A.zip!/b.tar!/c\\x1B.gif: entry 7, distance 3";
    EXPECT_EQ(first_line({"7", 3, "", "", "plain"}), start);
    EXPECT_EQ(first_line({"7", 3, "", "", "plain", 2}), start + ", frame 2");
    EXPECT_EQ(first_line({"7", 3, "", "", "mirror", 2, 1'234'567}), start + ", variant mirror, at 1.234 s");
    EXPECT_EQ(first_line({"7", 3, "", "", "plain", 0, 0}), start + ", at 0.000 s");
    EXPECT_EQ(first_line({"7", 3, "", "", "plain", 0, INT64_MIN}), start + ", at -9223372036854.775 s");
}

TEST(Text, SaysFromWhenToWhen) {
    FileRow row;
    row.path = "a.gif";
    row.outcome = Outcome::matched;
    row.matches = {{"X", 3, "", ""}};
    const std::int64_t second = 1'000'000;
    row.segments = {{"X\x1b", 724 * second, 811'999'999, 10 * second, 97 * second, 9, 3, 1.0, 33, 4, "", "", "plain"},
                    {"Y", 360'000 * second, -second, INT64_MAX, INT64_MIN, 9, 30, 1.0, 33, 4, "", "", "mirror"}};
    const std::string report = render(ReportFormat::text, plain_facts(), {row});
    EXPECT_EQ(
        report.substr(0, report.find("\n\n")),
        "matched      a.gif: entry X, distance 3\n"
        "             00:12:04..00:13:31 equals entry X\\x1B 00:00:10..00:01:37, nearest distance 3\n"
        "             100:00:00..-00:00:01 equals entry Y 2562047788:00:54..-2562047788:00:54, nearest distance 30, "
        "variant mirror");
}

TEST(Text, ShowsEveryOutcomeThatCounts) {
    RunTotals totals;
    for (std::uint32_t outcome = 1; outcome <= kOutcomes; ++outcome) {
        FileRow row;
        row.outcome = static_cast<Outcome>(outcome);
        const std::string line = "\n  " + std::string(outcome_name(row.outcome)) + ' ';
        const std::string before = render(ReportFormat::text, plain_facts(), {}, totals);
        EXPECT_EQ(before.find(line) != std::string::npos, row.outcome <= Outcome::limit) << line;
        totals.add(row);
        const std::string after = render(ReportFormat::text, plain_facts(), {}, totals);
        EXPECT_NE(after.find(line), std::string::npos) << line;
    }
}

TEST(Text, WritesSizesInUnits) {
    const auto read = [](std::uint64_t bytes) {
        RunTotals totals;
        totals.bytes = bytes;
        const std::string report = render(ReportFormat::text, plain_facts(), {}, totals);
        const std::size_t at = report.find("\nread ") + 6;
        const std::string line = report.substr(at, report.find('\n', at) - at);
        return line.substr(line.find_first_not_of(' '));
    };
    EXPECT_EQ(read(0), "0 bytes");
    EXPECT_EQ(read(999), "999 bytes");
    EXPECT_EQ(read(1000), "1.0 kB");
    EXPECT_EQ(read(999'999), "999.9 kB");
    EXPECT_EQ(read(1'000'000), "1.0 MB");
    EXPECT_EQ(read(UINT64_MAX), "18.4 EB");
}

TEST(Text, NoNameSteersATerminal) {
    EXPECT_EQ(visible("caf\xc3\xa9 \xe4\xbd\xa0\xf0\x9f\x98\x80.jpg"), "caf\xc3\xa9 \xe4\xbd\xa0\xf0\x9f\x98\x80.jpg");
    EXPECT_EQ(visible("\x1b]0;owned\x07"), "\\x1B]0;owned\\x07");
    EXPECT_EQ(visible("a\xc2\x9b"
                      "b\x7f"),
              "a\\xC2\\x9Bb\\x7F");
    EXPECT_EQ(visible("\xe2\x80\xaegpj.exe"), "\\xE2\\x80\\xAEgpj.exe");
    EXPECT_EQ(visible("\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\xa8"), "\\xE2\\x81\\xA6\\xE2\\x81\\xA9\\xE2\\x80\\xA8");
    EXPECT_EQ(visible("bad\xff"), "bad\\xFF");
    EXPECT_EQ(visible("C:\\a"), "C:\\a");
    EXPECT_EQ(visible("\\x1B"), "\\x5Cx1B");
}

TEST(Text, EscapesCanBeUndone) {
    std::mt19937 random(22);
    for (int i = 0; i < 20000; ++i) {
        const std::string text = test::hostile_text(random);
        const std::string shown = visible(text);
        ASSERT_TRUE(is_utf8(shown));
        ASSERT_EQ(test::unescape(shown), text);
        for (const char c : shown)
            ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    }
}

TEST(Text, OneLineAFileAndSegmentWhateverItsName) {
    std::mt19937 random(23);
    for (int i = 0; i < 2000; ++i) {
        FileRow row = hostile_row(random);
        row.outcome = Outcome::unsupported;
        const std::string report = render(ReportFormat::text, plain_facts(true), {row});
        const std::string rows = report.substr(0, report.find("\n\nfiles "));
        ASSERT_EQ(std::count(rows.begin(), rows.end(), '\n'), static_cast<std::ptrdiff_t>(row.segments.size()));
    }
}

}  // namespace
}  // namespace tutela
