// The samples of one pass against the double-precision model, at every level of kernels; and hashes of reduced
// pictures.
#include "hash/pdq_fused.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "hash/pdq_model.hpp"
#include "hash/random_frame.hpp"
#include "tutela/hasher.hpp"

namespace tutela {
namespace {

using testing::PdqModel;
using testing::RandomFrame;

// The full picture that a reduced one stands for when every block is of one colour.
struct BlockPicture {
    Frame frame;

    BlockPicture(const FrameView& reduced, std::uint32_t width, std::uint32_t height, std::uint32_t denominator) {
        EXPECT_TRUE(frame.reshape(width, height, reduced.format).ok());
        const std::uint32_t pixel = bytes_per_pixel(reduced.format);
        for (std::uint32_t y = 0; y < height; ++y) {
            for (std::uint32_t x = 0; x < width; ++x) {
                std::copy_n(reduced.row(y / denominator) + std::size_t{x / denominator} * pixel, pixel,
                            frame.row(y) + std::size_t{x} * pixel);
            }
        }
    }
};

std::uint32_t divided(std::uint32_t side, std::uint32_t denominator) {
    return (side + denominator - 1) / denominator;
}

void expect_like_model(const pdq::Picture& picture, const PdqModel& model) {
    std::vector<double> first;
    for (const kernels::Level level : kernels::kLevels) {
        if (kernels::table(level) == nullptr) continue;
        SCOPED_TRACE(kernels::table(level)->name);
        pdq::FusedSampler sampler;
        pdq::Samples<double> samples;
        sampler.sample(picture, samples, *kernels::table(level)->pdq);
        for (std::size_t i = 0; i < samples.at.size(); ++i) {
            // Half of it for the model's own rounding.
            ASSERT_NEAR(samples.at[i], model.samples()[i], 2 * pdq::kFusedError)
                << "sample " << i % 64 << ", " << i / 64;
        }
        const std::vector<double> all(samples.at.begin(), samples.at.end());
        if (first.empty()) first = all;
        ASSERT_EQ(all, first) << "the levels differ";
    }
}

TEST(PdqFused, SamplesAreThoseOfTheModel) {
    std::mt19937 random(4);
    for (int i = 0; i < 150; ++i) {
        const auto format = static_cast<PixelFormat>(1 + i % 5);
        const std::uint32_t width = 1 + random() % (i % 10 == 0 ? 1500 : 300);
        const std::uint32_t height = 1 + random() % (i % 10 == 1 ? 1500 : 300);
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height) + " format " + std::to_string(1 + i % 5));
        const RandomFrame frame(random, width, height, format);
        expect_like_model({frame.view, width, height, 1}, PdqModel(frame.view));
    }
}

// Windows beyond those whose weights are small integers.
TEST(PdqFused, SamplesOfLongPicturesAreThoseOfTheModel) {
    std::mt19937 random(5);
    for (const std::uint32_t side : {8192U, 8193U, 20000U}) {
        SCOPED_TRACE(side);
        const RandomFrame wide(random, side, 5, PixelFormat::gray8);
        expect_like_model({wide.view, side, 5, 1}, PdqModel(wide.view));
        const RandomFrame high(random, 7, side, PixelFormat::bgr24);
        expect_like_model({high.view, 7, side, 1}, PdqModel(high.view));
    }
}

TEST(PdqFused, OneSamplerServesPicturesOfAllSizes) {
    std::mt19937 random(6);
    pdq::FusedSampler shared;
    const kernels::PdqKernels& kernels = *kernels::table().pdq;
    for (int i = 0; i < 60; ++i) {
        const RandomFrame frame(random, 5 + random() % 400, 5 + random() % 400, static_cast<PixelFormat>(1 + i % 5));
        const pdq::Picture picture = {frame.view, frame.view.width, frame.view.height, 1};
        pdq::Samples<double> got;
        pdq::Samples<double> want;
        shared.sample(picture, got, kernels);
        pdq::FusedSampler().sample(picture, want, kernels);
        ASSERT_EQ(got.at, want.at);
    }
}

TEST(PdqFused, ReducedSamplesAreThoseOfThePictureOfBlocks) {
    std::mt19937 random(7);
    for (int i = 0; i < 60; ++i) {
        const std::uint32_t denominator = 2U << (i % 3);
        const std::uint32_t width = 5 + random() % 700;
        const std::uint32_t height = 5 + random() % 700;
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height) + " by " + std::to_string(denominator));
        const RandomFrame reduced(random, divided(width, denominator), divided(height, denominator),
                                  static_cast<PixelFormat>(1 + i % 5));
        const BlockPicture full(reduced.view, width, height, denominator);
        expect_like_model({reduced.view, width, height, denominator}, PdqModel(full.frame.view()));
    }
}

TEST(PdqHasher, HashesAReducedPictureAsThePictureOfItsBlocks) {
    std::mt19937 random(8);
    PdqHasher hasher;
    for (int i = 0; i < 30; ++i) {
        const std::uint32_t denominator = 2U << (i % 3);
        const std::uint32_t width = 300 + random() % 700;
        const std::uint32_t height = 300 + random() % 700;
        RandomFrame reduced(random, divided(width, denominator), divided(height, denominator), PixelFormat::gray8);
        reduced.view.pts_us = i;
        const BlockPicture full(reduced.view, width, height, denominator);
        const FrameHash want = hasher.hash(full.frame.view()).value();
        const FrameHash got = hasher.hash_reduced(reduced.view, width, height, denominator).value();
        EXPECT_LE(distance(got.hash, want.hash), 2U);
        EXPECT_NEAR(got.quality, want.quality, 1);
        EXPECT_EQ(got.pts_us, i);
    }
}

TEST(PdqHasher, RefusesReducedPicturesThatDoNotFit) {
    std::mt19937 random(9);
    const RandomFrame reduced(random, 40, 30, PixelFormat::gray8);
    PdqHasher hasher;
    const auto code = [&](std::uint32_t width, std::uint32_t height, std::uint32_t denominator) {
        return hasher.hash_reduced(reduced.view, width, height, denominator).status().code();
    };
    EXPECT_EQ(code(80, 60, 2), StatusCode::ok);
    EXPECT_EQ(code(79, 59, 2), StatusCode::ok);
    EXPECT_EQ(code(157, 117, 4), StatusCode::ok);
    EXPECT_EQ(code(81, 60, 2), StatusCode::invalid_argument);
    EXPECT_EQ(code(80, 58, 2), StatusCode::invalid_argument);
    for (const std::uint32_t denominator : {0U, 1U, 3U, 16U, 0xffffffffU})
        EXPECT_EQ(code(40 * denominator, 30 * denominator, denominator), StatusCode::invalid_argument);
    EXPECT_EQ(code(0xffffffff, 0xffffffff, 8), StatusCode::invalid_argument);
    EXPECT_EQ(hasher.hash_reduced(FrameView{}, 80, 60, 2).status().code(), StatusCode::invalid_argument);

    const RandomFrame tiny(random, 1, 2, PixelFormat::gray8);
    EXPECT_EQ(hasher.hash_reduced(tiny.view, 4, 16, 8).status().code(), StatusCode::too_small);
    EXPECT_EQ(hasher.hash_reduced(tiny.view, 5, 16, 8).status().code(), StatusCode::ok);
}

}  // namespace
}  // namespace tutela
