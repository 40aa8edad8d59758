// The 64x64 samples by one pass over the pixels: A X B^T (pdq_axis.hpp).
//
// In real numbers the samples are those of the reference, which filters the whole plane and then picks; only the
// rounding differs. The sums along the columns are exact integers wherever the weights are a tent, and all others are
// in double, in an order that does not depend on the processor. So a sample lies within kFusedError of its value in
// real numbers:
//   a weight is wrong by less than 2^-40 of the sum of all weights, which is 1 (differences of 2 n shares, n < 2^12);
//   n products and sums add less than 2 n 2^-53 each of the largest partial sum, 255, on either axis.
// For sides under 2^18 pixels (n < 2^12 bytes of four channels a sample) that is less than 255 * 2^-36.
#pragma once

#include <vector>

#include "hash/pdq_axis.hpp"
#include "hash/pdq_samples.hpp"
#include "kernels/kernels.hpp"
#include "tutela/frame.hpp"

namespace tutela::pdq {

inline constexpr double kFusedError = 255.0 / (1ULL << 36);
inline constexpr std::uint32_t kFusedMaxSide = 1U << 18;

// A picture, of full size or reduced to the means of blocks of denominator x denominator pixels.
struct Picture {
    FrameView frame;
    std::uint32_t full_width;
    std::uint32_t full_height;
    std::uint32_t denominator;
};

// Weights and one row of sums, kept from picture to picture.
class FusedSampler {
public:
    void sample(const Picture& picture, Samples<double>& samples, const kernels::PdqKernels& kernels);

private:
    Axis vertical_;
    Axis horizontal_;
    ColumnWeights columns_;
    std::vector<double> row_;
};

}  // namespace tutela::pdq
