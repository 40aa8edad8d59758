// Parts of a working image, and their rows and columns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hash/working_image.hpp"

namespace tutela::variants {

// A part of a working image, in its pixels: from left and top up to right and bottom.
struct Cells {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    std::uint32_t right = 0;
    std::uint32_t bottom = 0;

    [[nodiscard]] std::uint32_t width() const noexcept { return right - left; }
    [[nodiscard]] std::uint32_t height() const noexcept { return bottom - top; }
};

[[nodiscard]] inline Cells whole(const WorkingImage& image) noexcept {
    return {0, 0, image.width, image.height};
}

[[nodiscard]] inline bool empty(const Cells& part) noexcept {
    return part.right <= part.left || part.bottom <= part.top;
}

enum class Axis : std::uint8_t { rows, columns };

// A row or a column of a part of the image.
class Line {
public:
    Line(const WorkingImage& image, const Cells& part, Axis axis, std::uint32_t at) noexcept
        : first_(axis == Axis::rows ? image.row(at) + part.left : image.row(part.top) + at),
          stride_(axis == Axis::rows ? 1 : image.width),
          count_(axis == Axis::rows ? part.width() : part.height()) {}

    [[nodiscard]] float operator[](std::size_t i) const noexcept { return first_[i * stride_]; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

private:
    const float* first_;
    std::size_t stride_;
    std::size_t count_;
};

inline constexpr float kNear = 10;  // levels that JPEG noise on a plain surface does not pass

}  // namespace tutela::variants
