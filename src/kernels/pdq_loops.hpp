// The loops of PDQ for vectors of any size. Layer: kernels.
//
// Included by the file of each level, as loops.hpp is. A Machine is a type of the file's unnamed namespace, so that no two
// levels share a function; Machine::kBytes is the size of a vector. The vectors are the compilers' own, so one source
// serves all processors.
#pragma once

#include "kernels/pdq_kernels.hpp"

namespace tutela::kernels {

template <typename Machine, typename Element>
struct Vector {
    typedef Element Type
        __attribute__((vector_size(Machine::kBytes)));  // NOLINT(modernize-use-using): needs an attribute
    static constexpr std::size_t kLanes = Machine::kBytes / sizeof(Element);
};

// sums[x] for a group of columns, of which `width` are there.
template <typename Machine>
void tent_group(const PdqRows& rows, const std::uint8_t* first, std::size_t width, const std::uint8_t* weights,
                double* sums) noexcept {
    std::uint32_t totals[kPdqGroup] = {};
    for (std::size_t t = 0; t < rows.count; ++t) {
        std::uint8_t bytes[kPdqGroup] = {};
        __builtin_memcpy(bytes, first + t * rows.stride_bytes, width);
        for (std::size_t i = 0; i < kPdqGroup; ++i) {
            const int above = bytes[i] > rows.floor ? bytes[i] - rows.floor : 0;
            totals[i] += static_cast<std::uint32_t>((above < rows.range ? above : rows.range) * weights[t]);
        }
    }
    for (std::size_t i = 0; i < kPdqGroup; ++i)
        sums[i] = static_cast<double>(static_cast<int>(totals[i]));
}

template <typename Machine>
void tent_rows_loop(const PdqRows& rows, const std::uint8_t* weights, double* sums) noexcept {
    for (std::size_t x = 0; x < rows.width; x += kPdqGroup) {
        const std::size_t left = rows.width - x;
        tent_group<Machine>(rows, rows.first + x, left < kPdqGroup ? left : kPdqGroup, weights, sums + x);
    }
}

template <typename Machine>
void weigh_group(const PdqRows& rows, const std::uint8_t* first, std::size_t width, const double* weights,
                 double* sums) noexcept {
    double totals[kPdqGroup] = {};
    for (std::size_t t = 0; t < rows.count; ++t) {
        std::uint8_t bytes[kPdqGroup] = {};
        __builtin_memcpy(bytes, first + t * rows.stride_bytes, width);
        for (std::size_t i = 0; i < kPdqGroup; ++i) {
            const int above = bytes[i] > rows.floor ? bytes[i] - rows.floor : 0;
            totals[i] += weights[t] * static_cast<double>(above < rows.range ? above : rows.range);
        }
    }
    __builtin_memcpy(sums, totals, sizeof totals);
}

template <typename Machine>
void weigh_rows_loop(const PdqRows& rows, const double* weights, double* sums) noexcept {
    for (std::size_t x = 0; x < rows.width; x += kPdqGroup) {
        const std::size_t left = rows.width - x;
        weigh_group<Machine>(rows, rows.first + x, left < kPdqGroup ? left : kPdqGroup, weights, sums + x);
    }
}

template <typename Machine>
void weigh_columns_loop(const double* row, const std::uint32_t* first, const double* weights, std::size_t length,
                        double* out) noexcept {
    using Doubles = typename Vector<Machine, double>::Type;
    constexpr std::size_t kParts = kPdqLanes * sizeof(double) / sizeof(Doubles);
    for (std::size_t k = 0; k < kPdqSide; ++k) {
        const double* values = row + first[k];
        Doubles sums[kParts] = {};
        for (std::size_t t = 0; t < length; t += kPdqLanes) {
            Doubles x[kParts];
            Doubles w[kParts];
            __builtin_memcpy(x, values + t, sizeof x);
            __builtin_memcpy(w, weights + t, sizeof w);
            for (std::size_t part = 0; part < kParts; ++part)
                sums[part] += x[part] * w[part];
        }
        double lanes[kPdqLanes];
        __builtin_memcpy(lanes, sums, sizeof lanes);
        out[k] = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
        weights += length;
    }
}

// result[i][j] = sum over k of left[i][k] * right[k][j], for some rows i and all `Columns` j.
template <typename Machine, typename Float, std::size_t Rows, std::size_t Columns>
void multiply_rows(const Float* left, const Float* right, Float* result) noexcept {
    using Floats = typename Vector<Machine, Float>::Type;
    constexpr std::size_t kLanes = Vector<Machine, Float>::kLanes;
    constexpr std::size_t kWide = Columns / kLanes < 2 ? 1 : 2;  // vectors at a time
    for (std::size_t j = 0; j < Columns; j += kWide * kLanes) {
        Floats sums[Rows][kWide] = {};
        for (std::size_t k = 0; k < kPdqSide; ++k) {
            Floats x[kWide];
            __builtin_memcpy(x, right + k * Columns + j, sizeof x);
            for (std::size_t i = 0; i < Rows; ++i) {
                for (std::size_t part = 0; part < kWide; ++part)
                    sums[i][part] += left[i * kPdqSide + k] * x[part];
            }
        }
        for (std::size_t i = 0; i < Rows; ++i)
            __builtin_memcpy(result + i * Columns + j, sums[i], sizeof sums[i]);
    }
}

template <typename Machine, typename Float>
void transform_loop(const PdqCosines<Float>& cosines, const Float* samples, Float* coefficients) noexcept {
    constexpr std::size_t kRows = 4;
    alignas(64) Float half[kPdqFrequencies * kPdqSide];
    for (std::size_t i = 0; i < kPdqFrequencies; i += kRows) {
        multiply_rows<Machine, Float, kRows, kPdqSide>(cosines.rows + i * kPdqSide, samples, half + i * kPdqSide);
    }
    for (std::size_t i = 0; i < kPdqFrequencies; i += kRows) {
        multiply_rows<Machine, Float, kRows, kPdqFrequencies>(half + i * kPdqSide, cosines.columns,
                                                              coefficients + i * kPdqFrequencies);
    }
}

}  // namespace tutela::kernels
