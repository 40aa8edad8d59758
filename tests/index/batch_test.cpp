// Many queries at once, the nearest few, and joins: each against the naive search, with every engine.
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "naive_search.hpp"
#include "tutela/executor.hpp"
#include "tutela/index.hpp"

namespace tutela {
namespace {

using testing::naive_order;
using testing::within;

template <std::size_t Bits>
std::vector<std::unique_ptr<const Index<Bits>>> engines_of(const std::vector<Hash<Bits>>& list) {
    std::vector<std::unique_ptr<const Index<Bits>>> indexes;
    for (const Engine engine : {Engine::flat, Engine::bk_tree, Engine::bk_forest})
        indexes.push_back(build_index<Bits>(list, {.engine = engine}).value());
    return indexes;
}

template <std::size_t Bits>
BatchAnswer naive_batch(const std::vector<Hash<Bits>>& list, const std::vector<Hash<Bits>>& queries,
                        std::uint32_t radius) {
    BatchAnswer answer;
    answer.offsets.push_back(0);
    for (const Hash<Bits>& query : queries) {
        for (const Neighbor& neighbor : within(naive_order(list, query), radius)) {
            answer.positions.push_back(neighbor.position);
            answer.distances_bits.push_back(neighbor.distance_bits);
        }
        answer.offsets.push_back(answer.positions.size());
    }
    return answer;
}

template <typename HashType>
class BatchTest : public ::testing::Test {};
using HashTypes = ::testing::Types<Hash64, Hash256>;
TYPED_TEST_SUITE(BatchTest, HashTypes);

TYPED_TEST(BatchTest, EqualsTheNaiveSearchOnAnyExecutor) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::clustered_list<kBits>(700, 41);
    std::vector<Hash<kBits>> queries = testing::test_queries<kBits>(list);
    queries.insert(queries.end(), list.begin(), list.begin() + 150);  // several pieces
    InlineExecutor here;
    ThreadPool pool(4);
    for (const std::uint32_t radius : {0U, 12U, 31U}) {
        const BatchAnswer expected = naive_batch(list, queries, radius);
        for (const auto& index : engines_of(list)) {
            for (Executor* executor : {static_cast<Executor*>(&here), static_cast<Executor*>(&pool)}) {
                BatchAnswer answer{{5, 5}, {1}, {1}};
                ASSERT_TRUE(index->search_batch(queries, radius, *executor, answer).ok());
                EXPECT_EQ(answer, expected) << engine_name(index->engine()) << ", radius " << radius;
            }
        }
    }
}

TYPED_TEST(BatchTest, OfNothingIsNothing) {
    constexpr std::size_t kBits = TypeParam::kBits;
    InlineExecutor here;
    for (const auto& index : engines_of(testing::random_list<kBits>(10, 42))) {
        BatchAnswer answer;
        ASSERT_TRUE(index->search_batch({}, 3, here, answer).ok());
        EXPECT_EQ(answer, (BatchAnswer{{0}, {}, {}}));
        EXPECT_EQ(index->search_batch({}, kBits + 1, here, answer).code(), StatusCode::invalid_argument);
    }
}

TYPED_TEST(BatchTest, NearestIsTheBeginningOfTheAnswer) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::clustered_list<kBits>(500, 43);
    for (const auto& index : engines_of(list)) {
        for (const Hash<kBits>& query : testing::test_queries<kBits>(list)) {
            std::vector<Neighbor> expected = within(naive_order(list, query), 40);
            for (const std::size_t count : {std::size_t{1000}, std::size_t{3}, std::size_t{1}, std::size_t{0}}) {
                if (expected.size() > count) expected.resize(count);
                std::vector<Neighbor> answer;
                ASSERT_TRUE(index->nearest(query, 40, count, answer).ok());
                EXPECT_EQ(answer, expected) << count;
            }
        }
    }
}

TYPED_TEST(BatchTest, JoinFindsEveryPairOnce) {
    constexpr std::size_t kBits = TypeParam::kBits;
    auto list = testing::clustered_list<kBits>(4000, 44);
    const auto duplicates = testing::duplicated_list<kBits>(300, 45);
    list.insert(list.end(), duplicates.begin(), duplicates.end());  // over two pieces
    std::vector<NeighborPair> expected;
    for (std::size_t a = 0; a < list.size(); ++a) {
        std::vector<Neighbor> near;
        for (std::size_t b = a + 1; b < list.size(); ++b) {
            const std::uint32_t bits = distance(list[a], list[b]);
            if (bits <= 9) near.push_back({static_cast<std::uint32_t>(b), bits});
        }
        std::stable_sort(near.begin(), near.end(),
                         [](const Neighbor& x, const Neighbor& y) { return x.distance_bits < y.distance_bits; });
        for (const Neighbor& neighbor : near)
            expected.push_back({static_cast<std::uint32_t>(a), neighbor.position, neighbor.distance_bits});
    }
    ASSERT_GT(expected.size(), 1000U);
    ThreadPool pool(3);
    for (const auto& index : engines_of(list)) {
        std::vector<NeighborPair> pairs;
        const auto keep = [&](std::span<const NeighborPair> piece) {
            pairs.insert(pairs.end(), piece.begin(), piece.end());
            return Status();
        };
        ASSERT_TRUE(self_join<kBits>(*index, list, 9, pool, keep).ok());
        EXPECT_EQ(pairs, expected) << engine_name(index->engine());
    }
}

// More answers than a worker gathers at a time, in both calls: a worker must stop between two queries and go on.
TYPED_TEST(BatchTest, AnswersCanBeLong) {
    constexpr std::size_t kBits = TypeParam::kBits;
    constexpr std::size_t kSize = 5000;
    auto list = std::vector<Hash<kBits>>(kSize, testing::random_list<kBits>(1, 48)[0]);
    const auto others = testing::random_list<kBits>(100, 49);
    list.insert(list.begin() + 70, others.begin(), others.end());
    const auto same = [&](std::size_t position) { return position < 70 || position >= 170; };
    ThreadPool pool(3);
    for (const auto& index : engines_of(list)) {
        SCOPED_TRACE(engine_name(index->engine()));
        const auto queries = std::span(list).first(300);
        BatchAnswer answer;
        ASSERT_TRUE(index->search_batch(queries, 2, pool, answer).ok());
        ASSERT_EQ(answer.offsets.size(), 301U);
        for (std::size_t q = 0; q < queries.size(); ++q) {
            ASSERT_EQ(answer.offsets[q + 1] - answer.offsets[q], same(q) ? kSize : 1) << q;
            EXPECT_EQ(answer.positions[answer.offsets[q]], same(q) ? 0 : q);
        }
        EXPECT_EQ(std::count(answer.distances_bits.begin(), answer.distances_bits.end(), 0U), answer.positions.size());

        std::size_t longest = 0;
        std::size_t first = 0;
        std::size_t second = 0;
        const auto check = [&](std::span<const NeighborPair> pairs) {
            longest = std::max(longest, pairs.size());
            for (const NeighborPair& pair : pairs) {
                do {
                    if (++second == list.size()) second = ++first + 1;
                } while (!same(first) || second == list.size() || !same(second));
                if (pair != NeighborPair{static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second), 0})
                    return Status(StatusCode::internal, "not the next pair");
            }
            return Status();
        };
        ASSERT_TRUE(self_join<kBits>(*index, list, 2, pool, check).ok());
        EXPECT_EQ(first, list.size() - 2);
        EXPECT_EQ(second, list.size() - 1);
        EXPECT_LT(longest, 270'000U);  // those of 64 queries: 320,000
    }
}

TYPED_TEST(BatchTest, JoinRefusesAndStops) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const std::vector<Hash<kBits>> list(10000, testing::random_list<kBits>(1, 46)[0]);
    InlineExecutor here;
    const auto index = build_index<kBits>(std::span(list).first(9000), {.engine = Engine::flat}).value();
    int calls = 0;
    const auto refuse = [&](std::span<const NeighborPair>) {
        ++calls;
        return Status(StatusCode::io_error, "full");
    };
    EXPECT_EQ(self_join<kBits>(*index, list, 3, here, refuse).code(), StatusCode::invalid_argument);
    const auto same = std::span(list).first(9000);
    EXPECT_EQ(self_join<kBits>(*index, same, kBits + 1, here, refuse).code(), StatusCode::invalid_argument);
    EXPECT_EQ(calls, 0);
}

TYPED_TEST(BatchTest, JoinEndsWithItsSinksError) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::duplicated_list<kBits>(5000, 47);
    InlineExecutor here;
    const auto index = build_index<kBits>(list, {.engine = Engine::bk_tree}).value();
    int calls = 0;
    const auto refuse = [&](std::span<const NeighborPair>) {
        ++calls;
        return Status(StatusCode::io_error, "full");
    };
    EXPECT_EQ(self_join<kBits>(*index, list, 0, here, refuse).code(), StatusCode::io_error);
    EXPECT_EQ(calls, 1);
}

TYPED_TEST(BatchTest, JoinCanBeStoppedWhenThereAreNoPairs) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::random_list<kBits>(1000, 50);
    InlineExecutor here;
    const auto index = build_index<kBits>(list, {.engine = Engine::flat}).value();
    std::size_t calls = 0;
    const auto third_time = [&](std::span<const NeighborPair> pairs) {
        EXPECT_TRUE(pairs.empty());
        return ++calls < 3 ? Status() : Status(StatusCode::cancelled, "enough");
    };
    EXPECT_EQ(self_join<kBits>(*index, list, 0, here, third_time).code(), StatusCode::cancelled);
    EXPECT_EQ(calls, 3U);
}

}  // namespace
}  // namespace tutela
