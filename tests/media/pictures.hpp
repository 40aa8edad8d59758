// Synthetic pictures for tests: smooth waves with some noise, the same on every run.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>

#include "tutela/frame.hpp"

namespace tutela::test {

// A picture whose channels differ. A bgra32 one can also stand for the four inks of CMYK, as they are stored.
inline Frame make_picture(std::uint32_t width, std::uint32_t height, PixelFormat format, std::uint32_t seed = 1) {
    Frame frame;
    if (!frame.reshape(width, height, format).ok()) return frame;
    std::mt19937 random(seed);
    const std::uint32_t channels = bytes_per_pixel(format);
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t i = 0; i < width * channels; ++i) {
            const double channel = i % channels;
            const double x = i / channels;
            const double wave = std::sin(x / (7 + 3 * channel) + seed) * std::cos(y / (11 - channel));
            const double noise = static_cast<double>(random() % 25) - 12;
            frame.row(y)[i] = static_cast<std::uint8_t>(127 + 100 * wave + noise);
        }
    }
    return frame;
}

}  // namespace tutela::test
