// Pictures on a ground of one level, as in a screenshot: by lines full of picture, and as connected pieces.
#pragma once

#include "hash/picture_boxes.hpp"
#include "hash/picture_cells.hpp"
#include "hash/working_image.hpp"

namespace tutela::variants {

// The blocks that are left when a part is cut along plain lines, first along `axis`, then the other way, `depth` times
// more.
void add_blocks(const WorkingImage& image, const Cells& part, Axis axis, int depth, Boxes& boxes);

// The largest connected pieces that are not of the ground's level, and mostly fill their bounds.
void add_islands(const WorkingImage& image, Boxes& boxes);

}  // namespace tutela::variants
