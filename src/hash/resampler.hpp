// PDQ's 64x64 samples of any part of a working image, mirrored, or with a margin that is not there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hash/pdq_samples.hpp"

namespace tutela::variants {

// Float luma, packed row by row; borrowed.
struct Plane {
    const float* luma = nullptr;
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    [[nodiscard]] const float* row(std::size_t y) const noexcept { return luma + y * width; }
};

// A picture with fewer pixels on a side than this is most likely a smaller copy of the one that is listed, whose
// samples lie closer to the ideal places.
inline constexpr double kOwnGrid = 800;

// Span::pixels that stand for any large number: the samples lie in the middle of 64 equal cells.
inline constexpr double kIdealGrid = 0;

// Where the 64 samples of one axis are taken: from `start` to `end`, in pixels of the working image (edges, so that 0
// to its side is all of it). start > end mirrors the axis; beyond the image
// its edge is repeated.
struct Span {
    double start = 0;
    double end = 0;
    double pixels = kIdealGrid;  // along this axis, which decide where exactly PDQ takes its samples
};

// The weights of each of the 64 samples of an axis; sample k is the sum over i of weights(k)[i] * pixel[first(k) + i].
class AxisWeights {
public:
    static constexpr std::size_t kMaxTaps = 32;

    // An axis of `count` pixels of the working image.
    void set(const Span& span, std::uint32_t count) noexcept;

    [[nodiscard]] std::size_t first(std::size_t k) const noexcept { return first_[k]; }
    [[nodiscard]] std::size_t taps(std::size_t k) const noexcept { return taps_[k]; }
    [[nodiscard]] const float* weights(std::size_t k) const noexcept { return weights_[k].data(); }

private:
    std::array<std::uint16_t, pdq::kSamples> first_{};
    std::array<std::uint16_t, pdq::kSamples> taps_{};
    std::array<std::array<float, kMaxTaps>, pdq::kSamples> weights_{};
};

// Takes the samples that PDQ would take of the picture that the two spans describe. Owns its scratch memory.
class Resampler {
public:
    void sample(const Plane& image, const Span& across, const Span& down, pdq::Samples<float>& samples);

private:
    AxisWeights columns_;
    AxisWeights rows_;
    std::vector<float> strips_;      // 64 rows of the working image's width
    std::vector<float> transposed_;  // the same, column by column
};

}  // namespace tutela::variants
