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

    struct Size {
        double width;
        double height;
    };

    // The picture of which `image` would be a copy turned by -degrees. `image` shows a frame of that many pixels, the
    // result stands for `size` of them around the same middle, and is kSide x kSide pixels itself. Beyond the frame its
    // edge is repeated.
    Plane turn(const Plane& image, const Size& frame, double degrees, const Size& size);

private:
    std::vector<float> luma_;
};

}  // namespace tutela::variants
