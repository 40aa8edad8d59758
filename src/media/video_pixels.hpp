// From a decoder's picture to a Frame.
#pragma once

#include "media/ffmpeg_calls.hpp"
#include "tutela/frame.hpp"
#include "tutela/status.hpp"

namespace tutela {

// The luma plane as gray8, or of a picture that has none (RGB, a palette) rgb24. Samples of more than 8 bits are brought
// to 8, limited range to 0..255: round((Y - 16) * 255 / 219) for 8 bits, clamped, and alike for more. unsupported for
// what is none of these.
Status take_pixels(const FfmpegCalls& av, const AVFrame& picture, Frame& frame);

// Whether take_pixels() gives luma.
[[nodiscard]] bool has_luma(const FfmpegCalls& av, const AVFrame& picture) noexcept;

}  // namespace tutela
