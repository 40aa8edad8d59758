// The kinds of videos that are decoded, and no others.
#pragma once

#include <string>

#include "media/ffmpeg_calls.hpp"
#include "tutela/media.hpp"

namespace tutela {

// The name of FFmpeg's decoder for a codec, or null for one that is not decoded.
[[nodiscard]] const char* video_decoder_name(AVCodecID codec) noexcept;

// All of those names, separated by commas.
[[nodiscard]] std::string video_decoder_names();

// The name of FFmpeg's reader for a format, or null for what is no video.
[[nodiscard]] const char* video_reader_name(MediaFormat format) noexcept;

}  // namespace tutela
