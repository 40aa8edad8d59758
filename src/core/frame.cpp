#include "tutela/frame.hpp"

#include <cstring>
#include <limits>
#include <utility>

namespace tutela {

namespace {

constexpr std::uint32_t kMaxSide = 1U << 30;

}  // namespace

Status check(const FrameView& view) {
    const auto invalid = [](const char* why) { return Status(StatusCode::invalid_argument, why); };
    if (view.data == nullptr) return invalid("the frame has no pixels (data is null)");
    const std::size_t pixel = bytes_per_pixel(view.format);
    if (pixel == 0) return invalid("the frame's pixel format is unknown");
    if (view.width == 0 || view.height == 0) return invalid("the frame has a side of 0 pixels");
    if (view.width > kMaxSide || view.height > kMaxSide) return invalid("the frame has a side over 2^30 pixels");
    if (view.stride_bytes < view.width * pixel) return invalid("the frame's stride is shorter than a row");
    if (view.stride_bytes > std::numeric_limits<std::size_t>::max() / view.height) {
        return invalid("the frame's size does not fit in memory");
    }
    return {};
}

Frame::Frame(Frame&& other) noexcept
    : data_(std::exchange(other.data_, {})),
      capacity_bytes_(std::exchange(other.capacity_bytes_, 0)),
      view_(std::exchange(other.view_, {})) {}

Frame& Frame::operator=(Frame&& other) noexcept {
    data_ = std::exchange(other.data_, {});
    capacity_bytes_ = std::exchange(other.capacity_bytes_, 0);
    view_ = std::exchange(other.view_, {});
    return *this;
}

Frame Frame::over(std::span<std::uint8_t> memory) noexcept {
    Frame frame;
    frame.data_ = std::unique_ptr<std::uint8_t[], Release>(memory.data(), Release(true));
    frame.capacity_bytes_ = memory.size();
    return frame;
}

Status Frame::reshape(std::uint32_t width, std::uint32_t height, PixelFormat format) {
    const std::size_t pixel = bytes_per_pixel(format);
    if (pixel == 0) return Status(StatusCode::invalid_argument, "unknown pixel format");
    if (width == 0 || height == 0) return Status(StatusCode::invalid_argument, "a side of 0 pixels");
    if (width > kMaxSide || height > kMaxSide) return Status(StatusCode::limit, "a side over 2^30 pixels");
    const std::size_t stride = width * pixel;
    if (stride > std::numeric_limits<std::size_t>::max() / height) {
        return Status(StatusCode::limit, "the picture does not fit in memory");
    }
    const std::size_t need = stride * height;
    if (need > capacity_bytes_) {
        if (data_.get_deleter().lent) return Status(StatusCode::limit, "the picture does not fit in the memory for it");
        data_.reset();  // first, so that old and new never exist together
        capacity_bytes_ = 0;
        view_ = {};
        data_.reset(new std::uint8_t[need]);
        capacity_bytes_ = need;
    }
    view_.width = width;
    view_.height = height;
    view_.stride_bytes = stride;
    view_.format = format;
    view_.pts_us = kNoPts;
    return {};
}

void Frame::clear_rows_from(std::uint32_t first_row) noexcept {
    if (data_ == nullptr || first_row >= view_.height) return;
    std::memset(row(first_row), 0, (view_.height - first_row) * view_.stride_bytes);
}

FrameView Frame::view() const noexcept {
    FrameView view = view_;
    view.data = data_.get();
    return view;
}

}  // namespace tutela
