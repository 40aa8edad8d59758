// The DCT of pHash: type II of 32 samples, in a fixed order of operations.
#pragma once

#include <array>
#include <cstddef>

namespace tutela::hash64 {

inline constexpr std::size_t kDctSize = 32;
using DctLine = std::array<double, kDctSize>;

// Replaces the samples x by y[k] = 2 * sum over n of x[n] cos(pi k (2n + 1) / 64). Every sum, product and constant is
// the one that SciPy's transform has, so that the result is the same to the last bit.
void dct32(DctLine& line) noexcept;

}  // namespace tutela::hash64
