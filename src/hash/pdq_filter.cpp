#include "hash/pdq_filter.hpp"

#include <algorithm>

namespace tutela::pdq {

namespace {

template <std::size_t Pixel, std::size_t Red, std::size_t Green, std::size_t Blue>
void colour_luma(const FrameView& frame, float* luma) noexcept {
    for (std::uint32_t y = 0; y < frame.height; ++y) {
        const std::uint8_t* pixel = frame.row(y);
        for (std::uint32_t x = 0; x < frame.width; ++x, pixel += Pixel) {
            const float red = 0.299F * static_cast<float>(pixel[Red]);
            const float green = 0.587F * static_cast<float>(pixel[Green]);
            const float blue = 0.114F * static_cast<float>(pixel[Blue]);
            *luma++ = (red + green) + blue;
        }
    }
}

void gray_luma(const FrameView& frame, float* luma) noexcept {
    for (std::uint32_t y = 0; y < frame.height; ++y) {
        const std::uint8_t* pixel = frame.row(y);
        for (std::uint32_t x = 0; x < frame.width; ++x)
            *luma++ = static_cast<float>(pixel[x]);
    }
}

void limited_luma(const FrameView& frame, float* luma) noexcept {
    for (std::uint32_t y = 0; y < frame.height; ++y) {
        const std::uint8_t* pixel = frame.row(y);
        for (std::uint32_t x = 0; x < frame.width; ++x)
            *luma++ = static_cast<float>(std::clamp<int>(pixel[x], 16, 235) - 16) * 255.0F / 219.0F;
    }
}

// ceil(side / 128): with two passes, a tent of about the distance between two samples.
std::size_t window_of(std::uint32_t side) noexcept {
    return (static_cast<std::size_t>(side) + 127) / 128;
}

// out[i] = mean of in[i - (window - half) .. i + half - 1], clipped to the array, with half = (window + 2) / 2. The sum
// runs along: the new sample is added before the old one is subtracted. Floats do not commute, so this order is part
// of the definition of the hash. Consecutive samples lie `stride` floats apart.
void box(const float* in, float* out, std::size_t count, std::size_t stride, std::size_t window) noexcept {
    const std::size_t half = (window + 2) / 2;
    const std::size_t behind = window - half;
    float sum = 0;
    std::size_t inside = 0;
    for (std::size_t i = 0; i + 1 < half; ++i) {
        sum += in[i * stride];
        ++inside;
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (i + half <= count) {
            sum += in[(i + half - 1) * stride];
            ++inside;
        }
        if (i > behind) {
            sum -= in[(i - behind - 1) * stride];
            --inside;
        }
        out[i * stride] = sum / static_cast<float>(inside);
    }
}

}  // namespace

void luma_plane(const FrameView& frame, float* luma) noexcept {
    switch (frame.format) {
        case PixelFormat::gray8: gray_luma(frame, luma); break;
        case PixelFormat::rgb24: colour_luma<3, 0, 1, 2>(frame, luma); break;
        case PixelFormat::bgr24: colour_luma<3, 2, 1, 0>(frame, luma); break;
        case PixelFormat::bgra32: colour_luma<4, 2, 1, 0>(frame, luma); break;
        case PixelFormat::luma_limited8: limited_luma(frame, luma); break;
    }
}

void blur(float* plane, float* scratch, std::uint32_t width, std::uint32_t height) noexcept {
    const std::size_t row_window = window_of(width);
    const std::size_t column_window = window_of(height);
    for (int pass = 0; pass < 2; ++pass) {
        for (std::size_t y = 0; y < height; ++y)
            box(plane + y * width, scratch + y * width, width, 1, row_window);
        for (std::size_t x = 0; x < width; ++x)
            box(scratch + x, plane + x, height, width, column_window);
    }
}

void decimate(const float* plane, std::uint32_t width, std::uint32_t height, Samples<float>& samples) noexcept {
    const auto middle = [](std::size_t cell, std::uint32_t side) {
        return static_cast<std::size_t>((static_cast<double>(cell) + 0.5) * side / kSamples);
    };
    for (std::size_t i = 0; i < kSamples; ++i) {
        const float* row = plane + middle(i, height) * width;
        for (std::size_t j = 0; j < kSamples; ++j)
            samples.at[i * kSamples + j] = row[middle(j, width)];
    }
}

}  // namespace tutela::pdq
