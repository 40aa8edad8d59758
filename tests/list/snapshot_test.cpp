// Building lists and reading them back.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "core/temp_folder.hpp"
#include "list/list_test_support.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

std::vector<std::uint8_t> copy_of(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

TEST(Snapshot, HoldsWhatWasAddedInOrder) {
    for (const std::size_t count : {0U, 1U, 2U, 3U, 17U, 500U}) {
        const std::vector<Entry> entries = random_entries(count, count);
        const HashList list = build(entries);
        expect_entries(list, entries);
        const Result<HashList> again = HashList::from_bytes(list.bytes());
        ASSERT_TRUE(again.ok()) << again.status().to_string();
        expect_entries(again.value(), entries);
    }
}

TEST(Snapshot, IsByteForByteWhatTheSpecificationSays) {
    for (std::size_t round = 0; round < 60; ++round) {
        const std::vector<Entry> entries = random_entries(round * 3, 1000 + round);
        ASSERT_EQ(copy_of(build(entries).bytes()), model::snapshot_of(entries)) << round;
    }
}

TEST(Snapshot, ManyEntriesAndManyDifferentTexts) {
    std::mt19937_64 random(7);
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < 100'000; ++i) {
        const std::string number = std::to_string(i);
        entries.push_back({random_hash(random), number, "c" + std::to_string(i % 5), "label " + number});
    }
    const HashList list = build(entries);
    expect_entries(list, entries);
    EXPECT_EQ(copy_of(list.bytes()), model::snapshot_of(entries));
}

TEST(Snapshot, StoresARepeatedCategoryOrLabelOnce) {
    std::mt19937_64 random(8);
    std::vector<Entry> few;
    for (int i = 0; i < 100; ++i)
        few.push_back({random_hash(random), "", std::string(1000, 'c'), std::string(2000, 'l')});
    EXPECT_LT(build(few).bytes().size(), 100U * 44U + 3000U + 2048U);
}

TEST(Snapshot, KeepsDuplicates) {
    const std::vector<Entry> entries(5, Entry{random_entries(1, 3)[0].hash, "same", "same", "same"});
    expect_entries(build(entries), entries);
}

TEST(Snapshot, EqualEntriesGiveEqualDigestsAndOthersDoNot) {
    const std::vector<Entry> entries = random_entries(50, 1);
    const HashList list = build(entries);
    EXPECT_EQ(build(entries).digest_hex(), list.digest_hex());
    EXPECT_EQ(list.digest_hex(), bytes_to_hex(sha256(list.bytes().first(list.bytes().size() - 32))));

    std::vector<Entry> other = entries;
    std::swap(other[0], other[1]);
    EXPECT_NE(build(other).digest_hex(), list.digest_hex());
    other = entries;
    other.pop_back();
    EXPECT_NE(build(other).digest_hex(), list.digest_hex());
    other = entries;
    other[20].label += "x";
    EXPECT_NE(build(other).digest_hex(), list.digest_hex());
}

TEST(Snapshot, ABuilderCanGoOnAfterBuilding) {
    const std::vector<Entry> entries = random_entries(30, 2);
    ListBuilder builder;
    EXPECT_EQ(builder.build().value().size(), 0U);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        ASSERT_TRUE(builder.add(entries[i]).ok());
        ASSERT_EQ(builder.size(), i + 1);
        const Result<HashList> list = builder.build();
        ASSERT_TRUE(list.ok());
        expect_entries(list.value(), {entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(i) + 1});
    }
}

TEST(Snapshot, ABuilderMoves) {
    ListBuilder a;
    ASSERT_TRUE(a.add({{}, "one", "", ""}).ok());
    ListBuilder b(std::move(a));
    ASSERT_TRUE(b.add({{}, "two", "", ""}).ok());
    a = std::move(b);
    expect_entries(a.build().value(), {{{}, "one", "", ""}, {{}, "two", "", ""}});
}

TEST(Snapshot, ARefusedAddChangesNothing) {
    const std::vector<Entry> entries = random_entries(10, 4);
    ListBuilder builder;
    for (const Entry& entry : entries)
        ASSERT_TRUE(builder.add(entry).ok());
    using namespace std::string_literals;
    for (const std::string& bad : {"a\0b"s, "\xff"s, "cut \xc3"s, "\xed\xa0\x80"s, std::string(65536, 'a')}) {
        EXPECT_EQ(builder.add({{}, bad, "new", "new"}).code(), StatusCode::invalid_argument);
        EXPECT_EQ(builder.add({{}, "new", bad, "new"}).code(), StatusCode::invalid_argument);
        EXPECT_EQ(builder.add({{}, "new", "new", bad}).code(), StatusCode::invalid_argument);
        EXPECT_EQ(builder.add(Hash256{}, bad).code(), StatusCode::invalid_argument);
    }
    EXPECT_EQ(builder.size(), entries.size());
    EXPECT_EQ(builder.build().value().digest_hex(), build(entries).digest_hex());
}

TEST(Snapshot, TakesTheLongestTexts) {
    const std::string longest(kMaxTextBytes, 'x');
    const std::vector<Entry> entries = {{{}, longest, longest + "", longest}, {{}, longest, "", "y"}};
    const HashList list = build(entries);
    expect_entries(HashList::from_bytes(list.bytes()).value(), entries);
}

TEST(Snapshot, CopiesShareTheBytesAndOutliveTheFirst) {
    const std::vector<Entry> entries = random_entries(5, 5);
    std::optional<HashList> first = build(entries);
    const HashList copy = *first;
    EXPECT_EQ(copy.bytes().data(), first->bytes().data());
    first.reset();
    expect_entries(copy, entries);
}

// The golden file never changes: it is what the first version wrote, and every later one must read and write it so.
TEST(Snapshot, GoldenFileOfVersion1) {
    const auto hash = [](std::uint8_t first, std::uint8_t step) {
        Hash256 made;
        for (std::size_t i = 0; i < made.bytes.size(); ++i)
            made.bytes[i] = static_cast<std::uint8_t>(first + i * step);
        return made;
    };
    const std::vector<Entry> entries = {
        {hash(0, 1), "entry-1", "A1", "first label"},
        {hash(0xff, 0), "entry-2", "A1", "zweites Etikett, größer"},
        {hash(0x80, 3), "", "", ""},
        {hash(0, 1), "entry-4", "B2", "first label"},
        {hash(7, 11), "entry-1", "first label", "\xf0\x9f\x8c\xb2"},
    };
    const std::filesystem::path path = TUTELA_TEST_DATA "/lists/v1_small.tutela";
    const Result<HashList> golden = HashList::load(path);
    ASSERT_TRUE(golden.ok()) << golden.status().to_string();
    expect_entries(golden.value(), entries);
    EXPECT_EQ(copy_of(build(entries).bytes()), read_file(path));
    EXPECT_EQ(golden.value().digest_hex(), "c4334cf5f5c8cb5956a67e37ad41f7f65dd0f24acd1be2b765d063073a047c95");
}

}  // namespace
}  // namespace tutela
