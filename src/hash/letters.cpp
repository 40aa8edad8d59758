#include "hash/letters.hpp"

#include <algorithm>
#include <cstddef>

namespace tutela::variants {

// Sets every flag within `reach` pixels, across and down, of one that is set.
void LetterFinder::spread(std::vector<std::uint8_t>& flags, std::uint32_t width, std::uint32_t height,
                          std::uint32_t reach) {
    scratch_ = flags;
    for (std::size_t y = 0; y < height; ++y) {
        const std::uint8_t* in = scratch_.data() + y * width;
        std::uint8_t* out = flags.data() + y * width;
        for (std::size_t d = 1; d <= std::min(reach, width - 1); ++d) {
            for (std::size_t x = 0; x + d < width; ++x)
                out[x] |= in[x + d];
            for (std::size_t x = d; x < width; ++x)
                out[x] |= in[x - d];
        }
    }
    scratch_ = flags;
    for (std::size_t y = 0; y < height; ++y) {
        std::uint8_t* out = flags.data() + y * width;
        const std::size_t first = y > reach ? y - reach : 0;
        const std::size_t last = std::min<std::size_t>(y + reach, height - 1);
        for (std::size_t from = first; from <= last; ++from) {
            const std::uint8_t* in = scratch_.data() + from * width;
            for (std::size_t x = 0; x < width; ++x)
                out[x] |= in[x];
        }
    }
}

double LetterFinder::find(const Plane& image, Where where) {
    constexpr float kBright = 245;
    constexpr float kDark = 45;
    const std::size_t count = std::size_t{image.width} * image.height;
    const std::uint32_t reach = 1 + std::min(image.width, image.height) / 120;
    bright_.resize(count);
    dark_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        bright_[i] = image.luma[i] >= kBright ? 1 : 0;
        dark_[i] = image.luma[i] <= kDark ? 1 : 0;
    }
    near_bright_ = bright_;
    near_dark_ = dark_;
    spread(near_bright_, image.width, image.height, reach);
    spread(near_dark_, image.width, image.height, reach);
    std::vector<std::uint8_t>& letters = bright_;
    for (std::size_t i = 0; i < count; ++i)
        letters[i] = static_cast<std::uint8_t>((bright_[i] & near_dark_[i]) | (dark_[i] & near_bright_[i]));
    if (where == Where::edges) {
        const std::size_t third = std::size_t{image.height / 5} * image.width;
        std::fill(letters.begin() + static_cast<std::ptrdiff_t>(third),
                  letters.end() - static_cast<std::ptrdiff_t>(third), std::uint8_t{0});
    }
    spread(letters, image.width, image.height, 1);
    known_.resize(count);
    masked_.resize(count);
    std::size_t covered = 0;
    for (std::size_t i = 0; i < count; ++i) {
        covered += letters[i];
        known_[i] = letters[i] != 0 ? 0.0F : 1.0F;
        masked_[i] = known_[i] * image.luma[i];
    }
    return static_cast<double>(covered) / static_cast<double>(count);
}

}  // namespace tutela::variants
