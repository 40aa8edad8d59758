// The weights by which the 64 samples along one side are made of the pixels along it.
//
// Twice a box filter and then a choice of 64 places is linear: sample k is a weighted mean of the pixels around its
// place. The means of means of a window of w pixels weigh as a tent does, 1 2 3 .. w .. 3 2 1 in units of 1/w^2; where
// a window is cut off by the end of the side, it is a mean of fewer pixels and the weights are others. Since rows and
// columns are filtered by themselves, the 64x64 samples are A X B^T: X the picture, A and B the weights along the
// columns and rows.
//
// A reduced picture has one sample for each block of pixels, their mean; its weights are the sums over the blocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hash/pdq_samples.hpp"
#include "tutela/frame.hpp"

namespace tutela::pdq {

// The pixels that a box of the filter takes the mean of: [first, last], inclusive.
struct Window {
    std::uint32_t first;
    std::uint32_t last;
    [[nodiscard]] std::uint32_t size() const noexcept { return last - first + 1; }
};

// The filter along a side of `side` pixels.
struct BoxFilter {
    std::uint32_t side;

    // ceil(side / 128): with two passes, a tent of about the distance between two samples.
    [[nodiscard]] std::uint32_t window() const noexcept { return side / 128 + (side % 128 != 0 ? 1 : 0); }
    // Pixels before and after the middle one.
    [[nodiscard]] std::uint32_t ahead() const noexcept { return (window() + 2) / 2 - 1; }
    [[nodiscard]] std::uint32_t behind() const noexcept { return window() - 1 - ahead(); }
    [[nodiscard]] Window around(std::uint32_t middle) const noexcept {
        return {middle > behind() ? middle - behind() : 0, side - 1 - middle > ahead() ? middle + ahead() : side - 1};
    }
    // The place of sample k, 0..63.
    [[nodiscard]] std::uint32_t place(std::size_t k) const noexcept {
        return static_cast<std::uint32_t>((static_cast<double>(k) + 0.5) * side / kSamples);
    }
};

// The weights along one side; rebuilt only when the side changes.
class Axis {
public:
    // `denominator` pixels of the full side make one sample of the reduced side; 1 for a picture of full size.
    void prepare(std::uint32_t full_side, std::uint32_t denominator);

    [[nodiscard]] std::uint32_t first(std::size_t k) const noexcept { return first_[k]; }
    [[nodiscard]] std::uint32_t count(std::size_t k) const noexcept { return count_[k]; }
    [[nodiscard]] const double* weights(std::size_t k) const noexcept { return weights_.data() + k * most_; }
    [[nodiscard]] std::uint32_t most() const noexcept { return most_; }  // the largest count

    // Whether the weights of sample k are tent() * tent_unit(): the usual case.
    [[nodiscard]] bool is_tent(std::size_t k) const noexcept { return is_tent_[k]; }
    [[nodiscard]] const std::uint8_t* tent() const noexcept { return tent_.data(); }
    [[nodiscard]] double tent_unit() const noexcept { return tent_unit_; }

private:
    void build_full(std::size_t k, const BoxFilter& filter);
    void reduce(std::size_t k, std::uint32_t denominator);

    std::uint32_t full_side_ = 0;
    std::uint32_t denominator_ = 0;
    std::uint32_t most_ = 0;
    double tent_unit_ = 0;
    std::array<std::uint32_t, kSamples> first_{};
    std::array<std::uint32_t, kSamples> count_{};
    std::array<bool, kSamples> is_tent_{};
    std::vector<std::uint8_t> tent_;
    std::vector<double> weights_;  // kSamples times most_
    std::vector<double> full_;     // of one sample, and one more
};

// The weights along the rows with those of the colours folded in: of each byte of a row.
class ColumnWeights {
public:
    // `axis` has been prepared for `side` and `denominator`, which tell whether the weights have to change.
    void prepare(const Axis& axis, std::uint32_t side, std::uint32_t denominator, PixelFormat format);

    [[nodiscard]] const std::uint32_t* first() const noexcept { return first_.data(); }
    [[nodiscard]] const double* weights() const noexcept { return weights_.data(); }
    [[nodiscard]] std::size_t length() const noexcept {
        return length_;
    }  // bytes of a sample, filled up by weights of 0

private:
    std::uint32_t side_ = 0;
    std::uint32_t denominator_ = 0;
    PixelFormat format_ = PixelFormat::gray8;
    std::size_t length_ = 0;
    std::array<std::uint32_t, kSamples> first_{};
    std::vector<double> weights_;
};

}  // namespace tutela::pdq
