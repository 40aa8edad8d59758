// The inner loops of PDQ, one set for each level; reached by table().pdq (kernels.hpp). Layer: kernels.
//
// All levels give equal results, bit for bit: integer sums are exact, and floating-point sums are made in the same order
// everywhere, each product and each sum rounded by itself. This header is bound by the rules of kernels.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tutela::kernels {

inline constexpr std::size_t kPdqSide = 64;         // samples on a side
inline constexpr std::size_t kPdqFrequencies = 16;  // coefficients on a side

// Some rows of bytes. What is summed is min(byte - floor, range), and 0 for bytes below the floor; 0 and 255 leave the
// bytes as they are.
struct PdqRows {
    const std::uint8_t* first;
    std::size_t stride_bytes;
    std::size_t count;  // rows
    std::size_t width;  // bytes of a row; no byte past it is read
    std::uint8_t floor;
    std::uint8_t range;
};

// Sums of columns are written in groups of so many: the room is the width rounded up.
inline constexpr std::size_t kPdqGroup = 64;

// The largest weight of a tent, and the most rows it can cover.
inline constexpr std::size_t kPdqTentHeight = 64;
inline constexpr std::size_t kPdqTentRows = 2 * kPdqTentHeight - 1;

// sums[x] = sum over t of weights[t] * row t, byte x. Exact. At most kPdqTentRows rows; weights up to kPdqTentHeight.
using PdqTentRows = void (*)(const PdqRows& rows, const std::uint8_t* weights, double* sums);

// The same with any weights and any number of rows, added in the order of the rows.
using PdqWeighRows = void (*)(const PdqRows& rows, const double* weights, double* sums);

// Columns are weighed eight at a time.
inline constexpr std::size_t kPdqLanes = 8;

// out[k] = sum over t < length of row[first[k] + t] * weights[k * length + t], for 64 outputs. `length` is a multiple of
// kPdqLanes. Lane l sums the t that are l modulo 8, in order; then ((0+1)+(2+3)) + ((4+5)+(6+7)).
using PdqWeighColumns = void (*)(const double* row, const std::uint32_t* first, const double* weights,
                                 std::size_t length, double* out);

// The cosines of the transform, [frequency][place] and [place][frequency].
template <typename Float>
struct PdqCosines {
    alignas(64) Float rows[kPdqFrequencies * kPdqSide];
    alignas(64) Float columns[kPdqSide * kPdqFrequencies];
};

// coefficients = rows * samples * columns, every sum in the order of the places. `samples` and `coefficients` lie on a
// cache line.
using PdqTransform = void (*)(const PdqCosines<double>& cosines, const double* samples, double* coefficients);
using PdqTransformFloat = void (*)(const PdqCosines<float>& cosines, const float* samples, float* coefficients);

struct PdqKernels {
    PdqTentRows tent_rows;
    PdqWeighRows weigh_rows;
    PdqWeighColumns weigh_columns;
    PdqTransform transform;
    PdqTransformFloat transform_float;
};

extern const PdqKernels kPdqPortable;
extern const PdqKernels kPdqAvx2;
extern const PdqKernels kPdqAvx512;

}  // namespace tutela::kernels
