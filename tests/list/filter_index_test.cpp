// An index of a part of a list answers as a search of the whole does, without the rest.
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "list_test_support.hpp"
#include "tutela/executor.hpp"
#include "tutela/list_filter.hpp"

namespace tutela {
namespace {

TEST(FilterIndex, AnswersWhatTheFilterAdmits) {
    std::mt19937_64 random(3);
    ListBuilder builder;
    const Hash256 centre = random_hash(random);
    const auto near = [&] {
        Hash256 hash = centre;
        for (int i = 0; i < 20; ++i)
            hash.set_bit(random() % 256);
        return hash;
    };
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(builder.add({.pdq = near(), .category = i % 3 == 0 ? "A" : "B"}).ok());
    const HashList list = builder.build().value();
    const ListFilter filter{.categories = {{{}, {}, "A"}}};
    const auto whole = list.open_index().value();
    const auto part = filter_index(list.open_index().value(), list, filter);
    EXPECT_EQ(part->size(), list.size());
    EXPECT_NE(part->explain().find("admits 167 entries"), std::string::npos);
    std::vector<Hash256> queries;
    for (int i = 0; i < 50; ++i)
        queries.push_back(near());
    InlineExecutor here;
    BatchAnswer batch;
    ASSERT_TRUE(part->search_batch(queries, 31, here, batch).ok());
    std::size_t found = 0;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        std::vector<Neighbor> expected;
        std::vector<Neighbor> answer;
        ASSERT_TRUE(whole->search(queries[q], 31, expected).ok());
        std::erase_if(expected, [&](const Neighbor& neighbor) { return neighbor.position % 3 != 0; });
        ASSERT_TRUE(part->search(queries[q], 31, answer).ok());
        ASSERT_EQ(answer, expected);
        ASSERT_EQ(batch.offsets[q + 1] - batch.offsets[q], expected.size());
        // The nearest few are those that are admitted.
        std::vector<Neighbor> nearest;
        ASSERT_TRUE(part->nearest(queries[q], 31, 3, nearest).ok());
        expected.resize(std::min<std::size_t>(expected.size(), 3));
        ASSERT_EQ(nearest, expected);
        found += answer.size();
    }
    EXPECT_GT(found, 0U);
    const std::shared_ptr<const Index<256>> same = list.open_index().value();
    EXPECT_EQ(filter_index(same, list, {}), same);
}

}  // namespace
}  // namespace tutela
