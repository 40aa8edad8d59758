// Pictures made by code, and what people do to pictures, done pixel by pixel.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "tutela/frame.hpp"

namespace tutela::testing {

struct GrayPicture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> samples;

    [[nodiscard]] std::uint8_t& at(std::uint32_t x, std::uint32_t y) { return samples[std::size_t{y} * width + x]; }
    [[nodiscard]] std::uint8_t at(std::uint32_t x, std::uint32_t y) const {
        return samples[std::size_t{y} * width + x];
    }
    [[nodiscard]] FrameView view() const {
        FrameView frame;
        frame.data = samples.data();
        frame.width = width;
        frame.height = height;
        frame.stride_bytes = width;
        return frame;
    }
};

inline GrayPicture flat(std::uint32_t width, std::uint32_t height, std::uint8_t level) {
    return {width, height, std::vector<std::uint8_t>(std::size_t{width} * height, level)};
}

// Soft blobs of every size over a slope: no symmetry, few plain parts, a spectrum that falls as a photograph's does.
inline GrayPicture painting(std::uint32_t seed, std::uint32_t width, std::uint32_t height) {
    std::mt19937 random(seed);
    std::vector<double> light(std::size_t{width} * height, 0);
    for (int blob = 0; blob < 160; ++blob) {
        const double size = 0.3 * std::pow(0.985, blob);
        const double middle_x = (random() % 1000) / 1000.0;
        const double middle_y = (random() % 1000) / 1000.0;
        const double strength = (random() % 2 == 0 ? 1 : -1) * (0.4 + (random() % 600) / 1000.0);
        for (std::uint32_t y = 0; y < height; ++y) {
            const double dy = ((y + 0.5) / height - middle_y) / size;
            if (std::abs(dy) > 1) continue;
            for (std::uint32_t x = 0; x < width; ++x) {
                const double dx = ((x + 0.5) / width - middle_x) / size;
                const double inside = 1 - dx * dx - dy * dy;
                if (inside > 0) light[std::size_t{y} * width + x] += strength * std::sqrt(inside);
            }
        }
    }
    GrayPicture picture = flat(width, height, 0);
    for (std::size_t i = 0; i < light.size(); ++i)
        picture.samples[i] = static_cast<std::uint8_t>(std::clamp(128 + 50 * light[i], 8.0, 247.0));
    return picture;
}

inline GrayPicture mirrored(const GrayPicture& picture) {
    GrayPicture changed = picture;
    for (std::uint32_t y = 0; y < picture.height; ++y) {
        for (std::uint32_t x = 0; x < picture.width; ++x)
            changed.at(x, y) = picture.at(picture.width - 1 - x, y);
    }
    return changed;
}

inline GrayPicture transposed(const GrayPicture& picture) {
    GrayPicture changed = flat(picture.height, picture.width, 0);
    for (std::uint32_t y = 0; y < picture.height; ++y) {
        for (std::uint32_t x = 0; x < picture.width; ++x)
            changed.at(y, x) = picture.at(x, y);
    }
    return changed;
}

inline GrayPicture inverted(const GrayPicture& picture) {
    GrayPicture changed = picture;
    for (std::uint8_t& sample : changed.samples)
        sample = static_cast<std::uint8_t>(255 - sample);
    return changed;
}

struct Margins {
    std::uint32_t left;
    std::uint32_t top;
    std::uint32_t right;
    std::uint32_t bottom;
};

inline void paste(GrayPicture& onto, const GrayPicture& picture, std::uint32_t left, std::uint32_t top) {
    for (std::uint32_t y = 0; y < picture.height; ++y) {
        for (std::uint32_t x = 0; x < picture.width; ++x)
            onto.at(left + x, top + y) = picture.at(x, y);
    }
}

// With noise of a few levels, as a codec leaves.
inline GrayPicture bordered(const GrayPicture& picture, const Margins& margin, std::uint8_t level, std::uint32_t seed) {
    GrayPicture changed =
        flat(picture.width + margin.left + margin.right, picture.height + margin.top + margin.bottom, level);
    paste(changed, picture, margin.left, margin.top);
    std::mt19937 random(seed);
    for (std::uint8_t& sample : changed.samples)
        sample = static_cast<std::uint8_t>(
            std::clamp(static_cast<int>(sample) + static_cast<int>(random() % 5) - 2, 0, 255));
    return changed;
}

inline GrayPicture cropped(const GrayPicture& picture, const Margins& margin) {
    GrayPicture changed =
        flat(picture.width - margin.left - margin.right, picture.height - margin.top - margin.bottom, 0);
    for (std::uint32_t y = 0; y < changed.height; ++y) {
        for (std::uint32_t x = 0; x < changed.width; ++x)
            changed.at(x, y) = picture.at(margin.left + x, margin.top + y);
    }
    return changed;
}

// The picture in full width on a telephone's screen, small dark and light marks above and below it.
inline GrayPicture on_screen(const GrayPicture& picture, std::uint8_t ground) {
    GrayPicture screen = flat(picture.width, picture.height * 3, ground);
    paste(screen, picture, 0, picture.height / 2);
    std::mt19937 random(1);
    const auto marks = [&](std::uint32_t from, std::uint32_t to) {
        for (std::uint32_t y = from; y + 14 < to; y += 30) {
            for (std::uint32_t x = 20; x + 40 < picture.width; x += 10) {
                if (random() % 3 == 0) continue;
                for (std::uint32_t i = 0; i < 8 * 14; ++i)
                    screen.at(x + i % 8, y + i / 8) = static_cast<std::uint8_t>(ground < 128 ? 230 : 20);
            }
        }
    };
    marks(20, picture.height / 2 - 20);
    marks(picture.height * 3 / 2 + 30, picture.height * 2);
    return screen;
}

}  // namespace tutela::testing
