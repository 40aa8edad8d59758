// Our pHash of OpenCV's kind against the module img_hash of Debian's libopencv-contrib406, which `./dev test` fetches.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <opencv2/core.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "hash/synthetic_image.hpp"
#include "tutela/hash64.hpp"

// As its header declares it. Debian's package of that header needs 190 others.
namespace cv::img_hash {
void pHash(InputArray input, OutputArray output);
}

namespace tutela {
namespace {

std::string oracle(const FrameView& bgr) {
    const int type = CV_MAKETYPE(CV_8U, static_cast<int>(bytes_per_pixel(bgr.format)));
    const cv::Mat image(static_cast<int>(bgr.height), static_cast<int>(bgr.width), type,
                        const_cast<std::uint8_t*>(bgr.data), bgr.stride_bytes);
    cv::Mat hash;
    cv::img_hash::pHash(image, hash);
    Hash64 result;
    std::copy_n(hash.data, Hash64::kBytes, result.bytes.begin());
    return to_hex(result);
}

std::string ours(const FrameView& frame) {
    Hash64Hasher hasher;
    const Result<Hash64> hash = hasher.hash(frame, Hash64Kind::phash_opencv);
    return hash.ok() ? to_hex(hash.value()) : hash.status().to_string();
}

// Black, in rows with a gap behind them.
struct Picture {
    std::vector<std::uint8_t> bytes;
    FrameView view;

    Picture(std::uint32_t width, std::uint32_t height, PixelFormat format) {
        view.width = width;
        view.height = height;
        view.format = format;
        view.stride_bytes = std::size_t{width} * bytes_per_pixel(format) + 7;
        bytes.resize(view.stride_bytes * height);
        view.data = bytes.data();
    }
};

TEST(OpencvImgHash, NoiseAndWavesOfEverySizeAndFormat) {
    std::mt19937 random(1);
    for (int round = 0; round < 600; ++round) {
        const std::uint32_t width = round % 7 == 0 ? 32 : 1 + random() % 200;
        const std::uint32_t height = round % 7 < 2 ? 32 : 1 + random() % 200;
        constexpr PixelFormat kFormats[] = {PixelFormat::gray8, PixelFormat::bgr24, PixelFormat::bgra32};
        Picture picture(width, height, kFormats[round % 3]);
        const bool noise = random() % 2 == 0;
        const double frequency = 0.01 * (random() % 60);
        for (std::size_t i = 0; i < picture.bytes.size(); ++i) {
            const double wave = 127 + 120 * std::sin(frequency * static_cast<double>(i % picture.view.stride_bytes));
            picture.bytes[i] = static_cast<std::uint8_t>(noise ? random() : static_cast<std::uint32_t>(wave));
        }
        ASSERT_EQ(ours(picture.view), oracle(picture.view)) << width << "x" << height << " format " << round % 3;
    }
}

TEST(OpencvImgHash, RgbIsBgrTheOtherWayRound) {
    std::mt19937 random(2);
    for (int round = 0; round < 100; ++round) {
        Picture bgr(1 + random() % 90, 1 + random() % 90, PixelFormat::bgr24);
        Picture rgb(bgr.view.width, bgr.view.height, PixelFormat::rgb24);
        for (std::uint32_t y = 0; y < bgr.view.height; ++y) {
            for (std::size_t x = 0; x < bgr.view.width; ++x) {
                for (std::size_t c = 0; c < 3; ++c) {
                    const auto sample = static_cast<std::uint8_t>(random());
                    bgr.bytes[y * bgr.view.stride_bytes + 3 * x + c] = sample;
                    rgb.bytes[y * rgb.view.stride_bytes + 3 * x + 2 - c] = sample;
                }
            }
        }
        ASSERT_EQ(ours(rgb.view), oracle(bgr.view));
    }
}

TEST(OpencvImgHash, FlatAndSymmetricPictures) {
    for (const std::uint32_t side : {1U, 31U, 32U, 64U, 100U}) {
        for (std::uint32_t value = 0; value < 256; ++value) {
            Picture flat(side, side, PixelFormat::gray8);
            std::fill(flat.bytes.begin(), flat.bytes.end(), static_cast<std::uint8_t>(value));
            ASSERT_EQ(ours(flat.view), oracle(flat.view)) << value;
            for (std::uint32_t y = 0; y < side; ++y)
                std::fill_n(&flat.bytes[y * flat.view.stride_bytes], side / 2, std::uint8_t{0});
            ASSERT_EQ(ours(flat.view), oracle(flat.view)) << value;
        }
    }
}

TEST(OpencvImgHash, TheGoldenFileIsOpenCVs) {
    std::ifstream file(TUTELA_TEST_DATA "/golden/hash64_synthetic.csv");
    std::string line;
    std::getline(file, line);  // the header
    std::size_t rows = 0;
    for (; std::getline(file, line); ++rows) {
        std::istringstream cells(line);
        std::vector<std::string> row(8);
        for (std::string& cell : row)
            std::getline(cells, cell, ',');
        const auto number = [&](std::size_t i) { return static_cast<std::uint32_t>(std::stoul(row[i])); };
        testing::SyntheticImage image = testing::make_synthetic(row[0], number(1), number(2), number(3));
        for (std::size_t i = 0; image.channels == 3 && i < image.samples.size(); i += 3)
            std::swap(image.samples[i], image.samples[i + 2]);
        FrameView view = image.view();
        if (image.channels == 3) view.format = PixelFormat::bgr24;
        EXPECT_EQ(oracle(view), row[7]) << line;
    }
    EXPECT_EQ(rows, 217U);
}

TEST(OpencvImgHash, HugeAndThinPictures) {
    std::mt19937 random(3);
    for (const auto& [width, height] : std::initializer_list<std::pair<std::uint32_t, std::uint32_t>>{
             {4000, 3000}, {100'000, 1}, {1, 100'000}, {70'000, 33}, {33, 70'000}}) {
        Picture picture(width, height, PixelFormat::gray8);
        for (std::uint8_t& byte : picture.bytes)
            byte = static_cast<std::uint8_t>(random());
        ASSERT_EQ(ours(picture.view), oracle(picture.view)) << width << "x" << height;
    }
}

}  // namespace
}  // namespace tutela
