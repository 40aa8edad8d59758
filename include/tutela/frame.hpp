// Pixels: borrowed (FrameView) and owned (Frame). Layer: core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "tutela/export.h"
#include "tutela/status.hpp"

namespace tutela {

// How the samples of a row lie in memory; 8 bits each, full range 0..255 unless said. The numbers are part of the C
// ABI.
enum class PixelFormat : std::uint32_t {
    gray8 = 1,          // 1 byte a pixel: luma
    rgb24 = 2,          // 3 bytes: red, green, blue
    bgr24 = 3,          // 3 bytes: blue, green, red (OpenCV's habit)
    bgra32 = 4,         // 4 bytes: blue, green, red, alpha; alpha is ignored
    luma_limited8 = 5,  // 1 byte a pixel: luma from 16 (black) to 235 (white), as in most video; beyond is clamped
};

// Bytes a pixel takes, or 0 for a number that is no format.
[[nodiscard]] constexpr std::uint32_t bytes_per_pixel(PixelFormat format) noexcept {
    switch (format) {
        case PixelFormat::gray8:
        case PixelFormat::luma_limited8: return 1;
        case PixelFormat::rgb24:
        case PixelFormat::bgr24: return 3;
        case PixelFormat::bgra32: return 4;
    }
    return 0;
}

// No time is known (a still image).
inline constexpr std::int64_t kNoPts = INT64_MIN;

// Somebody else's pixels, top row first. A plain value: copying it copies no pixel. The pixels must live, unchanged,
// for as long as the call that is given the view. `stride_bytes` is the distance between the starts of two rows and
// may exceed width * bytes_per_pixel(format); the last row needs no padding.
struct FrameView {
    const std::uint8_t* data = nullptr;
    std::uint32_t width = 0;   // pixels
    std::uint32_t height = 0;  // pixels
    std::size_t stride_bytes = 0;
    PixelFormat format = PixelFormat::gray8;
    std::int64_t pts_us = kNoPts;  // presentation time in microseconds, or kNoPts

    [[nodiscard]] const std::uint8_t* row(std::uint32_t y) const noexcept { return data + y * stride_bytes; }
};

// invalid_argument, with the reason, unless: data is set, both sides are 1..2^30, the format is known, a row fits in
// the stride, and height * stride_bytes fits in std::size_t. Cannot see whether the memory is really there.
TUTELA_API Status check(const FrameView& view);

// Pixels of our own, reused from image to image: the memory only grows. Movable, not copyable (a copy of a big
// picture should be visible). Not thread-safe.
class TUTELA_API Frame {
public:
    Frame() noexcept = default;
    Frame(Frame&& other) noexcept;
    Frame& operator=(Frame&& other) noexcept;
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame() = default;

    // A frame whose pixels lie in memory of the caller's, which must outlive it; reshape() never takes other memory.
    static Frame over(std::span<std::uint8_t> memory) noexcept;

    // Makes room for width x height pixels; rows are packed (stride = width * bytes a pixel). The old contents are
    // lost; the new are unspecified until written. limit when the size does not fit in std::size_t,
    // or not in the memory of over(); invalid_argument for an unknown format or a side of 0.
    Status reshape(std::uint32_t width, std::uint32_t height, PixelFormat format);

    // Sets every byte from row `first_row` to the end to zero (rows that a damaged file no longer holds).
    void clear_rows_from(std::uint32_t first_row) noexcept;

    [[nodiscard]] std::uint8_t* data() noexcept { return data_.get(); }
    [[nodiscard]] std::uint8_t* row(std::uint32_t y) noexcept { return data_.get() + y * view_.stride_bytes; }
    void set_pts_us(std::int64_t pts_us) noexcept { view_.pts_us = pts_us; }
    // Valid until the next reshape() or the end of this object.
    [[nodiscard]] FrameView view() const noexcept;

private:
    struct Release {
        Release() noexcept : lent(false) {}
        explicit Release(bool is_lent) noexcept : lent(is_lent) {}
        bool lent;
        void operator()(std::uint8_t* pixels) const noexcept {
            if (!lent) delete[] pixels;
        }
    };

    std::unique_ptr<std::uint8_t[], Release> data_;
    std::size_t capacity_bytes_ = 0;
    FrameView view_;
};

}  // namespace tutela
