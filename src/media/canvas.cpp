#include "media/canvas.hpp"

#include <algorithm>
#include <cstring>

#include "core/try.hpp"

namespace tutela {

namespace {

constexpr std::size_t kBgraBytes = 4;
constexpr int kAlpha = 3;

}  // namespace

void blend_rounded(std::uint8_t* below, const std::uint8_t* above) noexcept {
    const std::uint32_t upper = std::uint32_t{above[kAlpha]} * 255;
    const std::uint32_t lower = std::uint32_t{below[kAlpha]} * (255 - above[kAlpha]);
    const std::uint32_t both = upper + lower;  // alpha, times 255
    if (above[kAlpha] == 0 || both == 0) return;
    for (int i = 0; i < kAlpha; ++i)
        below[i] = static_cast<std::uint8_t>((above[i] * upper + below[i] * lower + both / 2) / both);
    below[kAlpha] = static_cast<std::uint8_t>((both + 127) / 255);
}

void blend_as_libwebp(std::uint8_t* below, const std::uint8_t* above) noexcept {
    const std::uint32_t upper = above[kAlpha];
    if (upper == 0) return;
    if (upper == 255) {
        std::memcpy(below, above, kBgraBytes);
        return;
    }
    const std::uint32_t lower = (std::uint32_t{below[kAlpha]} * (256 - upper)) >> 8;
    const std::uint32_t both = upper + lower;
    const std::uint32_t reciprocal = (1U << 24) / both;
    for (int i = 0; i < kAlpha; ++i)
        below[i] = static_cast<std::uint8_t>(((above[i] * upper + below[i] * lower) * reciprocal) >> 24);
    below[kAlpha] = static_cast<std::uint8_t>(both);
}

Status Canvas::reset(std::uint32_t width, std::uint32_t height) {
    TUTELA_TRY(pixels_.reshape(width, height, PixelFormat::bgra32));
    pixels_.clear_rows_from(0);
    disposal_ = Disposal::keep;
    return {};
}

Status Canvas::begin(const Region& place, Disposal after) {
    dispose();
    if (after == Disposal::restore) {
        TUTELA_TRY(saved_.reshape(place.width, place.height, PixelFormat::bgra32));
        for (std::uint32_t y = 0; y < place.height; ++y)
            std::memcpy(saved_.row(y), pixels_.row(place.y + y) + place.x * kBgraBytes, place.width * kBgraBytes);
    }
    last_ = place;
    disposal_ = after;
    return {};
}

void Canvas::dispose() noexcept {
    cleared_ = disposal_ == Disposal::clear ? last_ : Region{};
    if (disposal_ == Disposal::keep) return;
    for (std::uint32_t y = 0; y < last_.height; ++y) {
        std::uint8_t* row = pixels_.row(last_.y + y) + last_.x * kBgraBytes;
        if (disposal_ == Disposal::clear) {
            std::memset(row, 0, last_.width * kBgraBytes);
        } else {
            std::memcpy(row, saved_.row(y), last_.width * kBgraBytes);
        }
    }
    disposal_ = Disposal::keep;
}

void Canvas::lay(const FrameView& layer, const Region& place, std::uint32_t rows, BlendFunction blend) noexcept {
    for (std::uint32_t y = 0; y < std::min(rows, place.height); ++y) {
        std::uint8_t* below = pixels_.row(place.y + y) + place.x * kBgraBytes;
        const std::uint8_t* above = layer.row(y);
        if (blend == nullptr) {
            std::memcpy(below, above, place.width * kBgraBytes);
            continue;
        }
        for (std::uint32_t x = 0; x < place.width; ++x)
            blend(below + x * kBgraBytes, above + x * kBgraBytes);
    }
}

void Canvas::lay_on_cleared(const FrameView& layer, const Region& place, std::uint32_t rows) noexcept {
    const std::uint32_t left = std::max(place.x, cleared_.x);
    const std::uint32_t right = std::min(place.x + place.width, cleared_.x + cleared_.width);
    const std::uint32_t top = std::max(place.y, cleared_.y);
    const std::uint32_t bottom = std::min(place.y + std::min(rows, place.height), cleared_.y + cleared_.height);
    for (std::uint32_t y = top; y < bottom && left < right; ++y) {
        const std::uint8_t* above = layer.row(y - place.y) + (left - place.x) * kBgraBytes;
        std::memcpy(pixels_.row(y) + left * kBgraBytes, above, (right - left) * kBgraBytes);
    }
}

Status drop_alpha(const FrameView& bgra, PixelFormat format, Frame& frame) {
    TUTELA_TRY(frame.reshape(bgra.width, bgra.height, format));
    for (std::uint32_t y = 0; y < bgra.height; ++y) {
        const std::uint8_t* from = bgra.row(y);
        std::uint8_t* to = frame.row(y);
        for (std::uint32_t x = 0; x < bgra.width; ++x, from += kBgraBytes) {
            if (format == PixelFormat::rgb24) {
                *to++ = from[2];
                *to++ = from[1];
            }
            *to++ = from[0];
        }
    }
    return {};
}

}  // namespace tutela
