// The loops of PDQ for vectors of any size. Layer: kernels.
//
// Included by the file of each level, as loops.hpp is. A Machine is a type of the file's unnamed namespace, so that no
// two levels share a function; Machine::kBytes is the size of a vector. The vectors are the compilers' own, so one
// source serves all processors.
#pragma once

#include "kernels/pdq_kernels.hpp"
#include "kernels/pdq_tent_plan.hpp"

namespace tutela::kernels {

template <typename Machine, typename Element>
struct Vector {
    // NOLINTBEGIN(modernize-use-using): a name for a type with attributes
    typedef Element Type __attribute__((vector_size(Machine::kBytes)));
    typedef Element Loose __attribute__((vector_size(Machine::kBytes), aligned(sizeof(Element)), may_alias));
    // NOLINTEND(modernize-use-using)
    static constexpr std::size_t kLanes = Machine::kBytes / sizeof(Element);

    // At any address. Not by copying bytes: compilers copy in smaller pieces, and the vector then waits for them.
    static void load(const Element* from, Type& vector) noexcept { vector = *reinterpret_cast<const Loose*>(from); }
    static void store(const Type& vector, Element* to) noexcept { *reinterpret_cast<Loose*>(to) = vector; }
};

// What is summed of a byte.
template <typename Machine, bool Clamps>
inline std::uint8_t level_of(const PdqRows& rows, std::uint8_t byte) noexcept {
    if (!Clamps) return byte;
    const auto above = static_cast<std::uint8_t>(byte > rows.floor ? byte - rows.floor : 0);
    return above < rows.range ? above : rows.range;
}

// A group of columns, of which `width` are there.
template <typename Machine, bool Clamps>
void tent_group(const PdqRows& rows, const TentPlan<Machine>& plan, const std::uint8_t* first, std::size_t width,
                double* sums) noexcept {
    std::uint16_t inside[kPdqGroup] = {};
    std::uint32_t totals[kPdqGroup] = {};
    for (std::size_t f = 0; f < plan.count; ++f) {
        const auto& four = plan.fours[f];
        for (std::size_t t = 0; t < 4; ++t) {
            std::uint8_t bytes[kPdqGroup] = {};
            if (width == kPdqGroup) {
                __builtin_memcpy(bytes, first + four.offset[t], kPdqGroup);
            } else {
                __builtin_memcpy(bytes, first + four.offset[t], width);
            }
            const auto weight = static_cast<std::uint8_t>(four.pair[t / 2] >> (t % 2 * 8));
            for (std::size_t i = 0; i < kPdqGroup; ++i)
                inside[i] = static_cast<std::uint16_t>(inside[i] + level_of<Machine, Clamps>(rows, bytes[i]) * weight);
        }
        if (!four.last) continue;
        for (std::size_t i = 0; i < kPdqGroup; ++i) {
            totals[i] += inside[i];
            inside[i] = 0;
        }
    }
    for (std::size_t i = 0; i < kPdqGroup; ++i)
        sums[i] = static_cast<double>(static_cast<std::int32_t>(totals[i]));
}

template <typename Machine, bool Clamps>
void tent_columns(const PdqRows& rows, const std::uint8_t* weights, double* sums) noexcept {
    const TentPlan<Machine> plan(rows, weights);
    for (std::size_t x = 0; x < rows.width; x += kPdqGroup) {
        const std::size_t left = rows.width - x;
        tent_group<Machine, Clamps>(rows, plan, rows.first + x, left < kPdqGroup ? left : kPdqGroup, sums + x);
    }
}

template <typename Machine>
void tent_rows_loop(const PdqRows& rows, const std::uint8_t* weights, double* sums) noexcept {
    if (rows.floor == 0 && rows.range == 255) {
        tent_columns<Machine, false>(rows, weights, sums);
    } else {
        tent_columns<Machine, true>(rows, weights, sums);
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
            totals[i] += weights[t] * static_cast<double>(level_of<Machine, true>(rows, bytes[i]));
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
    constexpr std::size_t kStep = Vector<Machine, double>::kLanes;
    constexpr std::size_t kParts = kPdqLanes / kStep;
    for (std::size_t k = 0; k < kPdqSide; ++k) {
        const double* values = row + first[k];
        Doubles sums[kParts] = {};
        for (std::size_t t = 0; t < length; t += kPdqLanes) {
            for (std::size_t part = 0; part < kParts; ++part) {
                Doubles x;
                Doubles w;
                Vector<Machine, double>::load(values + t + part * kStep, x);
                Vector<Machine, double>::load(weights + t + part * kStep, w);
                sums[part] += x * w;
            }
        }
        double lanes[kPdqLanes];
        for (std::size_t part = 0; part < kParts; ++part)
            Vector<Machine, double>::store(sums[part], lanes + part * kStep);
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
            for (std::size_t part = 0; part < kWide; ++part)
                Vector<Machine, Float>::load(right + k * Columns + j + part * kLanes, x[part]);
            for (std::size_t i = 0; i < Rows; ++i) {
                for (std::size_t part = 0; part < kWide; ++part)
                    sums[i][part] += left[i * kPdqSide + k] * x[part];
            }
        }
        for (std::size_t i = 0; i < Rows; ++i) {
            for (std::size_t part = 0; part < kWide; ++part)
                Vector<Machine, Float>::store(sums[i][part], result + i * Columns + j + part * kLanes);
        }
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

template <typename Machine>
struct Magnitude {
    using Doubles = typename Vector<Machine, double>::Type;
    using Words = typename Vector<Machine, long long>::Type;

    // Without the sign bit.
    static void of(const Doubles& x, Doubles& magnitude) noexcept {
        magnitude = reinterpret_cast<Doubles>(reinterpret_cast<Words>(x) & 0x7fffffffffffffffLL);
    }
};

// As multiply_rows; `before` are the magnitudes that belong to `left`, or null when it is exact.
template <typename Machine, std::size_t Rows, std::size_t Columns>
void multiply_measured(const double* left, const double* before, const double* right, double* result,
                       double* magnitudes) noexcept {
    using Doubles = typename Vector<Machine, double>::Type;
    for (std::size_t j = 0; j < Columns; j += Vector<Machine, double>::kLanes) {
        Doubles sums[Rows] = {};
        Doubles measures[Rows] = {};
        for (std::size_t k = 0; k < kPdqSide; ++k) {
            Doubles x;
            Doubles magnitude;
            Vector<Machine, double>::load(right + k * Columns + j, x);
            for (std::size_t i = 0; i < Rows; ++i) {
                const Doubles product = left[i * kPdqSide + k] * x;
                sums[i] += product;
                Magnitude<Machine>::of(product, magnitude);
                measures[i] += magnitude;
                Magnitude<Machine>::of(sums[i], magnitude);
                measures[i] += magnitude;
            }
            if (before == nullptr) continue;
            Magnitude<Machine>::of(x, magnitude);
            for (std::size_t i = 0; i < Rows; ++i)
                measures[i] += before[i * kPdqSide + k] * magnitude;
        }
        for (std::size_t i = 0; i < Rows; ++i) {
            Vector<Machine, double>::store(sums[i], result + i * Columns + j);
            Vector<Machine, double>::store(measures[i], magnitudes + i * Columns + j);
        }
    }
}

template <typename Machine>
void transform_measured_loop(const PdqCosines<double>& cosines, const double* samples, double* coefficients,
                             double* magnitudes) noexcept {
    constexpr std::size_t kRows = 4;
    alignas(64) double half[kPdqFrequencies * kPdqSide];
    alignas(64) double before[kPdqFrequencies * kPdqSide];
    for (std::size_t i = 0; i < kPdqFrequencies; i += kRows) {
        multiply_measured<Machine, kRows, kPdqSide>(cosines.rows + i * kPdqSide, nullptr, samples, half + i * kPdqSide,
                                                    before + i * kPdqSide);
    }
    for (std::size_t i = 0; i < kPdqFrequencies; i += kRows) {
        multiply_measured<Machine, kRows, kPdqFrequencies>(half + i * kPdqSide, before + i * kPdqSide, cosines.columns,
                                                           coefficients + i * kPdqFrequencies,
                                                           magnitudes + i * kPdqFrequencies);
    }
}

// Adds the steps of `count` pairs to `steps`.
template <typename Machine>
inline void add_steps(const double* u, const double* v, std::size_t count, double tolerance, PdqSteps& steps) noexcept {
    std::int32_t least = 0;
    std::int32_t most = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double difference = (u[i] - v[i]) * 100.0 / 255.0;
        const double step = difference < 0 ? -difference : difference;
        const double less = step - tolerance;
        least += static_cast<std::int32_t>(less < 0 ? 0 : less);
        most += static_cast<std::int32_t>(step + tolerance);
    }
    steps.least += least;
    steps.most += most;
}

template <typename Machine>
PdqSteps count_steps_loop(const double* samples, double tolerance) noexcept {
    PdqSteps steps = {0, 0};
    for (std::size_t i = 0; i < kPdqSide; ++i) {
        const double* row = samples + i * kPdqSide;
        add_steps<Machine>(row, row + 1, kPdqSide - 1, tolerance, steps);
        if (i + 1 < kPdqSide) add_steps<Machine>(row, row + kPdqSide, kPdqSide, tolerance, steps);
    }
    return steps;
}

}  // namespace tutela::kernels
