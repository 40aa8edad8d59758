#include "hash/working_image.hpp"

#include <algorithm>

namespace tutela::variants {

namespace {

struct Weights {
    float red;
    float green;
    float blue;
};
constexpr Weights kLuma{0.299F, 0.587F, 0.114F};

// The sum over the samples of one kind, `pixel` bytes apart.
std::uint64_t sum_of(const std::uint32_t* sums, std::size_t count, std::size_t pixel) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += sums[i * pixel];
    return sum;
}

float luma_of(const std::uint32_t* sums, std::size_t count, PixelFormat format) noexcept {
    const std::size_t pixel = bytes_per_pixel(format);
    if (format == PixelFormat::gray8) return static_cast<float>(sum_of(sums, count, 1));
    const bool red_first = format == PixelFormat::rgb24;
    const auto red = static_cast<float>(sum_of(sums + (red_first ? 0 : 2), count, pixel));
    const auto green = static_cast<float>(sum_of(sums + 1, count, pixel));
    const auto blue = static_cast<float>(sum_of(sums + (red_first ? 2 : 0), count, pixel));
    return kLuma.red * red + kLuma.green * green + kLuma.blue * blue;
}

std::uint32_t step_of(std::uint32_t side) noexcept {
    return std::max<std::uint32_t>(side / kWorkingSide, 1);
}

std::uint32_t cells(std::uint32_t side, std::uint32_t step) noexcept {
    return side / step + (side % step != 0 ? 1 : 0);
}

}  // namespace

void shrink(const FrameView& frame, std::uint32_t left, std::uint32_t top, std::uint32_t right, std::uint32_t bottom,
            ShrinkScratch& scratch, WorkingImage& image) {
    image.origin_x = left;
    image.origin_y = top;
    image.frame_width = right - left;
    image.frame_height = bottom - top;
    image.step_x = step_of(image.frame_width);
    image.step_y = step_of(image.frame_height);
    image.width = cells(image.frame_width, image.step_x);
    image.height = cells(image.frame_height, image.step_y);
    image.luma.resize(std::size_t{image.width} * image.height);
    const std::size_t pixel = bytes_per_pixel(frame.format);
    const std::size_t bytes = image.frame_width * pixel;
    scratch.sums.resize(bytes);
    for (std::uint32_t y = 0; y < image.height; ++y) {
        const std::uint32_t first = top + y * image.step_y;
        const std::uint32_t rows = std::min(image.step_y, bottom - first);
        std::fill(scratch.sums.begin(), scratch.sums.end(), 0);
        for (std::uint32_t r = 0; r < rows; ++r) {
            const std::uint8_t* samples = frame.row(first + r) + left * pixel;
            std::uint32_t* sums = scratch.sums.data();
            for (std::size_t i = 0; i < bytes; ++i)
                sums[i] += samples[i];
        }
        float* out = image.row(y);
        for (std::uint32_t x = 0; x < image.width; ++x) {
            const std::uint32_t start = x * image.step_x;
            const std::uint32_t columns = std::min(image.step_x, image.frame_width - start);
            const float area = static_cast<float>(columns) * static_cast<float>(rows);
            out[x] = luma_of(scratch.sums.data() + start * pixel, columns, frame.format) / area;
        }
    }
}

}  // namespace tutela::variants
