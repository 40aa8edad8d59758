// The kernels as plain loops over a way to compare two hashes. Layer: kernels.
//
// Included by every level's file, each compiled for another processor. So that the linker cannot merge two of them,
// the Distance that a file passes must be a type of its unnamed namespace (or a template over one): then everything
// instantiated with it stays inside the file.
//
// A Distance has kBytes, the size of a hash, and of(a, b), the number of bits in which two hashes differ.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.hpp"

namespace tutela::kernels {

// Distance over 64-bit words; Popcount::of(word) counts the ones of a word.
template <std::size_t Bits, typename Popcount>
struct WordDistance {
    static constexpr std::size_t kBytes = Bits / 8;

    static std::uint32_t of(const std::uint8_t* a, const std::uint8_t* b) noexcept {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < kBytes; i += 8) {
            std::uint64_t x = 0;
            std::uint64_t y = 0;
            __builtin_memcpy(&x, a + i, 8);
            __builtin_memcpy(&y, b + i, 8);
            sum += Popcount::of(x ^ y);
        }
        return sum;
    }
};

// Scans the hashes begin..end-1 of an array, where `found` hits are already in `hits`; returns the new number of hits.
// Every hash is written and kept only when it counts: no branch to mispredict. In bounds, as found <= begin.
template <typename Distance>
std::size_t append_hits(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t begin, std::size_t end,
                        std::uint32_t radius, Hit* hits, std::size_t found) noexcept {
    for (std::size_t i = begin; i < end; ++i) {
        const std::uint32_t distance = Distance::of(query, hashes + i * Distance::kBytes);
        hits[found] = {static_cast<std::uint32_t>(i), distance};
        found += distance <= radius ? 1U : 0U;
    }
    return found;
}

template <typename Distance>
std::size_t scan_loop(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count, std::uint32_t radius,
                      Hit* hits) noexcept {
    return append_hits<Distance>(query, hashes, 0, count, radius, hits, 0);
}

// As append_hits, for distances.
template <typename Distance>
void fill_distances(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t begin, std::size_t end,
                    std::uint16_t* distances) noexcept {
    for (std::size_t i = begin; i < end; ++i)
        distances[i] = static_cast<std::uint16_t>(Distance::of(query, hashes + i * Distance::kBytes));
}

template <typename Distance>
void distances_loop(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count,
                    std::uint16_t* distances) noexcept {
    fill_distances<Distance>(query, hashes, 0, count, distances);
}

// As append_hits, for heads in blocks.
template <typename Popcount>
std::size_t append_head_hits(const std::uint8_t* query, const std::uint8_t* blocks, std::size_t begin, std::size_t end,
                             std::uint32_t radius, Hit* hits, std::size_t found) noexcept {
    std::uint64_t sought[2];
    __builtin_memcpy(sought, query, sizeof sought);
    for (std::size_t i = begin; i < end; ++i) {
        const std::uint8_t* first = blocks + (i / kHeadBlock * 2 * kHeadBlock + i % kHeadBlock) * 8;
        std::uint64_t words[2];
        __builtin_memcpy(&words[0], first, 8);
        __builtin_memcpy(&words[1], first + kHeadBlock * 8, 8);
        const std::uint32_t distance = Popcount::of(words[0] ^ sought[0]) + Popcount::of(words[1] ^ sought[1]);
        hits[found] = {static_cast<std::uint32_t>(i), distance};
        found += distance <= radius ? 1U : 0U;
    }
    return found;
}

template <typename Popcount>
std::size_t scan_heads_loop(const std::uint8_t* query, const std::uint8_t* blocks, std::size_t count,
                            std::uint32_t radius, Hit* hits) noexcept {
    return append_head_hits<Popcount>(query, blocks, 0, count, radius, hits, 0);
}

template <typename Distance>
std::size_t scan_places_loop(const std::uint8_t* query, const std::uint8_t* hashes, const std::uint32_t* places,
                             std::size_t count, std::uint32_t radius, Hit* hits) noexcept {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t distance = Distance::of(query, hashes + places[i] * Distance::kBytes);
        hits[found] = {static_cast<std::uint32_t>(i), distance};
        found += distance <= radius ? 1U : 0U;
    }
    return found;
}

// LineMask(sketch, limit).of(line): which of the 32 sketches at `line` are within the limit.
template <typename LineMask>
std::size_t scan_lines_loop(std::uint16_t sketch, const std::uint16_t* sketches, const std::uint32_t* lines,
                            std::size_t count, std::uint32_t limit, LineHit* hits) noexcept {
    const LineMask lines_within(sketch, limit);
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        __builtin_prefetch(sketches + std::size_t{lines[i + kLineLookAhead]} * kLineSketches);
        const std::uint32_t mask = lines_within.of(sketches + std::size_t{lines[i]} * kLineSketches);
        hits[found] = {lines[i], mask};
        found += mask != 0 ? 1U : 0U;
    }
    return found;
}

// Popcount::of as for WordDistance.
template <typename Popcount>
struct WordLineMask {
    std::uint16_t sketch;
    std::uint32_t limit;

    WordLineMask(std::uint16_t sketch_in, std::uint32_t limit_in) noexcept : sketch(sketch_in), limit(limit_in) {}
    [[nodiscard]] std::uint32_t of(const std::uint16_t* line) const noexcept {
        std::uint32_t mask = 0;
        for (std::size_t j = 0; j < kLineSketches; ++j)
            mask |= (Popcount::of(static_cast<std::uint16_t>(line[j] ^ sketch)) <= limit ? 1U : 0U) << j;
        return mask;
    }
};

template <typename Popcount>
std::size_t match_runs_loop(std::uint16_t value, const std::uint16_t* values, const Run* runs, std::size_t run_count,
                            std::uint32_t distance, std::uint32_t* places) noexcept {
    std::size_t found = 0;
    for (std::size_t run = 0; run < run_count; ++run) {
        for (std::uint32_t i = runs[run].begin; i < runs[run].end; ++i) {
            places[found] = i;
            found += Popcount::of(static_cast<std::uint16_t>(values[i] ^ value)) == distance ? 1U : 0U;
        }
    }
    return found;
}

// A scan for vector levels: a Block holds the query and the radius, and says at once whether any of the Block::kCount
// hashes at an address is within the radius. Hits are rare: only then is the block looked through, in order.
template <typename Block, typename Distance>
std::size_t scan_blocks(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count, std::uint32_t radius,
                        Hit* hits) noexcept {
    const Block block(query, radius);
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + Block::kCount <= count; i += Block::kCount) {
        if (block.any_within(hashes + i * Distance::kBytes))
            found = append_hits<Distance>(query, hashes, i, i + Block::kCount, radius, hits, found);
    }
    return append_hits<Distance>(query, hashes, i, count, radius, hits, found);
}

}  // namespace tutela::kernels
