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

}  // namespace

const Table kAvx512 = {
    .level = Level::avx512,
    .name = "avx512",
    .scan64 = scan_blocks<Block64, Distance64>,
    .scan128 = scan_blocks<Block128, Distance128>,
    .scan256 = scan_blocks<Block256, Distance256>,
    .distances64 = distances64,
    .distances256 = distances256,
};

}  // namespace tutela::kernels
