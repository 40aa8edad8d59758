// The 64x64 samples exactly as the reference computes them: float32, in its order of operations.
//
// Floats do not commute, so the order is part of the definition of the hash. Luma 0.299 R + 0.587 G + 0.114 B is
// rounded after every product and sum; gray8 is taken as it stands. Then twice a box filter along the rows and along
// the columns, by running sums; then the sample in the middle of each of 64x64 cells.
//
// No plane is stored: rows pass through the four filters in bands, and only the rows inside a window are kept.
#pragma once

#include <array>
#include <vector>

#include "hash/pdq_axis.hpp"
#include "hash/pdq_samples.hpp"
#include "kernels/kernels.hpp"
#include "tutela/frame.hpp"

namespace tutela::pdq {

// A box filter along the columns: rows go in one after the other, rows of means come out.
class ColumnBox {
public:
    void prepare(const BoxFilter& filter, std::size_t width);
    // Where the next rows have to be put, kPdqBand of them one after the other; then push() is called for each.
    [[nodiscard]] float* next_band() noexcept { return row(taken_); }
    // Takes in the next row. True when that gave a row of means, in `out`.
    bool push(const kernels::PdqKernels& kernels, float* out) noexcept;
    // After the last row: a row of means whose windows end with the plane. False when all were given.
    bool drain(const kernels::PdqKernels& kernels, float* out) noexcept;

private:
    [[nodiscard]] float* row(std::size_t y) noexcept { return ring_.data() + y % capacity_ * width_; }

    kernels::PdqBox box_{};
    std::size_t width_ = 0;
    std::size_t capacity_ = 0;  // rows in ring_: those of a window and a band
    std::size_t taken_ = 0;
    std::size_t given_ = 0;
    std::size_t inside_ = 0;
    std::vector<float> sums_;
    std::vector<float> ring_;
};

class ExactSampler {
public:
    void sample(const FrameView& frame, Samples<float>& samples, const kernels::PdqKernels& kernels);

    // Of a picture of exactly 64x64 pixels, which the reference takes for already filtered and sampled.
    static void sample_unfiltered(const FrameView& frame, Samples<float>& samples,
                                  const kernels::PdqKernels& kernels) noexcept;

private:
    void prepare(const FrameView& frame);
    void count_row_of_means(Samples<float>& samples, const kernels::PdqKernels& kernels) noexcept;
    void pass_band_on(Samples<float>& samples, const kernels::PdqKernels& kernels) noexcept;
    void keep(Samples<float>& samples) noexcept;
    [[nodiscard]] float* next_means() noexcept { return band_.data() + in_band_ * width_; }

    BoxFilter horizontal_{0};
    BoxFilter vertical_{0};
    kernels::PdqBox row_box_{};
    std::array<std::uint32_t, kSamples> columns_wanted_{};
    std::size_t width_ = 0;     // floats of a row, rounded up
    ColumnBox first_columns_;   // after the rows were filtered once
    ColumnBox second_columns_;  // of the 64 columns that are wanted
    std::size_t in_band_ = 0;   // rows that came out of first_columns_ and wait in band_
    std::size_t filtered_ = 0;  // rows that came out of second_columns_
    std::size_t sampled_ = 0;   // and were kept
    std::vector<float> luma_;   // a band
    std::vector<float> band_;
    std::vector<float> turned_;  // scratch of the kernels
    std::array<float, kSamples> last_{};
};

}  // namespace tutela::pdq
