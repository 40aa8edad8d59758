// What an animation shows: a picture with alpha, on which layers are laid one after the other.
#pragma once

#include <cstdint>

#include "tutela/frame.hpp"

namespace tutela {

struct Region {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    // Not empty, and inside a picture of this size.
    [[nodiscard]] bool lies_in(std::uint32_t outer_width, std::uint32_t outer_height) const noexcept {
        return width != 0 && height != 0 && std::uint64_t{x} + width <= outer_width &&
               std::uint64_t{y} + height <= outer_height;
    }
};

// What becomes of a layer's place before the next one is laid.
enum class Disposal { keep, clear, restore };

// One pixel of bgra32 laid over another, which is replaced. Neither is multiplied by its alpha.
using BlendFunction = void (*)(std::uint8_t* below, const std::uint8_t* above) noexcept;

// Source over destination, rounded to nearest: as Pillow does on opaque pixels, and as APNG's specification says on
// others.
void blend_rounded(std::uint8_t* below, const std::uint8_t* above) noexcept;

// The same as libwebp computes it, whose quotients are cut off: up to 2 less.
void blend_as_libwebp(std::uint8_t* below, const std::uint8_t* above) noexcept;

// All places handed in must lie in the canvas.
class Canvas {
public:
    // Transparent black all over.
    Status reset(std::uint32_t width, std::uint32_t height);
    // Before a layer: does what the layer before it asked for, and remembers what this one asks for.
    Status begin(const Region& place, Disposal after);
    // The first `rows` rows of a layer of bgra32. `blend` null: they replace what is there, alpha too.
    void lay(const FrameView& layer, const Region& place, std::uint32_t rows, BlendFunction blend) noexcept;
    // The same, replacing, where the layer before was cleared away.
    void lay_on_cleared(const FrameView& layer, const Region& place, std::uint32_t rows) noexcept;
    [[nodiscard]] FrameView view() const noexcept { return pixels_.view(); }

private:
    void dispose() noexcept;

    Frame pixels_;
    Frame saved_;
    Region last_;
    Region cleared_;  // by the latest begin()
    Disposal disposal_ = Disposal::keep;
};

// bgra32 to rgb24 or gray8 (of its blue), alpha dropped.
Status drop_alpha(const FrameView& bgra, PixelFormat format, Frame& frame);

}  // namespace tutela
