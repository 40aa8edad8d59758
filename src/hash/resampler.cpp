#include "hash/resampler.hpp"

#include <algorithm>
#include <cmath>

namespace tutela::variants {

namespace {

using pdq::kSamples;

// What PDQ weighs its pixels with around one sample; twice a box of `window` pixels is a tent. Its middle lies half a
// pixel a box beyond the sample when the window is even. In parts of the axis.
struct Tent {
    double middle;
    double reach;  // half its foot
};

Tent tent_of(std::size_t k, double pixels) noexcept {
    const double place = (static_cast<double>(k) + 0.5) / kSamples;
    if (pixels == kIdealGrid) return {place, 1.0 / 128};
    const double window = std::ceil(pixels / 128);
    const double shift = std::fmod(window, 2) == 0 ? 1.0 : 0.0;
    return {(std::floor(place * pixels) + 0.5 + shift) / pixels, window / pixels};
}

}  // namespace

void AxisWeights::set(const Span& span, std::uint32_t count) noexcept {
    const double length = span.end - span.start;
    const double pixels = std::round(span.pixels);
    const long last_pixel = static_cast<long>(count) - 1;
    const auto inside = [&](long i) { return std::clamp(i, 0L, last_pixel); };
    for (std::size_t k = 0; k < kSamples; ++k) {
        const Tent tent = tent_of(k, pixels);
        const double middle = span.start + length * tent.middle;
        // At least one pixel each way: between two pixels, the nearer counts more.
        const double reach = std::clamp(std::abs(length) * tent.reach, 1.0, (kMaxTaps - 2) / 2.0);
        const long low = static_cast<long>(std::ceil(middle - reach - 0.5));
        const long high = static_cast<long>(std::floor(middle + reach - 0.5));
        const auto weight = [&](long i) {
            return std::max(reach - std::abs(static_cast<double>(i) + 0.5 - middle), 0.0);
        };
        double sum = 0;
        for (long i = low; i <= high; ++i)
            sum += weight(i);
        first_[k] = static_cast<std::uint16_t>(inside(low));
        taps_[k] = static_cast<std::uint16_t>(inside(high) - inside(low) + 1);
        weights_[k].fill(0);
        for (long i = low; i <= high; ++i)
            weights_[k][static_cast<std::size_t>(inside(i)) - first_[k]] += static_cast<float>(weight(i) / sum);
    }
}

void Resampler::sample(const Plane& image, const Span& across, const Span& down, pdq::Samples<float>& samples) {
    columns_.set(across, image.width);
    rows_.set(down, image.height);
    const std::size_t width = image.width;
    strips_.assign(kSamples * width, 0);
    transposed_.resize(kSamples * width);
    for (std::size_t k = 0; k < kSamples; ++k) {
        float* strip = strips_.data() + k * width;
        for (std::size_t t = 0; t < rows_.taps(k); ++t) {
            const float weight = rows_.weights(k)[t];
            const float* row = image.row(rows_.first(k) + t);
            for (std::size_t x = 0; x < width; ++x)
                strip[x] += weight * row[x];
        }
    }
    for (std::size_t x = 0; x < width; ++x) {
        for (std::size_t k = 0; k < kSamples; ++k)
            transposed_[x * kSamples + k] = strips_[k * width + x];
    }
    std::array<float, kSamples> column;
    for (std::size_t k = 0; k < kSamples; ++k) {
        column.fill(0);
        for (std::size_t t = 0; t < columns_.taps(k); ++t) {
            const float weight = columns_.weights(k)[t];
            const float* strip = transposed_.data() + (columns_.first(k) + t) * kSamples;
            for (std::size_t y = 0; y < kSamples; ++y)
                column[y] += weight * strip[y];
        }
        for (std::size_t y = 0; y < kSamples; ++y)
            samples.at[y * kSamples + k] = column[y];
    }
}

}  // namespace tutela::variants
