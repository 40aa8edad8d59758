// The contract of index.hpp, for both widths and every engine: equal to the naive search, always.
#include "tutela/index.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "index/bk_forest.hpp"
#include "index/bk_tree.hpp"
#include "index/engine.hpp"
#include "index/flat.hpp"
#include "index/ring_filter.hpp"
#include "naive_search.hpp"
#include "tutela/executor.hpp"

namespace tutela {

void PrintTo(const Neighbor& neighbor, std::ostream* out) {
    *out << neighbor.position << '@' << neighbor.distance_bits;
}

namespace {

using testing::naive_order;
using testing::within;

template <std::size_t Bits>
using IndexPointer = std::unique_ptr<const Index<Bits>>;

template <std::size_t Bits>
IndexPointer<Bits> build(const std::vector<Hash<Bits>>& list, Engine engine) {
    auto built = build_index<Bits>(list, {.engine = engine});
    EXPECT_TRUE(built.ok()) << built.status().to_string();
    return built.ok() ? std::move(built).value() : nullptr;
}

// A forest that never falls back to a flat scan where its bands can bear the radius.
template <std::size_t Bits>
class BandsOnly final : public Index<Bits> {
public:
    BandsOnly(const std::vector<Hash<Bits>>& list, BandFormChoice form, const kernels::Table& table)
        : forest_(list, executor_, "", form, table) {}

    Status search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const override {
        if (Status status = check_radius(radius, Bits); !status.ok()) return status;
        const ForestWork work = forest_.search_unsorted(query, radius, false, out);
        EXPECT_EQ(work.scanned_all, radius > RingFilter<Bits>::kMaxRadius);
        sort_answer(out);
        return {};
    }
    [[nodiscard]] std::size_t size() const noexcept override { return forest_.size(); }
    [[nodiscard]] Engine engine() const noexcept override { return forest_.engine(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept override { return forest_.memory_bytes(); }
    [[nodiscard]] std::string explain() const override { return forest_.explain(); }

private:
    InlineExecutor executor_;
    BkForest<Bits> forest_;
};

// Every engine as the library builds it, and those that small lists would not show: trees of tiny leaves, and both
// engines on every kernel level.
template <std::size_t Bits>
std::vector<std::pair<std::string, IndexPointer<Bits>>> every_index(const std::vector<Hash<Bits>>& list) {
    std::vector<std::pair<std::string, IndexPointer<Bits>>> indexes;
    for (const Engine engine : {Engine::automatic, Engine::flat, Engine::bk_tree, Engine::bk_forest})
        indexes.emplace_back(engine_name(engine), build(list, engine));
    for (const std::size_t leaf_size : {1U, 2U, 16U, 100U}) {
        indexes.emplace_back("bk_tree with leaves of " + std::to_string(leaf_size),
                             std::make_unique<BkTree<Bits>>(list, "", leaf_size));
    }
    for (const kernels::Level level : kernels::kLevels) {
        const kernels::Table* table = kernels::table(level);
        if (table == nullptr) continue;
        const std::string name = std::string(" on ") + table->name;
        indexes.emplace_back("flat" + name, std::make_unique<FlatIndex<Bits>>(list, "", *table));
        indexes.emplace_back("bk_tree" + name, std::make_unique<BkTree<Bits>>(list, "", 32, *table));
        indexes.emplace_back("branching" + name,
                             std::make_unique<BandsOnly<Bits>>(list, BandFormChoice::branching, *table));
        indexes.emplace_back("resolved" + name,
                             std::make_unique<BandsOnly<Bits>>(list, BandFormChoice::resolved, *table));
    }
    return indexes;
}

template <typename HashType>
class IndexTest : public ::testing::Test {};

using HashTypes = ::testing::Types<Hash64, Hash256>;
TYPED_TEST_SUITE(IndexTest, HashTypes);

TYPED_TEST(IndexTest, EqualsTheNaiveSearchAtEveryRadius) {
    constexpr std::size_t kBits = TypeParam::kBits;
    std::vector<std::uint32_t> radii(65);
    std::iota(radii.begin(), radii.end(), 0U);
    for (const std::uint32_t radius : {96U, 128U, 200U, 255U, 256U}) {
        if (radius <= kBits) radii.push_back(radius);
    }
    for (const auto& [list_name, list] : testing::test_lists<kBits>()) {
        const auto indexes = every_index<kBits>(list);
        for (const Hash<kBits>& query : testing::test_queries<kBits>(list)) {
            const std::vector<Neighbor> order = naive_order(list, query);
            for (const std::uint32_t radius : radii) {
                const std::vector<Neighbor> expected = within(order, radius);
                for (const auto& [name, index] : indexes) {
                    std::vector<Neighbor> answer;
                    ASSERT_TRUE(index->search(query, radius, answer).ok());
                    ASSERT_EQ(answer, expected) << name << ", list " << list_name << ", radius " << radius;
                }
            }
        }
    }
}

// Larger than a leaf and than a piece of a scan, as the library builds it.
TYPED_TEST(IndexTest, EqualsTheNaiveSearchOnAListOfManyLeaves) {
    constexpr std::size_t kBits = TypeParam::kBits;
    auto list = testing::clustered_list<kBits>(12000, 21);
    const auto strangers = testing::random_list<kBits>(8011, 22);
    list.insert(list.end(), strangers.begin(), strangers.end());
    for (const Engine engine : {Engine::flat, Engine::bk_tree, Engine::bk_forest}) {
        const auto index = build<kBits>(list, engine);
        ASSERT_NE(index, nullptr);
        for (const Hash<kBits>& query : testing::test_queries<kBits>(list)) {
            const std::vector<Neighbor> order = naive_order(list, query);
            for (const std::uint32_t radius : {0U, 3U, 8U, 16U, 31U, 64U}) {
                std::vector<Neighbor> answer;
                ASSERT_TRUE(index->search(query, radius, answer).ok());
                ASSERT_EQ(answer, within(order, radius)) << engine_name(engine) << ", radius " << radius;
            }
        }
    }
}

TYPED_TEST(IndexTest, ReusesTheAnswer) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::random_list<kBits>(300, 8);
    for (const auto& [name, index] : every_index<kBits>(list)) {
        std::vector<Neighbor> answer(1000, Neighbor{9, 9});
        const Neighbor* memory = answer.data();
        ASSERT_TRUE(index->search(list[17], 0, answer).ok());
        EXPECT_EQ(answer, (std::vector<Neighbor>{{17, 0}})) << name;
        EXPECT_EQ(answer.data(), memory) << name << " gave the memory away";
    }
}

TYPED_TEST(IndexTest, RefusesARadiusBeyondTheWidth) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::random_list<kBits>(10, 9);
    for (const auto& [name, index] : every_index<kBits>(list)) {
        for (const std::uint32_t radius : {static_cast<std::uint32_t>(kBits) + 1, 0xffffffffU}) {
            std::vector<Neighbor> answer = {{1, 1}};
            EXPECT_EQ(index->search(list[0], radius, answer).code(), StatusCode::invalid_argument) << name;
            EXPECT_EQ(answer, (std::vector<Neighbor>{{1, 1}})) << name << " touched the answer";
        }
    }
}

TYPED_TEST(IndexTest, KeepsACopyOfTheHashes) {
    constexpr std::size_t kBits = TypeParam::kBits;
    for (const Engine engine : {Engine::flat, Engine::bk_tree, Engine::bk_forest}) {
        auto list = testing::random_list<kBits>(50, 10);
        const Hash<kBits> query = list[30];
        const auto index = build<kBits>(list, engine);
        list.assign(list.size(), Hash<kBits>{});
        std::vector<Neighbor> answer;
        ASSERT_TRUE(index->search(query, 0, answer).ok());
        EXPECT_EQ(answer, (std::vector<Neighbor>{{30, 0}}));
    }
}

TYPED_TEST(IndexTest, DescribesItself) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::random_list<kBits>(5000, 11);
    for (const Engine engine : {Engine::flat, Engine::bk_tree}) {
        const auto index = build<kBits>(list, engine);
        EXPECT_EQ(index->engine(), engine);
        EXPECT_EQ(index->size(), list.size());
        EXPECT_GE(index->memory_bytes(), list.size() * kBits / 8);
        EXPECT_LE(index->memory_bytes(), list.size() * (kBits / 8 + 5));
        EXPECT_EQ(index->explain(),
                  std::string(engine_name(engine)) + ": 5000 hashes of " + std::to_string(kBits) + " bits, as asked");
    }
    const auto index = build<kBits>(list, Engine::automatic);
    EXPECT_EQ(index->engine(), kBits == 64 ? Engine::bk_tree : Engine::flat);
    EXPECT_NE(index->explain().find("chosen automatically: "), std::string::npos) << index->explain();
    EXPECT_EQ(build<kBits>(testing::random_list<kBits>(1, 1), Engine::automatic)->engine(), Engine::flat);
}

TYPED_TEST(IndexTest, SearchesFromSeveralThreads) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::clustered_list<kBits>(3000, 12);
    const auto queries = testing::test_queries<kBits>(list);
    ThreadPool pool(4);
    for (const auto& [name, index] : every_index<kBits>(list)) {
        std::vector<std::vector<Neighbor>> expected(queries.size());
        for (std::size_t i = 0; i < queries.size(); ++i)
            expected[i] = within(naive_order(list, queries[i]), 31);
        std::vector<int> equal(4, 0);
        pool.run(4, [&, index = index.get()](std::size_t worker) {
            std::vector<Neighbor> answer;
            for (std::size_t i = 0; i < 4 * queries.size(); ++i) {
                const std::size_t q = (i + worker) % queries.size();
                if (index->search(queries[q], 31, answer).ok() && answer == expected[q]) ++equal[worker];
            }
        });
        EXPECT_EQ(equal, std::vector<int>(4, static_cast<int>(4 * queries.size()))) << name;
    }
}

TYPED_TEST(IndexTest, RefusesAnUnknownEngine) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::random_list<kBits>(3, 13);
    const auto built = build_index<kBits>(list, {.engine = static_cast<Engine>(77)});
    EXPECT_EQ(built.status().code(), StatusCode::invalid_argument);
}

TEST(Index, PositionsAre32Bits) {
    EXPECT_TRUE(check_hash_count(0).ok());
    EXPECT_TRUE(check_hash_count(0xffffffffU).ok());
    EXPECT_EQ(check_hash_count(0x100000000U).code(), StatusCode::limit);
    EXPECT_EQ(check_hash_count(~std::uint64_t{0}).code(), StatusCode::limit);
}

TEST(Index, NamesItsEngines) {
    EXPECT_EQ(engine_name(Engine::automatic), "automatic");
    EXPECT_EQ(engine_name(Engine::flat), "flat");
    EXPECT_EQ(engine_name(Engine::bk_tree), "bk_tree");
    EXPECT_EQ(engine_name(Engine::bk_forest), "bk_forest");
    EXPECT_EQ(engine_name(static_cast<Engine>(77)), "unknown");
}

}  // namespace

}  // namespace tutela
