// Finds writing over a picture: light strokes with a dark outline, or the other way round.
#pragma once

#include <cstdint>
#include <vector>

#include "hash/resampler.hpp"

namespace tutela::variants {

// Where to look for it.
enum class Where : std::uint8_t { edges, everywhere };  // edges: the upper and the lower fifth

// Owns its memory.
class LetterFinder {
public:
    // Looks for strokes. Returns their share of the picture.
    double find(const Plane& image, Where where);

    // 1 for each pixel that is picture, 0 for one that is writing.
    [[nodiscard]] const std::vector<float>& known() const noexcept { return known_; }
    // The picture, 0 where there is writing.
    [[nodiscard]] const std::vector<float>& masked() const noexcept { return masked_; }

private:
    void spread(std::vector<std::uint8_t>& flags, std::uint32_t width, std::uint32_t height, std::uint32_t reach);

    std::vector<std::uint8_t> bright_;
    std::vector<std::uint8_t> dark_;
    std::vector<std::uint8_t> near_bright_;
    std::vector<std::uint8_t> near_dark_;
    std::vector<std::uint8_t> scratch_;
    std::vector<float> known_;
    std::vector<float> masked_;
};

}  // namespace tutela::variants
