// What the engines have in common: kernels by width, scans in pieces, the order of an answer. Layer: index.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernels.hpp"
#include "tutela/index.hpp"

namespace tutela {

// Positions are 32 bits, so a list has at most this many hashes.
inline constexpr std::uint64_t kMaxHashes = 0xffffffffULL;

// limit when an index cannot hold `count` hashes.
Status check_hash_count(std::uint64_t count);

// invalid_argument when the radius is beyond the width.
Status check_radius(std::uint32_t radius, std::size_t bits);

// "flat: 1000 hashes of 256 bits, as asked" or, with a reason, "..., chosen automatically: REASON".
std::string explain_engine(Engine engine, std::size_t count, std::size_t bits, std::string_view reason);

// Nearest first, equal distances by rising position. Allocates nothing.
void sort_answer(std::vector<Neighbor>& answer);

template <std::size_t Bits>
[[nodiscard]] kernels::Scan scan_kernel(const kernels::Table& table) noexcept {
    static_assert(Bits == 64 || Bits == 128 || Bits == 256);
    if constexpr (Bits == 64) return table.scan64;
    if constexpr (Bits == 128) return table.scan128;
    if constexpr (Bits == 256) return table.scan256;
}

template <std::size_t Bits>
[[nodiscard]] kernels::Distances distances_kernel(const kernels::Table& table) noexcept {
    static_assert(Bits == 64 || Bits == 256);
    if constexpr (Bits == 64) return table.distances64;
    if constexpr (Bits == 256) return table.distances256;
}

// Runs `scan` over the hashes begin..end-1, of `bytes` bytes each, in pieces small enough for a buffer on the stack,
// and calls found(position, distance_bits) for each hit, in rising order.
template <typename Found>
void scan_range(kernels::Scan scan, const std::uint8_t* query, const std::uint8_t* hashes, std::size_t bytes,
                std::size_t begin, std::size_t end, std::uint32_t radius, Found&& found) {
    static constexpr std::size_t kPiece = 1024;
    std::array<kernels::Hit, kPiece> hits;
    while (begin < end) {
        const std::size_t count = std::min(kPiece, end - begin);
        const std::size_t hit_count = scan(query, hashes + begin * bytes, count, radius, hits.data());
        for (std::size_t i = 0; i < hit_count; ++i)
            found(begin + hits[i].position, hits[i].distance_bits);
        begin += count;
    }
}

}  // namespace tutela
