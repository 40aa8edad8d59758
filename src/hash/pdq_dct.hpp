// The second half of PDQ: from 64x64 samples to coefficients, quality and bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hash/pdq_filter.hpp"
#include "tutela/hash.hpp"
#include "tutela/hasher.hpp"

namespace tutela::pdq {

inline constexpr std::size_t kFrequencies = 16;  // on each axis; the constant term is not among them
using Coefficients = std::array<float, kFrequencies * kFrequencies>;

// PDQ's measure of detail: how much neighbouring samples differ, 0..100.
[[nodiscard]] std::int32_t quality(const Samples& samples) noexcept;

// The low frequencies of the two-dimensional DCT, row i column j for vertical frequency i + 1, horizontal j + 1.
void transform(const Samples& samples, Coefficients& coefficients) noexcept;

// The coefficients that the picture, laid down another way, would have: a sign and perhaps a transposition each.
void reorient(const Coefficients& coefficients, Dihedral how, Coefficients& result) noexcept;

// Bit 16 i + j is set when coefficient (i, j) exceeds the median (of 256, the 128th smallest).
[[nodiscard]] Hash256 bits(const Coefficients& coefficients) noexcept;

}  // namespace tutela::pdq
