// PDQ for x86 with AVX2. Compiled as avx2.cpp is (CMakeLists.txt).
#include <immintrin.h>

#include "kernels/pdq_box_loops.hpp"
#include "kernels/pdq_loops.hpp"
#include "kernels/pdq_tent_plan.hpp"

namespace tutela::kernels {

namespace {

struct Machine {
    static constexpr std::size_t kBytes = 32;

    template <typename Floats>
    static void divide(const Floats& sums, float count, float /*reciprocal*/, Floats& means) noexcept {
        means = sums / count;
    }
};

// What min(byte - floor, range) needs, if it does anything.
template <bool Clamps>
struct Levels {
    __m256i floor;
    __m256i range;

    explicit Levels(const PdqRows& rows) noexcept
        : floor(_mm256_set1_epi8(static_cast<char>(rows.floor))),
          range(_mm256_set1_epi8(static_cast<char>(rows.range))) {}
    [[nodiscard]] __m256i of(const std::uint8_t* from) const noexcept {
        const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
        return Clamps ? _mm256_min_epu8(_mm256_subs_epu8(bytes, floor), range) : bytes;
    }
};

// The 16-bit sums of 32 columns: of each 16 columns, `low` has the first eight and `high` the others.
struct Sums {
    __m256i low = _mm256_setzero_si256();
    __m256i high = _mm256_setzero_si256();

    void add(__m256i a, __m256i b, __m256i weights) noexcept {
        low = _mm256_add_epi16(low, _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weights));
        high = _mm256_add_epi16(high, _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weights));
    }

    // Empties the sums into 32 doubles; the first time over what is there, then onto it.
    void move_to(double* out, bool first) noexcept {
        const auto put4 = [&](__m128i four, double* to) {
            const __m256d sums = _mm256_cvtepi32_pd(four);
            _mm256_storeu_pd(to, first ? sums : _mm256_add_pd(sums, _mm256_loadu_pd(to)));
        };
        const auto put = [&](__m128i eight, double* to) {
            put4(_mm_cvtepu16_epi32(eight), to);
            put4(_mm_cvtepu16_epi32(_mm_srli_si128(eight, 8)), to + 4);
        };
        put(_mm256_castsi256_si128(low), out);
        put(_mm256_castsi256_si128(high), out + 8);
        put(_mm256_extracti128_si256(low, 1), out + 16);
        put(_mm256_extracti128_si256(high, 1), out + 24);
        *this = Sums();
    }
};

// A strip of columns; each row of it is readable.
template <bool Clamps, std::size_t Width>
void tent_strip(const TentPlan<Machine>& plan, const Levels<Clamps>& levels, const std::uint8_t* first,
                double* out) noexcept {
    constexpr std::size_t kColumns = sizeof(__m256i);
    Sums sums[Width / kColumns];
    bool fresh = true;
    for (std::size_t i = 0; i < plan.count; ++i) {
        const auto& four = plan.fours[i];
        const __m256i top = _mm256_set1_epi16(static_cast<short>(four.pair[0]));
        const __m256i bottom = _mm256_set1_epi16(static_cast<short>(four.pair[1]));
        for (std::size_t x = 0; x < Width; x += kPdqGroup) {
            for (const std::size_t offset : four.offset)
                __builtin_prefetch(first + x + offset + kTentLookAhead);
        }
        for (std::size_t x = 0; x < Width; x += kColumns) {
            const std::uint8_t* from = first + x;
            sums[x / kColumns].add(levels.of(from + four.offset[0]), levels.of(from + four.offset[1]), top);
            sums[x / kColumns].add(levels.of(from + four.offset[2]), levels.of(from + four.offset[3]), bottom);
        }
        if (!four.last) continue;
        for (std::size_t x = 0; x < Width; x += kColumns)
            sums[x / kColumns].move_to(out + x, fresh);
        fresh = false;
    }
}

template <bool Clamps>
void tent_strips(const PdqRows& rows, const std::uint8_t* weights, double* out) noexcept {
    constexpr std::size_t kWidth = 128;
    const Levels<Clamps> levels(rows);
    const TentPlan<Machine> plan(rows, weights);
    std::size_t x = 0;
    for (; x + kWidth <= rows.width; x += kWidth)
        tent_strip<Clamps, kWidth>(plan, levels, rows.first + x, out + x);
    for (; x + kPdqGroup <= rows.width; x += kPdqGroup)
        tent_strip<Clamps, kPdqGroup>(plan, levels, rows.first + x, out + x);
    if (x < rows.width) tent_group<Machine, Clamps>(rows, plan, rows.first + x, rows.width - x, out + x);
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
    constexpr std::size_t kColumns = sizeof(__m256i);
    constexpr std::size_t kParts = kColumns / 4;
    const Levels<Clamps> levels(rows);
    const std::size_t whole = rows.width / kPdqGroup * kPdqGroup;
    for (std::size_t x = 0; x < whole; x += kColumns) {
        __m256d sums[kParts];
        for (__m256d& sum : sums)
            sum = _mm256_setzero_pd();
        for (std::size_t t = 0; t < rows.count; ++t) {
            const __m256d weight = _mm256_set1_pd(weights[t]);
            alignas(32) std::int32_t bytes[kColumns / 4];
            _mm256_store_si256(reinterpret_cast<__m256i*>(bytes), levels.of(rows.first + t * rows.stride_bytes + x));
            for (std::size_t part = 0; part < kParts; ++part) {
                const __m256d four = _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes[part])));
                sums[part] = _mm256_add_pd(sums[part], _mm256_mul_pd(weight, four));
            }
        }
        for (std::size_t part = 0; part < kParts; ++part)
            _mm256_storeu_pd(out + x + 4 * part, sums[part]);
    }
    if (whole < rows.width) weigh_group<Machine>(rows, rows.first + whole, rows.width - whole, weights, out + whole);
}

void weigh_rows(const PdqRows& rows, const double* weights, double* out) noexcept {
    if (rows.floor == 0 && rows.range == 255) {
        weigh_strips<false>(rows, weights, out);
    } else {
        weigh_strips<true>(rows, weights, out);
    }
}

}  // namespace

const PdqKernels kPdqAvx2 = {
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
