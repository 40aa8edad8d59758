#include "hash/pdq_rounding.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "hash/pdq_axis.hpp"
#include "hash/pdq_dct.hpp"
#include "hash/pdq_fused.hpp"

namespace tutela::pdq {

namespace {

constexpr double kUnit = 1.0 / (1 << 24);

// PdqRounding::likely: how many standard deviations of a rounding error, which is up to h and evenly spread (h / sqrt
// 3); and how much of the bounds that are taken for correlated.
constexpr double kDeviations = 8.0;
constexpr double kCorrelated = 0.25;
// Smaller pictures are cheap to compute again, and too small for chance to even anything out.
constexpr std::uint32_t kLikelyMinSide = 128;

// Of one addition to or subtraction from a running sum.
double step_error(std::uint32_t window) noexcept {
    return std::ldexp(1.0, static_cast<int>(std::bit_width(window)) - 17);  // bit_width(w) = ceil(log2(w + 1))
}

// Additions and subtractions until the mean at place n.
double operations(const BoxFilter& filter, std::uint32_t n) noexcept {
    const std::uint32_t added = std::min(n + filter.ahead() + 1, filter.side);
    const std::uint32_t taken = n > filter.behind() ? n - filter.behind() : 0;
    return static_cast<double>(added) + taken;
}

// The four passes: whether their running sums can be wrong, and which of them divide.
struct Passes {
    std::array<double, 4> step{};
    int divisions = 0;

    Passes(bool whole, std::uint32_t row_window, std::uint32_t column_window) noexcept {
        constexpr std::uint32_t kExactWindow = 1U << 15;  // 255 * (2^15 + 1) < 2^24
        for (std::size_t pass = 0; pass < 4; ++pass) {
            const std::uint32_t window = pass % 2 == 0 ? row_window : column_window;
            step[pass] = whole && window <= kExactWindow ? 0.0 : step_error(window);
            whole = whole && window == 1;
            divisions += window == 1 ? 0 : 1;
        }
    }
};

int luma_roundings(PixelFormat format) noexcept {
    switch (format) {
        case PixelFormat::gray8: return 0;
        case PixelFormat::luma_limited8: return 1;
        default: return 3;
    }
}

}  // namespace

void AxisRounding::prepare(std::uint32_t side) {
    if (side == side_) return;
    side_ = side;
    const BoxFilter filter{side};
    window_ = filter.window();
    std::array<double, kSamples> at_place;   // f(k) of a last pass
    std::array<double, kSamples> in_window;  // f(k) of a pass before it
    std::array<double, kSamples> place_end;  // ops(k)
    std::array<double, kSamples> window_end;
    proven_ = likely_ = Tails();
    const double deviation = kDeviations / std::sqrt(3.0);
    for (std::size_t k = 0; k < kSamples; ++k) {
        const std::uint32_t place = filter.place(k);
        const Window window = filter.around(place);
        at_place[k] = 1.0 / window.size();
        double sum = 0;
        for (std::uint32_t n = window.first; n <= window.last; ++n)
            sum += 1.0 / filter.around(n).size();
        in_window[k] = sum / window.size();
        place_end[k] = operations(filter, place);
        window_end[k] = operations(filter, window.last);
        const double factor = std::max(at_place[k], in_window[k]);
        proven_.in_sample = std::max(proven_.in_sample, factor * window_end[k]);
        likely_.in_sample = std::max(likely_.in_sample, factor * deviation * std::sqrt(window_end[k]));
    }
    most_ = operations(filter, side - 1) / (filter.behind() + 1);

    const auto& cosines = pdq::cosines().rows;
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        double tail = 0;
        double window_tail = 0;
        for (std::size_t k = kSamples; k-- > 0;) {
            const double cosine = cosines[i * kSamples + k];
            const double after = window_tail;
            tail += cosine * at_place[k];
            window_tail += cosine * in_window[k];
            const double place_steps = place_end[k] - (k > 0 ? place_end[k - 1] : 0);
            const double window_steps = window_end[k] - (k > 0 ? window_end[k - 1] : 0);
            const double most = std::max(std::abs(window_tail), std::abs(after));
            proven_.at_places[i] += place_steps * std::abs(tail);
            proven_.in_windows[i] += window_steps * most;
            proven_.norm[i] += std::abs(cosine);
            likely_.at_places[i] += place_steps * tail * tail;
            likely_.in_windows[i] += window_steps * most * most;
            likely_.norm[i] += cosine * cosine;
        }
        likely_.at_places[i] = deviation * std::sqrt(likely_.at_places[i]);
        likely_.in_windows[i] = deviation * std::sqrt(likely_.in_windows[i]);
        likely_.norm[i] = std::sqrt(likely_.norm[i]);
    }
}

void RoundingBounds::bound(const FrameView& frame, bool filtered, double greatest,
                           const Coefficients<double>& magnitudes, PdqRounding how, Rounding& rounding) {
    rounding.bounded = std::max(frame.width, frame.height) < kFusedMaxSide;
    if (!rounding.bounded) return;
    rows_.prepare(frame.width);
    columns_.prepare(frame.height);
    const bool likely = how == PdqRounding::likely && std::min(frame.width, frame.height) >= kLikelyMinSide;
    const Tails& row = likely ? rows_.likely() : rows_.proven();
    const Tails& column = likely ? columns_.likely() : columns_.proven();
    Passes passes(frame.format == PixelFormat::gray8, rows_.window(), columns_.window());
    if (!filtered) passes.step = {};
    std::array<double, 4> step = passes.step;

    const double unit = likely ? kUnit * kCorrelated : kUnit;
    const double relative = unit * (passes.divisions + luma_roundings(frame.format)) * (greatest + 1);
    const double anywhere = relative + (step[0] + step[2]) * rows_.most() + (step[1] + step[3]) * columns_.most();
    rounding.bounded = likely || anywhere < 0.5;
    if (likely) {  // later passes take means over the other side
        step[0] /= std::sqrt(columns_.window());
        step[1] /= std::sqrt(rows_.window());
        step[2] /= std::sqrt(columns_.window());
    }
    rounding.sample =
        kFusedError + relative + (step[0] + step[2]) * row.in_sample + (step[1] + step[3]) * column.in_sample;

    for (std::size_t i = 0; i < kFrequencies; ++i) {
        const double down = step[1] * column.in_windows[i] + step[3] * column.at_places[i];
        for (std::size_t j = 0; j < kFrequencies; ++j) {
            const double along = step[0] * row.in_windows[j] + step[2] * row.at_places[j];
            const double norms = columns_.proven().norm[i] * rows_.proven().norm[j];
            const double transform =
                unit * (magnitudes.at[i * kFrequencies + j] * (1.0 + 1.0 / 64) + 8192 * rounding.sample);
            rounding.of.at[i * kFrequencies + j] =
                row.norm[j] * down + column.norm[i] * along + norms * (relative + 2 * kFusedError) + transform;
        }
    }
}

}  // namespace tutela::pdq
