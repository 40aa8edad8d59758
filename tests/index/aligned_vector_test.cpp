#include "index/aligned_vector.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "core/dump_flags.hpp"

namespace tutela {
namespace {

TEST(AlignedVector, IsAlignedAndLeftOutOfCoreDumps) {
    for (const std::size_t size : {1U, 100U, 5000U, 1000000U}) {
        const AlignedVector<std::uint8_t> vector(size, 7);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(vector.data()) % 64, 0U);
        EXPECT_EQ(vector.back(), 7);
        if (kernel_shows_dump_flags()) {
            EXPECT_TRUE(is_left_out_of_dumps(vector.data()));
            EXPECT_TRUE(is_left_out_of_dumps(vector.data() + size - 1));
        }
    }
}

TEST(AlignedVector, KeepsItsContentAsItGrows) {
    AlignedVector<std::uint32_t> vector;
    for (std::uint32_t i = 0; i < 10000; ++i)
        vector.push_back(i);
    for (std::uint32_t i = 0; i < 10000; ++i)
        ASSERT_EQ(vector[i], i);
}

}  // namespace
}  // namespace tutela
