// Entries that match very many files of a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "scan/flood_watch.hpp"
#include "scan/folder.hpp"
#include "scan/scanning.hpp"

namespace tutela {
namespace {

using test::Bytes;
using test::encode_png;
using test::picture;
using test::run;
using test::RunResult;
using test::scanner_of;
using test::TestFolder;

FileRow row_of(std::uint64_t content, const std::vector<std::string>& entries) {
    std::string digest = std::to_string(content);
    digest.resize(64, '0');
    FileRow row;
    row.sha256 = digest;
    row.outcome = entries.empty() ? Outcome::clean : Outcome::matched;
    for (const std::string& entry : entries)
        row.matches.emplace_back().entry_id = entry;
    return row;
}

// Gives the watch rows that match `entries`, and says how many of them were quarantined.
class Watched {
public:
    explicit Watched(const FloodOptions& options) : watch_(options) {}

    std::size_t rows(std::size_t count, const std::vector<std::string>& entries, bool equal = false) {
        std::size_t quarantined = 0;
        for (std::size_t i = 0; i < count; ++i) {
            FileRow row = row_of(equal ? 1000 : 1001 + files_, entries);
            watch_.look(row, ++files_);
            quarantined += static_cast<std::size_t>(std::count_if(
                row.matches.begin(), row.matches.end(), [](const MatchFact& match) { return match.quarantined; }));
        }
        return quarantined;
    }
    [[nodiscard]] std::vector<Flood> floods() const { return watch_.floods(); }

private:
    FloodWatch watch_;
    std::uint64_t files_ = 0;
};

TEST(Flood, MoreFilesThanSaidAreOne) {
    Watched watched({.files = 100, .percent = 1});
    EXPECT_EQ(watched.rows(100, {"a"}), 0U);
    EXPECT_TRUE(watched.floods().empty());
    EXPECT_EQ(watched.rows(1, {"b", "a"}), 0U);
    EXPECT_EQ(watched.rows(1, {"a"}), 0U);  // flagged, and not set apart
    EXPECT_EQ(watched.floods(), (std::vector<Flood>{{"a", 102, false}}));
}

TEST(Flood, AndMoreOfTheFilesSoFar) {
    Watched watched({.files = 10, .percent = 50});
    watched.rows(20, {});
    watched.rows(20, {"a"});  // half of 40: not more than half
    EXPECT_TRUE(watched.floods().empty());
    watched.rows(1, {"a"});
    EXPECT_EQ(watched.floods(), (std::vector<Flood>{{"a", 21, false}}));
    watched.rows(1000, {});  // it stays flagged
    EXPECT_EQ(watched.floods(), (std::vector<Flood>{{"a", 21, false}}));
}

TEST(Flood, EqualFilesCountOnce) {
    Watched watched({.files = 3, .percent = 0, .quarantine = true});
    EXPECT_EQ(watched.rows(1000, {"a"}, true), 0U);
    EXPECT_EQ(watched.rows(2, {"a", "a"}), 0U);  // and an entry once a file
    EXPECT_TRUE(watched.floods().empty());
    EXPECT_EQ(watched.rows(1, {"a"}), 1U);
    EXPECT_EQ(watched.rows(5, {"a"}, true), 5U);
    EXPECT_EQ(watched.floods(), (std::vector<Flood>{{"a", 4, true}}));
}

TEST(Flood, NothingIsFlaggedWhenItIsOff) {
    Watched watched({.files = 0, .percent = 0, .quarantine = true});
    EXPECT_EQ(watched.rows(1000, {"a"}), 0U);
    EXPECT_TRUE(watched.floods().empty());
}

// Twelve different files of picture 1, among them two of others, and a copy of the first.
void fill(const TestFolder& folder) {
    for (int i = 0; i < 12; ++i) {
        Bytes bytes = encode_png(picture(1).view());
        bytes.insert(bytes.end(), static_cast<std::size_t>(i), std::uint8_t{0});
        folder.write("a" + std::to_string(10 + i), bytes);
    }
    folder.write("a00", encode_png(picture(1).view()));
    folder.write("a155", encode_png(picture(2).view()));
    folder.write("a195", encode_png(picture(3).view()));
}

ScanOptions flooded_by_five() {
    ScanOptions options;
    options.flood = {.files = 5, .percent = 10, .quarantine = true};
    return options;
}

void expect_flooded(const RunResult& result) {
    ASSERT_EQ(result.rows.size(), 15U);
    std::size_t different = 0;  // of picture 1
    for (const FileRow& row : result.rows) {
        if (row.matches.empty()) {
            EXPECT_EQ(row.outcome, Outcome::clean);
            continue;
        }
        EXPECT_EQ(row.outcome, Outcome::matched) << row.path;  // quarantined or not
        ASSERT_EQ(row.matches.size(), 1U) << row.path;
        if (row.matches.front().entry_id == "s1" && !row.path.ends_with("a10")) ++different;  // a10 is a00
        EXPECT_EQ(row.matches.front().quarantined, row.matches.front().entry_id == "s1" && different > 5) << row.path;
    }
    EXPECT_EQ(different, 12U);
    EXPECT_EQ(result.totals.count(Outcome::matched), 14U);
    EXPECT_EQ(result.totals.entries_hit, 14U);
    EXPECT_EQ(result.totals.quarantined, 7U);
    EXPECT_EQ(result.totals.floods, (std::vector<Flood>{{"s1", 12, true}}));
}

TEST(ScanFlood, QuarantinedMatchesStayInTheReportWhateverTheExecutor) {
    const TestFolder folder;
    fill(folder);
    const Scanner scanner = scanner_of({1, 2}, flooded_by_five());
    expect_flooded(run(scanner, {folder.path()}));
    ThreadPool pool(4);
    for (int i = 0; i < 5; ++i)
        expect_flooded(run(scanner, {folder.path()}, pool));
}

TEST(ScanFlood, AContinuedRunFlagsWhatAnUndisturbedOneFlags) {
    const TestFolder folder;
    const TestFolder journals;
    fill(folder);
    const Scanner scanner = scanner_of({1, 2}, flooded_by_five());
    const std::vector<std::string> paths = {folder.path()};
    InlineExecutor executor;
    for (const std::size_t most : {3U, 9U, 14U}) {
        const std::string path = journals / std::to_string(most);
        std::size_t rows = 0;
        {
            Journal journal = Journal::create(path).value();
            ScanControl control;
            control.journal = &journal;
            const Result<RunTotals> cut = scanner.scan(
                paths, executor,
                [&](const FileRow&) { return rows++ < most ? Status() : Status(StatusCode::io_error, "full"); },
                control);
            EXPECT_FALSE(cut.ok());
        }
        Journal journal = Journal::open(path).value();
        ScanControl control;
        control.journal = &journal;
        RunResult result;
        const Result<RunTotals> totals = scanner.scan(
            paths, executor,
            [&](const FileRow& row) {
                result.rows.push_back(row);
                return Status();
            },
            control);
        ASSERT_TRUE(totals.ok()) << totals.status().to_string();
        result.totals = totals.value();
        expect_flooded(result);
    }
}

TEST(ScanFlood, OptionsOutOfRangeAreRefused) {
    ScanOptions options;
    options.flood.percent = 101;
    EXPECT_EQ(Scanner::create(test::list_of({1}), options).status().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela
