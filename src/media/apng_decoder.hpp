// The frames of an animated PNG, each as it is shown.
//
// Its specification is followed where Pillow does not: the canvas begins as transparent black also after a default
// image that is no part of the animation; what is laid on transparent places keeps its colour (Pillow darkens it); a
// place is restored to what it was before the frame (Pillow, after blending: to the frame). Else both give the same.
// Such a default image is frame 0, without a time: no viewer of animations shows it, so it is a place to hide a picture
// in. A time is the sum of the delays before, each cut to whole microseconds.
#pragma once

#include <memory>

#include "media/png_chunks.hpp"
#include "tutela/media.hpp"

namespace tutela {

// `chunks` and `info` are those of the file, whose header has been found valid and within the limits.
std::unique_ptr<FrameSource> open_apng(ByteSpan bytes, const DecodeLimits& limits, const PngChunks& chunks,
                                       const MediaInfo& info);

}  // namespace tutela
