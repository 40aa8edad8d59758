// The inside of the BK-tree: its form, its bounds, and that it prunes.
#include "index/bk_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "naive_search.hpp"

namespace tutela {

namespace {

template <typename HashType>
class BkTreeTest : public ::testing::Test {};

using HashTypes = ::testing::Types<Hash64, Hash256>;
TYPED_TEST_SUITE(BkTreeTest, HashTypes);

// Every entry below a node is in the ring that the arrays say, and every position is there once.
template <std::size_t Bits>
void expect_well_formed(const std::vector<Hash<Bits>>& list, const BkArrays<Bits>& tree, std::size_t leaf_size) {
    ASSERT_EQ(tree.hashes.size(), list.size());
    std::vector<bool> seen(list.size(), false);
    for (std::size_t entry = 0; entry < list.size(); ++entry) {
        ASSERT_LT(tree.positions[entry], list.size());
        EXPECT_FALSE(seen[tree.positions[entry]]);
        seen[tree.positions[entry]] = true;
        EXPECT_EQ(tree.hashes[entry], list[tree.positions[entry]]);
    }
    EXPECT_EQ(tree.nodes.empty(), list.size() <= leaf_size);
    for (const BkNode& node : tree.nodes) {
        std::size_t big_rings = 0;
        std::size_t entry = node.begin;
        const Hash<Bits> pivot = tree.hashes[node.begin];
        const auto run_end = [&](std::uint32_t ring) {
            while (entry < node.end && testing::naive_distance(pivot, tree.hashes[entry]) == ring)
                ++entry;
            return entry;
        };
        std::size_t begin = run_end(0);
        for (std::uint32_t ring = node.first_ring; ring <= node.last_ring; ++ring) {
            ASSERT_EQ(tree.ring_begins[node.ring_begins + ring - node.first_ring], begin);
            const std::size_t end = run_end(ring);
            if (end - begin > leaf_size) {
                ASSERT_LT(big_rings, node.child_count);
                const BkNode& child = tree.nodes[node.first_child + big_rings++];
                EXPECT_EQ(child.ring, ring);
                EXPECT_EQ(child.begin, begin);
                EXPECT_EQ(child.end, end);
            }
            begin = end;
        }
        EXPECT_EQ(entry, node.end);
        EXPECT_EQ(big_rings, node.child_count);
    }
}

TYPED_TEST(BkTreeTest, IsWellFormed) {
    constexpr std::size_t kBits = TypeParam::kBits;
    for (const auto& [name, list] : testing::test_lists<kBits>()) {
        SCOPED_TRACE(name);
        for (const std::size_t leaf_size : {1U, 7U, 64U})
            expect_well_formed(list, build_bk_arrays<kBits>(list, leaf_size, kernels::table()), leaf_size);
    }
}

// What bk_tree.hpp says of parity: in a subtree below the root, only rings of even numbers have entries.
TYPED_TEST(BkTreeTest, HasEvenRingsOnlyBelowTheRoot) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto tree = build_bk_arrays<kBits>(testing::clustered_list<kBits>(3000, 35), 4, kernels::table());
    ASSERT_GT(tree.nodes.size(), 50U);
    const auto odd_entries = [&](const BkNode& node) {
        std::size_t count = 0;
        for (std::size_t ring = node.first_ring | 1U; ring <= node.last_ring; ring += 2) {
            const std::size_t at = node.ring_begins + ring - node.first_ring;
            count += tree.ring_begins[at + 1] - tree.ring_begins[at];
        }
        return count;
    };
    EXPECT_GT(odd_entries(tree.nodes[0]), 1000U);
    for (std::size_t i = 1; i < tree.nodes.size(); ++i)
        EXPECT_EQ(odd_entries(tree.nodes[i]), 0U);
}

TYPED_TEST(BkTreeTest, IsTheSameOnEveryKernelLevel) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::clustered_list<kBits>(2000, 31);
    const auto portable = build_bk_arrays<kBits>(list, 8, *kernels::table(kernels::Level::portable));
    for (const kernels::Level level : kernels::kLevels) {
        const kernels::Table* table = kernels::table(level);
        if (table == nullptr) continue;
        EXPECT_EQ(build_bk_arrays<kBits>(list, 8, *table).positions, portable.positions) << table->name;
    }
}

// The theorem at the head of bk_tree.hpp, on lists made to be deep.
TYPED_TEST(BkTreeTest, IsNeverDeeperThanTheWidth) {
    constexpr std::size_t kBits = TypeParam::kBits;
    for (const auto& [name, list] : testing::test_lists<kBits>())
        EXPECT_LE(BkTree<kBits>(list, "", 1).depth(), kBits + 1) << name;
    // Each pivot sees all others at one distance, so each level takes off one hash.
    EXPECT_GE(BkTree<kBits>(testing::equidistant_list<kBits>(), "", 1).depth(), kBits - 1);
    EXPECT_GE(BkTree<kBits>(testing::one_bit_list<kBits>(), "", 1).depth(), kBits - 1);
}

// A crafted list cannot get past the theorem by repeating itself: the chain is as deep as without the copies.
TYPED_TEST(BkTreeTest, CopiesOfAChainMakeItNoDeeper) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto chain = testing::one_bit_list<kBits>();
    std::vector<Hash<kBits>> list;
    for (int copy = 0; copy < 50; ++copy)
        list.insert(list.end(), chain.begin(), chain.end());
    EXPECT_LE(BkTree<kBits>(list, "", 1).depth(), kBits + 1);
}

TYPED_TEST(BkTreeTest, KeepsEqualHashesInOneNode) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const std::vector<Hash<kBits>> list(100000, testing::random_list<kBits>(1, 32)[0]);
    const BkTree<kBits> tree(list, "", 1);
    EXPECT_EQ(tree.depth(), 1U);
    EXPECT_EQ(tree.compared(list[0], 0), 1U);
}

TYPED_TEST(BkTreeTest, Prunes) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const auto list = testing::random_list<kBits>(20000, 33);
    const BkTree<kBits> tree(list, "", 64);
    const Hash<kBits> query = testing::random_list<kBits>(1, 34)[0];
    EXPECT_LT(tree.compared(query, 0), list.size() / 50);
    EXPECT_LT(tree.compared(query, 2), list.size() / 4);
    EXPECT_LE(tree.compared(query, static_cast<std::uint32_t>(kBits)), list.size());
    // The honest figure of bk_tree.hpp.
    if constexpr (kBits == 256) {
        EXPECT_GT(tree.compared(query, 31), list.size() / 10 * 9);
    }
}

// A search that compared something twice would compare more than the list at a large radius.
TYPED_TEST(BkTreeTest, ComparesNothingTwice) {
    constexpr std::size_t kBits = TypeParam::kBits;
    for (const auto& [name, list] : testing::test_lists<kBits>()) {
        const BkTree<kBits> tree(list, "", 4);
        for (const Hash<kBits>& query : testing::test_queries<kBits>(list)) {
            for (const std::uint32_t radius : {0U, 5U, 31U, 64U})
                EXPECT_LE(tree.compared(query, radius), list.size()) << name << ", radius " << radius;
        }
    }
}

}  // namespace

}  // namespace tutela
