// PDQ for x86 with AVX-512. Compiled as avx512.cpp is (CMakeLists.txt).
#include <immintrin.h>

#include "kernels/pdq_box_loops.hpp"
#include "kernels/pdq_loops.hpp"
#include "kernels/pdq_tent_plan.hpp"

namespace tutela::kernels {

namespace {

struct Machine {
    static constexpr std::size_t kBytes = 64;

    // Markstein's division by a small integer w: with r = RN(1/w), q = RN(s r), e = s - q w, the quotient is RN(q + e
    // r). q lies within 1.5 units in the last place (ulp) of s/w, so e is an integer of less than 2^24 ulps when w <
    // 2^23, and the fused operation gives it exactly. q + e r = s/w + e (r - 1/w), which is within 2^-23 ulp of s/w. A
    // quotient s/w whose s has 24 bits is no midpoint between two floats (2 s 2^t = (2j + 1) w needs more factors 2 in
    // w than w has, since 2^t > w/2), so it lies 1 / (2w) ulp or more from any: both round alike when w < 2^22. Beyond,
    // it is divided.
    static void divide(const __m512& sums, float count, float reciprocal, __m512& means) noexcept {
        if (count >= 1048576.0F) {
            means = _mm512_div_ps(sums, _mm512_set1_ps(count));
            return;
        }
        const __m512 w = _mm512_set1_ps(count);
        const __m512 r = _mm512_set1_ps(reciprocal);
        const __m512 quotient = _mm512_mul_ps(sums, r);
        const __m512 rest = _mm512_fnmadd_ps(quotient, w, sums);
        means = _mm512_fmadd_ps(rest, r, quotient);
    }
};

// What min(byte - floor, range) needs, if it does anything.
template <bool Clamps>
struct Levels {
    __m512i floor;
    __m512i range;

    explicit Levels(const PdqRows& rows) noexcept
        : floor(_mm512_set1_epi8(static_cast<char>(rows.floor))),
          range(_mm512_set1_epi8(static_cast<char>(rows.range))) {}
    [[nodiscard]] __m512i of(__m512i bytes) const noexcept {
        return Clamps ? _mm512_min_epu8(_mm512_subs_epu8(bytes, floor), range) : bytes;
    }
};

// The 16-bit sums of 64 columns: of each 16 columns, `low` has the first eight and `high` the others.
struct Sums {
    __m512i low = _mm512_setzero_si512();
    __m512i high = _mm512_setzero_si512();

    void add(__m512i a, __m512i b, __m512i weights) noexcept {
        low = _mm512_add_epi16(low, _mm512_maddubs_epi16(_mm512_unpacklo_epi8(a, b), weights));
        high = _mm512_add_epi16(high, _mm512_maddubs_epi16(_mm512_unpackhi_epi8(a, b), weights));
    }

    // Empties the sums into 64 doubles; the first time over what is there, then onto it.
    void move_to(double* out, bool first) noexcept {
        const auto put = [&](__m128i eight, double* to) {
            const __m512d sums = _mm512_cvtepi32_pd(_mm256_cvtepu16_epi32(eight));
            _mm512_storeu_pd(to, first ? sums : _mm512_add_pd(sums, _mm512_loadu_pd(to)));
        };
        put(_mm512_extracti32x4_epi32(low, 0), out);
        put(_mm512_extracti32x4_epi32(high, 0), out + 8);
        put(_mm512_extracti32x4_epi32(low, 1), out + 16);
        put(_mm512_extracti32x4_epi32(high, 1), out + 24);
        put(_mm512_extracti32x4_epi32(low, 2), out + 32);
        put(_mm512_extracti32x4_epi32(high, 2), out + 40);
        put(_mm512_extracti32x4_epi32(low, 3), out + 48);
        put(_mm512_extracti32x4_epi32(high, 3), out + 56);
        *this = Sums();
    }
};

template <bool Clamps, std::size_t Groups, typename Load>
void tent_strip(const TentPlan<Machine>& plan, const Levels<Clamps>& levels, const std::uint8_t* first,
                const Load& load, double* out) noexcept {
    Sums sums[Groups];
    bool fresh = true;
    for (std::size_t i = 0; i < plan.count; ++i) {
        const auto& four = plan.fours[i];
        const __m512i top = _mm512_set1_epi16(static_cast<short>(four.pair[0]));
        const __m512i bottom = _mm512_set1_epi16(static_cast<short>(four.pair[1]));
        for (std::size_t group = 0; group < Groups; ++group) {
            const std::uint8_t* from = first + group * kPdqGroup;
            for (const std::size_t offset : four.offset)
                __builtin_prefetch(from + offset + kTentLookAhead);
            sums[group].add(levels.of(load(from + four.offset[0])), levels.of(load(from + four.offset[1])), top);
            sums[group].add(levels.of(load(from + four.offset[2])), levels.of(load(from + four.offset[3])), bottom);
        }
        if (!four.last) continue;
        for (std::size_t group = 0; group < Groups; ++group)
            sums[group].move_to(out + group * kPdqGroup, fresh);
        fresh = false;
    }
}

template <bool Clamps>
void tent_strips(const PdqRows& rows, const std::uint8_t* weights, double* out) noexcept {
    constexpr std::size_t kGroups = 2;
    const TentPlan<Machine> plan(rows, weights);
    const Levels<Clamps> levels(rows);
    const auto whole = [](const std::uint8_t* from) { return _mm512_loadu_si512(from); };
    std::size_t x = 0;
    for (; x + kGroups * kPdqGroup <= rows.width; x += kGroups * kPdqGroup)
        tent_strip<Clamps, kGroups>(plan, levels, rows.first + x, whole, out + x);
    for (; x < rows.width; x += kPdqGroup) {
        const std::size_t left = rows.width - x;
        const __mmask64 there = left < kPdqGroup ? (1ULL << left) - 1 : ~0ULL;
        const auto part = [there](const std::uint8_t* from) { return _mm512_maskz_loadu_epi8(there, from); };
        tent_strip<Clamps, 1>(plan, levels, rows.first + x, part, out + x);
    }
}

void tent_rows(const PdqRows& rows, const std::uint8_t* weights, double* out) noexcept {
    if (rows.floor == 0 && rows.range == 255) {
        tent_strips<false>(rows, weights, out);
    } else {
        tent_strips<true>(rows, weights, out);
    }
}

template <bool Clamps>
void weigh_strips(const PdqRows& rows, const double* weights, double* out) noexcept {
    constexpr std::size_t kParts = kPdqGroup / 8;
    const Levels<Clamps> levels(rows);
    for (std::size_t x = 0; x < rows.width; x += kPdqGroup) {
        const std::size_t left = rows.width - x;
        const __mmask64 there = left < kPdqGroup ? (1ULL << left) - 1 : ~0ULL;
        __m512d sums[kParts];
        for (__m512d& sum : sums)
            sum = _mm512_setzero_pd();
        for (std::size_t t = 0; t < rows.count; ++t) {
            const __m512d weight = _mm512_set1_pd(weights[t]);
            alignas(64) std::uint8_t bytes[kPdqGroup];
            _mm512_store_si512(bytes,
                               levels.of(_mm512_maskz_loadu_epi8(there, rows.first + t * rows.stride_bytes + x)));
            for (std::size_t part = 0; part < kParts; ++part) {
                const __m128i eight = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes + 8 * part));
                const __m512d values = _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(eight));
                sums[part] = _mm512_add_pd(sums[part], _mm512_mul_pd(weight, values));
            }
        }
        for (std::size_t part = 0; part < kParts; ++part)
            _mm512_storeu_pd(out + x + 8 * part, sums[part]);
    }
}

void weigh_rows(const PdqRows& rows, const double* weights, double* out) noexcept {
    if (rows.floor == 0 && rows.range == 255) {
        weigh_strips<false>(rows, weights, out);
    } else {
        weigh_strips<true>(rows, weights, out);
    }
}

}  // namespace

const PdqKernels kPdqAvx512 = {
    .tent_rows = tent_rows,
    .weigh_rows = weigh_rows,
    .weigh_columns = weigh_columns_loop<Machine>,
    .transform = transform_loop<Machine, double>,
    .transform_measured = transform_measured_loop<Machine>,
    .transform_float = transform_loop<Machine, float>,
    .count_steps = count_steps_loop<Machine>,
    .luma = luma_loop<Machine>,
    .box_rows = box_rows_loop<Machine>,
    .box_rows_at = box_rows_at_loop<Machine>,
    .slide = slide_loop<Machine>,
};

}  // namespace tutela::kernels
