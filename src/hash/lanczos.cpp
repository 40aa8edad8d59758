#include "hash/lanczos.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tutela::hash64 {

namespace {

constexpr double kLobes = 3;
constexpr std::int32_t kHalf = std::int32_t{1} << (LanczosWeights::kPrecision - 1);

double sinc(double x) noexcept {
    if (x == 0) return 1;
    x *= std::numbers::pi;
    return std::sin(x) / x;
}

double lanczos(double x) noexcept {
    return x >= -kLobes && x < kLobes ? sinc(x) * sinc(x / kLobes) : 0;
}

std::int32_t fixed_point(double weight) noexcept {
    const double scaled = weight * (std::int32_t{1} << LanczosWeights::kPrecision);
    return static_cast<std::int32_t>(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

// A sum of samples times weights, which began with kHalf, as a sample. The weights of a window sum to 2^22 and their
// sizes to less than twice that, so such a sum of 8-bit samples stays within 32 bits.
std::uint8_t to_sample(std::int32_t sum) noexcept {
    return static_cast<std::uint8_t>(std::clamp(sum >> LanczosWeights::kPrecision, 0, 255));
}

std::uint8_t weighted(const std::uint8_t* samples, std::span<const std::int32_t> weights) noexcept {
    std::int32_t sum = kHalf;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += samples[i] * weights[i];
    return to_sample(sum);
}

template <std::size_t Pixel, std::size_t Red, std::size_t Green, std::size_t Blue>
void colour_row(const std::uint8_t* pixel, std::uint32_t width, std::uint8_t* gray) noexcept {
    for (std::uint32_t x = 0; x < width; ++x, pixel += Pixel) {
        const std::uint32_t sum = 19595U * pixel[Red] + 38470U * pixel[Green] + 7471U * pixel[Blue] + 0x8000U;
        gray[x] = static_cast<std::uint8_t>(sum >> 16);
    }
}

// From 16..235 to 0..255, to the nearest.
void limited_row(const std::uint8_t* pixel, std::uint32_t width, std::uint8_t* gray) noexcept {
    for (std::uint32_t x = 0; x < width; ++x)
        gray[x] = static_cast<std::uint8_t>(((std::clamp<int>(pixel[x], 16, 235) - 16) * 255 + 109) / 219);
}

// The gray samples of row y: where they lie, or in `buffer`.
const std::uint8_t* gray_row(const FrameView& frame, std::uint32_t y, std::uint8_t* buffer) noexcept {
    const std::uint8_t* row = frame.row(y);
    switch (frame.format) {
        case PixelFormat::gray8: return row;
        case PixelFormat::rgb24: colour_row<3, 0, 1, 2>(row, frame.width, buffer); break;
        case PixelFormat::bgr24: colour_row<3, 2, 1, 0>(row, frame.width, buffer); break;
        case PixelFormat::bgra32: colour_row<4, 2, 1, 0>(row, frame.width, buffer); break;
        case PixelFormat::luma_limited8: limited_row(row, frame.width, buffer); break;
    }
    return buffer;
}

}  // namespace

// Every operation on doubles is as Pillow has it, so that each weight rounds to the same number.
void LanczosWeights::prepare(std::uint32_t in, std::uint32_t out) {
    if (in == in_ && out == out_) return;
    in_ = out_ = 0;  // nothing, should memory run out below
    places_.resize(out);
    weights_.clear();
    const double scale = static_cast<double>(in) / out;
    const double stretch = std::max(scale, 1.0);
    const double reach = kLobes * stretch;
    const double unit = 1.0 / stretch;
    weights_.reserve(out * (2 * static_cast<std::size_t>(std::ceil(reach)) + 1));
    for (std::uint32_t i = 0; i < out; ++i) {
        const double centre = (i + 0.5) * scale;
        const auto first = static_cast<std::uint32_t>(std::max(centre - reach + 0.5, 0.0));
        const auto end = static_cast<std::uint32_t>(std::min(centre + reach + 0.5, static_cast<double>(in)));
        exact_.resize(end - first);
        double sum = 0;
        for (std::uint32_t x = first; x < end; ++x)
            sum += exact_[x - first] = lanczos((x - centre + 0.5) * unit);
        places_[i] = {first, weights_.size(), exact_.size()};
        for (const double weight : exact_)
            weights_.push_back(fixed_point(sum != 0 ? weight / sum : weight));
    }
    in_ = in;
    out_ = out;
}

void GrayResizer::resize(const FrameView& frame, std::uint32_t width, std::uint32_t height, std::uint8_t* out) {
    const bool narrows = frame.width != width;
    const bool shortens = frame.height != height;
    if (narrows) across_.prepare(frame.width, width);
    if (shortens) down_.prepare(frame.height, height);
    if (frame.format != PixelFormat::gray8) gray_.resize(frame.width);
    sums_.assign(std::size_t{width} * height, kHalf);

    std::array<std::uint8_t, kMaxSide> line{};
    for (std::uint32_t y = 0; y < frame.height; ++y) {
        const std::uint8_t* samples = gray_row(frame, y, gray_.data());
        if (narrows) {
            for (std::uint32_t x = 0; x < width; ++x) {
                const LanczosWeights::Window window = across_.window(x);
                line[x] = weighted(samples + window.first, window.weights);
            }
            samples = line.data();
        }
        if (!shortens) {
            std::copy_n(samples, width, out + std::size_t{y} * width);
            continue;
        }
        // Sums of integers have no order: each row is spread at once over the output rows it belongs to.
        for (std::uint32_t i = 0; i < height; ++i) {
            const LanczosWeights::Window window = down_.window(i);
            if (y < window.first || y - window.first >= window.weights.size()) continue;
            const std::int32_t weight = window.weights[y - window.first];
            for (std::uint32_t x = 0; x < width; ++x)
                sums_[std::size_t{i} * width + x] += samples[x] * weight;
        }
    }
    if (shortens) std::transform(sums_.begin(), sums_.end(), out, to_sample);
}

}  // namespace tutela::hash64
