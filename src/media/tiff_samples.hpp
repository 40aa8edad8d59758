// Samples as a TIFF stores them, to the pixels of a frame.
#pragma once

#include <array>
#include <cstdint>

#include "tutela/frame.hpp"

namespace tutela {

enum class TiffColor { gray, palette, rgb, cmyk };

struct TiffSamples {
    TiffColor color = TiffColor::gray;
    bool inverted = false;       // gray: 0 is white
    std::uint32_t bits = 8;      // 1, 2, 4, 8, 16 or 32; of the last two the high byte is taken
    std::uint32_t channels = 1;  // in a row that is converted: all of the picture's, or 1 when they lie apart
    std::array<std::array<std::uint8_t, 3>, 256> palette{};

    // How many of the channels make the pixel; those after are alpha or the like.
    [[nodiscard]] std::uint32_t used() const noexcept {
        return color == TiffColor::cmyk ? 4 : color == TiffColor::rgb ? 3 : 1;
    }
};

// `width` pixels of a row whose channels lie side by side, to gray8 or, unless gray, rgb24.
void convert_interleaved(const TiffSamples& samples, const std::uint8_t* row, std::uint32_t width, std::uint8_t* out);

// `width` samples of one channel of a picture whose channels lie apart. Those of CMYK must come in their order.
void convert_plane(const TiffSamples& samples, std::uint32_t channel, const std::uint8_t* row, std::uint32_t width,
                   std::uint8_t* out);

}  // namespace tutela
