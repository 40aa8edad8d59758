// The pictures of tests/data/golden/pdq_synthetic.csv, made from their formulas.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tutela/frame.hpp"

namespace tutela::testing {

// Samples row by row, channel innermost: 1 channel is gray8, 3 are rgb24.
struct SyntheticImage {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t channels = 0;
    std::vector<std::uint8_t> samples;

    [[nodiscard]] FrameView view() const {
        FrameView frame;
        frame.data = samples.data();
        frame.width = width;
        frame.height = height;
        frame.stride_bytes = std::size_t{width} * channels;
        frame.format = channels == 1 ? PixelFormat::gray8 : PixelFormat::rgb24;
        return frame;
    }
};

inline std::uint32_t block_value(std::uint32_t x, std::uint32_t y, std::uint32_t c, std::uint32_t w, std::uint32_t h) {
    const std::uint32_t cx = 16 * x / w;
    const std::uint32_t cy = 16 * y / h;
    return ((((cx + 1) * 73856093U) ^ ((cy + 1) * 19349663U) ^ (c * 83492791U)) * 2654435761U) >> 24;
}

// `pattern` as in the file, with or without "rgb_" before it.
inline SyntheticImage make_synthetic(std::string_view pattern, std::uint32_t w, std::uint32_t h,
                                     std::uint32_t channels) {
    if (pattern.starts_with("rgb_")) pattern.remove_prefix(4);
    SyntheticImage image{w, h, channels, {}};
    image.samples.reserve(std::size_t{w} * h * channels);
    std::uint32_t state = 1;
    const auto lcg = [&] {
        state = state * 1664525U + 1013904223U;
        return state >> 24;
    };
    for (std::uint32_t y = 0; y < h; ++y) {
        for (std::uint32_t x = 0; x < w; ++x) {
            for (std::uint32_t c = 0; c < channels; ++c) {
                std::uint32_t value = 0;
                if (pattern == "lcg") value = lcg();
                if (pattern == "ramp") value = w == 1 ? 0 : 255 * x / (w - 1);
                if (pattern == "blocks") value = block_value(x, y, c, w, h);
                if (pattern == "mix") value = (3 * block_value(x, y, c, w, h) + lcg()) / 4;
                if (pattern == "grey128") value = 128;
                image.samples.push_back(static_cast<std::uint8_t>(value));
            }
        }
    }
    return image;
}

}  // namespace tutela::testing
