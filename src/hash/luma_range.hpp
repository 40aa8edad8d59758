// Luma of limited range (PixelFormat::luma_limited8) as 8 bits of full range.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace tutela {

// By sample: 16 and below is 0, 235 and above is 255, between them rounded to the nearest.
inline constexpr std::array<std::uint8_t, 256> kFullRange = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::uint32_t y = 0; y < 256; ++y)
        table[y] = static_cast<std::uint8_t>(((std::clamp(y, 16U, 235U) - 16) * 510 + 219) / 438);
    return table;
}();

}  // namespace tutela
