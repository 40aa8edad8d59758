// The second half of PDQ: from 64x64 samples to coefficients, quality and bits.
//
// In float32, as the reference counts, or in double, for samples that are nearer to the real numbers than float32 is.
#pragma once

#include <cstdint>

#include "hash/pdq_samples.hpp"
#include "kernels/kernels.hpp"
#include "tutela/hash.hpp"
#include "tutela/hasher.hpp"

namespace tutela::pdq {

// PDQ's measure of detail, 0..100, from the sum of the steps between neighbouring samples.
[[nodiscard]] std::int32_t quality_of(std::int64_t step_sum) noexcept;

// The sum over all neighbours of |trunc((u - v) * 100 / 255)|, in the reference's float32.
[[nodiscard]] std::int64_t step_sum(const Samples<float>& samples) noexcept;

// Of the frequencies 1..16 at 64 places.
[[nodiscard]] const kernels::PdqCosines<double>& cosines() noexcept;

// The low frequencies of the two-dimensional DCT, row i column j for vertical frequency i + 1, horizontal j + 1.
void transform(const Samples<float>& samples, Coefficients<float>& coefficients,
               const kernels::PdqKernels& kernels) noexcept;
void transform(const Samples<double>& samples, Coefficients<double>& coefficients,
               const kernels::PdqKernels& kernels) noexcept;

void transform(const Samples<double>& samples, Coefficients<double>& coefficients, Coefficients<double>& magnitudes,
               const kernels::PdqKernels& kernels) noexcept;

// The same numbers.
void widen(const Coefficients<float>& from, Coefficients<double>& to) noexcept;

// The coefficients that the picture, laid down another way, would have: a sign and perhaps a transposition each.
void reorient(const Coefficients<double>& coefficients, Dihedral how, Coefficients<double>& result) noexcept;

// Bit 16 i + j is set when coefficient (i, j) exceeds the median (of 256, the 128th smallest).
[[nodiscard]] Hash256 bits(const Coefficients<double>& coefficients) noexcept;

// The same bits, if they are sure although each coefficient may be wrong by its bound (whose sign does not matter): if
// nothing can make one of the lower 128 as large as one of the upper 128. False: they are not sure, or two are equal.
[[nodiscard]] bool settle_bits(const Coefficients<double>& coefficients, const Coefficients<double>& bounds,
                               Hash256& hash) noexcept;

}  // namespace tutela::pdq
