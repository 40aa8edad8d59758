// Pictures for property tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <random>

#include "tutela/frame.hpp"

namespace tutela::testing {

// A picture with structure at every scale, in any format, with rows that are longer than they need to be. Its memory
// ends with its last pixel, so that a sanitizer sees every read past it.
struct RandomFrame {
    std::unique_ptr<std::uint8_t[]> bytes;
    FrameView view;

    RandomFrame(std::mt19937& random, std::uint32_t width, std::uint32_t height, PixelFormat format) {
        const std::uint32_t pixel = bytes_per_pixel(format);
        view.width = width;
        view.height = height;
        view.format = format;
        const std::size_t row_bytes = std::size_t{width} * pixel;
        view.stride_bytes = row_bytes + random() % 17;
        const std::size_t size = (height - 1) * view.stride_bytes + row_bytes;
        bytes = std::make_unique<std::uint8_t[]>(size);
        std::fill_n(bytes.get(), size, std::uint8_t{0xee});
        const double fx = 1 + random() % 9;
        const double fy = 1 + random() % 9;
        for (std::uint32_t y = 0; y < height; ++y) {
            for (std::size_t i = 0; i < row_bytes; ++i) {
                const double x = static_cast<double>(i / pixel) / width;
                const double channel = static_cast<double>(i % pixel);
                const double wave = std::sin(fx * 6.28 * x + channel) * std::cos(fy * 6.28 * y / height);
                bytes[y * view.stride_bytes + i] = static_cast<std::uint8_t>(128 + 90 * wave + random() % 37);
            }
        }
        view.data = bytes.get();
    }
};

}  // namespace tutela::testing
