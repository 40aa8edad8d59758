// For x86 with AVX2: the ones of 32 bytes by two table look-ups a byte. Compiled with -mavx2 -mpopcnt (CMakeLists.txt).
#include <immintrin.h>

#include "kernels/loops.hpp"

namespace tutela::kernels {

namespace {

struct Popcount {
    static std::uint32_t of(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(__builtin_popcountll(x)); }
};
using Distance64 = WordDistance<64, Popcount>;
using Distance128 = WordDistance<128, Popcount>;
using Distance256 = WordDistance<256, Popcount>;

inline __m256i load(const std::uint8_t* bytes) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}

// The number of ones in each byte of x.
inline __m256i ones8(__m256i x) noexcept {
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i nibbles = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1,
                                             2, 2, 3, 2, 3, 3, 4);
    return _mm256_add_epi8(_mm256_shuffle_epi8(nibbles, _mm256_and_si256(x, low)),
                           _mm256_shuffle_epi8(nibbles, _mm256_and_si256(_mm256_srli_epi32(x, 4), low)));
}

// The number of ones in each of the four 64-bit words of x.
inline __m256i ones(__m256i x) noexcept {
    return _mm256_sad_epu8(ones8(x), _mm256_setzero_si256());
}

// a0+a1, b0+b1, a2+a3, b2+b3 of 64-bit words.
inline __m256i add_pairs(__m256i a, __m256i b) noexcept {
    return _mm256_add_epi64(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
}

// The distances of four hashes of 256 bits, in order.
inline __m256i four_distances256(__m256i query, const std::uint8_t* hashes) noexcept {
    const __m256i a =
        add_pairs(ones(_mm256_xor_si256(query, load(hashes))), ones(_mm256_xor_si256(query, load(hashes + 32))));
    const __m256i b =
        add_pairs(ones(_mm256_xor_si256(query, load(hashes + 64))), ones(_mm256_xor_si256(query, load(hashes + 96))));
    return _mm256_add_epi64(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31));
}

// The query, repeated to fill a vector, and the comparison with the radius.
struct Query {
    __m256i bits;
    __m256i above;  // radius + 1

    [[nodiscard]] bool any_within(__m256i distances) const noexcept {
        const __m256i within = _mm256_cmpgt_epi64(above, distances);
        return _mm256_testz_si256(within, within) == 0;
    }
};

inline __m256i repeat64(const std::uint8_t* query) noexcept {
    long long word = 0;
    __builtin_memcpy(&word, query, sizeof word);
    return _mm256_set1_epi64x(word);
}

inline __m256i repeat128(const std::uint8_t* query) noexcept {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(query)));
}

inline __m256i above_words(std::uint32_t radius) noexcept {
    return _mm256_set1_epi64x(static_cast<long long>(radius) + 1);
}

// Distances are below 2^32, so the minimum of 64-bit words can be taken in 32-bit halves.
struct Block64 : Query {
    static constexpr std::size_t kCount = 8;
    Block64(const std::uint8_t* query, std::uint32_t radius) noexcept : Query{repeat64(query), above_words(radius)} {}
    [[nodiscard]] bool any_within(const std::uint8_t* hashes) const noexcept {
        const __m256i a = ones(_mm256_xor_si256(bits, load(hashes)));
        const __m256i b = ones(_mm256_xor_si256(bits, load(hashes + 32)));
        return Query::any_within(_mm256_min_epu32(a, b));
    }
};

struct Block128 : Query {
    static constexpr std::size_t kCount = 8;
    Block128(const std::uint8_t* query, std::uint32_t radius) noexcept : Query{repeat128(query), above_words(radius)} {}
    [[nodiscard]] bool any_within(const std::uint8_t* hashes) const noexcept {
        const __m256i a =
            add_pairs(ones(_mm256_xor_si256(bits, load(hashes))), ones(_mm256_xor_si256(bits, load(hashes + 32))));
        const __m256i b =
            add_pairs(ones(_mm256_xor_si256(bits, load(hashes + 64))), ones(_mm256_xor_si256(bits, load(hashes + 96))));
        return Query::any_within(_mm256_min_epu32(a, b));
    }
};

struct Block256 : Query {
    static constexpr std::size_t kCount = 8;
    Block256(const std::uint8_t* query, std::uint32_t radius) noexcept : Query{load(query), above_words(radius)} {}
    [[nodiscard]] bool any_within(const std::uint8_t* hashes) const noexcept {
        return Query::any_within(
            _mm256_min_epu32(four_distances256(bits, hashes), four_distances256(bits, hashes + 128)));
    }
};

std::size_t scan_heads(const std::uint8_t* query, const std::uint8_t* blocks, std::size_t count, std::uint32_t radius,
                       Hit* hits) noexcept {
    const Query first{repeat64(query), above_words(radius)};
    const __m256i second = repeat64(query + 8);
    const auto four = [&](const std::uint8_t* words) {
        return _mm256_add_epi64(ones(_mm256_xor_si256(first.bits, load(words))),
                                ones(_mm256_xor_si256(second, load(words + 64))));
    };
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + kHeadBlock <= count; i += kHeadBlock) {
        const std::uint8_t* block = blocks + i * 16;
        if (first.any_within(_mm256_min_epu32(four(block), four(block + 32))))
            found = append_head_hits<Popcount>(query, blocks, i, i + kHeadBlock, radius, hits, found);
    }
    return append_head_hits<Popcount>(query, blocks, i, count, radius, hits, found);
}

void store_four(__m256i distances, std::uint16_t* out) noexcept {
    alignas(32) std::uint64_t words[4];
    _mm256_store_si256(reinterpret_cast<__m256i*>(words), distances);
    for (std::size_t i = 0; i < 4; ++i)
        out[i] = static_cast<std::uint16_t>(words[i]);
}

void distances64(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count,
                 std::uint16_t* distances) noexcept {
    const __m256i bits = repeat64(query);
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4)
        store_four(ones(_mm256_xor_si256(bits, load(hashes + i * 8))), distances + i);
    fill_distances<Distance64>(query, hashes, i, count, distances);
}

void distances256(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count,
                  std::uint16_t* distances) noexcept {
    const __m256i bits = load(query);
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4)
        store_four(four_distances256(bits, hashes + i * 32), distances + i);
    fill_distances<Distance256>(query, hashes, i, count, distances);
}

// The number of ones in each of the sixteen 16-bit words of x.
inline __m256i ones16(__m256i x) noexcept {
    return _mm256_maddubs_epi16(ones8(x), _mm256_set1_epi8(1));
}

struct LineMask {
    __m256i sketch;
    __m256i above;  // limit + 1

    LineMask(std::uint16_t sketch_in, std::uint32_t limit) noexcept
        : sketch(_mm256_set1_epi16(static_cast<short>(sketch_in))),
          above(_mm256_set1_epi16(static_cast<short>(limit + 1))) {}
    [[nodiscard]] __m256i within(const std::uint16_t* sketches) const noexcept {
        const __m256i x = _mm256_load_si256(reinterpret_cast<const __m256i*>(sketches));
        return _mm256_cmpgt_epi16(above, ones16(_mm256_xor_si256(x, sketch)));
    }
    [[nodiscard]] std::uint32_t of(const std::uint16_t* line) const noexcept {
        const __m256i packed = _mm256_packs_epi16(within(line), within(line + 16));
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_permute4x64_epi64(packed, 0xd8)));
    }
};

std::size_t match_runs(std::uint16_t value, const std::uint16_t* values, const Run* runs, std::size_t run_count,
                       std::uint32_t distance, std::uint32_t* places) noexcept {
    const __m256i sought = _mm256_set1_epi16(static_cast<short>(value));
    const __m256i bits = _mm256_set1_epi16(static_cast<short>(distance));
    std::size_t found = 0;
    for (std::size_t run = 0; run < run_count; ++run) {
        std::uint32_t i = runs[run].begin;
        const std::uint32_t end = runs[run].end;
        for (; end - i >= 16; i += 16) {
            const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + i));
            const __m256i equal = _mm256_cmpeq_epi16(bits, ones16(_mm256_xor_si256(x, sought)));
            for (auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(equal)) & 0x55555555U; mask != 0;
                 mask &= mask - 1)
                places[found++] = i + static_cast<std::uint32_t>(__builtin_ctz(mask)) / 2;
        }
        for (; i < end; ++i) {
            places[found] = i;
            found += Popcount::of(static_cast<std::uint16_t>(values[i] ^ value)) == distance ? 1U : 0U;
        }
    }
    return found;
}

}  // namespace

const Table kAvx2 = {
    .level = Level::avx2,
    .name = "avx2",
    .scan64 = scan_blocks<Block64, Distance64>,
    .scan128 = scan_blocks<Block128, Distance128>,
    .scan_heads = scan_heads,
    .scan256 = scan_blocks<Block256, Distance256>,
    .distances64 = distances64,
    .distances256 = distances256,
    .scan_places64 = scan_places_loop<Distance64>,
    .scan_places256 = scan_places_loop<Distance256>,
    .scan_lines = scan_lines_loop<LineMask>,
    .match_runs = match_runs,
    .pdq = &kPdqAvx2,
};

}  // namespace tutela::kernels
