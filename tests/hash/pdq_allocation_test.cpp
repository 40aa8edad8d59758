// Once warm, a hasher takes no memory from the heap. Counts in the global operator new, hence a program of its own.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <random>

#include "hash/random_frame.hpp"
#include "tutela/hasher.hpp"

namespace {

std::atomic<int> allocations{0};

}  // namespace

// Both are replaced together: what one takes, the other gives back.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace tutela {
namespace {

using testing::RandomFrame;

// Hashes a frame in every way, in the order in which PdqHasher declares them.
void hash_all(PdqHasher& hasher, const FrameView& frame, const FrameView& half) {
    EXPECT_TRUE(hasher.hash(frame).ok());
    EXPECT_TRUE(hasher.hash_dihedral(frame).ok());
    EXPECT_TRUE(hasher.hash_reduced(half, 2 * half.width, 2 * half.height, 2).ok());
}

TEST(PdqAllocation, NoneOnceWarm) {
    std::mt19937 random(1);
    for (const PdqRounding rounding : {PdqRounding::proven, PdqRounding::likely}) {
        PdqHasher hasher(rounding);
        const RandomFrame frame(random, 700, 500, PixelFormat::bgra32);
        const RandomFrame small(random, 300, 200, PixelFormat::rgb24);
        const RandomFrame plain(random, 300, 200, PixelFormat::gray8);
        const std::vector<std::uint8_t> black(std::size_t{700} * 500, 0);  // is always computed twice
        const FrameView dark = {black.data(), 700, 500, 700, PixelFormat::gray8, kNoPts};
        const auto round = [&] {
            hash_all(hasher, frame.view, small.view);
            hash_all(hasher, dark, plain.view);
            hash_all(hasher, small.view, frame.view);
        };
        round();
        const int before = allocations;
        for (int i = 0; i < 5; ++i)
            round();
        EXPECT_EQ(allocations - before, 0);
    }
}

}  // namespace
}  // namespace tutela
