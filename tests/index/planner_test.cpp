// Which engine is chosen, and whether the model behind the choice behaves as searches do.
#include "index/planner.hpp"

#include <gtest/gtest.h>

#include "index/naive_search.hpp"

namespace tutela {
namespace {

Engine chosen(std::size_t bits, std::size_t count, std::uint32_t radius) {
    return plan_engine(Engine::automatic, bits, count, radius).engine;
}

TEST(Planner, KeepsWhatWasAskedFor) {
    for (const Engine engine : {Engine::flat, Engine::bk_tree, Engine::bk_forest, static_cast<Engine>(99)}) {
        const Plan plan = plan_engine(engine, 256, 5'000'000, 31);
        EXPECT_EQ(plan.engine, engine);
        EXPECT_EQ(plan.reason, "");
    }
}

TEST(Planner, ChoosesBySizeWidthAndRadius) {
    EXPECT_EQ(chosen(256, 0, 31), Engine::flat);
    EXPECT_EQ(chosen(256, 100'000, 31), Engine::flat);
    EXPECT_EQ(chosen(256, 499'999, 31), Engine::flat);
    EXPECT_EQ(chosen(256, 500'000, 31), Engine::bk_forest);
    EXPECT_EQ(chosen(256, 4'000'000'000, 31), Engine::bk_forest);
    EXPECT_EQ(chosen(256, 10'000'000, 100), Engine::flat);  // more than bands bear
    EXPECT_EQ(chosen(256, 400'000, 2), Engine::bk_tree);
    EXPECT_EQ(chosen(64, 1000, 4), Engine::flat);
    EXPECT_EQ(chosen(64, 400'000, 4), Engine::bk_tree);
    EXPECT_EQ(chosen(64, 400'000, 20), Engine::flat);
    EXPECT_EQ(chosen(64, 10'000'000, 4), Engine::bk_forest);
    EXPECT_EQ(chosen(64, 10'000'000, 40), Engine::flat);
}

TEST(Planner, RadiusIsTheUsualOneUnlessGiven) {
    EXPECT_NE(plan_engine(Engine::automatic, 256, 1'000'000).reason.find("at radius 31 "), std::string::npos);
    EXPECT_NE(plan_engine(Engine::automatic, 64, 1'000'000).reason.find("at radius 4 "), std::string::npos);
    EXPECT_EQ(plan_engine(Engine::automatic, 256, 1'000'000, 31).reason,
              "at radius 31 a search takes an estimated 130 us by flat, 771 by bk_tree and 2.6 by bk_forest");
    EXPECT_EQ(automatic_engine(256, 1'000'000, 31), Engine::bk_forest);
}

TEST(Planner, CostsRiseWithRadiusAndSize) {
    for (const std::size_t bits : {64U, 256U}) {
        SearchCost last;
        for (std::uint32_t radius = 0; radius <= bits; ++radius) {
            const SearchCost cost = search_cost(bits, 1'000'000, radius);
            EXPECT_GT(cost.flat, 0);
            EXPECT_GE(cost.bk_tree, last.bk_tree) << radius;
            EXPECT_GE(cost.bk_forest, last.bk_forest) << radius;
            EXPECT_LE(cost.bk_forest, cost.flat) << radius;  // it scans when that is cheaper
            last = cost;
        }
        last = {};
        for (std::size_t count = 1000; count <= 1'000'000'000; count *= 10) {
            const SearchCost cost = search_cost(bits, count, bits == 64 ? 4 : 31);
            EXPECT_GT(cost.flat, last.flat) << count;
            EXPECT_GT(cost.bk_tree, last.bk_tree) << count;
            EXPECT_GT(cost.bk_forest, last.bk_forest) << count;
            last = cost;
        }
    }
}

TEST(Planner, AnswersDoNotDependOnTheRadiusPlannedFor) {
    const std::vector<Hash64> list = testing::clustered_list<64>(6000, 1);
    const Hash64 query = list[17];
    for (const std::uint32_t planned : {0U, 4U, 30U, 64U, 1000U}) {
        const auto index = build_index<64>(list, {.radius = planned});
        ASSERT_TRUE(index.ok());
        for (const std::uint32_t radius : {0U, 8U, 20U}) {
            std::vector<Neighbor> found;
            ASSERT_TRUE(index.value()->search(query, radius, found).ok());
            EXPECT_EQ(found, testing::within(testing::naive_order(list, query), radius));
        }
    }
}

}  // namespace
}  // namespace tutela
