// The hashes of 64 bits: the golden values, formats and strides, bad frames, threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numbers>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "hash/dct32.hpp"
#include "hash/lanczos.hpp"
#include "hash/synthetic_image.hpp"
#include "tutela/hash64.hpp"

namespace tutela {
namespace {

constexpr std::array kKinds = {Hash64Kind::phash, Hash64Kind::dhash, Hash64Kind::ahash, Hash64Kind::phash_opencv};

std::string hex_of(Hash64Hasher& hasher, const FrameView& frame, Hash64Kind kind) {
    const Result<Hash64> hash = hasher.hash(frame, kind);
    return hash.ok() ? to_hex(hash.value()) : hash.status().to_string();
}

TEST(Hash64Golden, EveryRow) {
    std::ifstream file(TUTELA_TEST_DATA "/golden/hash64_synthetic.csv");
    std::string line;
    std::getline(file, line);  // the header
    std::size_t rows = 0;
    Hash64Hasher hasher;
    for (; std::getline(file, line); ++rows) {
        SCOPED_TRACE(line);
        std::istringstream cells(line);
        std::vector<std::string> row(8);
        for (std::string& cell : row)
            std::getline(cells, cell, ',');
        const auto number = [&](std::size_t i) { return static_cast<std::uint32_t>(std::stoul(row[i])); };
        const testing::SyntheticImage image = testing::make_synthetic(row[0], number(1), number(2), number(3));
        for (std::size_t i = 0; i < kKinds.size(); ++i)
            EXPECT_EQ(hex_of(hasher, image.view(), kKinds[i]), row[4 + i]) << hash64_name(kKinds[i]);
    }
    EXPECT_EQ(rows, 217U);
}

// Pixels in memory that ends where they end, so that the sanitizer sees a read beyond.
struct Packed {
    std::unique_ptr<std::uint8_t[]> bytes;
    FrameView view;

    // `rgb`: three samples a pixel. `gap`: bytes between two rows.
    Packed(const std::vector<std::uint8_t>& rgb, std::uint32_t width, std::uint32_t height, PixelFormat format,
           std::size_t gap) {
        const std::size_t pixel = bytes_per_pixel(format);
        view.width = width;
        view.height = height;
        view.format = format;
        view.stride_bytes = width * pixel + gap;
        bytes = std::make_unique<std::uint8_t[]>((height - 1) * view.stride_bytes + width * pixel);
        view.data = bytes.get();
        for (std::size_t i = 0; i < std::size_t{width} * height; ++i) {
            std::uint8_t* to = bytes.get() + i / width * view.stride_bytes + i % width * pixel;
            for (std::size_t c = 0; c < pixel; ++c) {
                const bool blue_first = format != PixelFormat::rgb24;
                to[c] = c == 3 ? static_cast<std::uint8_t>(i) : rgb[3 * i + (blue_first ? 2 - c : c)];
            }
        }
    }
};

TEST(Hash64, DoesNotDependOnFormatAndStride) {
    std::mt19937 random(5);
    Hash64Hasher reused;
    for (int round = 0; round < 300; ++round) {
        const std::uint32_t width = 1 + random() % (round % 5 == 0 ? 9 : 150);
        const std::uint32_t height = 1 + random() % (round % 5 == 1 ? 9 : 150);
        std::vector<std::uint8_t> rgb(std::size_t{3} * width * height);
        for (std::uint8_t& sample : rgb)
            sample = static_cast<std::uint8_t>(random());
        const Packed first(rgb, width, height, PixelFormat::rgb24, 0);
        for (const Hash64Kind kind : kKinds) {
            Hash64Hasher fresh;
            const std::string expected = hex_of(fresh, first.view, kind);
            for (const PixelFormat format : {PixelFormat::rgb24, PixelFormat::bgr24, PixelFormat::bgra32}) {
                const Packed other(rgb, width, height, format, random() % 40);
                ASSERT_EQ(hex_of(reused, other.view, kind), expected) << width << "x" << height;
            }
        }
    }
}

TEST(Hash64, GrayIsColourWithEqualParts) {
    std::mt19937 random(6);
    Hash64Hasher hasher;
    for (int round = 0; round < 100; ++round) {
        const std::uint32_t width = 1 + random() % 100;
        const std::uint32_t height = 1 + random() % 100;
        std::vector<std::uint8_t> rgb(std::size_t{3} * width * height);
        for (std::size_t i = 0; i < rgb.size(); i += 3)
            rgb[i] = rgb[i + 1] = rgb[i + 2] = static_cast<std::uint8_t>(random());
        const Packed colour(rgb, width, height, PixelFormat::rgb24, 0);
        std::vector<std::uint8_t> gray;
        for (std::size_t i = 0; i < rgb.size(); i += 3)
            gray.push_back(rgb[i]);
        const FrameView view{gray.data(), width, height, width, PixelFormat::gray8, kNoPts};
        for (const Hash64Kind kind : kKinds)
            ASSERT_EQ(hex_of(hasher, view, kind), hex_of(hasher, colour.view, kind));
    }
}

TEST(Hash64, LimitedLumaIsGrayStretchedToFullRange) {
    std::mt19937 random(7);
    Hash64Hasher hasher;
    for (int round = 0; round < 30; ++round) {
        std::vector<std::uint8_t> limited(std::size_t{32} * 32);  // a size that OpenCV's pHash does not resize
        std::vector<std::uint8_t> gray;
        for (std::uint8_t& sample : limited) {
            sample = static_cast<std::uint8_t>(random());
            const int level = std::clamp<int>(sample, 16, 235) - 16;
            gray.push_back(static_cast<std::uint8_t>(std::lround(level * 255 / 219.0)));
        }
        const FrameView view{limited.data(), 32, 32, 32, PixelFormat::luma_limited8, kNoPts};
        const FrameView same{gray.data(), 32, 32, 32, PixelFormat::gray8, kNoPts};
        for (const Hash64Kind kind : kKinds)
            ASSERT_EQ(hex_of(hasher, view, kind), hex_of(hasher, same, kind));
    }
}

TEST(Hash64, BadFramesAndKinds) {
    Hash64Hasher hasher;
    const std::array<std::uint8_t, 64> pixels{};
    const FrameView good{pixels.data(), 8, 8, 8, PixelFormat::gray8, kNoPts};
    for (const Hash64Kind kind : kKinds) {
        EXPECT_TRUE(hasher.hash(good, kind).ok());
        std::vector<FrameView> bad(7, good);
        bad[0].data = nullptr;
        bad[1].width = 0;
        bad[2].height = 0;
        bad[3].stride_bytes = 7;
        bad[4].format = static_cast<PixelFormat>(9);
        bad[5].height = (1U << 30) + 1;
        bad[6].stride_bytes = SIZE_MAX / 4;
        for (const FrameView& frame : bad)
            EXPECT_EQ(hasher.hash(frame, kind).status().code(), StatusCode::invalid_argument);
    }
    for (const std::uint32_t number : {0U, 5U, 0xffffffffU})
        EXPECT_EQ(hasher.hash(good, static_cast<Hash64Kind>(number)).status().code(), StatusCode::invalid_argument);
}

TEST(Hash64, Names) {
    EXPECT_EQ(hash64_name(Hash64Kind::phash), "phash");
    EXPECT_EQ(hash64_name(Hash64Kind::dhash), "dhash");
    EXPECT_EQ(hash64_name(Hash64Kind::ahash), "ahash");
    EXPECT_EQ(hash64_name(Hash64Kind::phash_opencv), "phash-opencv");
    EXPECT_EQ(hash64_name(static_cast<Hash64Kind>(0)), "unknown");
}

// So large a source is where OpenCV would share the work out, if it did.
TEST(Hash64, StartsNoThread) {
    const auto threads = [] {
        const std::filesystem::directory_iterator tasks("/proc/self/task");
        return std::distance(begin(tasks), end(tasks));
    };
    const auto before = threads();
    const testing::SyntheticImage image = testing::make_synthetic("mix", 3000, 2000, 3);
    Hash64Hasher hasher;
    for (const Hash64Kind kind : kKinds)
        ASSERT_TRUE(hasher.hash(image.view(), kind).ok());
    EXPECT_EQ(threads(), before);
}

TEST(Dct32, IsTheTransformThatItsHeaderStates) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        hash64::DctLine line;
        for (double& sample : line)
            sample = static_cast<double>(random() % 256);
        hash64::DctLine expected{};
        for (std::size_t k = 0; k < line.size(); ++k) {
            for (std::size_t n = 0; n < line.size(); ++n) {
                const double angle = std::numbers::pi * static_cast<double>(k * (2 * n + 1)) / 64;
                expected[k] += 2 * line[n] * std::cos(angle);
            }
        }
        hash64::dct32(line);
        for (std::size_t k = 0; k < line.size(); ++k)
            ASSERT_NEAR(line[k], expected[k], 1e-9) << k;
    }
}

// By the definition: the whole weighted mean in double, and only then a sample. The fixed-point passes round twice, so
// they may be off by one, where no lobe of the filter overshoots the range.
TEST(GrayResizer, IsNearTheFilterInDouble) {
    const auto lanczos = [](double x) {
        if (x == 0) return 1.0;
        if (std::abs(x) >= 3) return 0.0;
        const double p = std::numbers::pi * x;
        return 3 * std::sin(p) * std::sin(p / 3) / (p * p);
    };
    // The value of output sample `i` of `out` of a line of `in` samples.
    const auto filtered = [&](const std::vector<double>& line, std::size_t i, std::size_t out) {
        const double scale = static_cast<double>(line.size()) / static_cast<double>(out);
        const double stretch = std::max(scale, 1.0);
        const double centre = (static_cast<double>(i) + 0.5) * scale;
        double sum = 0;
        double weights = 0;
        for (std::size_t x = 0; x < line.size(); ++x) {
            const double weight = lanczos((static_cast<double>(x) + 0.5 - centre) / stretch);
            sum += weight * line[x];
            weights += weight;
        }
        return sum / weights;
    };
    std::mt19937 random(8);
    for (int round = 0; round < 60; ++round) {
        const std::uint32_t width = 1 + random() % 120;
        const std::uint32_t height = 1 + random() % 120;
        std::vector<std::uint8_t> gray(std::size_t{width} * height);
        for (std::uint8_t& sample : gray)
            sample = static_cast<std::uint8_t>(80 + random() % 80);
        const std::uint32_t out_width = 1 + random() % 32;
        const std::uint32_t out_height = 1 + random() % 32;
        std::vector<std::uint8_t> got(std::size_t{out_width} * out_height);
        hash64::GrayResizer().resize({gray.data(), width, height, width, PixelFormat::gray8, kNoPts}, out_width,
                                     out_height, got.data());
        for (std::size_t j = 0; j < out_width; ++j) {
            std::vector<double> column;
            for (std::size_t y = 0; y < height; ++y) {
                const auto row = gray.begin() + static_cast<std::ptrdiff_t>(y * width);
                const std::vector<double> line(row, row + width);
                column.push_back(width == out_width ? line[j] : filtered(line, j, out_width));
            }
            for (std::size_t i = 0; i < out_height; ++i) {
                const double expected = height == out_height ? column[i] : filtered(column, i, out_height);
                ASSERT_NEAR(got[i * out_width + j], expected, 1.3) << width << "x" << height;
            }
        }
    }
}

}  // namespace
}  // namespace tutela
