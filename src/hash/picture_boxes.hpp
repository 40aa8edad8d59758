// Rectangles of a frame, each with its edges put to the pixel.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "hash/picture_cells.hpp"
#include "hash/working_image.hpp"
#include "tutela/frame.hpp"

namespace tutela::variants {

class Boxes {
public:
    // `image` shows the whole of `frame`; both must outlive the object, which takes `most` boxes.
    Boxes(const FrameView& frame, const WorkingImage& image, std::size_t most)
        : frame_(frame), image_(image), most_(most) {}

    // Adds the part, with its edges put where the frame has them, unless it is small, or like one that is there.
    void add(const Cells& part);

    [[nodiscard]] std::vector<Box> take() && { return std::move(boxes_); }

private:
    [[nodiscard]] double edge(Axis axis, double near, double from, double to) const noexcept;
    [[nodiscard]] bool wanted(const Box& box) const noexcept;

    const FrameView& frame_;
    const WorkingImage& image_;
    std::size_t most_;
    std::vector<Box> boxes_;
};

}  // namespace tutela::variants
