// Snapshots that hold an index: it says what a built one says, and nothing wrong with it goes unseen.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

#include "index/naive_search.hpp"
#include "list/list_test_support.hpp"
#include "list/snapshot_format.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

using model::Bytes;

HashList indexed(const HashList& list) {
    InlineExecutor here;
    Result<HashList> result = list.with_index(here);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    return std::move(result).value();
}

HashList list_of(const std::vector<Hash256>& hashes) {
    ListBuilder builder;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        EXPECT_TRUE(builder.add(hashes[i], "id-" + std::to_string(i)).ok());
    return std::move(builder.build()).value();
}

HashList clustered(std::size_t count, std::uint64_t seed) {
    return list_of(testing::clustered_list<256>(count, seed));
}

std::vector<Hash256> hashes_of(const HashList& list) {
    return {list.hashes().begin(), list.hashes().end()};
}

void expect_exact(const HashList& list, const Index<256>& index) {
    const std::vector<Hash256> hashes = hashes_of(list);
    for (const Hash256& query : testing::test_queries(hashes)) {
        const std::vector<Neighbor> order = testing::naive_order(hashes, query);
        for (const std::uint32_t radius : {0U, 15U, 31U, 47U, 79U, 80U, 256U}) {
            std::vector<Neighbor> found;
            ASSERT_TRUE(index.search(query, radius, found).ok());
            ASSERT_EQ(found, testing::within(order, radius)) << radius;
        }
    }
}

Bytes bytes_of(const HashList& list) {
    return {list.bytes().begin(), list.bytes().end()};
}

// The sections of a list, to be changed and sealed again with right checksums.
std::vector<model::Section> editable(const HashList& list) {
    std::vector<model::Section> sections;
    for (const SectionContent& section : sections_of(list.bytes())) {
        sections.push_back({static_cast<std::uint32_t>(section.type), section.flags, section.record_bytes,
                            Bytes(section.bytes.begin(), section.bytes.end())});
    }
    return sections;
}

TEST(StoredIndex, AnswersAsAScanOfTheList) {
    for (const auto& [name, hashes] : testing::test_lists<256>()) {
        SCOPED_TRACE(name);
        const HashList list = list_of(hashes);
        const HashList stored = indexed(list);
        EXPECT_FALSE(list.has_index());
        ASSERT_TRUE(stored.has_index());
        const Result<HashList> loaded = HashList::from_bytes(stored.bytes());
        ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
        const auto index = loaded.value().open_index();
        ASSERT_TRUE(index.ok()) << index.status().to_string();
        EXPECT_EQ(index.value()->engine(), Engine::bk_forest);
        EXPECT_NE(index.value()->explain().find("stored in the list"), std::string::npos);
        EXPECT_EQ(index.value()->size(), list.size());
        expect_exact(list, *index.value());
    }
}

TEST(StoredIndex, LeavesTheListAndItsNameAsTheyAre) {
    const std::vector<Entry> entries = random_entries(300, 4);
    const HashList list = build(entries);
    const HashList stored = indexed(list);
    expect_entries(stored, entries);
    EXPECT_EQ(stored.digest_hex(), list.digest_hex());
    EXPECT_GT(stored.bytes().size(), list.bytes().size());
    EXPECT_EQ(bytes_of(indexed(stored)), bytes_of(stored));  // the old index makes way
}

TEST(StoredIndex, BytesDoNotDependOnTheThreads) {
    const HashList list = clustered(2000, 6);
    ThreadPool pool(3);
    const Result<HashList> stored = list.with_index(pool);
    ASSERT_TRUE(stored.ok());
    EXPECT_EQ(bytes_of(stored.value()), bytes_of(indexed(list)));
}

TEST(StoredIndex, OutlivesItsList) {
    std::unique_ptr<const Index<256>> stored;
    std::unique_ptr<const Index<256>> built;
    const HashList copy = clustered(1000, 7);
    {
        const HashList list = clustered(1000, 7);
        built = list.open_index({.engine = Engine::bk_forest}).value();
        stored = indexed(list).open_index().value();
    }
    expect_exact(copy, *stored);
    expect_exact(copy, *built);
}

TEST(StoredIndex, AnotherEngineIsBuiltWhenAskedFor) {
    const HashList stored = indexed(clustered(1000, 8));
    for (const Engine engine : {Engine::flat, Engine::bk_tree}) {
        const auto index = stored.open_index({.engine = engine});
        ASSERT_TRUE(index.ok());
        EXPECT_EQ(index.value()->engine(), engine);
        expect_exact(stored, *index.value());
    }
    EXPECT_EQ(stored.open_index({.engine = static_cast<Engine>(77)}).status().code(), StatusCode::invalid_argument);
}

TEST(StoredIndex, UncheckedListCanBeVerifiedLater) {
    const HashList stored = indexed(clustered(500, 9));
    Bytes bytes = bytes_of(stored);
    const Result<HashList> sound = HashList::from_bytes(bytes, LoadCheck::layout);
    ASSERT_TRUE(sound.ok());
    EXPECT_TRUE(sound.value().verify().ok());
    bytes[bytes.size() - 32 - 64] ^= 1;  // the last line of positions
    EXPECT_EQ(HashList::from_bytes(bytes).status().code(), StatusCode::checksum_mismatch);
    const Result<HashList> damaged = HashList::from_bytes(bytes, LoadCheck::layout);
    ASSERT_TRUE(damaged.ok());
    EXPECT_EQ(damaged.value().verify().code(), StatusCode::checksum_mismatch);
    EXPECT_EQ(HashList::from_bytes(bytes, static_cast<LoadCheck>(9)).status().code(), StatusCode::invalid_argument);
}

TEST(StoredIndex, NewChecksumsDoNotVouchForWhatWasNotLookedAt) {
    const HashList list = clustered(50, 18);
    InlineExecutor here;
    Bytes flipped = bytes_of(list);
    flipped[1024] ^= 1;  // of a hash
    const Result<HashList> damaged = HashList::from_bytes(flipped, LoadCheck::layout);
    ASSERT_TRUE(damaged.ok());
    EXPECT_EQ(damaged.value().with_index(here).status().code(), StatusCode::checksum_mismatch);

    std::vector<model::Section> sections = editable(list);
    model::store(sections[1].bytes, 0, 0xfffffff0U, 4);  // the id of the first entry
    const Bytes crafted = model::assemble(list.size(), sections);
    const Result<HashList> unsafe = HashList::from_bytes(crafted, LoadCheck::layout);
    ASSERT_TRUE(unsafe.ok());
    EXPECT_EQ(unsafe.value().entry(0).id, "");
    EXPECT_EQ(unsafe.value().with_index(here).status().code(), StatusCode::corrupt);

    sections = editable(list);
    sections.push_back({0x50, 0, 1, Bytes(4, 1)});
    const Result<HashList> newer = HashList::from_bytes(model::assemble(list.size(), sections));
    ASSERT_TRUE(newer.ok());
    EXPECT_EQ(newer.value().with_index(here).status().code(), StatusCode::unsupported);
}

TEST(StoredIndex, BitFlipsAreRefused) {
    const Bytes good = bytes_of(indexed(clustered(50, 10)));
    std::mt19937_64 random(11);
    for (int i = 0; i < 500; ++i) {
        Bytes bytes = good;
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
        ASSERT_FALSE(HashList::from_bytes(bytes).ok());
    }
}

TEST(StoredIndex, TruncationsAreRefusedWhateverIsChecked) {
    const Bytes good = bytes_of(indexed(clustered(50, 12)));
    std::mt19937_64 random(13);
    for (int i = 0; i < 500; ++i) {
        const std::size_t size = i == 0 ? good.size() - 1 : random() % good.size();
        ASSERT_FALSE(HashList::from_bytes(std::span(good).first(size)).ok()) << size;
        ASSERT_FALSE(HashList::from_bytes(std::span(good).first(size), LoadCheck::layout).ok()) << size;
    }
}

constexpr std::size_t kDirectory = 6;
constexpr std::size_t kSketches = 7;
constexpr std::size_t kPositions = 8;

class CraftedIndex : public ::testing::Test {
protected:
    const HashList list_ = indexed(clustered(60, 14));
    const std::vector<model::Section> good_ = editable(list_);

    StatusCode code_after(const std::function<void(std::vector<model::Section>&)>& change, LoadCheck check) const {
        std::vector<model::Section> sections = good_;
        change(sections);
        return HashList::from_bytes(model::assemble(list_.size(), sections), check).status().code();
    }
};

TEST_F(CraftedIndex, TheModelWritesTheSameSnapshot) {
    EXPECT_EQ(model::assemble(list_.size(), good_), bytes_of(list_));
}

TEST_F(CraftedIndex, EveryWordOfTheDirectoryCounts) {
    std::mt19937_64 random(15);
    const std::size_t words = good_[kDirectory].bytes.size() / 4;
    for (std::size_t i = 0; i < 400; ++i) {
        const std::size_t word = i < 100 ? i : random() % words;
        const std::uint64_t was = model::load(good_[kDirectory].bytes, 4 * word, 4);
        for (const std::uint64_t wrong : {was + 1, was - 1, was ^ 0x80000000U, std::uint64_t{0xffffffff}}) {
            if ((wrong & 0xffffffffU) == was) continue;
            const auto change = [&](auto& sections) { model::store(sections[kDirectory].bytes, 4 * word, wrong, 4); };
            ASSERT_EQ(code_after(change, LoadCheck::everything), StatusCode::corrupt) << word << " " << wrong;
        }
    }
}

TEST_F(CraftedIndex, EveryPostingCounts) {
    std::mt19937_64 random(16);
    const std::size_t places = good_[kPositions].bytes.size() / 4 - 32;  // the last line is nobody's
    std::size_t changed = 0;
    for (std::size_t i = 0; i < 3000; ++i) {
        const std::size_t place = random() % places;
        const std::uint64_t position = model::load(good_[kPositions].bytes, 4 * place, 4);
        if (position == 0xffffffffU && i % 8 != 0) continue;  // fillers: most places
        ++changed;
        const std::uint64_t other = i % 2 == 0 ? random() % 60 : 60 + random() % 1000;
        if (other == position) continue;
        ASSERT_EQ(code_after([&](auto& sections) { model::store(sections[kPositions].bytes, 4 * place, other, 4); },
                             LoadCheck::everything),
                  StatusCode::corrupt);
        if (position == 0xffffffffU) continue;
        ASSERT_EQ(code_after([&](auto& sections) { sections[kSketches].bytes[2 * place] ^= 1; }, LoadCheck::everything),
                  StatusCode::corrupt);
    }
    EXPECT_GT(changed, 100U);
}

TEST_F(CraftedIndex, PostingsOfAnotherListAreRefused) {
    const std::vector<model::Section> others = editable(indexed(clustered(60, 99)));
    const auto change = [&](auto& sections) {
        for (const std::size_t section : {kDirectory, kSketches, kPositions})
            sections[section] = others[section];
    };
    EXPECT_EQ(code_after(change, LoadCheck::everything), StatusCode::corrupt);
    // Well formed: what a layout cannot show. The list is then searched without a wrong answer, if not with all of
    // them.
    EXPECT_EQ(code_after(change, LoadCheck::layout), StatusCode::ok);
}

TEST_F(CraftedIndex, PartsThatDoNotFitAreRefused) {
    for (const LoadCheck check : {LoadCheck::everything, LoadCheck::layout}) {
        for (const std::size_t section : {kDirectory, kSketches, kPositions}) {
            EXPECT_EQ(code_after([&](auto& sections) { sections.erase(sections.begin() + static_cast<long>(section)); },
                                 check),
                      StatusCode::corrupt);
            EXPECT_EQ(code_after([&](auto& sections) { sections[section].bytes.clear(); }, check), StatusCode::corrupt);
            EXPECT_EQ(code_after([&](auto& sections) { sections[section].bytes.resize(64); }, check),
                      StatusCode::corrupt);
            EXPECT_EQ(
                code_after([&](auto& sections) { sections[section].bytes.resize(sections[section].bytes.size() + 64); },
                           check),
                StatusCode::corrupt);
            EXPECT_EQ(code_after([&](auto& sections) { sections[section].flags = 0; }, check), StatusCode::corrupt);
            EXPECT_EQ(code_after([&](auto& sections) { sections[section].flags = 3; }, check), StatusCode::corrupt);
        }
        // A section that is not derived may not hide behind those that the digest leaves out.
        EXPECT_EQ(code_after(
                      [&](auto& sections) {
                          sections.push_back({0x50, 0, 1, Bytes(4, 1)});
                      },
                      check),
                  StatusCode::corrupt);
    }
}

TEST_F(CraftedIndex, UncheckedSearchIsSafeAndNeverWrong) {
    std::mt19937_64 random(17);
    std::size_t opened = 0;
    for (int i = 0; i < 300; ++i) {
        std::vector<model::Section> sections = good_;
        for (std::size_t edits = 1 + random() % 4; edits > 0; --edits) {
            Bytes& bytes = sections[kDirectory + random() % 3].bytes;
            const std::size_t word = random() % (bytes.size() / 4);
            const std::uint64_t was = model::load(bytes, 4 * word, 4);
            model::store(bytes, 4 * word, random() % 2 == 0 ? random() : was + random() % 3 - 1, 4);
        }
        const Bytes bytes = model::assemble(list_.size(), sections);
        const Result<HashList> list = HashList::from_bytes(bytes, LoadCheck::layout);
        if (!list.ok()) continue;
        ++opened;
        const auto index = list.value().open_index();
        ASSERT_TRUE(index.ok());
        for (const Hash256& query : testing::test_queries(hashes_of(list_))) {
            std::vector<Neighbor> found;
            ASSERT_TRUE(index.value()->search(query, 31, found).ok());
            const std::vector<Neighbor> all = testing::within(testing::naive_order(hashes_of(list_), query), 31);
            for (const Neighbor& neighbor : found)
                ASSERT_NE(std::find(all.begin(), all.end(), neighbor), all.end());
        }
    }
    EXPECT_GT(opened, 50U);
}

}  // namespace
}  // namespace tutela
