#include "index/spread.hpp"

#include <gtest/gtest.h>

#include "naive_search.hpp"

namespace tutela {
namespace {

// One bit set at a time, against the definition in the header.
TEST(Spread, TakesTheBitsThatTheHeaderSays256) {
    for (std::size_t band = 0; band < 16; ++band) {
        for (std::size_t j = 0; j < 16; ++j) {
            Hash256 hash;
            hash.set_bit(16 * j + (5 * j + band) % 16);
            const SpreadHash<256> result = spread(hash);
            for (std::size_t other = 0; other < 16; ++other)
                EXPECT_EQ(result.bands[other], other == band ? 1U << j : 0U) << band << ' ' << j;
        }
    }
}

TEST(Spread, TakesTheBitsThatTheHeaderSays64) {
    for (std::size_t band = 0; band < 4; ++band) {
        for (std::size_t j = 0; j < 8; ++j) {
            for (std::size_t h = 0; h < 2; ++h) {
                Hash64 hash;
                hash.set_bit(8 * j + 4 * h + (j + band) % 4);
                const SpreadHash<64> result = spread(hash);
                for (std::size_t other = 0; other < 4; ++other)
                    EXPECT_EQ(result.bands[other], other == band ? 1U << (2 * j + h) : 0U) << band << ' ' << j;
            }
        }
    }
}

template <std::size_t Bits>
void expect_a_permutation() {
    testing::HashMaker<Bits> make(3);
    for (int round = 0; round < 500; ++round) {
        const Hash<Bits> a = make.random();
        const Hash<Bits> b = make.flipped(a, make.below(Bits + 1));
        std::uint32_t sum = 0;
        for (std::size_t band = 0; band < Bits / 16; ++band)
            sum += static_cast<std::uint32_t>(
                std::popcount(static_cast<std::uint16_t>(spread(a).bands[band] ^ spread(b).bands[band])));
        EXPECT_EQ(sum, testing::naive_distance(a, b));
    }
}

TEST(Spread, KeepsDistances) {
    expect_a_permutation<64>();
    expect_a_permutation<256>();
}

}  // namespace
}  // namespace tutela
