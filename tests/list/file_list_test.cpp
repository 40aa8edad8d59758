// Hashes of whole files in a list, found as a naive search finds them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "list/file_lookup.hpp"
#include "list_test_support.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

Md5 md5_of(std::uint64_t number, std::uint8_t fill = 0) {
    Md5 hash;
    hash.fill(fill);
    for (std::size_t i = 0; i < 8; ++i)
        hash[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    return hash;
}

std::vector<Md5Record> naive(std::span<const Md5Record> records, const Md5& hash) {
    std::vector<Md5Record> found;
    std::copy_if(records.begin(), records.end(), std::back_inserter(found),
                 [&](const Md5Record& record) { return record.hash == hash; });
    return found;
}

// Every hash there is, and those beside it, are found as the naive search finds them.
void expect_same_as_naive(std::vector<Md5Record> records) {
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end()), records.end());
    const std::span<const Md5Record> all(records);
    std::vector<Md5> wanted = {md5_of(0), md5_of(~std::uint64_t{0}, 255)};
    for (std::size_t i = 0; i < records.size(); i += std::max<std::size_t>(records.size() / 200, 1)) {
        Md5 near = records[i].hash;
        wanted.push_back(near);
        near[15] = static_cast<std::uint8_t>(near[15] + 1);
        wanted.push_back(near);
        near[0] = static_cast<std::uint8_t>(near[0] ^ 0x40);
        wanted.push_back(near);
    }
    for (const Md5& hash : wanted) {
        const std::span<const Md5Record> found = find_hash(all, hash);
        EXPECT_EQ(std::vector<Md5Record>(found.begin(), found.end()), naive(all, hash));
    }
}

TEST(FileLookup, FindsWhatANaiveSearchFinds) {
    std::mt19937_64 random(7);
    for (const std::size_t size : {0U, 1U, 2U, 15U, 16U, 17U, 100U, 5000U, 100000U}) {
        std::vector<Md5Record> even;
        std::vector<Md5Record> clustered;
        std::vector<Md5Record> same_start;
        std::vector<Md5Record> same;
        for (std::size_t i = 0; i < size; ++i) {
            even.push_back({md5_of(random()), static_cast<std::uint32_t>(i)});
            clustered.push_back({md5_of((random() % 3) << 62 | random() % 1000), static_cast<std::uint32_t>(i)});
            same_start.push_back({md5_of(42, static_cast<std::uint8_t>(random())), static_cast<std::uint32_t>(i)});
            same.push_back({md5_of(random() % 3), static_cast<std::uint32_t>(i)});
        }
        expect_same_as_naive(even);
        expect_same_as_naive(clustered);
        expect_same_as_naive(same_start);
        expect_same_as_naive(same);
    }
}

// After so many look-ups that the directory is there, and before.
TEST(FileLookup, TheDirectoryChangesNoAnswer) {
    std::mt19937_64 random(9);
    std::vector<Md5Record> records;
    for (std::uint32_t i = 0; i < PrefixDirectory::kFewest + 5000; ++i)
        records.push_back({md5_of(i % 3 == 0 ? random() % 1'000'000 : i % 3 == 1 ? random() : ~random() % 5000), i});
    std::sort(records.begin(), records.end());
    const std::span<const Md5Record> all(records);
    PrefixDirectory directory;
    bool made = false;
    for (std::size_t i = 0; i < records.size() / PrefixDirectory::kHashesALookUp + 2000; ++i) {
        Md5 hash = records[random() % records.size()].hash;
        if (i % 4 == 0) hash = md5_of(random());
        if (i % 5 == 0) hash = i % 2 == 0 ? md5_of(0) : md5_of(~std::uint64_t{0}, 255);
        const HashRange range = directory.range_of(all, hash);
        made = made || range.high - range.low < all.size();
        const auto [first, last] =
            std::equal_range(records.begin(), records.end(), Md5Record{hash, 0},
                             [](const Md5Record& a, const Md5Record& b) { return a.hash < b.hash; });
        const auto found = find_hash(all, hash, range);
        ASSERT_EQ(found.size(), static_cast<std::size_t>(last - first)) << i;
        ASSERT_TRUE(found.empty() || found.data() == &*first) << i;
    }
    EXPECT_TRUE(made);
}

// Values that double each time are the worst for guessing.
TEST(FileLookup, FindsInACraftedSpread) {
    std::vector<Md5Record> records;
    for (std::uint32_t i = 0; i < 20000; ++i)
        records.push_back({md5_of((std::uint64_t{1} << (i % 64)) + i / 64), i});
    expect_same_as_naive(records);
}

Result<HashList> reloaded(const ListBuilder& builder) {
    return HashList::from_bytes(builder.build().value().bytes());
}

KnownItem item_of(const FileHashes& file, std::string_view id) {
    return {.file = file, .id = id};
}

TEST(FileList, KeepsAllThatIsKnownOfAThing) {
    const FileHashes file = hash_file_bytes(std::vector<std::uint8_t>{1, 2, 3});
    Hash256 pdq;
    pdq.set_bit(3);
    ListBuilder builder;
    ASSERT_TRUE(builder.add(Hash256{}, "first").ok());
    ASSERT_TRUE(builder
                    .add({.pdq = pdq,
                          .file = file,
                          .id = "second",
                          .category = "1",
                          .label = "L",
                          .origin = {"hotline", "vics", "US"}})
                    .ok());
    ASSERT_TRUE(builder.add({.file = {.md5 = md5_of(9)}, .category = "2"}).ok());
    ASSERT_TRUE(builder.add(Hash256{}, "last").ok());
    for (const Result<HashList>& made : {builder.build(), reloaded(builder)}) {
        ASSERT_TRUE(made.ok());
        const HashList& list = made.value();
        EXPECT_EQ(list.size(), 3U);
        EXPECT_EQ(list.file_entry_count(), 2U);
        EXPECT_EQ(list.file_hash_count(FileHashKind::md5), 2U);
        EXPECT_EQ(list.file_hash_count(FileHashKind::sha1), 1U);
        EXPECT_EQ(list.file_hash_count(FileHashKind::sha256), 1U);
        EXPECT_EQ(list.entry(0).origin, OriginView());
        EXPECT_EQ(list.entry(1).origin, (OriginView{"hotline", "vics", "US"}));
        EXPECT_EQ(list.entry(2).origin, OriginView());
        EXPECT_EQ(list.find_file(file), (std::vector<FileMatch>{{0, FileHashKind::sha256}}));
        EXPECT_EQ(list.find_file({.md5 = file.md5}), (std::vector<FileMatch>{{0, FileHashKind::md5}}));
        EXPECT_EQ(list.find_file({.md5 = md5_of(9), .sha1 = file.sha1}),
                  (std::vector<FileMatch>{{0, FileHashKind::sha1}, {1, FileHashKind::md5}}));
        EXPECT_TRUE(list.find_file({.md5 = md5_of(10)}).empty());
        const FileEntryView entry = list.file_entry(0);
        EXPECT_EQ(entry.id, "second");
        EXPECT_EQ(entry.category, "1");
        EXPECT_EQ(entry.label, "L");
        EXPECT_EQ(entry.origin, (OriginView{"hotline", "vics", "US"}));
        EXPECT_EQ(entry.position, 1U);
        EXPECT_FALSE(entry.harmless);
        EXPECT_EQ(list.file_entry_name(0), "second");
        EXPECT_EQ(list.file_entry_name(1), "file:1");
    }
}

TEST(FileList, AHarmlessThingHasNoPictureHash) {
    ListBuilder builder;
    ASSERT_TRUE(builder.add({.pdq = Hash256{}, .file = {.md5 = md5_of(1)}, .harmless = true}).ok());
    const Result<HashList> list = builder.build();
    ASSERT_TRUE(list.ok());
    EXPECT_EQ(list.value().size(), 0U);
    EXPECT_TRUE(list.value().file_entry(0).harmless);
    EXPECT_EQ(builder.add({.pdq = Hash256{}, .harmless = true}).code(), StatusCode::invalid_argument);
}

TEST(FileList, RefusesWhatKnowsNothingAgain) {
    ListBuilder builder;
    EXPECT_EQ(builder.add(item_of({}, "nothing")).code(), StatusCode::invalid_argument);
    EXPECT_EQ(builder.add(item_of(hash_file_bytes({}), "empty")).code(), StatusCode::invalid_argument);
    EXPECT_EQ(builder.add({.pdq = Hash256{}, .origin = {"a\xff", "", ""}}).code(), StatusCode::invalid_argument);
    const Result<HashList> list = builder.build();
    ASSERT_TRUE(list.ok());
    EXPECT_EQ(list.value().digest_hex(), ListBuilder().build().value().digest_hex());
}

// Sets of files that nobody named are one thing, each hash once, in whatever order they came.
TEST(FileList, NamelessFilesShareAnEntry) {
    ListBuilder forward;
    ListBuilder backward;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const OriginView origin{"NSRL", "", ""};
        ASSERT_TRUE(forward.add({.file = {.md5 = md5_of(i * i)}, .origin = origin, .harmless = true}).ok());
        const std::uint64_t j = 999 - i;
        ASSERT_TRUE(backward.add({.file = {.md5 = md5_of(j * j)}, .origin = origin, .harmless = true}).ok());
    }
    ASSERT_TRUE(backward.add({.file = {.md5 = md5_of(4)}, .origin = {"NSRL", "", ""}, .harmless = true}).ok());
    const HashList list = forward.build().value();
    EXPECT_EQ(list.file_entry_count(), 1U);
    EXPECT_EQ(list.file_hash_count(FileHashKind::md5), 1000U);
    EXPECT_EQ(list.digest_hex(), backward.build().value().digest_hex());
}

TEST(FileList, MergesWithOthers) {
    std::vector<ListBuilder> parts(2);
    ListBuilder whole;
    for (std::uint64_t i = 0; i < 2; ++i) {
        const std::string id = "thing " + std::to_string(i);
        Hash256 pdq;
        pdq.set_bit(i);
        const FileHashes file = hash_file_bytes(std::vector<std::uint8_t>{static_cast<std::uint8_t>(i)});
        const KnownItem item{.pdq = pdq, .file = file, .id = id, .category = id, .origin = {"s", id, ""}};
        ASSERT_TRUE(parts[i].add(item).ok());
        ASSERT_TRUE(whole.add(item).ok());
    }
    ListBuilder merged;
    for (const ListBuilder& part : parts)
        ASSERT_TRUE(merged.add_list(part.build().value()).ok());
    EXPECT_EQ(merged.build().value().digest_hex(), whole.build().value().digest_hex());
}

// A snapshot with one entry and two file entries, whose MD5s are section 1, file entries 6 and origins 7.
model::Bytes small_snapshot() {
    ListBuilder builder;
    const OriginView origin{"s", "", ""};
    EXPECT_TRUE(builder.add({.pdq = Hash256{}, .file = {.md5 = md5_of(1)}, .id = "a", .origin = origin}).ok());
    EXPECT_TRUE(builder.add({.file = {.md5 = md5_of(2)}, .id = "b", .origin = origin}).ok());
    const HashList list = builder.build().value();
    return {list.bytes().begin(), list.bytes().end()};
}

TEST(FileListDamage, EverySingleBitFlipIsRefused) {
    model::Bytes bytes = small_snapshot();
    ASSERT_TRUE(HashList::from_bytes(bytes).ok());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(HashList::from_bytes(bytes).ok()) << "bit " << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

// Whoever can write a file can compute its checksums anew. What is not looked at at once is safe to use all the same.
TEST(FileListDamage, WhatCannotBeIsRefusedOrPassedOver) {
    constexpr std::size_t kTypeOffset = 64;
    struct Change {
        std::uint32_t section;  // its type
        std::size_t offset;
        std::uint32_t value;
    };
    const Change changes[] = {
        {0x13, 16, 2}, {0x13, 16, 0xffffffff}, {0x13, 24, 0}, {0x26, 0, 1000}, {0x26, 4, 0xffffffff},
        {0x26, 8, 77}, {0x26, 12, 2},          {0x26, 16, 1}, {0x26, 20, 2},   {0x26, 24 + 16, 5},
        {0x27, 0, 1},  {0x27, 12, 0xffffffff}, {0x28, 0, 2},
    };
    for (const Change& change : changes) {
        model::Bytes bytes = small_snapshot();
        std::size_t record = kTypeOffset;
        while (model::load(bytes, record, 4) != change.section)
            record += 64;
        model::store(bytes, model::load(bytes, record + 8, 8) + change.offset, change.value, 4);
        model::seal(bytes);
        EXPECT_EQ(HashList::from_bytes(bytes).status().code(), StatusCode::corrupt)
            << std::hex << change.section << " at " << change.offset;
        const Result<HashList> list = HashList::from_bytes(bytes, LoadCheck::layout);
        ASSERT_TRUE(list.ok()) << list.status().to_string();
        for (const FileMatch& match : list.value().find_file({.md5 = md5_of(1)}))
            EXPECT_FALSE(list.value().file_entry_name(match.entry).empty());
        EXPECT_LE(list.value().entry(0).origin.source.size(), 1U);
    }
}

}  // namespace
}  // namespace tutela
