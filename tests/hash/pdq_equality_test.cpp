// The hasher against the reference's arithmetic, bit for bit, at every level of kernels: 20,000 pictures of all sizes
// and formats, made up and cut out of photographs, and whole photographs. Says how often the fused pass did not
// suffice.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "hash/pdq_engine.hpp"
#include "hash/pdq_unfused.hpp"
#include "hash/random_frame.hpp"
#include "photos/photos.hpp"
#include "tutela/media.hpp"

namespace tutela {
namespace {

using testing::RandomFrame;
using testing::UnfusedPdq;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TUTELA_TEST_SLOW_BUILD
#endif
#endif
#if defined(TUTELA_TEST_SLOW_BUILD)
constexpr int kPictures = 600;
constexpr std::size_t kEveryPhoto = 24;
#else
constexpr int kPictures = 10000;
constexpr std::size_t kEveryPhoto = 1;
#endif

// Engines of every level and both roundings. What each answers is compared with the model, and so with the others.
class Engines {
public:
    Engines() {
        for (const kernels::Level level : kernels::kLevels) {
            const kernels::Table* table = kernels::table(level);
            if (table == nullptr || is_known(*table->pdq)) continue;
            add(*table, PdqRounding::proven);
            add(*table, PdqRounding::likely);
        }
    }

    // True when all agree.
    [[nodiscard]] bool exact(const FrameView& frame) {
        const FrameHash want = model_.hash(frame);
        bool good = true;
        for (Tried& tried : engines_) {
            const FrameHash got = tried.engine->hash(frame);
            tried.recomputed += tried.engine->recomputed() ? 1 : 0;
            EXPECT_EQ(got, want) << tried.name << ", " << describe(frame);
            good = good && got == want;
        }
        ++frames_;
        return good;
    }

    [[nodiscard]] bool exact_dihedral(const FrameView& frame) {
        const DihedralHashes want = model_.hash_dihedral(frame);
        bool good = true;
        for (const Tried& tried : engines_) {
            const DihedralHashes got = tried.engine->hash_dihedral(frame);
            EXPECT_EQ(got.hashes, want.hashes) << tried.name << ", " << describe(frame);
            EXPECT_EQ(got.quality, want.quality) << tried.name << ", " << describe(frame);
            good = good && got.hashes == want.hashes && got.quality == want.quality;
        }
        return good;
    }

    void report(const char* what) const {
        for (const Tried& tried : engines_) {
            const double share = 100.0 * tried.recomputed / frames_;
            std::printf("%s: %s computed %.2f%% of %d again\n", what, tried.name.c_str(), share, frames_);
        }
    }

    // Of the engine last added: the best level, `likely`.
    [[nodiscard]] double likely_share() const { return static_cast<double>(engines_.back().recomputed) / frames_; }

private:
    struct Tried {
        std::string name;
        const kernels::PdqKernels* kernels;
        std::unique_ptr<pdq::Engine> engine;
        int recomputed = 0;
    };

    void add(const kernels::Table& table, PdqRounding rounding) {
        const char* how = rounding == PdqRounding::proven ? " proven" : " likely";
        engines_.push_back(
            {table.name + std::string(how), table.pdq, std::make_unique<pdq::Engine>(*table.pdq, rounding)});
    }
    // Levels may share their loops.
    [[nodiscard]] bool is_known(const kernels::PdqKernels& kernels) const {
        return std::any_of(engines_.begin(), engines_.end(), [&](const Tried& t) { return t.kernels == &kernels; });
    }
    static std::string describe(const FrameView& frame) {
        return std::to_string(frame.width) + "x" + std::to_string(frame.height) + " format " +
               std::to_string(static_cast<int>(frame.format));
    }

    UnfusedPdq model_;
    std::vector<Tried> engines_;
    int frames_ = 0;
};

PixelFormat format_of(int i) {
    return static_cast<PixelFormat>(1 + i % 5);
}

// A side of 5..most pixels; small ones are many, so that the test is short.
std::uint32_t random_side(std::mt19937& random, std::uint32_t most) {
    const std::uint32_t kind = random() % 128;
    const std::uint32_t limit = kind == 0 ? most : kind < 6 ? 300U : 90U;
    return 5 + random() % (std::min(limit, most) - 4);
}

TEST(PdqEquality, PicturesOfAllSizesAndFormats) {
    std::mt19937 random(20261124);
    Engines engines;
    for (int i = 0; i < kPictures; ++i) {
        const RandomFrame frame(random, random_side(random, 4000), random_side(random, 4000), format_of(i));
        ASSERT_TRUE(engines.exact(frame.view));
        if (i % 8 == 0) {
            ASSERT_TRUE(engines.exact_dihedral(frame.view));
        }
    }
    engines.report("pictures made up");
}

// Any bytes are a picture in some format.
Frame decode(const Photo& photo) {
    const std::vector<std::uint8_t> bytes = photo_bytes(photo);
    Frame frame;
    const auto source = open_media(bytes);
    if (!source.ok() || !source.value()->next(frame).ok()) ADD_FAILURE() << "cannot decode " << photo.path;
    return frame;
}

// Its green channel, as a plane of luma.
Frame plane_of(const FrameView& colours) {
    Frame plane;
    if (!plane.reshape(colours.width, colours.height, PixelFormat::gray8).ok()) ADD_FAILURE() << "no plane";
    const std::uint32_t pixel = bytes_per_pixel(colours.format);
    for (std::uint32_t y = 0; y < colours.height; ++y) {
        for (std::uint32_t x = 0; x < colours.width; ++x)
            plane.row(y)[x] = colours.row(y)[std::size_t{x} * pixel + pixel / 2];
    }
    return plane;
}

FrameView random_crop(std::mt19937& random, FrameView view) {
    const std::uint32_t width = random_side(random, view.width);
    const std::uint32_t height = random_side(random, view.height);
    const std::uint32_t left = random() % (view.width - width + 1);
    const std::uint32_t top = random() % (view.height - height + 1);
    view.data = view.row(top) + std::size_t{left} * bytes_per_pixel(view.format);
    view.width = width;
    view.height = height;
    return view;
}

TEST(PdqEquality, CropsOfPhotographs) {
    std::mt19937 random(4);
    Engines engines;
    const std::vector<Photo>& photos = all_photos();
    constexpr int kCropsEach = 100;
    for (int i = 0; i < kPictures / kCropsEach && !photos.empty(); ++i) {
        const Frame colours = decode(photos[random() % photos.size()]);
        const Frame plane = plane_of(colours.view());
        for (int crop = 0; crop < kCropsEach; ++crop) {
            FrameView view = random_crop(random, crop % 2 == 0 ? colours.view() : plane.view());
            if (crop % 10 == 1) view.format = PixelFormat::luma_limited8;
            ASSERT_TRUE(engines.exact(view));
            if (crop % 8 == 0) {
                ASSERT_TRUE(engines.exact_dihedral(view));
            }
        }
    }
    engines.report("crops");
}

TEST(PdqEquality, Photographs) {
    Engines engines;
    const std::vector<Photo>& photos = all_photos();
    for (std::size_t i = 0; i < photos.size(); i += kEveryPhoto) {
        SCOPED_TRACE(photos[i].path);
        const Frame colours = decode(photos[i]);
        EXPECT_TRUE(engines.exact(colours.view()));
    }
    engines.report("photographs");
    if (kEveryPhoto == 1) {
        EXPECT_LT(engines.likely_share(), 0.05);
    }
}

TEST(PdqEquality, PlanesOfPhotographs) {
    Engines engines;
    const std::vector<Photo>& photos = all_photos();
    for (std::size_t i = 0; i < photos.size(); i += kEveryPhoto) {
        SCOPED_TRACE(photos[i].path);
        const Frame plane = plane_of(decode(photos[i]).view());
        EXPECT_TRUE(engines.exact(plane.view()));
        if (i % 16 == 0) {
            EXPECT_TRUE(engines.exact_dihedral(plane.view()));
        }
    }
    engines.report("planes");
    if (kEveryPhoto == 1) {
        EXPECT_LT(engines.likely_share(), 0.05);
    }
}

FrameView view_of(const std::vector<std::uint8_t>& bytes, std::uint32_t width, std::uint32_t height,
                  PixelFormat format) {
    return {bytes.data(), width, height, std::size_t{width} * bytes_per_pixel(format), format, kNoPts};
}

// Where coefficients are equal or 0, and every rounding error decides.
TEST(PdqEquality, PicturesWithoutDetail) {
    Engines engines;
    for (const auto& [width, height] : {std::pair{5U, 5U}, {64U, 64U}, {65U, 63U}, {200U, 300U}, {1000U, 129U}}) {
        for (int format = 1; format <= 5; ++format) {
            const auto pixels = static_cast<PixelFormat>(format);
            const std::size_t row = std::size_t{width} * bytes_per_pixel(pixels);
            for (const int value : {0, 1, 16, 127, 235, 255}) {
                const std::vector<std::uint8_t> flat(row * height, static_cast<std::uint8_t>(value));
                EXPECT_TRUE(engines.exact(view_of(flat, width, height, pixels)));
                EXPECT_TRUE(engines.exact_dihedral(view_of(flat, width, height, pixels)));
            }
            std::vector<std::uint8_t> bands(row * height);  // all rows equal, then all columns
            for (std::size_t i = 0; i < bands.size(); ++i)
                bands[i] = static_cast<std::uint8_t>((i % row) * 7);
            EXPECT_TRUE(engines.exact(view_of(bands, width, height, pixels)));
            for (std::size_t i = 0; i < bands.size(); ++i)
                bands[i] = static_cast<std::uint8_t>((i / row) * 7);
            EXPECT_TRUE(engines.exact(view_of(bands, width, height, pixels)));
        }
    }
}

TEST(PdqEquality, LongPictures) {
    std::mt19937 random(6);
    Engines engines;
    for (const auto& [width, height] : {std::pair{5U, 100000U}, {100000U, 5U}, {8193U, 40U}, {40U, 8200U}}) {
        for (const PixelFormat format : {PixelFormat::gray8, PixelFormat::bgra32}) {
            const RandomFrame frame(random, width, height, format);
            EXPECT_TRUE(engines.exact(frame.view));
        }
    }
}

}  // namespace
}  // namespace tutela
