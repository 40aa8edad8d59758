// How luma is made of the bytes of a pixel.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/pdq_kernels.hpp"
#include "tutela/frame.hpp"

namespace tutela::pdq {

// The reference's factors, as the float32 that they are there.
inline constexpr float kRedWeight = 0.299F;
inline constexpr float kGreenWeight = 0.587F;
inline constexpr float kBlueWeight = 0.114F;

// Luma = sum over the channels of weight * min(byte - floor, range), where a byte below the floor counts 0.
struct LumaWeights {
    std::uint32_t channels;
    std::array<double, 4> weight;
    std::uint8_t floor = 0;
    std::uint8_t range = 255;
};

[[nodiscard]] constexpr LumaWeights luma_weights(PixelFormat format) noexcept {
    constexpr double kRed = kRedWeight;
    constexpr double kGreen = kGreenWeight;
    constexpr double kBlue = kBlueWeight;
    switch (format) {
        case PixelFormat::gray8: break;
        case PixelFormat::rgb24: return {3, {kRed, kGreen, kBlue}};
        case PixelFormat::bgr24: return {3, {kBlue, kGreen, kRed}};
        case PixelFormat::bgra32: return {4, {kBlue, kGreen, kRed, 0.0}};
        case PixelFormat::luma_limited8: return {1, {255.0 / 219.0}, 16, 219};
    }
    return {1, {1.0}};
}

[[nodiscard]] constexpr kernels::PdqPixels pixels_of(PixelFormat format) noexcept {
    switch (format) {
        case PixelFormat::gray8: break;
        case PixelFormat::rgb24: return kernels::PdqPixels::rgb;
        case PixelFormat::bgr24: return kernels::PdqPixels::bgr;
        case PixelFormat::bgra32: return kernels::PdqPixels::bgra;
        case PixelFormat::luma_limited8: return kernels::PdqPixels::limited;
    }
    return kernels::PdqPixels::gray;
}

}  // namespace tutela::pdq
