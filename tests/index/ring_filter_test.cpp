// The claim of ring_filter.hpp, on vectors of distances rather than on hashes: any that add up to the radius or less.
#include "index/ring_filter.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tutela {
namespace {

// A pair of hashes whose bands differ in the given numbers of bits.
template <std::size_t Bits>
SpreadHash<Bits> with_distances(const std::vector<int>& distances) {
    SpreadHash<Bits> hash{};
    for (std::size_t i = 0; i < distances.size(); ++i)
        hash.bands[i] = static_cast<std::uint16_t>((1U << distances[i]) - 1);
    return hash;
}

template <std::size_t Bits>
bool starts(const RingFilter<Bits>& filter, const std::vector<int>& distances, std::size_t band) {
    const int here = distances[band];
    if (here > filter.threshold(band)) return false;
    return distances[(band + 1) % distances.size()] <= static_cast<int>(filter.next_limit(band, here));
}

// Distances of `total` bits, thrown into bands in one of several ways: evenly, on every other band, in a corner, on
// one.
template <std::size_t Bits>
std::vector<int> thrown(std::mt19937& random, std::uint32_t total) {
    constexpr std::size_t kBands = Bits / 16;
    std::vector<int> distances(kBands, 0);
    const unsigned way = random() % 4;
    const std::size_t one = random() % kBands;
    std::uint32_t left = std::min<std::uint32_t>(total, 16 * kBands);
    for (int misses = 0; left > 0 && misses < 10000; ++misses) {
        std::size_t band = random() % kBands;
        if (way == 1) band -= band % 2;
        if (way == 2) band %= 2;
        if (way == 3) band = one;
        if (distances[band] == 16) continue;
        ++distances[band];
        --left;
    }
    return distances;  // fewer than `total` where a way has no room: that is within the radius too
}

template <typename Width>
class RingFilterTest : public ::testing::Test {};
using Widths = ::testing::Types<Hash64, Hash256>;
TYPED_TEST_SUITE(RingFilterTest, Widths);

TYPED_TEST(RingFilterTest, SomeBandStartsForEveryVectorWithinTheRadius) {
    constexpr std::size_t kBits = TypeParam::kBits;
    std::mt19937 random(11);
    for (std::uint32_t radius = 0; radius <= RingFilter<kBits>::kMaxRadius; ++radius) {
        const RingFilter<kBits> filter(radius);
        for (int round = 0; round < 2000; ++round) {
            const std::uint32_t total = round % 2 == 0 ? radius : random() % (radius + 1);
            const std::vector<int> distances = thrown<kBits>(random, total);
            std::size_t first = 0;
            while (first < distances.size() && !starts(filter, distances, first))
                ++first;
            ASSERT_LT(first, distances.size()) << "radius " << radius << ", distance " << total;
            const SpreadHash<kBits> a{};
            const SpreadHash<kBits> b = with_distances<kBits>(distances);
            for (std::size_t band = 0; band < distances.size(); ++band) {
                if (!starts(filter, distances, band)) continue;
                ASSERT_EQ(filter.is_first(band, a, b), band == first);
            }
        }
    }
}

TYPED_TEST(RingFilterTest, ThresholdsAddUp) {
    constexpr std::size_t kBits = TypeParam::kBits;
    for (std::uint32_t radius = 0; radius <= RingFilter<kBits>::kMaxRadius; ++radius) {
        const RingFilter<kBits> filter(radius);
        int sum = 0;
        for (std::size_t band = 0; band < RingFilter<kBits>::kBands; ++band) {
            EXPECT_GE(filter.threshold(band), -1);
            EXPECT_LE(filter.threshold(band), kMaxBandRadius);
            sum += filter.threshold(band) + 1;
        }
        EXPECT_EQ(sum, static_cast<int>(radius) + 1);
    }
}

// The model can tell: beyond the radius there are vectors that no band finds.
TYPED_TEST(RingFilterTest, LeavesOutVectorsBeyondTheRadius) {
    constexpr std::size_t kBits = TypeParam::kBits;
    const std::uint32_t radius = 2 * RingFilter<kBits>::kBands - 1;  // thresholds of 1
    const RingFilter<kBits> filter(radius);
    const std::vector<int> distances(RingFilter<kBits>::kBands, 2);
    for (std::size_t band = 0; band < distances.size(); ++band)
        EXPECT_FALSE(starts(filter, distances, band));
}

}  // namespace
}  // namespace tutela
