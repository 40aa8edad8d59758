// A hash cut into bands of 16 bits, with its bits spread over them. Layer: index.
//
// Search by bands works when the bits of one band say different things. Neighbouring bits of a PDQ or DCT hash do not:
// they are neighbouring frequencies. So each band takes one bit of every row of the hash's matrix, along a diagonal:
//   256 bits: band p, bit j is the cell of row j, column (5 j + p) mod 16 of the 16x16 matrix (bit 16 j + column);
//   64 bits:  band p, bit 2 j + h is the cell of row j, column 4 h + (j + p) mod 4 of the 8x8 matrix.
// It is a permutation of bits: distances stay what they are.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tutela/hash.hpp"

namespace tutela {

template <std::size_t Bits>
struct alignas(Bits / 8) SpreadHash {
    static constexpr std::size_t kBands = Bits / 16;
    std::array<std::uint16_t, kBands> bands;

    [[nodiscard]] const std::uint8_t* bytes() const noexcept {
        return reinterpret_cast<const std::uint8_t*>(bands.data());
    }
};

namespace spread_detail {

// The 64-bit number whose most significant byte comes first.
inline std::uint64_t load_number(const std::uint8_t* bytes) noexcept {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes, sizeof number);
    return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
}

inline std::uint64_t rotate_rows(std::uint64_t rows, const std::array<unsigned, 4>& by) noexcept {
    std::uint64_t rotated = 0;
    for (unsigned i = 0; i < 4; ++i)
        rotated |= std::uint64_t{std::rotr(static_cast<std::uint16_t>(rows >> (16 * i)), static_cast<int>(by[i]))}
                   << (16 * i);
    return rotated;
}

// Exchanges the bits of `low` at shift + mask positions with those of `high` at mask positions.
inline void exchange(std::uint64_t& low, std::uint64_t& high, unsigned shift, std::uint64_t mask) noexcept {
    const std::uint64_t differ = ((low >> shift) ^ high) & mask;
    high ^= differ;
    low ^= differ << shift;
}

// The same within one word, between positions that lie `distance` bits apart.
inline void exchange_within(std::uint64_t& word, unsigned distance, std::uint64_t mask) noexcept {
    const std::uint64_t differ = ((word >> distance) ^ word) & mask;
    word ^= differ ^ (differ << distance);
}

// Transposes a 16x16 matrix of bits: word w holds the rows 4 w .. 4 w + 3, the lowest first.
inline void transpose(std::array<std::uint64_t, 4>& words) noexcept {
    for (unsigned w = 0; w < 2; ++w)
        exchange(words[w], words[w + 2], 8, 0x00ff00ff00ff00ffU);
    for (unsigned w = 0; w < 4; w += 2)
        exchange(words[w], words[w + 1], 4, 0x0f0f0f0f0f0f0f0fU);
    for (std::uint64_t& word : words) {
        // Row k, columns 2 and 3 of each four, against row k + 2, columns 0 and 1: 32 - 2 bits apart.
        exchange_within(word, 30, 0x00000000ccccccccU);
        exchange_within(word, 15, 0x0000aaaa0000aaaaU);
    }
}

// Rotates both nibbles of byte j right by j mod 4: bit p of each then is what band p takes.
inline std::uint64_t rotate_nibbles(std::uint64_t word) noexcept {
    static constexpr std::uint64_t kNibbles = 0x1111111111111111U;
    std::uint64_t rotated = 0;
    for (unsigned by = 0; by < 4; ++by) {
        const std::uint64_t down = (word >> by) & (kNibbles * (0xfU >> by));
        const std::uint64_t up = by == 0 ? 0 : (word << (4 - by)) & (kNibbles * (0xfU & (0xfU << (4 - by))));
        rotated |= (down | up) & (0x000000ff000000ffU << (8 * by));
    }
    return rotated;
}

// The bits 0, 4, 8 .. 60, side by side.
inline std::uint16_t every_fourth(std::uint64_t word) noexcept {
    word &= 0x1111111111111111U;
    word = (word | word >> 3) & 0x0303030303030303U;
    word = (word | word >> 6) & 0x000f000f000f000fU;
    word = (word | word >> 12) & 0x000000ff000000ffU;
    return static_cast<std::uint16_t>(word | word >> 24);
}

}  // namespace spread_detail

inline SpreadHash<256> spread(const Hash<256>& hash) noexcept {
    std::array<std::uint64_t, 4> words;
    for (unsigned w = 0; w < 4; ++w) {
        const std::uint64_t rows = spread_detail::load_number(hash.bytes.data() + 24 - std::size_t{8} * w);
        words[w] = spread_detail::rotate_rows(
            rows, {(20 * w) % 16, (20 * w + 5) % 16, (20 * w + 10) % 16, (20 * w + 15) % 16});
    }
    spread_detail::transpose(words);
    SpreadHash<256> result;
    for (std::size_t p = 0; p < 16; ++p)
        result.bands[p] = static_cast<std::uint16_t>(words[p / 4] >> (16 * (p % 4)));
    return result;
}

inline SpreadHash<64> spread(const Hash<64>& hash) noexcept {
    const std::uint64_t number = spread_detail::load_number(hash.bytes.data());
    const std::uint64_t turned = spread_detail::rotate_nibbles(number);
    SpreadHash<64> result;
    for (unsigned p = 0; p < 4; ++p)
        result.bands[p] = spread_detail::every_fourth(turned >> p);
    return result;
}

}  // namespace tutela
