// Whole runs: order, executors, duplicates, stopping, receivers that fail.
#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "scan/folder.hpp"
#include "scan/scanning.hpp"

namespace tutela {
namespace {

using test::Bytes;
using test::encode_jpeg;
using test::encode_png;
using test::encode_webp;
using test::flat_picture;
using test::picture;
using test::run;
using test::RunResult;
using test::scanner_of;
using test::TestFolder;

void expect_sums(const RunResult& result) {
    RunTotals totals;
    std::uint64_t sum = 0;
    for (const FileRow& row : result.rows)
        totals.add(row);
    for (std::uint32_t i = 1; i <= kOutcomes; ++i)
        sum += result.totals.count(static_cast<Outcome>(i));
    EXPECT_EQ(sum, result.totals.files);
    EXPECT_EQ(result.totals.files, result.rows.size());
    EXPECT_EQ(result.totals.by_outcome, totals.by_outcome);
    EXPECT_EQ(result.totals.damaged, totals.damaged);
    EXPECT_EQ(result.totals.bytes, totals.bytes);
    EXPECT_EQ(result.totals.entries_hit, totals.entries_hit);
}

Bytes cut(Bytes bytes) {
    bytes.resize(bytes.size() / 2);
    return bytes;
}

// A folder of everything: pictures in the list and not, copies, damaged and broken ones, words, odd names.
void fill_mixed(const TestFolder& folder) {
    std::mt19937 random(60);
    std::vector<Bytes> contents;
    for (std::uint32_t seed = 1; seed <= 12; ++seed) {
        const Frame frame = picture(seed);
        contents.push_back(encode_png(frame.view()));
        contents.push_back(encode_jpeg(frame.view()));
        contents.push_back(encode_webp(frame.view()));
        contents.push_back(cut(contents[contents.size() - 2]));
        contents.push_back(cut(contents[contents.size() - 4]));
    }
    contents.push_back(encode_png(flat_picture(5).view()));
    contents.push_back(encode_png(flat_picture(5, 3, 9).view()));
    contents.push_back({'w', 'o', 'r', 'd'});
    contents.push_back({});
    for (int sub = 0; sub < 6; ++sub) {
        const std::string name = "folder" + std::to_string(sub);
        folder.folder(name);
        for (int i = 0; i < 40; ++i)
            folder.write(name + "/" + std::to_string(random() % 100000), contents[random() % contents.size()]);
        folder.write(name + "/bad\xff\n name", contents[0]);
        folder.link(name + "/link", ".");
    }
}

TEST(ScanRun, RowsDoNotDependOnTheExecutor) {
    const TestFolder folder;
    fill_mixed(folder);
    const Scanner scanner = scanner_of({1, 3, 5, 7, 100});
    const std::vector<std::string> paths{folder.path(), folder / "folder3", "/dev/zero", folder / "none"};
    const RunResult expected = run(scanner, paths);
    expect_sums(expected);
    EXPECT_GT(expected.totals.count(Outcome::matched), 10U);
    EXPECT_GT(expected.totals.count(Outcome::clean), 10U);
    EXPECT_GT(expected.totals.damaged, 0U);
    EXPECT_GT(expected.totals.duplicates, 100U);
    for (const std::size_t threads : {1, 2, 4, 8}) {
        ThreadPool pool(threads);
        for (int repeat = 0; repeat < 3; ++repeat) {
            const RunResult result = run(scanner, paths, pool);
            ASSERT_EQ(result.rows, expected.rows) << threads << " threads";
            EXPECT_EQ(result.totals.duplicates, expected.totals.duplicates);
            EXPECT_FALSE(result.totals.interrupted);
            expect_sums(result);
        }
    }
}

// A row is what the file's bytes alone give, wherever else they were seen before.
TEST(ScanRun, RowsEqualThoseOfTheFilesOneByOne) {
    const TestFolder folder;
    fill_mixed(folder);
    const Scanner scanner = scanner_of({1, 3, 5});
    ThreadPool pool(4);
    for (const FileRow& row : run(scanner, {folder.path()}, pool).rows) {
        const RunResult alone = run(scanner, {row.path});
        if (row.reason == "a symbolic link, not followed") continue;  // a path that is named is followed
        ASSERT_EQ(alone.rows.size(), 1U);
        ASSERT_EQ(alone.rows[0], row);
    }
}

TEST(ScanRun, CountsDuplicatesOfPictures) {
    const TestFolder folder;
    for (const char* name : {"a", "b", "c"})
        folder.write(name, encode_png(picture(1).view()));
    for (const char* name : {"d", "e"})
        folder.write(name, encode_png(picture(2).view()));
    folder.write("f", "words");
    folder.write("g", "words");
    ThreadPool pool(4);
    const RunResult result = run(scanner_of({1}), {folder.path()}, pool);
    EXPECT_EQ(result.totals.duplicates, 3U);
    EXPECT_EQ(result.totals.files, 7U);
    EXPECT_EQ(result.totals.count(Outcome::matched), 3U);
}

TEST(ScanRun, TakesAFolderOfFiveThousandFiles) {
    const TestFolder folder;
    const Bytes known = encode_png(picture(1).view());
    for (int i = 0; i < 5000; ++i)
        folder.write(std::to_string(10000 + i), i % 100 == 0 ? known : Bytes{'x'});
    ThreadPool pool(4);
    const RunResult result = run(scanner_of({1}), {folder.path()}, pool);
    ASSERT_EQ(result.rows.size(), 5000U);
    for (std::size_t i = 0; i < result.rows.size(); ++i) {
        ASSERT_EQ(result.rows[i].path, folder / std::to_string(10000 + i));
        ASSERT_EQ(result.rows[i].outcome, i % 100 == 0 ? Outcome::matched : Outcome::unsupported);
    }
    EXPECT_EQ(result.totals.duplicates, 49U);
}

TEST(ScanRun, ReadsFilesAtAnyDepth) {
    TestFolder folder;
    folder.nest(2000, 1);
    ThreadPool pool(2);
    const RunResult result = run(scanner_of({}), {folder.path()}, pool);
    EXPECT_EQ(result.totals.files, 2001U);
    EXPECT_EQ(result.totals.count(Outcome::unsupported), 2001U);
    for (const FileRow& row : result.rows)
        ASSERT_EQ(row.reason, "an empty file");
    EXPECT_GT(result.rows.front().path.size(), 4000U);
}

TEST(ScanRun, StopsBetweenFilesWithRowsInOrder) {
    // More files than the window of rows that wait for their turn: however far ahead of the stop the workers are, some
    // files are left.
    constexpr std::uint64_t kFiles = 1500;
    const TestFolder folder;
    for (std::uint64_t i = 0; i < kFiles; ++i)
        folder.write(std::to_string(1000 + i), "words");
    for (const std::size_t threads : {1, 4}) {
        std::atomic<bool> stop{false};
        ScanOptions options;
        options.stop = &stop;
        std::uint64_t seen = 0;
        options.progress = [&](const ScanProgress& progress) {
            EXPECT_EQ(progress.files_done, ++seen);
            EXPECT_EQ(progress.files_total, kFiles);
            if (progress.files_done == 20) stop = true;
        };
        const Scanner scanner = scanner_of({1}, options);
        ThreadPool pool(threads);
        const RunResult result = run(scanner, {folder.path()}, pool);
        EXPECT_TRUE(result.totals.interrupted);
        ASSERT_GE(result.rows.size(), 20U);
        expect_sums(result);
        for (std::size_t i = 0; i < result.rows.size(); ++i)
            ASSERT_EQ(result.rows[i].path, folder / std::to_string(1000 + i));
        // Stopped before it began.
        const RunResult nothing = run(scanner, {folder.path()}, pool);
        EXPECT_TRUE(nothing.totals.interrupted);
        EXPECT_TRUE(nothing.rows.empty());
    }
}

TEST(ScanRun, StopAfterTheLastRowInterruptsNothing) {
    const TestFolder folder;
    folder.write("a", "words");
    folder.write("b", "words");
    std::atomic<bool> stop{false};
    ScanOptions options;
    options.stop = &stop;
    options.progress = [&](const ScanProgress& progress) { stop = progress.files_done == progress.files_total; };
    EXPECT_FALSE(run(scanner_of({}, options), {folder.path()}).totals.interrupted);
}

TEST(ScanRun, AControlHoldsForItsCallAloneInPlaceOfTheOptions) {
    const TestFolder folder;
    for (int i = 0; i < 40; ++i)
        folder.write(std::to_string(100 + i), "words");
    const std::vector<std::string> paths{folder.path()};
    const std::atomic<bool> always{true};
    std::uint64_t told_options = 0;
    ScanOptions options;
    options.stop = &always;
    options.progress = [&](const ScanProgress&) { ++told_options; };
    const Scanner scanner = scanner_of({1}, options);
    InlineExecutor executor;

    std::atomic<bool> stop{false};
    std::uint64_t told = 0;
    const ScanControl control{&stop, [&](const ScanProgress& progress) { told = progress.files_done; }};
    std::size_t rows = 0;
    const auto count = [&](const FileRow&) {
        stop = ++rows == 45;  // in the second call
        return Status();
    };
    const Result<RunTotals> whole = scanner.scan(paths, executor, count, control);
    ASSERT_TRUE(whole.ok());
    EXPECT_FALSE(whole.value().interrupted);
    EXPECT_EQ(told, 40U);
    const Result<RunTotals> stopped = scanner.scan(paths, executor, count, control);
    ASSERT_TRUE(stopped.ok());
    EXPECT_TRUE(stopped.value().interrupted);
    EXPECT_EQ(stopped.value().files, 5U);
    EXPECT_EQ(told, 5U);
    EXPECT_EQ(told_options, 0U);
    // Without a control the options hold.
    EXPECT_TRUE(run(scanner, paths).totals.interrupted);
}

TEST(ScanRun, AnErrorOfTheReceiverEndsTheRunAndComesBack) {
    const TestFolder folder;
    for (int i = 0; i < 300; ++i)
        folder.write(std::to_string(i), "words");
    const std::vector<std::string> paths{folder.path()};
    const Scanner scanner = scanner_of({1});
    for (const std::size_t threads : {1, 4}) {
        ThreadPool pool(threads);
        int rows = 0;
        const Result<RunTotals> totals = scanner.scan(paths, pool, [&](const FileRow&) {
            return ++rows == 10 ? Status(StatusCode::io_error, "no space left") : Status();
        });
        ASSERT_FALSE(totals.ok());
        EXPECT_EQ(totals.status().message(), "no space left");
        EXPECT_EQ(rows, 10);
    }
    InlineExecutor executor;
    EXPECT_EQ(scanner.scan(paths, executor, {}).status().code(), StatusCode::invalid_argument);
}

TEST(ScanRun, NothingToScanIsFine) {
    const TestFolder folder;
    for (const std::vector<std::string>& paths : {std::vector<std::string>{}, {folder.path()}}) {
        const RunResult result = run(scanner_of({1}), paths);
        EXPECT_TRUE(result.rows.empty());
        EXPECT_EQ(result.totals.files, 0U);
        EXPECT_FALSE(result.totals.interrupted);
    }
}

TEST(ScanRun, SeveralScansOfOneScannerAtOnce) {
    const TestFolder folder;
    fill_mixed(folder);
    const Scanner scanner = scanner_of({1, 3});
    const RunResult expected = run(scanner, {folder.path()});
    ThreadPool pool(3);
    std::vector<RunResult> results(3);
    pool.run(3, [&](std::size_t i) { results[i] = run(scanner, {folder.path()}); });
    for (const RunResult& result : results)
        EXPECT_EQ(result.rows, expected.rows);
}

TEST(Scanner, ChecksItsOptionsAndSaysWhatItIs) {
    ScanOptions options;
    options.radius = 257;
    EXPECT_EQ(Scanner::create(test::list_of({}), options).status().code(), StatusCode::invalid_argument);
    options = {};
    options.min_quality = 101;
    EXPECT_EQ(Scanner::create(test::list_of({}), options).status().code(), StatusCode::invalid_argument);
    options.min_quality = -1;
    EXPECT_EQ(Scanner::create(test::list_of({}), options).status().code(), StatusCode::invalid_argument);

    options = {};
    options.radius = 12;
    options.min_quality = 34;
    const Scanner scanner = scanner_of({1, 2}, options);
    const RunFacts facts = scanner.facts();
    EXPECT_EQ(facts.tool_version, version());
    EXPECT_EQ(facts.hash_algorithm, "pdq");
    EXPECT_EQ(facts.list_digest, scanner.list().digest_hex());
    EXPECT_EQ(facts.list_entries, 2U);
    EXPECT_EQ(facts.radius, 12U);
    EXPECT_EQ(facts.min_quality, 34);
    EXPECT_FALSE(facts.show_hashes);
}

}  // namespace
}  // namespace tutela
