// Times of records and carried hashes in a list.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "list_test_support.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

std::vector<CarriedHashView> all_of(const CarriedHashes& hashes) {
    std::vector<CarriedHashView> all;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        all.push_back(hashes[i]);
    return all;
}

Md5 md5_of(std::uint8_t number) {
    Md5 hash{};
    hash[0] = number;
    return hash;
}

const std::string kPhotoDna(kPhotoDnaBytes, '\x80');
const std::vector<CarriedHashView> kBoth = {{"photodna", kPhotoDna, true}, {"tmk", "série", false}};
const std::vector<CarriedHashView> kOne = {{"netclean", "x", false}};
constexpr std::int64_t kTime = 1'767'322'800'123'456;

// Two entries, one of which is also a file; a file without an entry; one that is only carried; a video.
ListBuilder sample() {
    ListBuilder builder;
    Hash256 pdq;
    pdq.set_bit(5);
    EXPECT_TRUE(builder.add(pdq, "plain").ok());
    EXPECT_TRUE(
        builder.add({.pdq = pdq, .file = {.md5 = md5_of(1)}, .id = "both", .updated_us = kTime, .carried = kBoth})
            .ok());
    EXPECT_TRUE(builder.add({.file = {.md5 = md5_of(2)}, .id = "file", .updated_us = -1, .carried = kOne}).ok());
    EXPECT_TRUE(builder.add({.id = "carried", .category = "1", .carried = kBoth}).ok());
    const FrameHash frames[] = {{pdq, 60, 0}, {pdq, 70, 40}};
    EXPECT_TRUE(builder
                    .add_known_video(frames, {.file = {.md5 = md5_of(3)},
                                              .id = "video",
                                              .origin = {"s", "vics", "US"},
                                              .updated_us = 7,
                                              .carried = kOne})
                    .ok());
    return builder;
}

void expect_sample(const HashList& list) {
    ASSERT_EQ(list.size(), 4U);
    EXPECT_EQ(list.known_count(), 3U);
    EXPECT_EQ(list.file_entry_count(), 4U);
    EXPECT_EQ(list.unmatchable_count(), 1U);
    EXPECT_EQ(list.entry(0).updated_us, std::nullopt);
    EXPECT_TRUE(list.entry(0).carried.empty());
    EXPECT_EQ(list.entry(1).updated_us, kTime);
    EXPECT_EQ(all_of(list.entry(1).carried), kBoth);
    EXPECT_EQ(list.file_entry(0).updated_us, kTime);
    EXPECT_EQ(all_of(list.file_entry(0).carried), kBoth);
    EXPECT_EQ(list.file_entry(1).updated_us, -1);
    EXPECT_EQ(all_of(list.file_entry(1).carried), kOne);
    EXPECT_FALSE(list.file_entry(1).unmatchable);
    EXPECT_EQ(list.file_entry(2).id, "carried");
    EXPECT_EQ(list.file_entry(2).category, "1");
    EXPECT_TRUE(list.file_entry(2).unmatchable);
    EXPECT_EQ(list.file_entry(2).updated_us, std::nullopt);
    EXPECT_EQ(all_of(list.file_entry(2).carried), kBoth);
    ASSERT_EQ(list.video_count(), 1U);
    const VideoView video = list.video(0);
    EXPECT_EQ(video.origin, (OriginView{"s", "vics", "US"}));
    EXPECT_EQ(video.updated_us, 7);
    EXPECT_EQ(all_of(video.carried), kOne);
    const auto found = list.find_file({.md5 = md5_of(3)});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(list.file_entry(found[0].entry).position, 2U);
}

TEST(Records, AreKeptWithAllTheyCarry) {
    const HashList list = sample().build().value();
    expect_sample(list);
    expect_sample(HashList::from_bytes(list.bytes()).value());
    expect_sample(HashList::from_bytes(list.bytes(), LoadCheck::layout).value());
    ListBuilder merged;
    ASSERT_TRUE(merged.add_list(list).ok());
    const HashList copy = merged.build().value();
    expect_sample(copy);
}

TEST(Records, WhatIsOnlyCarriedIsNeverFound) {
    ListBuilder builder;
    ASSERT_TRUE(builder.add({.carried = kBoth}).ok());
    ASSERT_TRUE(builder.add({.carried = kBoth}).ok());
    const HashList list = HashList::from_bytes(builder.build().value().bytes()).value();
    EXPECT_EQ(list.size(), 0U);
    EXPECT_EQ(list.known_count(), 0U);
    EXPECT_EQ(list.file_entry_count(), 2U);
    EXPECT_EQ(list.unmatchable_count(), 2U);
    EXPECT_EQ(list.file_hash_count(FileHashKind::md5), 0U);
    EXPECT_TRUE(list.find_file({.md5 = md5_of(0)}).empty());
    EXPECT_EQ(all_of(list.file_entry(1).carried), kBoth);
}

TEST(Records, RefusesWhatCannotBeKept) {
    ListBuilder builder;
    const std::string long_value(kMaxCarriedBytes + 1, 'x');
    const CarriedHashView bad[] = {{"", "x"},
                                   {"Upper", "x"},
                                   {"a b", "x"},
                                   {"tmk", ""},
                                   {"tmk", long_value, true},
                                   {"tmk", "\xff"},
                                   {"tmk", std::string_view("a\0b", 3)}};
    for (const CarriedHashView& hash : bad)
        EXPECT_EQ(builder.add({.pdq = Hash256{}, .carried = {&hash, 1}}).code(), StatusCode::invalid_argument);
    EXPECT_EQ(builder.add({.pdq = Hash256{}, .updated_us = kMaxRecordTimeUs + 1}).code(), StatusCode::invalid_argument);
    EXPECT_EQ(builder.add({.pdq = Hash256{}, .updated_us = kMinRecordTimeUs - 1}).code(), StatusCode::invalid_argument);
    const FrameHash frame{};
    EXPECT_EQ(builder.add_known_video({&frame, 1}, {.harmless = true}).code(), StatusCode::invalid_argument);
    EXPECT_EQ(builder.build().value().digest_hex(), ListBuilder().build().value().digest_hex());
}

TEST(Records, NamelessFilesOfDifferentTimesAreDifferentThings) {
    ListBuilder builder;
    for (std::uint8_t i = 1; i <= 6; ++i)
        ASSERT_TRUE(builder.add({.file = {.md5 = md5_of(i)}, .updated_us = i / 3}).ok());
    const HashList list = builder.build().value();
    ASSERT_EQ(list.file_entry_count(), 3U);
    for (std::uint8_t i = 1; i <= 6; ++i)
        EXPECT_EQ(list.file_entry(list.find_file({.md5 = md5_of(i)}).at(0).entry).updated_us, i / 3);
}

TEST(Records, EverySingleBitFlipIsRefused) {
    const HashList list = sample().build().value();
    model::Bytes bytes(list.bytes().begin(), list.bytes().end());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(HashList::from_bytes(bytes).ok()) << "bit " << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

// With checksums computed anew. What is not looked at at once is safe to use all the same.
TEST(Records, WhatCannotBeIsRefusedOrPassedOver) {
    struct Change {
        std::uint32_t section;  // its type
        std::size_t offset;
        std::uint64_t value;
        std::size_t size;
    };
    const Change changes[] = {
        {0x26, 24 * 2 + 16, 0, 4},         // what nothing leads to has an entry
        {0x26, 24 + 20, 2, 4},             // what a hash leads to says that none does
        {0x29, 8, 0x7fffffffffffffff, 8},  // a time out of range
        {0x2a, 0, 5, 8},                   // a second time
        {0x2b, 0, 9, 4},
        {0x2b, 0, 3, 4},   // no owner; owners that fall
        {0x2b, 4, 99, 4},  // no kind
        {0x2b, 4, 0, 4},
        {0x2b, 8, 0, 4},  // the empty kind; the empty value
        {0x2b, 8, 70000, 4},
        {0x2b, 12, 2, 4},
        {0x2b, 12, 0, 4},  // a size, a flag, bytes that are no text
        {0x2b, 16, 0xffffffffffffffff, 8},
        {0x2c, 0, 4, 4},
    };
    const HashList list = sample().build().value();
    for (const Change& change : changes) {
        model::Bytes bytes(list.bytes().begin(), list.bytes().end());
        std::size_t record = 64;
        while (model::load(bytes, record, 4) != change.section)
            record += 64;
        model::store(bytes, model::load(bytes, record + 8, 8) + change.offset, change.value, change.size);
        model::seal(bytes);
        const Status status = HashList::from_bytes(bytes).status();
        EXPECT_EQ(status.code(), StatusCode::corrupt)
            << std::hex << change.section << " at " << change.offset << ": " << status.to_string();
        const Result<HashList> layout = HashList::from_bytes(bytes, LoadCheck::layout);
        ASSERT_TRUE(layout.ok()) << layout.status().to_string();
        for (std::size_t i = 0; i < layout.value().size(); ++i) {
            for (const CarriedHashView& hash : all_of(layout.value().entry(i).carried))
                EXPECT_LE(hash.value.size(), kMaxCarriedBytes);
        }
        for (std::size_t i = 0; i < layout.value().file_entry_count(); ++i) {
            for (const CarriedHashView& hash : all_of(layout.value().file_entry(i).carried))
                EXPECT_LE(hash.value.size(), kMaxCarriedBytes);
        }
    }
}

TEST(RecordTimes, AreReadAsListsWriteThem) {
    const struct {
        const char* text;
        const char* time;
    } cases[] = {
        {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05.678901234+01:30", "2026-01-02T01:34:05.678901Z"},
        {"2026-01-02T03:04:05.5", "2026-01-02T03:04:05.5Z"},
        {"2026-01-02 03:04", "2026-01-02T03:04:00Z"},
        {"2026-01-02", "2026-01-02T00:00:00Z"},
        {"2013-12-03T07:47:36+0000", "2013-12-03T07:47:36Z"},
        {"2026-01-02T03:04:05-08", "2026-01-02T11:04:05Z"},
        {"1/2/2026", "2026-01-02T00:00:00Z"},
        {"12/31/1999 11:59:58 PM", "1999-12-31T23:59:58Z"},
        {"12/31/1999 12:00 AM", "1999-12-31T00:00:00Z"},
        {"/Date(1767322800123)/", "2026-01-02T03:00:00.123Z"},
        {"/Date(-1+0100)/", "1969-12-31T23:59:59.999Z"},
        {"1767322800", "2026-01-02T03:00:00Z"},
        {"0001-01-01", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
    };
    for (const auto& one : cases) {
        const auto time = parse_record_time(one.text);
        ASSERT_TRUE(time) << one.text;
        EXPECT_EQ(record_time_text(*time), one.time) << one.text;
        EXPECT_EQ(parse_record_time(record_time_text(*time)), time);
    }
    for (const char* bad : {"",
                            "yesterday",
                            "2026",
                            "2026-13-01",
                            "2026-02-30",
                            "2026-01-02T",
                            "2026-01-02T03",
                            "2026-01-02T03:04:05Zx",
                            "2026-01-02T03:04:05+",
                            "2026-01-02T25:00Z",
                            "0000-01-01",
                            "9999-12-31T23:59:59-01:00",
                            "13/1/2026",
                            "1/2/26",
                            "1/2/2026 13:00 PM",
                            "/Date(x)/",
                            "/Date(1)",
                            "/Date(99999999999999999999)/",
                            "17673228000",
                            "-026-01-02"})
        EXPECT_FALSE(parse_record_time(bad)) << bad;
}

}  // namespace
}  // namespace tutela
