// PDQ as its reference computes it: plane after plane of float32, every value one after the other. The model that the
// fast code has to equal in every bit, and the measure of its speed. Independent of src/hash.
#pragma once

#include <array>
#include <vector>

#include "tutela/hasher.hpp"

namespace tutela::testing {

class UnfusedPdq {
public:
    // Frames of 5x5 pixels and more.
    [[nodiscard]] FrameHash hash(const FrameView& frame);
    [[nodiscard]] DihedralHashes hash_dihedral(const FrameView& frame);

    // Of the last frame: 64x64 samples and 16x16 coefficients.
    [[nodiscard]] const std::array<float, 64 * 64>& samples() const noexcept { return samples_; }
    [[nodiscard]] const std::array<float, 16 * 16>& coefficients() const noexcept { return coefficients_; }

private:
    void sample(const FrameView& frame, bool filter);

    std::vector<float> planes_;
    std::array<float, 64 * 64> samples_{};
    std::array<float, 16 * 16> coefficients_{};
};

}  // namespace tutela::testing
