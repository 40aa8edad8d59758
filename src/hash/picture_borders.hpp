// Plain borders: bars, frames, and bars with writing on them.
#pragma once

#include <cstdint>

#include "hash/picture_boxes.hpp"
#include "hash/picture_cells.hpp"
#include "hash/working_image.hpp"

namespace tutela::variants {

// How a border is told from the picture.
struct BorderRule {
    float tolerance;    // how far a pixel may stray from the border's level, at most
    std::uint32_t gap;  // lines that may break the border, such as writing on it, in parts of 100 of the side
};
inline constexpr BorderRule kExact{1.5F, 0};  // bars that were drawn, beside a picture that is dark or bright itself
inline constexpr BorderRule kPlain{kNear, 0};
inline constexpr BorderRule kWritten{kNear, 12};

// Cuts the border off both ends of one axis. Empty when all of it is border.
[[nodiscard]] Cells cut(const WorkingImage& image, Cells part, Axis axis, const BorderRule& rule);

// What may be left when borders are cut off: on all sides, or on some.
void add_bordered(const WorkingImage& image, const BorderRule& rule, Boxes& boxes);

}  // namespace tutela::variants
