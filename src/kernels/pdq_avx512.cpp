// PDQ for x86 with AVX-512. Compiled as avx512.cpp is (CMakeLists.txt).
#include <immintrin.h>

#include "kernels/pdq_loops.hpp"
#include "kernels/pdq_tent_plan.hpp"

namespace tutela::kernels {

namespace {

struct Machine {
    static constexpr std::size_t kBytes = 64;
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
void tent_columns(const PdqRows& rows, const std::uint8_t* weights, double* out) noexcept {
    constexpr std::size_t kGroups = 4;
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
        tent_columns<false>(rows, weights, out);
    } else {
        tent_columns<true>(rows, weights, out);
    }
}

}  // namespace

const PdqKernels kPdqAvx512 = {
    .tent_rows = tent_rows,
    .weigh_rows = weigh_rows_loop<Machine>,
    .weigh_columns = weigh_columns_loop<Machine>,
    .transform = transform_loop<Machine, double>,
    .transform_float = transform_loop<Machine, float>,
};

}  // namespace tutela::kernels
