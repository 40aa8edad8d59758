// What passes between the two halves of PDQ: 64x64 samples of the filtered picture, and 16x16 coefficients.
#pragma once

#include <array>
#include <cstddef>

namespace tutela::pdq {

inline constexpr std::size_t kSamples = 64;      // a side of the sampled picture
inline constexpr std::size_t kFrequencies = 16;  // on each axis; the constant term is not among them

template <typename Float>
struct alignas(64) Samples {
    std::array<Float, kSamples * kSamples> at;
};

template <typename Float>
struct alignas(64) Coefficients {
    std::array<Float, kFrequencies * kFrequencies> at;
};

}  // namespace tutela::pdq
