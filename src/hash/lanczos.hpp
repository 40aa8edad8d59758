// A picture made into a few gray samples exactly as Pillow does it: convert("L"), then resize() with LANCZOS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tutela/frame.hpp"

namespace tutela::hash64 {

// The weights by which the samples of one direction become fewer, or more.
class LanczosWeights {
public:
    // One output sample: the weighted sum of `weights.size()` input samples from `first` on, in units of 2^-kPrecision.
    struct Window {
        std::uint32_t first = 0;
        std::span<const std::int32_t> weights;
    };
    static constexpr int kPrecision = 22;

    // Computes them for these lengths, both at least 1, unless they are those of the last call. Throws std::bad_alloc.
    void prepare(std::uint32_t in, std::uint32_t out);

    // Precondition: i < the length of the output.
    [[nodiscard]] Window window(std::size_t i) const noexcept {
        const Place& place = places_[i];
        return {place.first, {weights_.data() + place.offset, place.count}};
    }

private:
    struct Place {
        std::uint32_t first = 0;
        std::size_t offset = 0;  // into weights_
        std::size_t count = 0;
    };

    std::uint32_t in_ = 0;
    std::uint32_t out_ = 0;
    std::vector<Place> places_;
    std::vector<std::int32_t> weights_;
    std::vector<double> exact_;  // those of one window
};

// Reuses its memory. One thread at a time.
class GrayResizer {
public:
    static constexpr std::uint32_t kMaxSide = 32;  // of the output

    // Writes width x height samples to `out`, row by row. Preconditions: a frame that check() lets through; sides from
    // 1 to kMaxSide. Throws std::bad_alloc.
    void resize(const FrameView& frame, std::uint32_t width, std::uint32_t height, std::uint8_t* out);

private:
    LanczosWeights across_;
    LanczosWeights down_;
    std::vector<std::uint8_t> gray_;  // a row
    std::vector<std::int32_t> sums_;  // of the output, while the rows pass by
};

}  // namespace tutela::hash64
