// Turns a working image by a few degrees.
#pragma once

#include <cstdint>
#include <vector>

#include "hash/resampler.hpp"

namespace tutela::variants {

// Owns its memory, which the planes it gives borrow.
class Turner {
public:
    static constexpr std::uint32_t kSide = 192;

    // The picture of which `image` would be a copy turned by `degrees` counter-clockwise. The result is kSide x kSide
    // pixels and stands for width x height pixels of the frame around the middle, of which `image` shows
    // frame_width x frame_height. What lies beyond it repeats its edge.
    Plane turn(const Plane& image, double frame_width, double frame_height, double degrees, double width,
               double height);

private:
    std::vector<float> luma_;
};

}  // namespace tutela::variants
