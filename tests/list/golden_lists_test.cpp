// Files that were written once are read for ever.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "core/temp_folder.hpp"
#include "tutela/list_key.hpp"
#include "tutela/list_signature.hpp"
#include "tutela/list_update.hpp"

namespace tutela {
namespace {

const std::filesystem::path kFolder = TUTELA_TEST_DATA "/lists";
constexpr const char* kFullDigest = "6244e67da34c542593914c6aa103cb3ad084c6af8d374bf4eabaae5c1b2aaffa";
constexpr const char* kBaseDigest = "9009073bb7c951ae59494121b527a2bb43bbafdd594847af891d6aa9e3b9c931";

std::vector<std::string> active_ids(const HashList& list) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list.entry_state(i) == EntryState::active) ids.emplace_back(list.entry(i).id);
    return ids;
}

TEST(GoldenLists, AListWithEverythingAndItsDelta) {
    const Result<HashList> loaded = HashList::load(kFolder / "v1_full.tutela");
    ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
    const HashList& list = loaded.value();
    EXPECT_EQ(list.digest_hex(), kFullDigest);
    ASSERT_EQ(list.size(), 12U);
    EXPECT_EQ(active_ids(list),
              (std::vector<std::string>{"", "clip", "clip", "clip", "clip", "1", "added", "still-2"}));
    EXPECT_EQ(list.known_count(), 5U);
    EXPECT_EQ(list.entry(0).id, "still-1");
    EXPECT_TRUE(list.entry(0).phash.has_value());
    EXPECT_EQ(list.entry_state(0), EntryState::withdrawn);  // disabled, which it is in the delta
    ASSERT_EQ(list.video_count(), 1U);
    EXPECT_EQ(list.video(0).times_us[3], 1'500'000);
    EXPECT_EQ(list.video(0).qualities[3], 83);
    const EntryView media = list.entry(8);
    EXPECT_EQ(media.origin.scheme, "vics");
    EXPECT_EQ(media.origin.region, "US");
    EXPECT_EQ(media.updated_us, 1'767'323'045'000'000);
    ASSERT_EQ(media.carried.size(), 1U);
    EXPECT_EQ(media.carried[0].value.size(), kPhotoDnaBytes);
    EXPECT_EQ(list.file_hash_count(FileHashKind::md5), 2U);
    EXPECT_EQ(list.unmatchable_count(), 1U);
    EXPECT_EQ(list.entry(11).category, "B2");
}

TEST(GoldenLists, AnEncryptedOne) {
    std::vector<std::uint8_t> bytes(ListKey::kBytes);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    const Result<ListKey> key = ListKey::from_bytes(bytes);
    ASSERT_TRUE(key.ok());
    const Result<HashList> list = load_list(kFolder / "v1_encrypted.tutela", {.key = key.value()});
    ASSERT_TRUE(list.ok()) << list.status().to_string();
    EXPECT_EQ(list.value().digest_hex(), kBaseDigest);
    EXPECT_EQ(list.value().size(), 9U);
}

TEST(GoldenLists, ASignature) {
    const HashList list = HashList::load(kFolder / "v1_full.tutela").value();
    const Result<ListSignature> signature = load_signature(kFolder / "v1_full.tutela.sig");
    ASSERT_TRUE(signature.ok()) << signature.status().to_string();
    const Result<PinnedKeys> pinned = PinnedKeys::load(kFolder / "v1_publisher.pub");
    ASSERT_TRUE(pinned.ok()) << pinned.status().to_string();
    const SecondUtc then{std::chrono::sys_days(std::chrono::year(2030) / 1 / 1)};
    EXPECT_TRUE(verify_signature(list, signature.value(), pinned.value(), then, "v1_full").ok());
    const SecondUtc later{std::chrono::sys_days(std::chrono::year(2130) / 1 / 1)};
    EXPECT_FALSE(verify_signature(list, signature.value(), pinned.value(), later, "v1_full").ok());
}

// What a change of the base and a builder of the same inputs write is what they wrote then.
TEST(GoldenLists, ACompactedListIsWrittenAgain) {
    const HashList list = HashList::load(kFolder / "v1_full.tutela").value();
    const Result<HashList> compacted = compact_list(list);
    ASSERT_TRUE(compacted.ok());
    ListBuilder builder;
    ASSERT_TRUE(builder.add_list(list).ok());
    EXPECT_EQ(builder.build().value().digest_hex(), compacted.value().digest_hex());
    const TempFolder folder;
    ASSERT_TRUE(compacted.value().save(folder / "list").ok());
    EXPECT_EQ(active_ids(HashList::load(folder / "list").value()), active_ids(list));
}

}  // namespace
}  // namespace tutela
