// Where a video should end.
#pragma once

#include <cstdint>

#include "media/video_input.hpp"
#include "tutela/media.hpp"

namespace tutela {

// The bytes that the file should have by the sizes of its outermost parts: more than it has mean that it was cut off.
// 0 where the format does not say. Looks at a few bytes of each part, and at so many parts at most.
[[nodiscard]] std::uint64_t announced_video_bytes(VideoReader& reader, MediaFormat format);

}  // namespace tutela
