// Scans with sandboxed decoders: the same rows as without, and a row for each file that breaks one.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/temp_folder.hpp"
#include "media/samples.hpp"
#include "media/sandboxing.hpp"
#include "scan/archive_scanner.hpp"
#include "scan/scanning.hpp"
#include "scan/toy_engine.hpp"
#include "tutela/journal.hpp"

namespace tutela::test {
namespace {

void write(const TempFolder& folder, const std::string& name, const Bytes& bytes) {
    std::ofstream file(folder.path() / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

ScanOptions sandboxed(const WorkerOptions& worker) {
    ScanOptions options;
    options.isolation = Isolation::sandboxed;
    options.worker = worker;
    return options;
}

TEST(SandboxedScan, GivesTheRowsOfAScanInProcess) {
    const TempFolder folder;
    for (const Sample& sample : all_samples(120, 90)) {
        write(folder, sample.name, sample.bytes);
        write(folder, sample.name + ".cut", Bytes(sample.bytes.begin(), sample.bytes.end() - 40));
        write(folder, sample.name + ".stub", Bytes(sample.bytes.begin(), sample.bytes.begin() + 60));
    }
    write(folder, "known", encode_png(picture(1).view()));
    const std::vector<std::string> paths{folder.path().string()};
    const RunResult ours = run(scanner_of({1, 2}), paths);
    for (const std::size_t threads : {1, 3}) {
        ThreadPool pool(threads);
        const RunResult theirs = run(scanner_of({1, 2}, sandboxed(real_worker())), paths, pool);
        EXPECT_TRUE(ours.rows == theirs.rows);
    }
    EXPECT_EQ(ours.totals.count(Outcome::matched), 1U);
    EXPECT_GT(ours.rows.size(), 80U);
}

TEST(SandboxedScan, GivesFramesToEngines) {
    const ToyEngine::Value value = ToyEngine::value_of(picture(1).view());
    const CarriedHashView hash = carried_of(value);
    ListBuilder builder;
    ASSERT_TRUE(builder.add({.id = "alone", .carried = {&hash, 1}}).ok());
    ScanOptions options = sandboxed(real_worker());
    options.engines = {std::make_shared<const ToyEngine>()};
    const Result<Scanner> scanner = Scanner::create(builder.build().value(), options);
    ASSERT_TRUE(scanner.ok()) << scanner.status().to_string();
    const FileRow row = scanner.value().scan_bytes(encode_png(picture(1).view()), "a");
    EXPECT_EQ(row.outcome, Outcome::matched);
    ASSERT_EQ(row.matches.size(), 1U);
    EXPECT_EQ(row.matches[0].entry_id, "alone");
    EXPECT_EQ(row.matches[0].variant, "toy");
}

TEST(SandboxedScan, AccountsForFilesThatBreakADecoder) {
    const TempFolder folder;
    write(folder, "a crash", script("abort"));
    write(folder, "b known", encode_png(picture(1).view()));
    write(folder, "c spin", script("spin"));
    write(folder, "d socket", script("socket"));
    write(folder, "e alloc", script("alloc"));
    write(folder, "f known", encode_png(picture(2).view()));
    write(folder, "g lie", script("lie length"));
    write(folder, "h clean", encode_png(picture(3).view()));
    ScanOptions options = sandboxed(fault_worker());
    options.limits.max_frame_seconds = 1;
    options.limits.max_memory = 256U << 20;
    const Scanner scanner = scanner_of({1, 2}, options);
    const RunResult result = run(scanner, {folder.path().string()});
    ASSERT_EQ(result.rows.size(), 8U);
    const std::vector<std::pair<Outcome, std::string>> expected = {
        {Outcome::crashed, "SIGABRT"}, {Outcome::matched, ""},      {Outcome::timeout, "more than 1 second"},
        {Outcome::crashed, "may not"}, {Outcome::memory, "memory"}, {Outcome::matched, ""},
        {Outcome::crashed, "answer"},  {Outcome::clean, ""},
    };
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const FileRow& row = result.rows[i];
        EXPECT_EQ(row.outcome, expected[i].first) << row.path << ": " << row.reason;
        EXPECT_NE(row.reason.find(expected[i].second), std::string::npos) << row.path << ": " << row.reason;
        EXPECT_TRUE(row.sha256) << row.path;
        EXPECT_EQ(row.format.empty(), false) << row.path;
    }
    EXPECT_EQ(result.totals.count(Outcome::crashed), 3U);
    EXPECT_EQ(scanner.facts().isolation, "sandboxed");
}

// Small files are decoded several at a time; what one of them does to the worker is no other file's business.
TEST(SandboxedScan, GivesSmallFilesTheRowsThatTheyHaveAlone) {
    const TempFolder folder;
    const char* const deeds[] = {"crash", "exit", "close", "throw", "socket", "lie call", "frames 2 crash", "alloc"};
    std::size_t deed = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
        const std::string name = std::to_string(1000 + i);
        if (i > 20 && i % 9 == 0 && deed < std::size(deeds)) {
            write(folder, name, script(deeds[deed++]));
        } else {
            Bytes bytes = i % 2 == 0 ? encode_png(picture(i % 30, 60).view()) : encode_jpeg(picture(i, 60).view());
            if (i % 11 == 5) bytes.resize(bytes.size() * 2 / 3);
            if (i % 13 == 5) bytes[bytes.size() / 2] ^= 0x10;
            write(folder, name, bytes);
        }
    }
    ASSERT_EQ(deed, std::size(deeds));
    ScanOptions options = sandboxed(fault_worker());
    options.limits.max_memory = 256U << 20;
    const Scanner scanner = scanner_of({1, 2}, options);
    std::vector<FileRow> alone;
    for (std::uint32_t i = 0; i < 100; ++i) {
        const RunResult one = run(scanner, {(folder.path() / std::to_string(1000 + i)).string()});
        ASSERT_EQ(one.rows.size(), 1U);
        alone.push_back(one.rows.front());
    }
    for (const std::size_t threads : {1, 3}) {
        ThreadPool pool(threads);
        const RunResult together = run(scanner, {folder.path().string()}, pool);
        ASSERT_EQ(together.rows.size(), alone.size());
        for (std::size_t i = 0; i < alone.size(); ++i)
            EXPECT_TRUE(together.rows[i] == alone[i]) << alone[i].path << ": " << together.rows[i].reason;
        EXPECT_EQ(together.totals.count(Outcome::crashed), 5U);
        EXPECT_EQ(together.totals.count(Outcome::memory), 2U);
    }
}

// Whatever row it comes at, a stop lets no row go out that a run to the end would not have at that place, and the rest
// is done by the run that goes on.
TEST(SandboxedScan, StopsBetweenFilesThatAreDecodedTogether) {
    const TempFolder folder;
    const TempFolder journals;
    for (std::uint32_t i = 0; i < 60; ++i)
        write(folder, std::to_string(1000 + i), encode_png(picture(i, 50).view()));
    const Scanner scanner = scanner_of({1, 2}, sandboxed(real_worker()));
    const std::vector<std::string> paths{folder.path().string()};
    const std::vector<FileRow> whole = run(scanner, paths).rows;
    for (const std::size_t most : {1U, 17U, 33U, 59U}) {
        const std::string name = (journals.path() / std::to_string(most)).string();
        std::atomic<bool> stop{false};
        bool stops = true;
        std::vector<FileRow> rows;
        const auto scan = [&](Result<Journal> journal) {
            EXPECT_TRUE(journal.ok()) << journal.status().to_string();
            ScanControl control;
            control.stop = &stop;
            control.journal = &journal.value();
            InlineExecutor executor;
            rows.clear();
            const auto on_row = [&](const FileRow& row) {
                rows.push_back(row);
                if (stops && rows.size() == most) stop = true;
                return Status();
            };
            const Result<RunTotals> totals = scanner.scan(paths, executor, on_row, control);
            EXPECT_TRUE(totals.ok()) << totals.status().to_string();
            return totals.ok() && totals.value().interrupted;
        };
        EXPECT_TRUE(scan(Journal::create(name, {.keep_hashes = true})));
        EXPECT_TRUE(rows == std::vector<FileRow>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(most)));
        stop = false;
        stops = false;
        EXPECT_FALSE(scan(Journal::open(name, {.keep_hashes = true})));
        EXPECT_TRUE(rows == whole);
    }
}

TEST(SandboxedScan, KeepsMatchesOfFramesBeforeACrash) {
    ListBuilder builder;
    ASSERT_TRUE(builder.add({Hash256{}, "flat", "", ""}).ok());  // of the frames that a script gives
    ScanOptions options = sandboxed(fault_worker());
    options.min_quality = 0;
    options.profile = Profile::plain;
    Result<Scanner> scanner = Scanner::create(builder.build().value(), options);
    ASSERT_TRUE(scanner.ok()) << scanner.status().to_string();
    const FileRow row = scanner.value().scan_bytes(script("frames 3 abort"), "upload");
    EXPECT_EQ(row.outcome, Outcome::matched) << row.reason;
    EXPECT_NE(row.reason.find("SIGABRT"), std::string::npos) << row.reason;
    EXPECT_EQ(row.frames, 3U);
    const FileRow whole = scanner.value().scan_bytes(script("frames 3"), "upload");
    EXPECT_EQ(whole.outcome, Outcome::matched);
    EXPECT_EQ(whole.reason, "");
}

TEST(SandboxedScan, IsNotCleanWhenItBrokeBeforeItsEnd) {
    ScanOptions options = sandboxed(fault_worker());
    options.min_quality = 0;
    const Scanner scanner = scanner_of({1}, options);
    EXPECT_EQ(scanner.scan_bytes(script("frames 3"), "upload").outcome, Outcome::clean);
    EXPECT_EQ(scanner.scan_bytes(script("frames 3 abort"), "upload").outcome, Outcome::crashed);
}

TEST(SandboxedScan, FailsWhenTheSandboxCannotStart) {
    const Result<Scanner> scanner = Scanner::create(list_of({1}), sandboxed({"/nowhere/tutela-worker"}));
    ASSERT_FALSE(scanner.ok());
    EXPECT_EQ(scanner.status().code(), StatusCode::not_found);
    EXPECT_TRUE(scanner.status().message().starts_with("the sandbox cannot start: ")) << scanner.status().to_string();
    ScanOptions unknown;
    unknown.isolation = static_cast<Isolation>(7);
    EXPECT_EQ(Scanner::create(list_of({1}), unknown).status().code(), StatusCode::invalid_argument);
}

// A worker program that an upgrade takes away for a while.
class LostWorker : public ::testing::Test {
protected:
    LostWorker() {
        std::filesystem::copy_file(TUTELA_FAULT_WORKER, program_);
        write(files_, "a known", encode_png(picture(1).view()));
        write(files_, "b breaks it", script("exit"));
        write(files_, "c known", encode_png(picture(2).view()));
    }

    Result<RunTotals> scan(const Scanner& scanner, Result<Journal> journal) {
        InlineExecutor executor;
        rows_.clear();
        EXPECT_TRUE(journal.ok()) << journal.status().to_string();
        ScanControl control;
        control.journal = &journal.value();
        const auto on_row = [&](const FileRow& row) {
            if (goes_) std::filesystem::remove(program_);
            rows_.push_back(row);
            return Status();
        };
        const std::vector<std::string> paths{files_.path().string()};
        return scanner.scan(paths, executor, on_row, control);
    }

    TempFolder folder_;
    TempFolder files_;
    std::string program_ = (folder_.path() / "tutela-worker").string();
    std::string journal_ = (folder_.path() / "journal").string();
    bool goes_ = false;  // with the first row
    std::vector<FileRow> rows_;
};

TEST_F(LostWorker, EndsTheScanAndLosesNoFile) {
    const Scanner scanner = scanner_of({1, 2}, sandboxed({program_}));
    const std::string away = program_ + ".old";
    std::filesystem::rename(program_, away);
    const Result<RunTotals> cut = scan(scanner, Journal::create(journal_));
    EXPECT_EQ(cut.status().code(), StatusCode::unavailable) << cut.status().to_string();
    ASSERT_EQ(rows_.size(), 1U);
    EXPECT_EQ(rows_[0].outcome, Outcome::matched);

    std::filesystem::rename(away, program_);
    const Result<RunTotals> rest = scan(scanner, Journal::open(journal_));
    ASSERT_TRUE(rest.ok()) << rest.status().to_string();
    ASSERT_EQ(rows_.size(), 3U);
    EXPECT_EQ(rows_[0].outcome, Outcome::matched);
    EXPECT_EQ(rows_[1].outcome, Outcome::crashed);
    EXPECT_NE(rows_[1].reason.find("status 7"), std::string::npos) << rows_[1].reason;
    EXPECT_EQ(rows_[2].outcome, Outcome::matched);
}

TEST_F(LostWorker, EndsTheScanAtAnArchive) {
    write(files_, "a breaks it", archive_script("exit"));
    write(files_, "a not opened", archive_script("short 1"));
    const Scanner scanner = scanner_of({1, 2}, sandboxed({program_}));
    goes_ = true;
    const Result<RunTotals> cut = scan(scanner, Journal::create(journal_));
    EXPECT_EQ(cut.status().code(), StatusCode::unavailable) << cut.status().to_string();
    ASSERT_EQ(rows_.size(), 1U);
    EXPECT_EQ(rows_[0].outcome, Outcome::crashed);
}

TEST_F(LostWorker, IsStartedOnceItIsBack) {
    const Scanner scanner = scanner_of({1}, sandboxed({program_}));
    const std::string away = program_ + ".old";
    std::filesystem::rename(program_, away);
    const FileRow row = scanner.scan_bytes(script("exit"), "upload");
    EXPECT_EQ(row.outcome, Outcome::crashed);
    EXPECT_TRUE(row.reason.starts_with("unavailable")) << row.reason;
    std::filesystem::rename(away, program_);
    EXPECT_EQ(scanner.scan_bytes(encode_png(picture(1).view()), "upload").outcome, Outcome::matched);
}

// Each upload on a thread of its own, as a server has them: the worker must not end with the thread that started it.
TEST(SandboxedScan, KeepsItsWorkersFromThreadToThread) {
    const Scanner scanner = scanner_of({1}, sandboxed(real_worker()));
    const Bytes known = encode_png(picture(1).view());
    for (int i = 0; i < 20; ++i) {
        std::thread([&] { EXPECT_EQ(scanner.scan_bytes(known, "upload").outcome, Outcome::matched); }).join();
    }
}

// Stands for a sandboxed decoder of archives that can be anything.
class FakeArchive final : public Decoder {
public:
    struct Answer {
        Status status;
        std::string path{};
        std::span<const std::uint8_t> bytes{};
    };
    // What the source gives, for each opening of it.
    explicit FakeArchive(std::vector<std::vector<Answer>> openings) : openings_(std::move(openings)) {}

    Result<std::span<std::uint8_t>> room(std::size_t) override { return Status(StatusCode::limit); }
    Result<std::unique_ptr<FrameSource>> open(std::span<const std::uint8_t>, const DecodeLimits&, DecodeMode) override {
        return Status(StatusCode::unsupported);
    }
    Result<std::unique_ptr<FrameSource>> open_video(const VideoInput&, const DecodeLimits&,
                                                    const tutela::Sampling&) override {
        return Status(StatusCode::unsupported);
    }
    Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t>, const ArchiveLimits&,
                                                        const DecodeLimits&) override {
        EXPECT_LT(opened_, openings_.size());
        return std::unique_ptr<ArchiveSource>(std::make_unique<Source>(openings_[opened_++]));
    }
    void trim() noexcept override {}

    [[nodiscard]] std::size_t opened() const noexcept { return opened_; }

private:
    class Source final : public ArchiveSource {
    public:
        explicit Source(const std::vector<Answer>& answers) : answers_(answers) {}

        Result<bool> next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) override {
            entry = ArchiveEntry();
            bytes = {};
            if (ended_) return false;
            const Answer& answer = answers_[given_++];
            ended_ = given_ == answers_.size() || !answer.status.ok();
            if (!answer.status.ok()) return answer.status;
            entry.path = answer.path;
            entry.is_file = true;
            bytes = answer.bytes;
            return true;
        }
        [[nodiscard]] bool ended() const noexcept override { return ended_; }

    private:
        const std::vector<Answer>& answers_;
        std::size_t given_ = 0;
        bool ended_ = false;
    };

    std::vector<std::vector<Answer>> openings_;
    std::size_t opened_ = 0;
};

ScannedItem scan_archive(Decoder& own, const ScanOptions& options, FindingCache& cache) {
    const HashList list = list_of({1});
    const auto index = list.open_index({.radius = 31});
    EXPECT_TRUE(index.ok());
    DecoderPool pool(options);
    DecoderStack levels(pool, list, *index.value(), options, own);
    ScannedItem item(1);
    const Bytes bytes{'P', 'K', 3, 4};
    const KnownFiles known(list, nullptr, ListFilter());
    EXPECT_TRUE(ArchiveScanner(levels, options, nullptr, cache, known).scan(bytes, MediaFormat::zip, item).ok());
    return item;
}

// A process that unpacks an archive can write to a file while the host looks at it. What it says of a digest must be
// of the bytes with this digest, or it would be kept for every file that has it.
TEST(SandboxedScan, DigestsTheBytesThatAreDecoded) {
    const Bytes known = encode_png(picture(1).view());
    Bytes other = known;  // as long, and clean: its pixels are cut off
    std::fill(other.begin() + 60, other.end(), std::uint8_t{0});
    const std::string known_digest = bytes_to_hex(sha256(known));
    Bytes shared = known;
    std::atomic<bool> done = false;
    std::thread writer([&] {
        for (std::size_t round = 0; !done; ++round) {
            volatile std::uint8_t* to = shared.data();
            const Bytes& from = round % 2 == 0 ? other : known;
            for (std::size_t i = 60; i < from.size(); ++i)
                to[i] = from[i];
            std::this_thread::sleep_for(std::chrono::microseconds(20));
        }
    });
    const ScanOptions options = sandboxed(real_worker());
    for (int round = 0; round < 20; ++round) {
        FindingCache cache;
        FakeArchive archive({std::vector<FakeArchive::Answer>(5, {Status(), "a.png", shared})});
        const ScannedItem item = scan_archive(archive, options, cache);
        ASSERT_EQ(item.size(), 6U);
        for (std::size_t i = 1; i < item.size(); ++i) {
            if (item[i].row.sha256 == known_digest) {
                EXPECT_EQ(item[i].row.outcome, Outcome::matched);
                EXPECT_FALSE(item[i].row.damaged);
            }
        }
    }
    done = true;
    writer.join();
}

TEST(SandboxedScan, OpensAnArchiveOnceMoreThatBrokeADecoderBeforeItsFirstEntry) {
    const ScanOptions options = sandboxed(real_worker());
    const Bytes known = encode_png(picture(1).view());
    const FakeArchive::Answer file{Status(), "a.png", known};
    const auto scan = [&](std::vector<std::vector<FakeArchive::Answer>> openings, std::size_t expected_openings) {
        FindingCache cache;
        FakeArchive archive(std::move(openings));
        const ScannedItem item = scan_archive(archive, options, cache);
        EXPECT_EQ(archive.opened(), expected_openings);
        std::string text(outcome_name(item[0].row.outcome));
        for (std::size_t i = 1; i < item.size(); ++i)
            text += ' ' + item[i].row.inner + ' ' + std::string(outcome_name(item[i].row.outcome));
        return text;
    };
    const std::vector<FakeArchive::Answer> crash{{Status(StatusCode::crashed, "it broke")}};
    const std::vector<FakeArchive::Answer> late{file, crash[0]};
    EXPECT_EQ(scan({crash, {file}}, 2), "container a.png matched");
    EXPECT_EQ(scan({{{Status(StatusCode::timeout, "slow")}}, {file}}, 2), "container a.png matched");
    EXPECT_EQ(scan({crash, crash, {file}}, 2), "crashed");
    EXPECT_EQ(scan({late, {file}}, 1), "crashed a.png matched");
    EXPECT_EQ(scan({crash, late}, 2), "crashed a.png matched");
    EXPECT_EQ(scan({{{Status(StatusCode::corrupt, "cut")}}, {file}}, 1), "container");
}

}  // namespace
}  // namespace tutela::test
