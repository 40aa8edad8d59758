#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

#include "hash/pdq_model.hpp"
#include "hash/random_frame.hpp"
#include "hash/synthetic_image.hpp"
#include "tutela/hasher.hpp"

namespace tutela {
namespace {

using testing::make_synthetic;
using testing::PdqModel;
using testing::RandomFrame;
using testing::SyntheticImage;

// Overwrites a gray frame by rectangles of random place and brightness: a picture without any symmetry.
void paint_patches(std::mt19937& random, RandomFrame& frame) {
    const std::uint32_t side = frame.view.width;
    for (int patch = 0; patch < 400; ++patch) {
        const std::uint32_t left = random() % side;
        const std::uint32_t top = random() % side;
        const std::uint32_t right = std::min<std::uint32_t>(side, left + 8 + random() % 120);
        const std::uint32_t bottom = std::min<std::uint32_t>(side, top + 8 + random() % 120);
        const auto value = static_cast<std::uint8_t>(random());
        for (std::uint32_t y = top; y < bottom; ++y) {
            std::fill_n(frame.bytes.get() + y * frame.view.stride_bytes + left, right - left, value);
        }
    }
}

// Bits whose coefficient is nearer to the median than this may turn by rounding; few are, in a random picture.
constexpr double kRounding = 0.02;

void expect_like_model(const FrameView& frame, int& undecided) {
    PdqHasher hasher;
    const auto result = hasher.hash(frame);
    ASSERT_TRUE(result.ok());
    const PdqModel model(frame);
    // A neighbour difference may sit on the edge of a step of the quality sum.
    EXPECT_NEAR(result.value().quality, model.quality(), 1);
    for (int k = 0; k < 256; ++k) {
        const double above = model.above_median(k);
        if (std::abs(above) < kRounding) {
            ++undecided;
            continue;
        }
        EXPECT_EQ(result.value().hash.bit(static_cast<std::size_t>(k)), above > 0) << "bit " << k << ", " << above;
    }
}

TEST(PdqHasher, AgreesWithTheDoublePrecisionModel) {
    std::mt19937 random(20261124);
    int undecided = 0;
    constexpr int kFrames = 120;
    for (int i = 0; i < kFrames; ++i) {
        const auto format = static_cast<PixelFormat>(1 + i % 5);
        const std::uint32_t width = 5 + random() % 300;
        const std::uint32_t height = 5 + random() % 300;
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height) + " format " + std::to_string(1 + i % 5));
        const RandomFrame frame(random, width, height, format);
        expect_like_model(frame.view, undecided);
    }
    // One coefficient of each picture is the median itself. Were many more left out, the test would test little.
    EXPECT_LT(undecided, kFrames * 4);
}

TEST(PdqHasher, FormatsOfTheSameColoursHaveTheSameHash) {
    const SyntheticImage rgb = make_synthetic("rgb_mix", 321, 123, 3);
    SyntheticImage bgr = rgb;
    std::vector<std::uint8_t> bgra;
    for (std::size_t i = 0; i < rgb.samples.size(); i += 3) {
        std::swap(bgr.samples[i], bgr.samples[i + 2]);
        bgra.insert(bgra.end(), {rgb.samples[i + 2], rgb.samples[i + 1], rgb.samples[i], static_cast<std::uint8_t>(i)});
    }
    FrameView bgr_view = bgr.view();
    bgr_view.format = PixelFormat::bgr24;
    FrameView bgra_view = rgb.view();
    bgra_view.data = bgra.data();
    bgra_view.stride_bytes = 321 * 4;
    bgra_view.format = PixelFormat::bgra32;

    PdqHasher hasher;
    const FrameHash expected = hasher.hash(rgb.view()).value();
    EXPECT_EQ(hasher.hash(bgr_view).value(), expected);
    EXPECT_EQ(hasher.hash(bgra_view).value(), expected);
}

TEST(PdqHasher, ScratchOfOneFrameLeavesNoTraceInTheNext) {
    const SyntheticImage big = make_synthetic("lcg", 640, 480, 1);
    const SyntheticImage small = make_synthetic("blocks", 100, 100, 1);
    PdqHasher fresh;
    const FrameHash expected = fresh.hash(small.view()).value();
    PdqHasher used;
    for (int i = 0; i < 3; ++i) {
        (void)used.hash(big.view());
        EXPECT_EQ(used.hash(small.view()).value(), expected);
    }
    PdqHasher moved = std::move(used);
    EXPECT_EQ(moved.hash(small.view()).value(), expected);
}

TEST(PdqHasher, EveryThreadGetsTheSameHash) {
    const SyntheticImage image = make_synthetic("rgb_lcg", 513, 511, 3);
    PdqHasher hasher;
    const FrameHash expected = hasher.hash(image.view()).value();
    std::vector<FrameHash> results(8);
    std::vector<std::thread> threads;
    for (FrameHash& result : results) {
        threads.emplace_back([&] {
            PdqHasher own;
            result = own.hash(image.view()).value();
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const FrameHash& result : results)
        EXPECT_EQ(result, expected);
}

// Turning the pixels gives nearly the hash that the coefficients promise: nearly, as the windows reach further to one
// side, but well within the radius of a match, and far from all other ways of turning it.
TEST(PdqHasher, DihedralHashesAreThoseOfTheTurnedPixels) {
    std::mt19937 random(7);
    RandomFrame frame(random, 512, 512, PixelFormat::gray8);
    paint_patches(random, frame);
    const auto turn = [&](auto source) {  // pixel (x, y) of the result is pixel source(x, y) of the frame
        SyntheticImage image{512, 512, 1, std::vector<std::uint8_t>(512 * 512)};
        for (std::uint32_t y = 0; y < 512; ++y) {
            for (std::uint32_t x = 0; x < 512; ++x) {
                const auto [sx, sy] = source(x, y);
                image.samples[y * 512 + x] = frame.view.row(sy)[sx];
            }
        }
        return image;
    };
    using Point = std::pair<std::uint32_t, std::uint32_t>;
    const auto last = 511U;
    const SyntheticImage turned[8] = {
        turn([&](auto x, auto y) { return Point(x, y); }),
        turn([&](auto x, auto y) { return Point(last - y, x); }),
        turn([&](auto x, auto y) { return Point(last - x, last - y); }),
        turn([&](auto x, auto y) { return Point(y, last - x); }),
        turn([&](auto x, auto y) { return Point(x, last - y); }),
        turn([&](auto x, auto y) { return Point(last - x, y); }),
        turn([&](auto x, auto y) { return Point(y, x); }),
        turn([&](auto x, auto y) { return Point(last - y, last - x); }),
    };
    PdqHasher hasher;
    const DihedralHashes promised = hasher.hash_dihedral(frame.view).value();
    EXPECT_EQ(promised[Dihedral::original], hasher.hash(frame.view).value().hash);
    for (std::size_t d = 0; d < 8; ++d) {
        const Hash256 seen = hasher.hash(turned[d].view()).value().hash;
        for (std::size_t other = 0; other < 8; ++other) {
            const std::uint32_t bits = distance(seen, promised.hashes[other]);
            if (other == d) {
                EXPECT_LE(bits, kPdqMatchRadius) << "dihedral " << d;
            } else {
                EXPECT_GT(bits, 64U) << "dihedral " << d << " taken for " << other;
            }
        }
    }
}

TEST(PdqHasher, RefusesWhatHasNoHash) {
    PdqHasher hasher;
    EXPECT_EQ(hasher.hash(FrameView{}).status().code(), StatusCode::invalid_argument);
    const SyntheticImage thin = make_synthetic("lcg", 4, 4000, 1);
    EXPECT_EQ(hasher.hash(thin.view()).status().code(), StatusCode::too_small);
    const SyntheticImage least = make_synthetic("lcg", 5, 5, 1);
    EXPECT_TRUE(hasher.hash(least.view()).ok());
    FrameView bad_stride = least.view();
    bad_stride.stride_bytes = 4;
    EXPECT_EQ(hasher.hash_dihedral(bad_stride).status().code(), StatusCode::invalid_argument);
}

TEST(PdqHasher, KeepsTheTimeOfTheFrame) {
    const SyntheticImage image = make_synthetic("lcg", 50, 50, 1);
    FrameView view = image.view();
    view.pts_us = 1234567;
    PdqHasher hasher;
    EXPECT_EQ(hasher.hash(view).value().pts_us, 1234567);
    EXPECT_EQ(hasher.hash_dihedral(view).value().pts_us, 1234567);
}

}  // namespace
}  // namespace tutela
