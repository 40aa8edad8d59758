// The first half of PDQ: from pixels to the 64x64 samples, in the reference's order of float operations.
#pragma once

#include <cstdint>

#include "hash/pdq_samples.hpp"
#include "tutela/frame.hpp"

namespace tutela::pdq {

// Writes the luma of every pixel, packed row by row: 0.299 R + 0.587 G + 0.114 B, each product and sum rounded to
// float32; gray8 as it stands. `luma` has room for width * height floats.
void luma_plane(const FrameView& frame, float* luma) noexcept;

// Twice a box filter along the rows, then along the columns. The result is in `plane`; `scratch` is as large.
void blur(float* plane, float* scratch, std::uint32_t width, std::uint32_t height) noexcept;

// Takes the sample in the middle of each of 64x64 cells.
void decimate(const float* plane, std::uint32_t width, std::uint32_t height, Samples<float>& samples) noexcept;

}  // namespace tutela::pdq
