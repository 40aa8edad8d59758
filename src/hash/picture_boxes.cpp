#include "hash/picture_boxes.hpp"

#include <algorithm>
#include <cmath>

namespace tutela::variants {

namespace {

float luma_at(const FrameView& frame, std::uint32_t x, std::uint32_t y) noexcept {
    const std::uint8_t* p = frame.row(y) + std::size_t{x} * bytes_per_pixel(frame.format);
    if (bytes_per_pixel(frame.format) == 1) return static_cast<float>(p[0]);
    const bool red_first = frame.format == PixelFormat::rgb24;
    return 0.299F * static_cast<float>(p[red_first ? 0 : 2]) + 0.587F * static_cast<float>(p[1]) +
           0.114F * static_cast<float>(p[red_first ? 2 : 0]);
}

// The place within `slack` pixels of `near` where the picture changes most from one line to the next, looking along the
// stretch from..to of the other axis.
double sharpest(const FrameView& frame, Axis axis, double near, double slack, double from, double to) noexcept {
    constexpr std::uint32_t kLooks = 256;
    const std::uint32_t side = axis == Axis::rows ? frame.height : frame.width;
    const auto low = static_cast<std::uint32_t>(std::clamp(near - slack, 1.0, static_cast<double>(side)));
    const auto high = static_cast<std::uint32_t>(std::clamp(near + slack, 1.0, static_cast<double>(side) - 1));
    double best = near;
    float most = 0;
    const double step = std::max((to - from) / kLooks, 1.0);
    const auto looks = static_cast<std::uint32_t>(std::max(std::ceil((to - from) / step - 0.5), 0.0));
    for (std::uint32_t line = low; line <= high; ++line) {
        float change = 0;
        for (std::uint32_t look = 0; look < looks; ++look) {
            const auto other = static_cast<std::uint32_t>(from + step * (look + 0.5));
            const float here = axis == Axis::rows ? luma_at(frame, other, line) : luma_at(frame, line, other);
            const float before = axis == Axis::rows ? luma_at(frame, other, line - 1) : luma_at(frame, line - 1, other);
            change += std::abs(here - before);
        }
        if (change > most) {
            most = change;
            best = line;
        }
    }
    return best;
}

// Whether two boxes are the same but for a small part of a side.
bool alike(const Box& a, const Box& b) noexcept {
    const double x = b.width() / 250;
    const double y = b.height() / 250;
    return std::abs(a.left - b.left) <= x && std::abs(a.right - b.right) <= x && std::abs(a.top - b.top) <= y &&
           std::abs(a.bottom - b.bottom) <= y;
}

}  // namespace

void Boxes::add(const Cells& part) {
    const double step_x = image_.step_x;
    const double step_y = image_.step_y;
    Box box{part.left * step_x, part.top * step_y, std::min(part.right * step_x, double(frame_.width)),
            std::min(part.bottom * step_y, double(frame_.height))};
    if (!wanted(box)) return;
    const Box rough = box;
    const double inset_x = rough.width() / 16;
    const double inset_y = rough.height() / 16;
    if (part.left > 0) box.left = edge(Axis::columns, rough.left, rough.top + inset_y, rough.bottom - inset_y);
    if (part.right < image_.width)
        box.right = edge(Axis::columns, rough.right, rough.top + inset_y, rough.bottom - inset_y);
    if (part.top > 0) box.top = edge(Axis::rows, rough.top, rough.left + inset_x, rough.right - inset_x);
    if (part.bottom < image_.height)
        box.bottom = edge(Axis::rows, rough.bottom, rough.left + inset_x, rough.right - inset_x);
    if (wanted(box)) boxes_.push_back(box);
}

double Boxes::edge(Axis axis, double near, double from, double to) const noexcept {
    const double step = axis == Axis::rows ? image_.step_y : image_.step_x;
    return sharpest(frame_, axis, near, 1.5 * step, from, to);
}

bool Boxes::wanted(const Box& box) const noexcept {
    if (boxes_.size() >= most_) return false;
    if (box.width() < std::max(frame_.width / 10.0, 32.0) || box.height() < std::max(frame_.height / 10.0, 32.0))
        return false;
    if (alike(box, {0, 0, double(frame_.width), double(frame_.height)})) return false;
    return std::none_of(boxes_.begin(), boxes_.end(), [&](const Box& other) { return alike(box, other); });
}

}  // namespace tutela::variants
