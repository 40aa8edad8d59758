// A small picture of a frame, made once and used for all its variants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hash/resampler.hpp"
#include "tutela/frame.hpp"

namespace tutela::variants {

// Sides of a working image: from kWorkingSide to twice that less one, or those of the frame when it is smaller.
inline constexpr std::uint32_t kWorkingSide = 256;

// A part of the frame, in pixels of the frame; edges, not centres, so that (0, 0, width, height) is all of it.
struct Box {
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;

    [[nodiscard]] double width() const noexcept { return right - left; }
    [[nodiscard]] double height() const noexcept { return bottom - top; }
    bool operator==(const Box&) const noexcept = default;
};

// Float luma, packed. Each pixel is the mean of step_x x step_y pixels of the frame (fewer in the last column and row),
// a whole number, so that a pixel's place in the frame is exact.
struct WorkingImage {
    std::vector<float> luma;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t step_x = 1;
    std::uint32_t step_y = 1;
    // The part of the frame that it shows starts here (whole pixels) ...
    std::uint32_t origin_x = 0;
    std::uint32_t origin_y = 0;
    // ... and has this size, in pixels of the frame.
    std::uint32_t frame_width = 0;
    std::uint32_t frame_height = 0;

    [[nodiscard]] const float* row(std::uint32_t y) const noexcept { return luma.data() + std::size_t{y} * width; }
    [[nodiscard]] float* row(std::uint32_t y) noexcept { return luma.data() + std::size_t{y} * width; }
};

[[nodiscard]] inline Plane plane_of(const WorkingImage& image) noexcept {
    return {image.luma.data(), image.width, image.height};
}

// Whole pixels of a frame: from left and top up to right and bottom.
struct Part {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    std::uint32_t right = 0;
    std::uint32_t bottom = 0;
};

// Owns its scratch memory, which does not depend on the frame.
class Shrinker {
public:
    // Precondition: check(frame) passed, and the part lies within it and is not empty.
    void shrink(const FrameView& frame, const Part& part, WorkingImage& image);

private:
    void add_rows(const FrameView& frame, const Part& rows, WorkingImage& image);

    std::vector<double> sums_;   // of the columns of bytes of some rows
    std::vector<double> cells_;  // of the pixels of one row of the working image, channel by channel
};

}  // namespace tutela::variants
