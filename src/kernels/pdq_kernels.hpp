// The inner loops of PDQ, one set for each level; reached by table().pdq (kernels.hpp). Layer: kernels.
//
// All levels give equal results, bit for bit: integer sums are exact, and floating-point sums are made in the same
// order everywhere, each product and each sum rounded by itself. This header is bound by the rules of kernels.hpp.
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

// out[k] = sum over t < length of row[first[k] + t] * weights[k * length + t], for 64 outputs. `length` is a multiple
// of kPdqLanes. Lane l sums the t that are l modulo 8, in order; then ((0+1)+(2+3)) + ((4+5)+(6+7)).
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

// As PdqTransform. For each coefficient, `magnitudes` tells the sum of the magnitudes of all products and partial sums
// that went into it, those of the first product weighed as they go into the second: times 2^-24, that is how far the
// same sums can stray in float32.
using PdqTransformMeasured = void (*)(const PdqCosines<double>& cosines, const double* samples, double* coefficients,
                                      double* magnitudes);

// The sums over all neighbours u, v of 64x64 samples of |trunc((u - v) * 100 / 255)|, when every quotient may be wrong
// by `tolerance`: the least and the most that they can be.
struct PdqSteps {
    std::int32_t least;
    std::int32_t most;
};
using PdqCountSteps = PdqSteps (*)(const double* samples, double tolerance);

// How the bytes of a pixel lie.
enum class PdqPixels : std::uint32_t { gray, limited, rgb, bgr, bgra };

// The luma of each pixel of a row: (0.299 R + 0.587 G) + 0.114 B, gray as it stands, or (min(max(Y, 16), 235) - 16) *
// 255 /
// 219; in float32, each product, sum and quotient rounded by itself.
using PdqLuma = void (*)(const std::uint8_t* row, std::size_t width, PdqPixels pixels, float* luma);

// The box filter in the reference's order of float operations: a running sum, to which the new value is added before
// the old one is subtracted, divided by how many values are inside. The mean at x is of x - behind .. x + ahead.
struct PdqBox {
    std::size_t side;  // values along the filter
    std::size_t ahead;
    std::size_t behind;
};

// Rows are filtered so many at a time. Widths of rows of floats are rounded up to it: so much is readable and writable.
inline constexpr std::size_t kPdqBand = 16;

// Filters kPdqBand rows, which begin `stride` floats apart, into `out`, laid out as they are. `columns` is scratch of
// kPdqBand times the width.
using PdqBoxRows = void (*)(const float* rows, std::size_t stride, const PdqBox& box, float* columns, float* out);

// The same, but only the means at 64 places, which rise or stay, are written: row i at out[64 i].
using PdqBoxRowsAt = void (*)(const float* rows, std::size_t stride, const PdqBox& box, const std::uint32_t* places,
                              float* columns, float* out);

// One step of running sums along the columns: sums += enter, sums -= leave, out = sums / inside; what is null is left
// out.
using PdqSlide = void (*)(float* sums, const float* enter, const float* leave, std::size_t inside, std::size_t width,
                          float* out);

struct PdqKernels {
    PdqTentRows tent_rows;
    PdqWeighRows weigh_rows;
    PdqWeighColumns weigh_columns;
    PdqTransform transform;
    PdqTransformMeasured transform_measured;
    PdqTransformFloat transform_float;
    PdqCountSteps count_steps;
    PdqLuma luma;
    PdqBoxRows box_rows;
    PdqBoxRowsAt box_rows_at;
    PdqSlide slide;
};

extern const PdqKernels kPdqPortable;
extern const PdqKernels kPdqAvx2;
extern const PdqKernels kPdqAvx512;

}  // namespace tutela::kernels
