#include "hash/turner.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace tutela::variants {

namespace {

// Between the four pixels around a place, by its distance from each; beyond the edge is the edge. Written out, as
// OpenCV's warpAffine computes by what the processor can do, and hashes must not depend on that.
float sample(const Plane& image, double x, double y) noexcept {
    x = std::clamp(x, 0.0, static_cast<double>(image.width - 1));
    y = std::clamp(y, 0.0, static_cast<double>(image.height - 1));
    const auto left = static_cast<std::size_t>(x);
    const auto top = static_cast<std::size_t>(y);
    const std::size_t right = std::min<std::size_t>(left + 1, image.width - 1);
    const std::size_t bottom = std::min<std::size_t>(top + 1, image.height - 1);
    const auto across = static_cast<float>(x - static_cast<double>(left));
    const auto down = static_cast<float>(y - static_cast<double>(top));
    const float* upper = image.luma + top * image.width;
    const float* lower = image.luma + bottom * image.width;
    const float above = upper[left] + (upper[right] - upper[left]) * across;
    const float below = lower[left] + (lower[right] - lower[left]) * across;
    return above + (below - above) * down;
}

}  // namespace

Plane Turner::turn(const Plane& image, const Size& frame, double degrees, const Size& size) {
    luma_.resize(std::size_t{kSide} * kSide);
    const double angle = degrees * std::numbers::pi / 180;
    const double step_x = frame.width / image.width;
    const double step_y = frame.height / image.height;
    const double out_x = size.width / kSide;
    const double out_y = size.height / kSide;
    // From a place (u, v) of the result to one of the image: both are centres of pixels, counted from 0.
    const double xx = std::cos(angle) * out_x / step_x;
    const double xy = std::sin(angle) * out_y / step_x;
    const double yx = -std::sin(angle) * out_x / step_y;
    const double yy = std::cos(angle) * out_y / step_y;
    const double middle = (kSide - 1) / 2.0;
    const double x0 = (image.width - 1) / 2.0 - (xx + xy) * middle;
    const double y0 = (image.height - 1) / 2.0 - (yx + yy) * middle;
    for (std::size_t v = 0; v < kSide; ++v) {
        for (std::size_t u = 0; u < kSide; ++u) {
            const auto across = static_cast<double>(u);
            const auto down = static_cast<double>(v);
            luma_[v * kSide + u] = sample(image, xx * across + xy * down + x0, yx * across + yy * down + y0);
        }
    }
    return {luma_.data(), kSide, kSide};
}

}  // namespace tutela::variants
