// The frames of an animated WebP, each as it is shown: the pixels that libwebp's own animation decoder gives. That one
// is not used because it ends at the first frame that is damaged, and takes no file that is cut off. The background
// colour is a hint that libwebp ignores: the canvas begins as transparent black. Times are the sums of the durations.
#pragma once

#include <memory>

#include "media/webp_chunks.hpp"
#include "tutela/media.hpp"

namespace tutela {

// `chunks` and `info` are those of the file, whose header has been found valid and within the limits. Always exact.
std::unique_ptr<FrameSource> open_webp_animation(ByteSpan bytes, const DecodeLimits& limits, const WebpChunks& chunks,
                                                 const MediaInfo& info);

}  // namespace tutela
