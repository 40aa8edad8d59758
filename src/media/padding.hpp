// Bytes that stand for those that a cut file has lost.
//
// A decoder that wants more than there is would give nothing of a picture that is there for the most part. So it is
// given the file with padding behind it, again with other padding, and what comes out the same is the picture's: it does
// not depend on what was lost. No bit of the first two kinds is the same, and an arithmetic decoder goes ways between
// which all other data leads. The third is noise, as pixels can be the same by chance where the ways part.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tutela {

enum class Padding : std::uint8_t { zeros, ones, noise };

inline constexpr Padding kOtherPaddings[] = {Padding::ones, Padding::noise};

// The byte at `offset` of the file.
[[nodiscard]] constexpr std::uint8_t padding_byte(Padding padding, std::uint64_t offset) noexcept {
    if (padding != Padding::noise) return padding == Padding::zeros ? 0x00 : 0xff;
    // The finalizer of a good hash of the offset: the same noise on every run.
    std::uint64_t mixed = offset + 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return static_cast<std::uint8_t>(mixed >> 56);
}

inline void pad(std::uint8_t* bytes, std::size_t count, Padding padding, std::uint64_t offset) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = padding_byte(padding, offset + i);
}

}  // namespace tutela
