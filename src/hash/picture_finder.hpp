// Finds the picture inside a picture: within borders, between blurred copies of itself, in a screenshot, in a collage.
#pragma once

#include <vector>

#include "hash/working_image.hpp"
#include "tutela/frame.hpp"

namespace tutela::variants {

// The most boxes that one call gives.
inline constexpr std::size_t kMaxTrimBoxes = 12;
inline constexpr std::size_t kMaxRegionBoxes = 16;

// Both answer boxes of the frame, likeliest first, all different from each other and from the whole frame, each at
// least a tenth of the frame's side in each direction and 32 pixels. `image` shows the whole frame. Edges are placed to
// the pixel of the frame.
//
// What is left when uniform borders, bars with writing on them, or bars of blurred picture are cut off.
std::vector<Box> find_trimmed(const FrameView& frame, const WorkingImage& image);
// Rectangles full of picture on a plain background, and the parts of a grid of pictures.
std::vector<Box> find_regions(const FrameView& frame, const WorkingImage& image);

}  // namespace tutela::variants
