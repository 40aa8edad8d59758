// Lists in files: loading, publishing, and keeping quiet about what is in them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "core/dump_flags.hpp"
#include "core/temp_folder.hpp"
#include "list/importers/import_target.hpp"
#include "list/list_test_support.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

TEST(ListFile, ComesBackFromAFile) {
    const TempFolder folder;
    for (const std::size_t count : {0U, 1U, 300U}) {
        const std::vector<Entry> entries = random_entries(count, 10 + count);
        const HashList list = build(entries);
        ASSERT_TRUE(list.save(folder / "list").ok());
        const Result<HashList> loaded = HashList::load(folder / "list");
        ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
        expect_entries(loaded.value(), entries);
        EXPECT_EQ(loaded.value().digest_hex(), list.digest_hex());
        EXPECT_TRUE(std::ranges::equal(loaded.value().bytes(), list.bytes()));
        EXPECT_EQ(HashList::from_bytes(read_file(folder / "list")).value().digest_hex(), list.digest_hex());
    }
    EXPECT_EQ(folder.count(), 1U);
}

TEST(ListFile, LoadGivesTheReason) {
    const TempFolder folder;
    write_file(folder / "empty", "");
    write_file(folder / "text", std::string(64, 'a') + "\n");
    write_file(folder / "magic", "\x89TUTELA\n");
    EXPECT_EQ(HashList::load(folder / "none").status().code(), StatusCode::not_found);
    EXPECT_EQ(HashList::load(folder.path()).status().code(), StatusCode::unsupported);
    EXPECT_EQ(HashList::load(folder / "empty").status().code(), StatusCode::unsupported);
    EXPECT_EQ(HashList::load(folder / "text").status().code(), StatusCode::unsupported);
    EXPECT_EQ(HashList::load(folder / "magic").status().code(), StatusCode::corrupt);

    model::Bytes bytes = model::snapshot_of(random_entries(3, 1));
    bytes[model::load(bytes, 64 + 8, 8)] ^= 4;  // in the first hash
    write_file(folder / "damaged", bytes);
    EXPECT_EQ(HashList::load(folder / "damaged").status().code(), StatusCode::checksum_mismatch);
    EXPECT_EQ(open_list(folder / "damaged").status().code(), StatusCode::checksum_mismatch);
}

TEST(ListFile, ASparseFileOverTheLimitIsRefused) {
    const TempFolder folder;
    write_file(folder / "huge", "\x89TUTELA\n");
    std::error_code error;
    std::filesystem::resize_file(folder / "huge", (std::uintmax_t{1} << 40) + 1, error);
    if (error) GTEST_SKIP() << "the file system has no files of this size";
    EXPECT_EQ(HashList::load(folder / "huge").status().code(), StatusCode::limit);
}

TEST(ListFile, SaveKeepsTheModeAndLeavesNothingBehind) {
    const TempFolder folder;
    const HashList list = build(random_entries(3, 2));
    ASSERT_TRUE(list.save(folder / "list").ok());
    struct stat facts {};
    ASSERT_EQ(stat((folder / "list").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    ASSERT_EQ(chmod((folder / "list").c_str(), 0644), 0);
    ASSERT_TRUE(list.save(folder / "list").ok());
    ASSERT_EQ(stat((folder / "list").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0644U);

    EXPECT_EQ(list.save(folder / "none" / "list").code(), StatusCode::not_found);
    EXPECT_EQ(list.save(folder / "list" / "list").code(), StatusCode::not_found);
    EXPECT_EQ(list.save(folder.path()).code(), StatusCode::io_error);
    EXPECT_EQ(folder.count(), 1U);
}

TEST(ListFile, AMappedListOutlivesItsReplacement) {
    const TempFolder folder;
    const std::vector<Entry> old_entries = random_entries(100, 3);
    ASSERT_TRUE(build(old_entries).save(folder / "list").ok());
    const Result<HashList> mapped = HashList::load(folder / "list");
    ASSERT_TRUE(mapped.ok());
    ASSERT_TRUE(build(random_entries(100, 4)).save(folder / "list").ok());
    expect_entries(mapped.value(), old_entries);
    ASSERT_TRUE(mapped.value().save(folder / "list").ok());  // over the file that replaced it
    EXPECT_EQ(HashList::load(folder / "list").value().digest_hex(), mapped.value().digest_hex());
}

TEST(ListFile, ReadersSeeTheOldListOrTheNewOneWhole) {
    const TempFolder folder;
    const HashList a = build(random_entries(200, 5));
    const HashList b = build(random_entries(300, 6));
    ASSERT_TRUE(a.save(folder / "list").ok());
    std::atomic<bool> stop = false;
    std::atomic<int> loads = 0;
    std::string wrong;
    std::thread reader([&] {
        while (!stop.load()) {
            const Result<HashList> list = HashList::load(folder / "list");
            if (!list.ok()) {
                wrong = list.status().to_string();
                break;
            }
            const std::string digest = list.value().digest_hex();
            if (digest != a.digest_hex() && digest != b.digest_hex()) wrong = digest;
            ++loads;
        }
    });
    for (int i = 0; i < 200 || (loads.load() < 50 && i < 100'000 && wrong.empty()); ++i) {
        const Status status = (i % 2 == 0 ? b : a).save(folder / "list");
        if (!status.ok()) {
            ADD_FAILURE() << status.to_string();
            break;
        }
    }
    stop = true;
    reader.join();
    EXPECT_EQ(wrong, "");
    EXPECT_EQ(folder.count(), 1U);
}

TEST(ListFile, MemoryOfListsIsLeftOutOfCoreDumps) {
    if (!kernel_shows_dump_flags()) GTEST_SKIP() << "this kernel does not show the flags of a region";
    const TempFolder folder;
    const HashList built = build(random_entries(3000, 7));
    ASSERT_TRUE(built.save(folder / "list").ok());
    const Result<HashList> copied = HashList::from_bytes(built.bytes());
    const Result<HashList> mapped = HashList::load(folder / "list");
    ASSERT_TRUE(copied.ok() && mapped.ok());
    for (const HashList* list : {&built, &copied.value(), &mapped.value()})
        EXPECT_TRUE(is_left_out_of_dumps(list->hashes().data()));
}

TEST(ListFile, RecordsThatWaitForNewerOnesAreLeftOutOfCoreDumps) {
    if (!kernel_shows_dump_flags()) GTEST_SKIP() << "this kernel does not show the flags of a region";
    LatestRecords latest;
    for (int i = 0; i < 100; ++i)
        latest.insert(std::to_string(i), {});
    ASSERT_EQ(latest.records().size(), 100U);
    EXPECT_TRUE(is_left_out_of_dumps(latest.records().data()));
    EXPECT_TRUE(is_left_out_of_dumps(&latest.records().back()));
}

// A canary: its hex is looked for in everything that is said about a list.
TEST(ListFile, MessagesDoNotContainHashes) {
    const TempFolder folder;
    const std::vector<Entry> entries = random_entries(4, 8);
    const model::Bytes good = model::snapshot_of(entries);
    const auto expect_quiet = [&](const std::string& text) {
        for (const Entry& entry : entries) {
            const std::string hex = to_hex(entry.hash);
            for (std::size_t i = 0; i + 8 <= hex.size(); ++i)
                ASSERT_EQ(text.find(hex.substr(i, 8)), std::string::npos) << text;
        }
    };
    for (std::size_t at = 0; at < good.size(); ++at) {
        model::Bytes bytes = good;
        bytes[at] ^= 0x55;
        expect_quiet(HashList::from_bytes(bytes).status().to_string());
        if (model::load(bytes, 12, 4) > 64) continue;
        model::seal(bytes);
        expect_quiet(HashList::from_bytes(bytes).status().to_string());
    }

    const std::string hex = to_hex(entries[0].hash);
    const std::string text = hex + "0,id\n" + hex.substr(1) + "\n" + hex.substr(0, 63) + "g\n,id," + hex + "\n" + hex +
                             ",\xff" + hex + "\n" + hex + "," + std::string(70'000, 'a') + "\n" + hex + " " + hex +
                             "\n" + hex + "," + std::string(300'000, 'a');
    write_file(folder / "text", text);
    TextImport import;
    const Status status = open_list(folder / "text", &import).status();
    EXPECT_EQ(status.code(), StatusCode::corrupt);
    expect_quiet(status.to_string());
    ASSERT_EQ(import.first_skipped.size(), 8U);
    for (const SkippedLine& line : import.first_skipped)
        expect_quiet(line.reason);
}

}  // namespace
}  // namespace tutela
