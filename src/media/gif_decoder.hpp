// The frames of a GIF, each as it is shown.
//
// Pixels are those of Pillow's convert("RGB"), as published lists are made with it. So a transparent place of the first
// frame has the colour of its index, where that frame does not reach the canvas has that colour too, or colour 0 when
// none is transparent; a place cleared to the background has the transparent colour of the frame that asks for it, or
// the background colour, in that frame's palette; an image that reaches beyond the screen makes the canvas larger from
// there on. Indices beyond the palette's end are black; without a palette they are gray levels. Different from Pillow:
// a frame that asks for no disposal is kept (Pillow takes what the frame before asked for).
//
// Times are the sums of the delays as they stand in the file: 0 and 10 ms too, which browsers stretch. A file of one
// image has no time. How often the animation repeats is not looked at.
#pragma once

#include <memory>

#include "media/bytes.hpp"
#include "tutela/media.hpp"

namespace tutela {

Result<std::unique_ptr<FrameSource>> open_gif(ByteSpan bytes, const DecodeLimits& limits);

}  // namespace tutela
