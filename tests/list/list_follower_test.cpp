// Lists that change on disk while they are read.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/temp_folder.hpp"
#include "list/list_access.hpp"
#include "list/list_test_support.hpp"
#include "tutela/executor.hpp"
#include "tutela/list_key.hpp"
#include "tutela/list_update.hpp"

namespace tutela {
namespace {

namespace fs = std::filesystem;

class ListFollowerTest : public ::testing::Test {
protected:
    ListFollowerTest() : path_(folder_ / "known.tutela") {
        std::mt19937_64 random(1);
        for (int i = 0; i < 400; ++i)
            hashes_.push_back(random_hash(random));
    }

    // A list of entries [first, last), each with the generation in its label.
    [[nodiscard]] HashList list_of(std::size_t first, std::size_t last, const std::string& label = "") const {
        std::vector<Entry> entries;
        for (std::size_t i = first; i < last; ++i)
            entries.push_back({hashes_[i], "id-" + std::to_string(i), "1", label});
        return build(entries);
    }

    void update(const ListUpdate& update) const {
        ListChanges changes;
        const Status status = update_list_file(path_, update, changes);
        ASSERT_TRUE(status.ok()) << status.to_string();
        ASSERT_TRUE(changes.any());
    }

    [[nodiscard]] std::size_t found(const ListFollower::Generation& generation, std::size_t i) const {
        std::vector<Neighbor> neighbors;
        EXPECT_TRUE(generation.index->search(hashes_[i], 31, neighbors).ok());
        return neighbors.size();
    }

    TempFolder folder_;
    fs::path path_;
    std::vector<Hash256> hashes_;
};

TEST_F(ListFollowerTest, SeesEveryChange) {
    ASSERT_TRUE(list_of(0, 100).save(path_).ok());
    ListFollower follower = std::move(ListFollower::open(path_)).value();
    EXPECT_EQ(follower.current()->number, 0U);
    EXPECT_FALSE(follower.refresh().value());
    update({.put = list_of(100, 110)});
    EXPECT_EQ(found(*follower.current(), 105), 0U);
    EXPECT_TRUE(follower.refresh().value());
    EXPECT_FALSE(follower.refresh().value());
    EXPECT_EQ(found(*follower.current(), 105), 1U);
    update({.disable = {{std::nullopt, "id-3"}}});
    EXPECT_TRUE(follower.refresh().value());
    EXPECT_EQ(found(*follower.current(), 3), 0U);
    update({.remove = {{std::nullopt, "id-105"}}, .enable = {{std::nullopt, "id-3"}}});
    EXPECT_TRUE(follower.refresh().value());
    EXPECT_EQ(found(*follower.current(), 3), 1U);
    EXPECT_EQ(found(*follower.current(), 105), 0U);
    InlineExecutor here;
    ASSERT_TRUE(compact_list_file(path_, here).ok());
    EXPECT_FALSE(fs::exists(delta_path(path_)));
    EXPECT_TRUE(follower.refresh().value());
    EXPECT_FALSE(follower.current()->list.has_delta());
    EXPECT_EQ(follower.current()->list.size(), 109U);
    EXPECT_EQ(found(*follower.current(), 3), 1U);
    EXPECT_EQ(found(*follower.current(), 105), 0U);
    EXPECT_EQ(follower.current()->number, 4U);
}

TEST_F(ListFollowerTest, KeepsTheOldOneWhenTheNewOneIsDamaged) {
    ASSERT_TRUE(list_of(0, 100).save(path_).ok());
    ListFollower follower = std::move(ListFollower::open(path_)).value();
    std::ofstream(delta_path(path_)) << "no delta";
    EXPECT_FALSE(follower.refresh().ok());
    EXPECT_EQ(found(*follower.current(), 5), 1U);
    fs::remove(delta_path(path_));
    EXPECT_TRUE(follower.refresh().ok());
}

TEST_F(ListFollowerTest, ADeltaOfAnotherListIsRefused) {
    ASSERT_TRUE(list_of(0, 100).save(path_).ok());
    update({.put = list_of(100, 110)});
    const fs::path other = folder_ / "other.tutela";
    ASSERT_TRUE(list_of(0, 50).save(other).ok());
    fs::copy_file(delta_path(path_), delta_path(other));
    EXPECT_EQ(HashList::load(other).status().code(), StatusCode::corrupt);
    // A delta is no list.
    EXPECT_EQ(HashList::load(delta_path(path_)).status().code(), StatusCode::invalid_argument);
    // Saving a list there makes it whole again.
    ASSERT_TRUE(list_of(0, 50).save(other).ok());
    EXPECT_EQ(HashList::load(other).value().size(), 50U);
    EXPECT_FALSE(fs::exists(delta_path(other)));
}

TEST_F(ListFollowerTest, EveryBitOfADeltaCounts) {
    ASSERT_TRUE(list_of(0, 5).save(path_).ok());
    const HashList base = HashList::load(path_).value();
    update({.remove = {{"", "id-1"}}, .put = list_of(5, 7), .disable = {{"", "id-2"}}});
    std::vector<std::uint8_t> bytes = read_file(delta_path(path_));
    const auto is_taken = [&](std::size_t size) {
        Mapping memory = Mapping::of_zeroes(size);
        std::copy_n(bytes.begin(), size, memory.writable().begin());
        return ListAccess::apply(base, std::move(memory), Check::everything).ok();
    };
    ASSERT_TRUE(is_taken(bytes.size()));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(is_taken(bytes.size())) << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(is_taken(size)) << size;
}

// A stop between the rename of the new snapshot and the removal of the delta.
TEST_F(ListFollowerTest, AFoldedDeltaIsPassedOver) {
    ASSERT_TRUE(list_of(0, 100).save(path_).ok());
    update({.put = list_of(100, 110)});
    const fs::path kept = folder_ / "kept";
    fs::copy_file(delta_path(path_), kept);
    InlineExecutor here;
    ASSERT_TRUE(compact_list_file(path_, here).ok());
    fs::copy_file(kept, delta_path(path_));
    const Result<HashList> list = HashList::load(path_);
    ASSERT_TRUE(list.ok()) << list.status().to_string();
    EXPECT_EQ(list.value().size(), 110U);
    EXPECT_FALSE(list.value().has_delta());
    // The next change takes its place.
    update({.remove = {{std::nullopt, "id-4"}}});
    EXPECT_EQ(HashList::load(path_).value().known_count(), 109U);
}

TEST_F(ListFollowerTest, AListBuiltAnewIsChangedAnew) {
    const auto disable = [this] { update({.disable = {{"", "id-3"}}}); };
    ASSERT_TRUE(list_of(0, 10).save(path_).ok());
    disable();
    ASSERT_TRUE(list_of(0, 10).save(path_).ok());  // the same digest, and the next delta is that of before
    EXPECT_EQ(HashList::load(path_).value().known_count(), 10U);
    disable();
    EXPECT_EQ(HashList::load(path_).value().known_count(), 9U);
}

TEST_F(ListFollowerTest, WhoReadsTheListReadsItsDelta) {
    ASSERT_TRUE(list_of(0, 10).save(path_).ok());
    fs::permissions(path_, fs::perms(0640));
    update({.put = list_of(10, 11)});
    EXPECT_EQ(fs::status(delta_path(path_)).permissions(), fs::perms(0640));
}

TEST_F(ListFollowerTest, ALinkIsTheListThatItLeadsTo) {
    ASSERT_TRUE(list_of(0, 10).save(path_).ok());
    const fs::path link = folder_ / "current";
    fs::create_symlink("known.tutela", link);
    ListFollower follower = std::move(ListFollower::open(link)).value();
    ListChanges changes;
    ASSERT_TRUE(update_list_file(link, {.disable = {{"", "id-3"}}}, changes).ok());
    EXPECT_TRUE(fs::exists(delta_path(path_)));
    EXPECT_FALSE(fs::exists(delta_path(link)));
    EXPECT_TRUE(follower.refresh().value());
    EXPECT_EQ(follower.current()->list.known_count(), 9U);
    EXPECT_EQ(HashList::load(path_).value().known_count(), 9U);
    InlineExecutor here;
    ASSERT_TRUE(compact_list_file(link, here).ok());
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(HashList::load(link).value().known_count(), 9U);
}

TEST_F(ListFollowerTest, AnEncryptedListHasNoDeltaInTheOpen) {
    const ListOpenOptions options{.key = ListKey::generate().value()};
    ASSERT_TRUE(list_of(0, 10).save(path_).ok());
    update({.disable = {{"", "id-3"}}});
    const fs::path other = folder_ / "encrypted";
    ASSERT_TRUE(save_encrypted(list_of(0, 10), other, *options.key).ok());
    fs::copy_file(delta_path(path_), delta_path(other));
    EXPECT_EQ(load_list(other, options).status().code(), StatusCode::corrupt);
    // Written anew, it takes the place of what cannot be used.
    ASSERT_TRUE(save_encrypted(list_of(0, 10), other, *options.key).ok());
    EXPECT_EQ(load_list(other, options).value().known_count(), 10U);
    ListChanges changes;
    ASSERT_TRUE(update_list_file(other, {.disable = {{"", "id-3"}}}, changes, options).ok());
    EXPECT_EQ(load_list(other, options).value().known_count(), 9U);
}

TEST_F(ListFollowerTest, AnIndexOfAnotherGenerationIsNone) {
    const HashList base = list_of(0, 10);
    ListChanges changes;
    const HashList changed = update_list(base, {.remove = {{"", "id-3"}}}, changes).value();
    const HashList other = update_list(base, {.remove = {{"", "id-4"}}}, changes).value();
    ASSERT_EQ(changed.size(), base.size());
    EXPECT_FALSE(ListAccess::is_index_of(*base.open_index().value(), changed));
    EXPECT_FALSE(ListAccess::is_index_of(*other.open_index().value(), changed));
    EXPECT_TRUE(ListAccess::is_index_of(*changed.open_index().value(), changed));
    EXPECT_TRUE(ListAccess::is_index_of(*base.open_index().value(), base));
}

// Every answer is that of one generation, and none of one older than what was there when it was asked for.
TEST_F(ListFollowerTest, SwapsUnderLoad) {
    constexpr std::size_t kBase = 200;
    // More for a soak; each flushes to the disk twice.
    const char* const asked = std::getenv("TUTELA_SWAP_ROUNDS");
    const std::size_t rounds = asked != nullptr ? std::stoul(asked) : 300;
    ASSERT_TRUE(list_of(0, kBase).save(path_).ok());
    ListFollower follower = std::move(ListFollower::open(path_)).value();
    // Round r: entries kBase .. kBase + r % 100 are there, and id-<r % kBase> is disabled.
    std::atomic<std::size_t> published{0};
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> answers{0};
    std::atomic<std::uint64_t> wrong{0};
    const auto reader = [&] {
        std::mt19937_64 random(answers.load());
        while (!done.load()) {
            const std::size_t before = published.load();
            if (!follower.refresh().ok()) ++wrong;
            const auto generation = follower.current();
            const std::string label(generation->list.entry(generation->list.size() - 1).label);
            const std::size_t round = label.empty() ? 0 : std::stoul(label);
            if (round < before) ++wrong;  // stale
            for (int i = 0; i < 5; ++i) {
                const std::size_t entry = random() % (kBase + 100);
                const bool in_base = entry < kBase;
                const bool there = in_base ? round == 0 || entry != round % kBase : entry < kBase + round % 100 + 1;
                if (found(*generation, entry) != (there && (in_base || round > 0) ? 1U : 0U)) ++wrong;  // torn or lost
                ++answers;
            }
        }
    };
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back(reader);
    InlineExecutor here;
    for (std::size_t round = 1; round <= rounds; ++round) {
        ListUpdate change;
        for (std::size_t i = round % 100 + 1; i < 100; ++i)
            change.remove.push_back({"", "id-" + std::to_string(kBase + i)});
        change.put = list_of(kBase, kBase + round % 100 + 1, std::to_string(round));
        if (round > 1) change.enable.push_back({"", "id-" + std::to_string((round - 1) % kBase)});
        change.disable.push_back({"", "id-" + std::to_string(round % kBase)});
        ListChanges changes;
        const Status status = update_list_file(path_, change, changes);
        ASSERT_TRUE(status.ok()) << status.to_string();
        published = round;
        if (round % 50 != 0) continue;
        ASSERT_TRUE(compact_list_file(path_, here).ok());
    }
    done = true;
    for (std::thread& thread : readers)
        thread.join();
    EXPECT_EQ(wrong.load(), 0U);
    EXPECT_GT(answers.load(), rounds / 10);
    RecordProperty("answers", static_cast<int>(answers.load()));
}

}  // namespace
}  // namespace tutela
