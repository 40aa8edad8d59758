// Lines right across a picture, where it changes more than around: the edges of bands, and of pictures side by side.
#pragma once

#include "hash/picture_boxes.hpp"
#include "hash/working_image.hpp"

namespace tutela::variants {

// The picture between two bands that are no plain border, such as blurred copies of it.
void add_banded(const WorkingImage& image, Boxes& boxes);

// The pictures of a grid of two or four.
void add_grid(const WorkingImage& image, Boxes& boxes);

}  // namespace tutela::variants
