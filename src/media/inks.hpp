// Printing inks to light.
#pragma once

#include <cstdint>

namespace tutela {

// What is left of light `black` (0..255) behind an ink that lets through `clear` (0..255): their product by 255,
// rounded. It equals Pillow's convert("RGB") for all values.
[[nodiscard]] constexpr std::uint8_t through_ink(std::uint32_t clear, std::uint32_t black) noexcept {
    const std::uint32_t product = (255U - clear) * black + 128;
    return static_cast<std::uint8_t>(black - ((product + (product >> 8)) >> 8));
}

}  // namespace tutela
