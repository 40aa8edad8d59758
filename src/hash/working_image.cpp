#include "hash/working_image.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "kernels/kernels.hpp"

namespace tutela::variants {

namespace {

// Columns are summed so many bytes at a time, so that wide frames need no more memory than others.
constexpr std::size_t kChunk = 12288;

// PixelFormat::luma_limited8 has its black and its range here.
constexpr std::uint8_t kLimitedFloor = 16;
constexpr std::uint8_t kLimitedRange = 219;

constexpr std::array<std::uint8_t, kernels::kPdqTentRows> make_ones() noexcept {
    std::array<std::uint8_t, kernels::kPdqTentRows> ones{};
    for (std::uint8_t& one : ones)
        one = 1;
    return ones;
}

constexpr auto kOnes = make_ones();

double luma_of(const double* sums, PixelFormat format) noexcept {
    switch (format) {
        case PixelFormat::gray8: break;
        case PixelFormat::luma_limited8: return sums[0] * 255 / kLimitedRange;
        case PixelFormat::rgb24: return 0.299 * sums[0] + 0.587 * sums[1] + 0.114 * sums[2];
        case PixelFormat::bgr24:
        case PixelFormat::bgra32: return 0.114 * sums[0] + 0.587 * sums[1] + 0.299 * sums[2];
    }
    return sums[0];
}

std::uint32_t step_of(std::uint32_t side) noexcept {
    return std::max<std::uint32_t>(side / kWorkingSide, 1);
}

std::uint32_t cells_of(std::uint32_t side, std::uint32_t step) noexcept {
    return side / step + (side % step != 0 ? 1 : 0);
}

}  // namespace

// Adds some rows of bytes, as many as the kernel takes at a time at most, to the cells.
void Shrinker::add_rows(const FrameView& frame, const Part& rows, WorkingImage& image) {
    const std::size_t pixel = bytes_per_pixel(frame.format);
    const std::size_t bytes = std::size_t{rows.right - rows.left} * pixel;
    const std::size_t cell_bytes = image.step_x * pixel;
    const bool is_limited = frame.format == PixelFormat::luma_limited8;
    std::size_t cell = 0;
    std::size_t in_cell = 0;  // bytes of the current cell that were added
    for (std::size_t start = 0; start < bytes; start += kChunk) {
        const std::size_t width = std::min(kChunk, bytes - start);
        const kernels::PdqRows chunk{frame.row(rows.top) + rows.left * pixel + start,
                                     frame.stride_bytes,
                                     rows.bottom - rows.top,
                                     width,
                                     is_limited ? kLimitedFloor : std::uint8_t{0},
                                     is_limited ? kLimitedRange : std::uint8_t{255}};
        kernels::table().pdq->tent_rows(chunk, kOnes.data(), sums_.data());
        for (std::size_t at = 0; at < width;) {
            const std::size_t run = std::min(width - at, cell_bytes - in_cell);
            double* channels = cells_.data() + cell * pixel;
            if (pixel == 1) channels[0] += std::accumulate(sums_.data() + at, sums_.data() + at + run, 0.0);
            for (std::size_t i = 0; pixel > 1 && i < run; i += pixel) {
                for (std::size_t channel = 0; channel < pixel; ++channel)
                    channels[channel] += sums_[at + i + channel];
            }
            at += run;
            in_cell += run;
            if (in_cell == cell_bytes) {
                in_cell = 0;
                ++cell;
            }
        }
    }
}

void Shrinker::shrink(const FrameView& frame, const Part& part, WorkingImage& image) {
    image.origin_x = part.left;
    image.origin_y = part.top;
    image.frame_width = part.right - part.left;
    image.frame_height = part.bottom - part.top;
    image.step_x = step_of(image.frame_width);
    image.step_y = step_of(image.frame_height);
    image.width = cells_of(image.frame_width, image.step_x);
    image.height = cells_of(image.frame_height, image.step_y);
    image.luma.resize(std::size_t{image.width} * image.height);
    const std::size_t pixel = bytes_per_pixel(frame.format);
    sums_.resize(kChunk + kernels::kPdqGroup);
    for (std::uint32_t y = 0; y < image.height; ++y) {
        const std::uint32_t first = part.top + y * image.step_y;
        const std::uint32_t last = first + std::min(image.step_y, part.bottom - first);
        cells_.assign(image.width * pixel, 0);
        for (std::uint32_t row = first; row < last;) {
            const auto rows = std::min<std::uint32_t>(last - row, kernels::kPdqTentRows);
            add_rows(frame, {part.left, row, part.right, row + rows}, image);
            row += rows;
        }
        const double rows = last - first;
        const double scale = 1 / (rows * image.step_x);
        float* out = image.row(y);
        for (std::uint32_t x = 0; x < image.width; ++x)
            out[x] = static_cast<float>(luma_of(cells_.data() + x * pixel, frame.format) * scale);
        const std::uint32_t x = image.width - 1;  // which may be narrower
        const double columns = image.frame_width - x * image.step_x;
        out[x] = static_cast<float>(luma_of(cells_.data() + x * pixel, frame.format) / (rows * columns));
    }
}

}  // namespace tutela::variants
