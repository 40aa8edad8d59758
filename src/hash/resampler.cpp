#include "hash/resampler.hpp"

#include <algorithm>
#include <cmath>

namespace tutela::variants {

namespace {

using pdq::kSamples;

// A picture of fewer pixels than this is most likely a smaller copy of the one that is listed, whose samples lie closer to
// the ideal places.
constexpr double kOwnGrid = 800;

// PDQ's filter is twice a box of `window` pixels, which is a tent; its middle lies half a pixel a box beyond the sample
// when the window is even.
struct Tent {
    double middle;  // edge coordinates: the middle of pixel 0 is 0.5
    double reach;   // half its foot
};

Tent tent_of(std::size_t k, double pixels) noexcept {
    if (pixels < kOwnGrid) return {(static_cast<double>(k) + 0.5) * pixels / kSamples, pixels / 128};
    const double window = std::ceil(pixels / 128);
    const double shift = std::fmod(window, 2) == 0 ? 1.0 : 0.0;
    return {std::floor((static_cast<double>(k) + 0.5) * pixels / kSamples) + 0.5 + shift, window};
}

// The pixel that stands at place i of an axis of `count`, which may lie up to one length outside.
long folded(long i, long count, Fill fill) noexcept {
    if (fill == Fill::reflect) {
        if (i < 0) i = -1 - i;
        if (i >= count) i = 2 * count - 1 - i;
    }
    return std::clamp(i, 0L, count - 1);
}

}  // namespace

void AxisWeights::set(const Span& span, std::uint32_t count, Fill fill) noexcept {
    const double pixels = std::max(std::round(span.pixels), 1.0);
    const double scale = std::abs(span.end - span.start) / pixels;  // working pixels a pixel
    const double sign = span.end < span.start ? -1 : 1;
    for (std::size_t k = 0; k < kSamples; ++k) {
        const Tent tent = tent_of(k, pixels);
        const double middle = span.start + sign * tent.middle * scale;
        const double reach = std::min(std::max(tent.reach * scale, 1.0), (kMaxTaps - 2) / 2.0);
        const long low = static_cast<long>(std::ceil(middle - reach - 0.5));
        const long high = static_cast<long>(std::floor(middle + reach - 0.5));
        long first = folded(low, count, fill);
        long last = first;
        for (long i = low + 1; i <= high; ++i) {
            const long at = folded(i, count, fill);
            first = std::min(first, at);
            last = std::max(last, at);
        }
        first_[k] = static_cast<std::uint16_t>(first);
        taps_[k] = static_cast<std::uint16_t>(last - first + 1);
        std::array<float, kMaxTaps>& weights = weights_[k];
        weights.fill(0);
        double sum = 0;
        for (long i = low; i <= high; ++i)
            sum += std::max(reach - std::abs(static_cast<double>(i) + 0.5 - middle), 0.0);
        for (long i = low; i <= high; ++i) {
            const double weight = std::max(reach - std::abs(static_cast<double>(i) + 0.5 - middle), 0.0);
            weights[static_cast<std::size_t>(folded(i, count, fill) - first)] += static_cast<float>(weight / sum);
        }
    }
}

void Resampler::sample(const Plane& image, const Span& across, const Span& down, Fill fill,
                       pdq::Samples& samples) {
    columns_.set(across, image.width, fill);
    rows_.set(down, image.height, fill);
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
            samples[y * kSamples + k] = column[y];
    }
}

}  // namespace tutela::variants
