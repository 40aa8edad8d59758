// A perceptual hash as a value: 64 or 256 bits, hex, Hamming distance. Layer: core.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/status.hpp"

namespace tutela {

// Bits hash bits in canonical order: bytes[0] holds the most significant eight, exactly as the hash is written in
// hex, so no byte order of a machine ever shows. Bit k of the number is bytes[kBytes - 1 - k / 8] >> (k % 8) & 1.
// A plain value of kBytes bytes; comparable (order of the number), trivially copyable.
template <std::size_t Bits>
struct Hash {
    static_assert(Bits == 64 || Bits == 256, "Tutela knows hashes of 64 and 256 bits");
    static constexpr std::size_t kBits = Bits;
    static constexpr std::size_t kBytes = Bits / 8;
    static constexpr std::size_t kHexDigits = Bits / 4;

    std::array<std::uint8_t, kBytes> bytes{};

    // Bit k of the number, 0 the least significant. Precondition: k < Bits.
    [[nodiscard]] constexpr bool bit(std::size_t k) const noexcept {
        return ((bytes[kBytes - 1 - k / 8] >> (k % 8)) & 1U) != 0;
    }
    constexpr void set_bit(std::size_t k) noexcept {
        bytes[kBytes - 1 - k / 8] = static_cast<std::uint8_t>(bytes[kBytes - 1 - k / 8] | (1U << (k % 8)));
    }
    auto operator<=>(const Hash&) const noexcept = default;  // NOLINT(modernize-use-nullptr): generated
};

using Hash64 = Hash<64>;
using Hash256 = Hash<256>;  // PDQ

// In how many bits two hashes differ: 0..Bits. Thread-safe.
template <std::size_t Bits>
[[nodiscard]] inline std::uint32_t distance(const Hash<Bits>& a, const Hash<Bits>& b) noexcept {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < Bits / 8; i += 8) {
        std::uint64_t x = 0;
        std::uint64_t y = 0;
        std::memcpy(&x, a.bytes.data() + i, 8);
        std::memcpy(&y, b.bytes.data() + i, 8);
        sum += static_cast<std::uint32_t>(std::popcount(x ^ y));
    }
    return sum;
}

// Lower-case hex, kHexDigits digits, most significant first. Defined for 64 and 256. Thread-safe.
template <std::size_t Bits>
[[nodiscard]] TUTELA_API std::string to_hex(const Hash<Bits>& hash);

// The hash that `hex` spells. Strict: exactly kHexDigits hex digits of either case, no prefix, no blanks;
// anything else is invalid_argument (whose message does not repeat the text: it may be a list hash).
// Defined for 64 and 256. Thread-safe.
template <std::size_t Bits>
[[nodiscard]] TUTELA_API Result<Hash<Bits>> hash_from_hex(std::string_view hex);

// What one frame hashed to.
struct FrameHash {
    Hash256 hash;
    std::int32_t quality = 0;      // PDQ's own measure of detail, 0..100; below 50 a hash should not be relied on
    std::int64_t pts_us = kNoPts;  // the frame's time

    bool operator==(const FrameHash&) const noexcept = default;
};

}  // namespace tutela
