// What index_test.cpp, which compares the forest with the naive search, does not see.
#include "index/bk_forest.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "index/spread.hpp"
#include "naive_search.hpp"

namespace tutela {
namespace {

template <std::size_t Bits>
std::vector<Neighbor> answer_of(const BkForest<Bits>& forest, const Hash<Bits>& query, std::uint32_t radius) {
    std::vector<Neighbor> answer;
    EXPECT_TRUE(forest.search(query, radius, answer).ok());
    return answer;
}

TEST(BkForest, IsTheSameOnAnyNumberOfThreads) {
    const auto list = testing::clustered_list<256>(20000, 31);
    InlineExecutor here;
    ThreadPool pool(4);
    const BkForest<256> alone(list, here);
    const BkForest<256> together(list, pool);
    EXPECT_EQ(alone.memory_bytes(), together.memory_bytes());
    for (const Hash256& query : testing::test_queries<256>(list)) {
        for (const std::uint32_t radius : {15U, 31U, 47U}) {
            std::vector<Neighbor> a;
            std::vector<Neighbor> b;
            const ForestWork work_a = alone.search_unsorted(query, radius, false, a);
            const ForestWork work_b = together.search_unsorted(query, radius, false, b);
            EXPECT_EQ(a, b) << "unsorted, so also in the order in which they lie";
            EXPECT_EQ(work_a.lines, work_b.lines);
            EXPECT_EQ(work_a.candidates, work_b.candidates);
        }
    }
}

// Lists long enough to have several lines a value, which small tests do not reach.
TEST(BkForest, FindsAllOfALongList) {
    auto list = testing::random_list<64>(150000, 32);
    const auto close = testing::clustered_list<64>(50000, 33);
    list.insert(list.end(), close.begin(), close.end());
    ThreadPool pool(2);
    const BkForest<64> forest(list, pool);
    for (const Hash64& query : testing::test_queries<64>(list)) {
        const std::vector<Neighbor> order = testing::naive_order(list, query);
        for (const std::uint32_t radius : {4U, 8U, 12U})
            EXPECT_EQ(answer_of(forest, query, radius), testing::within(order, radius));
    }
}

TEST(BkForest, PrefersAScanWhenTheBandsWouldReadMore) {
    InlineExecutor here;
    std::vector<Neighbor> answer;
    const std::vector<Hash256> equal(50000, testing::random_list<256>(1, 34)[0]);
    const BkForest<256> of_equal(equal, here);
    EXPECT_TRUE(of_equal.search_unsorted(equal[0], 31, true, answer).scanned_all);
    EXPECT_EQ(answer.size(), equal.size());
    EXPECT_FALSE(of_equal.search_unsorted(equal[0], 31, false, answer).scanned_all);
    EXPECT_EQ(answer.size(), equal.size());

    const auto list = testing::random_list<256>(50000, 35);
    const BkForest<256> of_random(list, here);
    EXPECT_FALSE(of_random.search_unsorted(list[0], 31, true, answer).scanned_all);
    EXPECT_TRUE(of_random.search_unsorted(list[0], 200, true, answer).scanned_all);
}

// Entries that agree with the query in bands 0 and 1 pass the filter, though all their other bits are random: few
// lines, but in each as many candidates as it has places.
TEST(BkForest, TurnsToAScanWhenTheFilterLeavesTooMany) {
    constexpr std::size_t kAlike = 10000;
    InlineExecutor here;
    auto list = testing::random_list<256>(50000, 40);
    Hash256 in_bands;
    for (std::size_t bit = 0; bit < 256; ++bit) {
        Hash256 one;
        one.set_bit(bit);
        const SpreadHash<256> where = spread(one);
        if (where.bands[0] != 0 || where.bands[1] != 0) in_bands.set_bit(bit);
    }
    for (std::size_t i = 1; i < kAlike; ++i) {
        for (std::size_t k = 0; k < in_bands.bytes.size(); ++k) {
            const int differ = (list[i].bytes[k] ^ list[0].bytes[k]) & in_bands.bytes[k];
            list[i].bytes[k] = static_cast<std::uint8_t>(list[i].bytes[k] ^ differ);
        }
    }
    const BkForest<256> forest(list, here);
    std::vector<Neighbor> answer;
    const ForestWork bands = forest.search_unsorted(list[0], 31, false, answer);
    EXPECT_FALSE(bands.scanned_all);
    EXPECT_GE(bands.candidates, kAlike);
    EXPECT_LT(bands.lines * 32, list.size()) << "by the lines alone it would not scan";
    const ForestWork bounded = forest.search_unsorted(list[0], 31, true, answer);
    EXPECT_TRUE(bounded.scanned_all);
    EXPECT_LT(bounded.candidates, kAlike);
    EXPECT_EQ(answer_of(forest, list[0], 31), testing::within(testing::naive_order(list, list[0]), 31));
}

// 99.7% of the postings die at their sketch; were the filter idle, all of them would be candidates.
TEST(BkForest, TheFilterLeavesFewCandidates) {
    const auto list = testing::random_list<256>(200000, 36);
    ThreadPool pool(2);
    const BkForest<256> forest(list, pool);
    std::size_t postings = 0;
    std::size_t candidates = 0;
    for (const Hash256& query : testing::random_list<256>(50, 37)) {
        std::vector<Neighbor> answer;
        const ForestWork work = forest.search_unsorted(query, 31, false, answer);
        postings += work.lines * kernels::kLineSketches;
        candidates += work.candidates;
    }
    EXPECT_GT(postings, 50U * 100);
    EXPECT_LT(candidates * 200, postings);
}

TEST(BkForest, ChoosesTheFormOfABandByWhatOccurs) {
    InlineExecutor here;
    const BkForest<256> few(testing::random_list<256>(1000, 38), here);
    EXPECT_NE(few.explain().find("0 of 16 bands resolved"), std::string::npos) << few.explain();
    const BkForest<256> many(testing::random_list<256>(60000, 39), here);
    EXPECT_NE(many.explain().find("16 of 16 bands resolved"), std::string::npos) << many.explain();
}

}  // namespace
}  // namespace tutela
