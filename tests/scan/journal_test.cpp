// Journals: what is written comes back, a cut or damaged one is continued or refused, and nothing else happens to it.
#include "tutela/journal.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "report/rows.hpp"
#include "scan/folder.hpp"
#include "scan/journal_access.hpp"
#include "scan/row_codec.hpp"
#include "scan/scanning.hpp"
#include "scan/toy_engine.hpp"
#include "scan/tree_codec.hpp"
#include "scan/walk.hpp"

namespace tutela {
namespace {

using test::encode_png;
using test::picture;
using test::RunResult;
using test::scanner_of;
using test::TestFolder;
using test::ToyEngine;

std::string read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct JournaledRun : RunResult {
    Status status;
    std::uint64_t kept = 0;
    std::uint64_t dropped = 0;
};

// A scan with this journal; ends after `most` rows with an error of its receiver.
JournaledRun run_with(Result<Journal> journal, const Scanner& scanner, const std::vector<std::string>& paths,
                      std::size_t most = SIZE_MAX) {
    JournaledRun run;
    run.status = journal.status();
    if (!journal.ok()) return run;
    ScanControl control;
    control.journal = &journal.value();
    InlineExecutor executor;
    const Result<RunTotals> totals = scanner.scan(
        paths, executor,
        [&](const FileRow& row) {
            if (run.rows.size() == most) return Status(StatusCode::cancelled, "enough");
            run.rows.push_back(row);
            return Status();
        },
        control);
    run.status = totals.status();
    if (totals.ok()) run.totals = totals.value();
    run.kept = journal.value().inputs_kept();
    run.dropped = journal.value().bytes_dropped();
    return run;
}

JournalOptions with_hashes() {
    JournalOptions options;
    options.keep_hashes = true;
    return options;
}

void expect_same(const RunResult& got, const RunResult& expected) {
    ASSERT_EQ(got.rows, expected.rows);
    EXPECT_EQ(got.totals.files, expected.totals.files);
    EXPECT_EQ(got.totals.by_outcome, expected.totals.by_outcome);
    EXPECT_EQ(got.totals.damaged, expected.totals.damaged);
    EXPECT_EQ(got.totals.duplicates, expected.totals.duplicates);
    EXPECT_EQ(got.totals.bytes, expected.totals.bytes);
    EXPECT_EQ(got.totals.entries_hit, expected.totals.entries_hit);
    EXPECT_EQ(got.totals.interrupted, expected.totals.interrupted);
}

// A few inputs of different fates: two copies of a known picture, a broken one, words, a link, a name that is no UTF-8.
class JournalTest : public ::testing::Test {
protected:
    JournalTest() {
        tree_.folder("in");
        tree_.folder("in/sub");
        tree_.write("in/a.png", encode_png(picture(1, 64).view()));
        tree_.write("in/b.png", encode_png(picture(1, 64).view()));
        tree_.write("in/sub/cut.png", std::string("\x89PNG\r\n\x1a\n"));
        tree_.write("in/sub/w\xff", "words");
        tree_.link("in/link", "a.png");
        paths_ = {tree_ / "in", tree_ / "none"};
        ListBuilder builder;
        EXPECT_TRUE(builder.add({test::hash_of(picture(1, 64)), "known", "cat", "label"}).ok());
        scanner_.emplace(Scanner::create(builder.build().value()).value());
        expected_.rows = test::run(*scanner_, paths_).rows;
        expected_.totals = test::run(*scanner_, paths_).totals;
        EXPECT_EQ(expected_.rows.size(), 6U);
        EXPECT_EQ(expected_.totals.count(Outcome::matched), 2U);
        EXPECT_EQ(expected_.totals.duplicates, 1U);
    }

    ~JournalTest() override { std::filesystem::remove_all(journals_); }

    [[nodiscard]] std::string fresh() { return journals_ + "/journal" + std::to_string(number_++); }
    // A file that holds these bytes.
    std::string put(const std::string& bytes) {
        const std::string path = journals_ + "/copy";
        std::filesystem::remove(path);
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    // In memory where there is such a place: thousands of journals are synced here.
    static std::string make_folder() {
        std::string name = (::access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : ::testing::TempDir()) + "tutela-XXXXXX";
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        return name;
    }

    TestFolder tree_;
    std::string journals_ = make_folder();
    std::vector<std::string> paths_;
    std::optional<Scanner> scanner_;
    RunResult expected_;
    int number_ = 0;
};

TEST_F(JournalTest, AJournaledRunGivesWhatAnyRunGivesAndIsReplayedWhole) {
    const std::string path = fresh();
    const JournaledRun first = run_with(Journal::create(path, with_hashes()), *scanner_, paths_);
    ASSERT_TRUE(first.status.ok()) << first.status.to_string();
    expect_same(first, expected_);
    EXPECT_EQ(first.kept, 0U);
    const std::string bytes = read_all(path);
    const JournaledRun again = run_with(Journal::open(path, with_hashes()), *scanner_, paths_);
    ASSERT_TRUE(again.status.ok()) << again.status.to_string();
    expect_same(again, expected_);
    EXPECT_EQ(again.kept, 6U);
    EXPECT_EQ(again.dropped, 0U);
    EXPECT_EQ(read_all(path), bytes);
}

TEST_F(JournalTest, ARunCutShortAtAnyRowIsContinued) {
    for (std::size_t most = 0; most <= 6; ++most) {
        const std::string path = fresh();
        const JournaledRun first = run_with(Journal::create(path, with_hashes()), *scanner_, paths_, most);
        EXPECT_EQ(first.status.ok(), most == 6);
        const JournaledRun second = run_with(Journal::open(path, with_hashes()), *scanner_, paths_);
        ASSERT_TRUE(second.status.ok()) << second.status.to_string();
        expect_same(second, expected_);
        // The row that the receiver refused was written down before.
        EXPECT_EQ(second.kept, std::min<std::size_t>(most + 1, 6));
    }
}

TEST_F(JournalTest, ItsOwnFileIsNoInputAndTheTreeIsThatOfTheFirstRun) {
    const std::string path = tree_ / "in/journal";
    const JournaledRun first = run_with(Journal::create(path, with_hashes()), *scanner_, paths_, 2);
    EXPECT_FALSE(first.status.ok());
    tree_.write("in/0new.png", "new");
    std::filesystem::remove(tree_ / "in/sub/cut.png");
    const JournaledRun second = run_with(Journal::open(path, with_hashes()), *scanner_, paths_);
    ASSERT_TRUE(second.status.ok()) << second.status.to_string();
    ASSERT_EQ(second.rows.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_EQ(second.rows[i].path, expected_.rows[i].path);
    EXPECT_EQ(second.rows[3].path, tree_ / "in/sub/cut.png");
    EXPECT_EQ(second.rows[3].outcome, Outcome::unreadable);
}

TEST_F(JournalTest, HashesStayOutUnlessAskedFor) {
    const std::string path = fresh();
    const JournaledRun first = run_with(Journal::create(path), *scanner_, paths_);
    ASSERT_TRUE(first.status.ok());
    ASSERT_TRUE(first.rows[0].hash.has_value());
    const Hash256& hash = *first.rows[0].hash;
    const std::string raw(hash.bytes.begin(), hash.bytes.end());
    EXPECT_EQ(read_all(path).find(raw.substr(0, 8)), std::string::npos);
    EXPECT_EQ(read_all(path).find(to_hex(hash).substr(0, 16)), std::string::npos);
    const JournaledRun again = run_with(Journal::open(path), *scanner_, paths_);
    ASSERT_TRUE(again.status.ok());
    for (std::size_t i = 0; i < again.rows.size(); ++i) {
        FileRow bare = expected_.rows[i];
        bare.hash.reset();
        EXPECT_EQ(again.rows[i], bare);
    }
    const std::string with = fresh();
    EXPECT_TRUE(run_with(Journal::create(with, with_hashes()), *scanner_, paths_).status.ok());
    EXPECT_NE(read_all(with).find(raw), std::string::npos);
}

TEST_F(JournalTest, CutAtAnyByteItIsContinued) {
    const std::string path = fresh();
    EXPECT_TRUE(run_with(Journal::create(path, with_hashes()), *scanner_, paths_).status.ok());
    const std::string whole = read_all(path);
    std::uint64_t kept = 0;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const std::string cut = put(whole.substr(0, size));
        const JournaledRun run = run_with(Journal::open(cut, with_hashes()), *scanner_, paths_);
        ASSERT_TRUE(run.status.ok()) << size << ": " << run.status.to_string();
        expect_same(run, expected_);
        ASSERT_GE(run.kept, kept);
        kept = run.kept;
        // What it was made into is whole: continued once more, everything is there.
        if (size % 16 != 0) continue;
        ASSERT_EQ(run_with(Journal::open(cut, with_hashes()), *scanner_, paths_).kept, 6U) << size;
    }
    EXPECT_EQ(kept, 6U);
}

TEST_F(JournalTest, WithAnyBitFlippedItIsRefusedOrContinued) {
    const std::string path = fresh();
    EXPECT_TRUE(run_with(Journal::create(path, with_hashes()), *scanner_, paths_).status.ok());
    const std::string whole = read_all(path);
    std::size_t refused = 0;
    std::size_t continued = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const std::string flipped = put(bytes);
        const JournaledRun run = run_with(Journal::open(flipped, with_hashes()), *scanner_, paths_);
        if (!run.status.ok()) {
            ++refused;
            ASSERT_TRUE(run.rows.empty());
            ASSERT_EQ(read_all(flipped), bytes) << "a journal that is refused is left alone";
            continue;
        }
        ++continued;
        ASSERT_LT(run.kept, 6U) << bit;
        expect_same(run, expected_);
    }
    EXPECT_GT(refused, 8U * 100);
    EXPECT_GT(continued, 8U * 1000);
}

TEST_F(JournalTest, ZeroesAtTheEndAreACutEnd) {
    const std::string path = fresh();
    EXPECT_TRUE(run_with(Journal::create(path, with_hashes()), *scanner_, paths_, 3).status.code() ==
                StatusCode::cancelled);
    const std::string whole = read_all(path);
    for (const std::string& bytes :
         {whole + std::string(5000, '\0'), whole + whole, whole.substr(0, 32) + std::string(20000, '\0')}) {
        const JournaledRun run = run_with(Journal::open(put(bytes), with_hashes()), *scanner_, paths_);
        ASSERT_TRUE(run.status.ok()) << run.status.to_string();
        expect_same(run, expected_);
        EXPECT_GT(run.dropped, 1000U);
    }
}

TEST_F(JournalTest, AnotherRunsJournalIsRefusedAndSaysWhatDiffers) {
    const std::string path = fresh();
    EXPECT_FALSE(run_with(Journal::create(path), *scanner_, paths_, 2).status.ok());
    const std::string before = read_all(path);
    const auto expect_refused = [&](const Scanner& scanner, const std::vector<std::string>& paths,
                                    const JournalOptions& options, const std::string& what) {
        const JournaledRun run = run_with(Journal::open(path, options), scanner, paths);
        EXPECT_EQ(run.status.code(), StatusCode::invalid_argument);
        EXPECT_EQ(run.status.message(), "the journal is of another run, which differs in: " + what);
        EXPECT_TRUE(run.rows.empty());
        EXPECT_EQ(read_all(path), before);
    };
    const auto scanner_with = [&](const std::function<void(ScanOptions&)>& change) {
        ScanOptions options;
        change(options);
        return Scanner::create(scanner_->list(), options).value();
    };
    expect_refused(scanner_with([](ScanOptions& o) { o.radius = 30; }), paths_, {}, "radius");
    expect_refused(scanner_with([](ScanOptions& o) { o.min_quality = 1; }), paths_, {}, "minimum quality");
    expect_refused(scanner_with([](ScanOptions& o) { o.decode = DecodeMode::exact; }), paths_, {}, "decode mode");
    expect_refused(scanner_with([](ScanOptions& o) { o.profile = Profile::plain; }), paths_, {}, "profile");
    expect_refused(scanner_with([](ScanOptions& o) { o.confirm_phash_radius = 4; }), paths_, {}, "pHash confirmation");
    expect_refused(scanner_with([](ScanOptions& o) { o.hash64 = Hash64Kind::ahash; }), paths_, {}, "second hash");
    expect_refused(scanner_with([](ScanOptions& o) { o.engines = {std::make_shared<const ToyEngine>()}; }), paths_, {},
                   "engines of carried hashes");
    expect_refused(scanner_with([](ScanOptions& o) { o.follow_symlinks = true; }), paths_, {},
                   "following of symbolic links");
    expect_refused(scanner_with([](ScanOptions& o) { o.limits.max_pixels = 7; }), paths_, {}, "limit of pixels");
    expect_refused(scanner_with([](ScanOptions& o) {
                       o.radius = 3;
                       o.limits.max_bytes = 7;
                   }),
                   paths_, {}, "radius, limit of bytes");
    expect_refused(scanner_of({1}), paths_, {}, "list");
    expect_refused(*scanner_, {paths_[0]}, {}, "number of paths, paths");
    expect_refused(*scanner_, {paths_[1], paths_[0]}, {}, "paths");
    expect_refused(*scanner_, {paths_[0], "none"}, {}, "working directory, paths");
    expect_refused(*scanner_, paths_, with_hashes(), "keeping of hashes");
    // What changes no row may differ.
    ScanOptions engine;
    engine.index.engine = Engine::bk_tree;
    EXPECT_TRUE(run_with(Journal::open(path), Scanner::create(scanner_->list(), engine).value(), paths_).status.ok());
}

TEST_F(JournalTest, NothingIsOverwrittenAndNoLinkFollowed) {
    const std::string there = tree_.write("there", "mine");
    tree_.link("to-there", "there");
    tree_.link("to-nothing", "nothing");
    tree_.fifo("fifo");
    for (const char* name : {"there", "to-there", "to-nothing", "in", "fifo"})
        EXPECT_EQ(Journal::create(tree_ / name).status().code(), StatusCode::invalid_argument) << name;
    EXPECT_EQ(Journal::create(tree_ / "no/such").status().code(), StatusCode::not_found);
    EXPECT_EQ(Journal::open(there).status().code(), StatusCode::unsupported);
    EXPECT_EQ(Journal::open(tree_ / "fifo").status().code(), StatusCode::unsupported);
    EXPECT_EQ(Journal::open(tree_ / "absent").status().code(), StatusCode::not_found);
    EXPECT_FALSE(Journal::open(tree_ / "to-there").ok());
    EXPECT_FALSE(Journal::open(tree_ / "in").ok());
    EXPECT_EQ(read_all(there), "mine");
    EXPECT_FALSE(std::filesystem::exists(tree_ / "nothing"));
    const std::string path = fresh();
    EXPECT_TRUE(Journal::create(path).ok());
    struct stat facts {};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0600U);
}

TEST_F(JournalTest, OneProcessAtATimeOneScanEach) {
    const std::string path = fresh();
    Result<Journal> journal = Journal::create(path);
    ASSERT_TRUE(journal.ok());
    EXPECT_EQ(Journal::open(path).status().code(), StatusCode::io_error);
    ScanControl control;
    control.journal = &journal.value();
    InlineExecutor executor;
    const auto ignore = [](const FileRow&) { return Status(); };
    EXPECT_TRUE(scanner_->scan(paths_, executor, ignore, control).ok());
    EXPECT_EQ(scanner_->scan(paths_, executor, ignore, control).status().code(), StatusCode::invalid_argument);
    journal = Journal::create(fresh());
    EXPECT_TRUE(Journal::open(path).ok());
}

TEST_F(JournalTest, RemovesItsOwnFileAlone) {
    const std::string path = fresh();
    Result<Journal> journal = Journal::create(path);
    ASSERT_TRUE(journal.ok());
    std::filesystem::rename(path, path + "-away");
    std::ofstream(path) << "another";
    EXPECT_TRUE(journal.value().remove().ok());
    EXPECT_EQ(read_all(path), "another");
    std::filesystem::rename(path + "-away", path);
    EXPECT_TRUE(journal.value().remove().ok());
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(journal.value().remove().ok());
}

TEST_F(JournalTest, StopsWhileItReplaysAndLosesNothing) {
    const std::string path = fresh();
    EXPECT_TRUE(run_with(Journal::create(path), *scanner_, paths_).status.ok());
    const std::string whole = read_all(path);
    Result<Journal> journal = Journal::open(path);
    ASSERT_TRUE(journal.ok());
    std::atomic<bool> stop{false};
    ScanControl control;
    control.journal = &journal.value();
    control.stop = &stop;
    control.progress = [&](const ScanProgress& progress) { stop = progress.files_done == 2; };
    InlineExecutor executor;
    const auto totals = scanner_->scan(
        paths_, executor, [](const FileRow&) { return Status(); }, control);
    ASSERT_TRUE(totals.ok());
    EXPECT_TRUE(totals.value().interrupted);
    EXPECT_EQ(totals.value().files, 2U);
    EXPECT_EQ(read_all(path), whole);
}

TEST_F(JournalTest, AFullDiskIsAnErrorAndWhatWasWrittenIsContinued) {
    const std::string path = fresh();
    EXPECT_TRUE(run_with(Journal::create(path, with_hashes()), *scanner_, paths_).status.ok());
    const std::size_t whole = read_all(path).size();
    ASSERT_NE(std::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    for (std::size_t size = 0; size < whole; size += 97) {
        const std::string small = fresh();
        const rlimit tight{size, before.rlim_max};
        ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
        const JournaledRun first = run_with(Journal::create(small, with_hashes()), *scanner_, paths_);
        ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
        ASSERT_EQ(first.status.code(), StatusCode::io_error) << size;
        ASSERT_NE(first.status.message().find("journal"), std::string::npos);
        ASSERT_LE(first.rows.size(), expected_.rows.size());
        if (!std::filesystem::exists(small)) continue;  // not even its head could be written
        const JournaledRun second = run_with(Journal::open(small, with_hashes()), *scanner_, paths_);
        ASSERT_TRUE(second.status.ok()) << second.status.to_string();
        EXPECT_EQ(second.kept, first.rows.size());
        if (second.kept > 0) {
            EXPECT_EQ(second.dropped, 0U) << "the part of a record that did fit was cut off";
        }
        expect_same(second, expected_);
    }
}

// What is on the disk is never further behind than the interval, and the disk is not waited for at every row.
TEST_F(JournalTest, SyncsByTheClock) {
    std::chrono::steady_clock::time_point now{};
    JournalOptions options;
    options.now = [&] { return now; };
    Result<JournalFile> made = JournalFile::create(fresh(), options);
    ASSERT_TRUE(made.ok());
    JournalFile file = std::move(made).value();
    const std::vector<std::uint8_t> row(100);
    const auto append_after = [&](int milliseconds) {
        now += std::chrono::milliseconds(milliseconds);
        EXPECT_TRUE(file.append(RecordType::item, row).ok());
        return file.syncs();
    };
    EXPECT_EQ(append_after(1999), 0U);
    EXPECT_EQ(append_after(1), 1U);
    for (int i = 0; i < 19; ++i)
        EXPECT_EQ(append_after(100), 1U);
    EXPECT_EQ(append_after(100), 2U);
    EXPECT_EQ(append_after(60'000), 3U);
    EXPECT_EQ(append_after(0), 3U);
    EXPECT_TRUE(file.sync().ok());
    EXPECT_EQ(append_after(1999), 4U);
}

TEST(RowCodec, GivesHostileRowsBack) {
    std::mt19937 random(40);
    for (int i = 0; i < 2000; ++i) {
        ScannedItem item(1 + random() % 3);
        for (ScannedFile& file : item) {
            file.row = test::hostile_row(random);
            file.row.inner = test::hostile_text(random);
            file.row.frames = random();
            if (random() % 2 == 0) file.row.decoded_percent = random() % 101;
            if (random() % 2 == 0) {
                file.row.hash64.emplace();
                file.row.hash64->bytes[random() % 8] = static_cast<std::uint8_t>(random());
            }
            for (MatchFact& match : file.row.matches) {
                match.variant = test::hostile_text(random);
                match.frame = random();
                if (random() % 2 == 0) match.pts_us = -static_cast<std::int64_t>(random());
            }
            if (random() % 2 == 0) file.picture = sha256({});
        }
        Packer packer;
        pack_item(item, true, packer);
        ScannedItem back;
        ASSERT_TRUE(unpack_item(packer.bytes(), back));
        ASSERT_EQ(back.size(), item.size());
        for (std::size_t k = 0; k < item.size(); ++k) {
            ASSERT_EQ(back[k].row, item[k].row);
            ASSERT_EQ(back[k].picture, item[k].picture);
        }
        // Cut anywhere it is no record, and neither is it with a byte more.
        ASSERT_FALSE(unpack_item(packer.bytes().first(random() % packer.bytes().size()), back));
        packer.flag(false);
        ASSERT_FALSE(unpack_item(packer.bytes(), back));
    }
}

// Bytes that no writer made: refused or taken, but never read past their end (the sanitizers watch).
TEST(RowCodec, SurvivesAnyBytes) {
    std::mt19937 random(41);
    ScannedItem item(1);
    item[0].row = test::hostile_row(random);
    Packer packer;
    pack_item(item, true, packer);
    const std::vector<std::uint8_t> good(packer.bytes().begin(), packer.bytes().end());
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::uint8_t> bytes = good;
        for (int k = 0; k < 3; ++k)
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xff : random());
        ScannedItem back;
        static_cast<void>(unpack_item(bytes, back));
    }
}

FileTree walked(const TestFolder& folder) {
    FileTree tree;
    const std::vector<std::string> paths{folder.path(), "/dev/null", std::string("a\0b", 3), folder / "none"};
    EXPECT_TRUE(walk(paths, {}, tree));
    return tree;
}

std::vector<std::vector<std::uint8_t>> chunks_of(const FileTree& tree) {
    std::vector<std::vector<std::uint8_t>> chunks;
    EXPECT_TRUE(pack_tree(tree, [&](std::span<const std::uint8_t> chunk) {
                    chunks.emplace_back(chunk.begin(), chunk.end());
                    return Status();
                }).ok());
    return chunks;
}

TEST(TreeCodec, GivesATreeBackInChunks) {
    TestFolder folder;
    folder.nest(40, 3);
    folder.link("link", "nowhere");
    folder.fifo("fifo");
    FileTree tree = walked(folder);
    for (int i = 0; i < 100'000; ++i)  // more than a chunk of each
        tree.add_item({tree.add_name("file" + std::to_string(i)), 0, 0, ItemKind::file, false});
    for (int i = 0; i < 100'000; ++i)
        tree.add_folder(tree.add_name("folder" + std::to_string(i)), 3, i % 2 == 0);
    const auto chunks = chunks_of(tree);
    EXPECT_GT(chunks.size(), 6U);
    FileTree back;
    TreeUnpacker unpacker(back);
    for (const auto& chunk : chunks) {
        EXPECT_LE(chunk.size(), kTreeChunk + 1);
        EXPECT_FALSE(unpacker.complete());
        ASSERT_TRUE(unpacker.add(chunk));
    }
    EXPECT_TRUE(unpacker.complete());
    ASSERT_EQ(back.items().size(), tree.items().size());
    for (std::size_t i = 0; i < tree.items().size(); ++i) {
        ASSERT_EQ(back.path(back.items()[i]), tree.path(tree.items()[i]));
        ASSERT_EQ(back.items()[i].kind, tree.items()[i].kind);
        ASSERT_EQ(back.items()[i].error, tree.items()[i].error);
        ASSERT_EQ(back.items()[i].followed, tree.items()[i].followed);
    }
    ASSERT_EQ(back.folders().size(), tree.folders().size());
    for (std::size_t i = 0; i < tree.folders().size(); ++i) {
        ASSERT_EQ(back.folders()[i].depth, tree.folders()[i].depth);
        ASSERT_EQ(back.folders()[i].followed, tree.folders()[i].followed);
    }
}

// Whatever stands in the chunks, the tree that comes of it has a path for each of its items.
TEST(TreeCodec, BelievesNothing) {
    TestFolder folder;
    folder.nest(5, 1);
    const auto chunks = chunks_of(walked(folder));
    std::mt19937 random(42);
    int taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto bad = chunks;
        for (int k = 0; k < 2; ++k) {
            auto& chunk = bad[random() % bad.size()];
            chunk[random() % chunk.size()] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xff : random());
        }
        FileTree tree;
        TreeUnpacker unpacker(tree);
        bool good = true;
        for (const auto& chunk : bad)
            good = good && unpacker.add(chunk);
        if (!good) continue;
        ++taken;
        for (const TreeItem& item : tree.items())
            ASSERT_LE(tree.path(item).size(), 10'000U);
    }
    EXPECT_GT(taken, 100);
    FileTree tree;
    TreeUnpacker unpacker(tree);
    EXPECT_FALSE(unpacker.add({}));
    EXPECT_TRUE(unpacker.add(chunks.front()));
    EXPECT_FALSE(unpacker.add(chunks.back())) << "the end states how many there are";
}

}  // namespace
}  // namespace tutela
