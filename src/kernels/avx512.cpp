// For x86 with AVX-512 and VPOPCNTDQ, which counts the ones of eight 64-bit words at once.
// Compiled with -mavx512f and its companions (CMakeLists.txt).
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

// The number of ones, word by word, in which the query differs from the 64 bytes at `hashes`.
inline __m512i ones(__m512i query, const std::uint8_t* hashes) noexcept {
    return _mm512_popcnt_epi64(_mm512_xor_si512(query, _mm512_loadu_si512(hashes)));
}

// a0+a1, b0+b1, a2+a3, b2+b3 and so on of 64-bit words.
inline __m512i add_pairs(__m512i a, __m512i b) noexcept {
    return _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

// The distances of eight hashes of 128 bits, in the order 0 4 1 5 2 6 3 7.
inline __m512i eight_distances128(__m512i query, const std::uint8_t* hashes) noexcept {
    return add_pairs(ones(query, hashes), ones(query, hashes + 64));
}

// The distances of eight hashes of 256 bits, in the order 0 2 1 3 4 6 5 7.
inline __m512i eight_distances256(__m512i query, const std::uint8_t* hashes) noexcept {
    const __m512i a = add_pairs(ones(query, hashes), ones(query, hashes + 64));
    const __m512i b = add_pairs(ones(query, hashes + 128), ones(query, hashes + 192));
    return _mm512_add_epi64(_mm512_shuffle_i64x2(a, b, 0x88), _mm512_shuffle_i64x2(a, b, 0xdd));
}

inline __m512i repeat64(const std::uint8_t* query) noexcept {
    long long word = 0;
    __builtin_memcpy(&word, query, sizeof word);
    return _mm512_set1_epi64(word);
}

inline __m512i repeat128(const std::uint8_t* query) noexcept {
    return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(query)));
}

inline __m512i repeat256(const std::uint8_t* query) noexcept {
    return _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(query)));
}

// The query, repeated to fill a vector, and the radius.
struct Query {
    __m512i bits;
    __m512i radius;

    [[nodiscard]] bool any_within(__m512i distances) const noexcept {
        return _mm512_cmple_epu64_mask(distances, radius) != 0;
    }
};

inline __m512i radius_words(std::uint32_t radius) noexcept {
    return _mm512_set1_epi64(static_cast<long long>(radius));
}

struct Block64 : Query {
    static constexpr std::size_t kCount = 32;
    Block64(const std::uint8_t* query, std::uint32_t radius) noexcept : Query{repeat64(query), radius_words(radius)} {}
    [[nodiscard]] bool any_within(const std::uint8_t* hashes) const noexcept {
        const __m512i a = _mm512_min_epu64(ones(bits, hashes), ones(bits, hashes + 64));
        const __m512i b = _mm512_min_epu64(ones(bits, hashes + 128), ones(bits, hashes + 192));
        return Query::any_within(_mm512_min_epu64(a, b));
    }
};

struct Block128 : Query {
    static constexpr std::size_t kCount = 16;
    Block128(const std::uint8_t* query, std::uint32_t radius) noexcept
        : Query{repeat128(query), radius_words(radius)} {}
    [[nodiscard]] bool any_within(const std::uint8_t* hashes) const noexcept {
        return Query::any_within(
            _mm512_min_epu64(eight_distances128(bits, hashes), eight_distances128(bits, hashes + 128)));
    }
};

struct Block256 : Query {
    static constexpr std::size_t kCount = 16;
    Block256(const std::uint8_t* query, std::uint32_t radius) noexcept
        : Query{repeat256(query), radius_words(radius)} {}
    [[nodiscard]] bool any_within(const std::uint8_t* hashes) const noexcept {
        return Query::any_within(
            _mm512_min_epu64(eight_distances256(bits, hashes), eight_distances256(bits, hashes + 256)));
    }
};

std::size_t scan_heads(const std::uint8_t* query, const std::uint8_t* blocks, std::size_t count, std::uint32_t radius,
                       Hit* hits) noexcept {
    constexpr std::size_t kStep = 4 * kHeadBlock;
    const Query first{repeat64(query), radius_words(radius)};
    const __m512i second = repeat64(query + 8);
    const auto eight = [&](const std::uint8_t* block) {
        return _mm512_add_epi64(ones(first.bits, block), ones(second, block + 64));
    };
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + kStep <= count; i += kStep) {
        const std::uint8_t* block = blocks + i * 16;
        const __m512i a = _mm512_min_epu64(eight(block), eight(block + 128));
        const __m512i b = _mm512_min_epu64(eight(block + 256), eight(block + 384));
        if (first.any_within(_mm512_min_epu64(a, b)))
            found = append_head_hits<Popcount>(query, blocks, i, i + kStep, radius, hits, found);
    }
    return append_head_hits<Popcount>(query, blocks, i, count, radius, hits, found);
}

inline void store_eight(__m512i distances, std::uint16_t* out) noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtepi64_epi16(distances));
}

void distances64(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count,
                 std::uint16_t* distances) noexcept {
    const __m512i bits = repeat64(query);
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8)
        store_eight(ones(bits, hashes + i * 8), distances + i);
    fill_distances<Distance64>(query, hashes, i, count, distances);
}

void distances256(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count,
                  std::uint16_t* distances) noexcept {
    const __m512i bits = repeat256(query);
    const __m512i order = _mm512_setr_epi64(0, 2, 1, 3, 4, 6, 5, 7);
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8)
        store_eight(_mm512_permutexvar_epi64(order, eight_distances256(bits, hashes + i * 32)), distances + i);
    fill_distances<Distance256>(query, hashes, i, count, distances);
}

struct LineMask {
    __m512i sketch;
    __m512i limit;

    LineMask(std::uint16_t sketch_in, std::uint32_t limit_in) noexcept
        : sketch(_mm512_set1_epi16(static_cast<short>(sketch_in))),
          limit(_mm512_set1_epi16(static_cast<short>(limit_in))) {}
    [[nodiscard]] std::uint32_t of(const std::uint16_t* line) const noexcept {
        const __m512i ones = _mm512_popcnt_epi16(_mm512_xor_si512(sketch, _mm512_load_si512(line)));
        return _mm512_cmple_epu16_mask(ones, limit);
    }
};

std::size_t match_runs(std::uint16_t value, const std::uint16_t* values, const Run* runs, std::size_t run_count,
                       std::uint32_t distance, std::uint32_t* places) noexcept {
    const __m512i sought = _mm512_set1_epi16(static_cast<short>(value));
    const __m512i bits = _mm512_set1_epi16(static_cast<short>(distance));
    std::size_t found = 0;
    for (std::size_t run = 0; run < run_count; ++run) {
        for (std::uint32_t i = runs[run].begin; i < runs[run].end; i += 32) {
            const std::uint32_t left = runs[run].end - i;
            const __mmask32 valid = left >= 32 ? ~0U : (1U << left) - 1;
            const __m512i x = _mm512_maskz_loadu_epi16(valid, values + i);
            std::uint32_t mask =
                _mm512_mask_cmpeq_epu16_mask(valid, bits, _mm512_popcnt_epi16(_mm512_xor_si512(sought, x)));
            for (; mask != 0; mask &= mask - 1)
                places[found++] = i + static_cast<std::uint32_t>(__builtin_ctz(mask));
        }
    }
    return found;
}

}  // namespace

const Table kAvx512 = {
    .level = Level::avx512,
    .name = "avx512",
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
    .pdq = &kPdqAvx512,
};

}  // namespace tutela::kernels
