#include "hash/pdq_unfused.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace tutela::testing {

namespace {

constexpr std::size_t kSamples = 64;
constexpr std::size_t kFrequencies = 16;
using Samples = std::array<float, kSamples * kSamples>;
using Coefficients = std::array<float, kFrequencies * kFrequencies>;

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

void decimate(const float* plane, std::uint32_t width, std::uint32_t height, Samples& samples) noexcept {
    const auto middle = [](std::size_t cell, std::uint32_t side) {
        return static_cast<std::size_t>((static_cast<double>(cell) + 0.5) * side / kSamples);
    };
    for (std::size_t i = 0; i < kSamples; ++i) {
        const float* row = plane + middle(i, height) * width;
        for (std::size_t j = 0; j < kSamples; ++j)
            samples[i * kSamples + j] = row[middle(j, width)];
    }
}

using DctRows = std::array<float, kFrequencies * kSamples>;

// Row i is the cosine of frequency i + 1. Computed in double and rounded once, as the reference does.
DctRows make_dct_rows() noexcept {
    const float scale = static_cast<float>(std::sqrt(2.0 / kSamples));
    DctRows rows;
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j) {
            const double angle = (std::numbers::pi / 2.0 / kSamples) * static_cast<double>((i + 1) * (2 * j + 1));
            rows[i * kSamples + j] = static_cast<float>(static_cast<double>(scale) * std::cos(angle));
        }
    }
    return rows;
}

const DctRows& dct_rows() noexcept {
    static const DctRows rows = make_dct_rows();
    return rows;
}

int step(float u, float v) noexcept {
    return std::abs(static_cast<int>((u - v) * 100.0F / 255.0F));
}

std::int32_t quality(const Samples& samples) noexcept {
    int sum = 0;
    for (std::size_t i = 0; i + 1 < kSamples; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j) {
            sum += step(samples[i * kSamples + j], samples[(i + 1) * kSamples + j]);
        }
    }
    for (std::size_t i = 0; i < kSamples; ++i) {
        for (std::size_t j = 0; j + 1 < kSamples; ++j) {
            sum += step(samples[i * kSamples + j], samples[i * kSamples + j + 1]);
        }
    }
    return std::min(sum / 90, 100);
}

void transform(const Samples& samples, Coefficients& coefficients) noexcept {
    const DctRows& rows = dct_rows();
    std::array<float, kFrequencies * kSamples> half;  // rows * samples
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j) {
            float sum = 0;
            for (std::size_t k = 0; k < kSamples; ++k)
                sum += rows[i * kSamples + k] * samples[k * kSamples + j];
            half[i * kSamples + j] = sum;
        }
    }
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kFrequencies; ++j) {
            float sum = 0;
            for (std::size_t k = 0; k < kSamples; ++k)
                sum += half[i * kSamples + k] * rows[j * kSamples + k];
            coefficients[i * kFrequencies + j] = sum;
        }
    }
}

void reorient(const Coefficients& coefficients, Dihedral how, Coefficients& result) noexcept {
    // Mirroring an axis negates its odd functions: the frequencies i + 1 that are odd, which are the even i.
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kFrequencies; ++j) {
            const float same = coefficients[i * kFrequencies + j];
            const float even_i = i % 2 == 0 ? -same : same;
            const float even_j = j % 2 == 0 ? -same : same;
            const float odd_sum = (i + j) % 2 != 0 ? -same : same;
            float& here = result[i * kFrequencies + j];
            float& across = result[j * kFrequencies + i];
            switch (how) {
                case Dihedral::original: here = same; break;
                case Dihedral::rotate90: across = even_j; break;
                case Dihedral::rotate180: here = odd_sum; break;
                case Dihedral::rotate270: across = even_i; break;
                case Dihedral::flip_x: here = even_i; break;
                case Dihedral::flip_y: here = even_j; break;
                case Dihedral::transpose: across = same; break;
                case Dihedral::transverse: across = odd_sum; break;
            }
        }
    }
}

Hash256 bits(const Coefficients& coefficients) noexcept {
    Coefficients sorted = coefficients;
    const auto middle = sorted.begin() + (sorted.size() / 2 - 1);
    std::nth_element(sorted.begin(), middle, sorted.end());
    const float median = *middle;
    Hash256 hash;
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
        if (coefficients[k] > median) hash.set_bit(k);
    }
    return hash;
}

}  // namespace

void UnfusedPdq::sample(const FrameView& frame, bool filter) {
    const std::size_t pixels = std::size_t{frame.width} * frame.height;
    if (planes_.size() < 2 * pixels) planes_.resize(2 * pixels);
    luma_plane(frame, planes_.data());
    if (filter) blur(planes_.data(), planes_.data() + pixels, frame.width, frame.height);
    decimate(planes_.data(), frame.width, frame.height, samples_);
    transform(samples_, coefficients_);
}

FrameHash UnfusedPdq::hash(const FrameView& frame) {
    // The reference takes a picture of exactly this size for already sampled.
    sample(frame, frame.width != kSamples || frame.height != kSamples);
    return {bits(coefficients_), quality(samples_), frame.pts_us};
}

DihedralHashes UnfusedPdq::hash_dihedral(const FrameView& frame) {
    sample(frame, true);
    DihedralHashes result;
    result.quality = quality(samples_);
    result.pts_us = frame.pts_us;
    Coefficients turned;
    for (std::size_t d = 0; d < result.hashes.size(); ++d) {
        reorient(coefficients_, static_cast<Dihedral>(d), turned);
        result.hashes[d] = bits(turned);
    }
    return result;
}

}  // namespace tutela::testing
