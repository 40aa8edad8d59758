// Both forms against a walk over all 65,536 values.
#include "index/band_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "index/ring_filter.hpp"

namespace tutela {
namespace {

using Counts = std::array<std::uint32_t, BandDirectory::kValues>;

// Each value occurs with this chance in 65,536, up to 100 times.
std::unique_ptr<Counts> random_counts(std::uint32_t chance, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    auto counts = std::make_unique<Counts>();
    for (std::uint32_t& count : *counts)
        count = random() % 65536 < chance ? 1 + static_cast<std::uint32_t>(random() % 100) : 0;
    return counts;
}

class BandDirectoryTest : public testing::TestWithParam<BandForm> {};

TEST_P(BandDirectoryTest, GivesEveryValueItsOwnLines) {
    for (const std::uint32_t chance : {0U, 3U, 6000U, 65536U}) {
        const auto counts = random_counts(chance, chance);
        const BandDirectory directory(*counts, 7, GetParam(), kernels::table());
        std::set<std::uint32_t> seen;
        for (std::size_t value = 0; value < counts->size(); ++value) {
            const LineRange lines = directory.lines_of(static_cast<std::uint16_t>(value));
            ASSERT_EQ(lines.end - lines.begin, ((*counts)[value] + 31) / 32);
            for (std::uint32_t line = lines.begin; line < lines.end; ++line)
                ASSERT_TRUE(seen.insert(line).second) << "a line twice";
        }
        EXPECT_EQ(directory.end_line(), 7 + seen.size());
        EXPECT_EQ(seen.empty() ? 7U : *seen.begin(), 7U);
    }
}

TEST_P(BandDirectoryTest, FindsAllAndOnlyTheValuesAtADistance) {
    std::mt19937_64 random(9);
    for (const std::uint32_t chance : {0U, 50U, 6000U, 65536U}) {
        const auto counts = random_counts(chance, chance + 1);
        const BandDirectory directory(*counts, 0, GetParam(), kernels::table());
        for (const std::uint32_t value : {0U, 0xffffU, 0x5555U, static_cast<std::uint32_t>(random() % 65536)}) {
            for (int distance = 0; distance <= kMaxBandRadius; ++distance) {
                std::multiset<std::uint32_t> want;
                for (std::size_t other = 0; other < counts->size(); ++other) {
                    if (std::popcount(other ^ value) == distance && (*counts)[other] != 0)
                        want.insert(directory.lines_of(static_cast<std::uint16_t>(other)).begin);
                }
                std::vector<LineRange> ranges;
                directory.find(static_cast<std::uint16_t>(value), distance, ranges);
                directory.finish(ranges);
                std::multiset<std::uint32_t> got;
                for (const LineRange& range : ranges) {
                    if (range.begin != range.end) got.insert(range.begin);
                }
                ASSERT_EQ(got, want) << "value " << value << ", distance " << distance;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Forms, BandDirectoryTest, testing::Values(BandForm::branching, BandForm::resolved),
                         [](const auto& info) { return info.param == BandForm::branching ? "branching" : "resolved"; });

}  // namespace
}  // namespace tutela
