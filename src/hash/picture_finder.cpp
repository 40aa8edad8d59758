#include "hash/picture_finder.hpp"

#include <utility>

#include "hash/picture_blocks.hpp"
#include "hash/picture_borders.hpp"
#include "hash/picture_boxes.hpp"
#include "hash/picture_seams.hpp"

namespace tutela::variants {

std::vector<Box> find_trimmed(const FrameView& frame, const WorkingImage& image) {
    Boxes boxes(frame, image, kMaxTrimBoxes);
    if (image.width < 32 || image.height < 32) return {};
    for (const BorderRule& rule : {kPlain, kExact, kWritten})
        add_bordered(image, rule, boxes);
    add_banded(image, boxes);
    return std::move(boxes).take();
}

std::vector<Box> find_regions(const FrameView& frame, const WorkingImage& image) {
    Boxes boxes(frame, image, kMaxRegionBoxes);
    if (image.width < 32 || image.height < 32) return {};
    add_grid(image, boxes);
    add_blocks(image, whole(image), Axis::rows, 4, boxes);
    add_blocks(image, whole(image), Axis::columns, 4, boxes);
    add_islands(image, boxes);
    return std::move(boxes).take();
}

}  // namespace tutela::variants
