#include "hash/pdq_axis.hpp"

#include <algorithm>

#include "hash/pdq_luma.hpp"
#include "kernels/pdq_kernels.hpp"

namespace tutela::pdq {

void Axis::prepare(std::uint32_t full_side, std::uint32_t denominator) {
    if (full_side == full_side_ && denominator == denominator_) return;
    full_side_ = 0;  // until all is built
    const BoxFilter filter{full_side};
    const std::uint32_t window = filter.window();
    const std::uint32_t widest = 2 * window - 1;
    most_ = denominator == 1 ? widest : widest / denominator + 2;
    weights_.assign(kSamples * most_, 0.0);
    full_.resize(std::size_t{widest} + 1);

    const bool tents = denominator == 1 && window <= kernels::kPdqTentHeight;
    tent_.clear();
    for (std::uint32_t t = 0; tents && t < widest; ++t)
        tent_.push_back(static_cast<std::uint8_t>(std::min(t + 1, widest - t)));
    tent_unit_ = 1.0 / (static_cast<double>(window) * window);

    for (std::size_t k = 0; k < kSamples; ++k) {
        build_full(k, filter);
        is_tent_[k] = is_tent_[k] && tents;
        reduce(k, denominator);
    }
    full_side_ = full_side;
    denominator_ = denominator;
}

// Fills full_, first_, count_ and is_tent_ as for a picture of full size. The second box takes the mean of some places,
// at each of which the first box took the mean of its window: every window adds its share to all pixels in it.
void Axis::build_full(std::size_t k, const BoxFilter& filter) {
    const Window outer = filter.around(filter.place(k));
    const std::uint32_t first = filter.around(outer.first).first;
    const std::uint32_t count = filter.around(outer.last).last - first + 1;
    bool whole = outer.size() == filter.window();
    std::fill_n(full_.begin(), count + 1, 0.0);
    for (std::uint32_t at = outer.first; at <= outer.last; ++at) {
        const Window inner = filter.around(at);
        whole = whole && inner.size() == filter.window();
        const double share = 1.0 / (static_cast<double>(outer.size()) * inner.size());
        full_[inner.first - first] += share;
        full_[inner.last + 1 - first] -= share;
    }
    for (std::uint32_t t = 1; t < count; ++t)
        full_[t] += full_[t - 1];
    if (whole) {  // the same without rounding errors
        for (std::uint32_t t = 0; t < count; ++t)
            full_[t] = std::min(t + 1, count - t) * tent_unit_;
    }
    first_[k] = first;
    count_[k] = count;
    is_tent_[k] = whole;
}

void Axis::reduce(std::size_t k, std::uint32_t denominator) {
    double* weights = weights_.data() + k * most_;
    const std::uint32_t first = first_[k];
    const std::uint32_t last = first + count_[k] - 1;
    for (std::uint32_t t = first; t <= last; ++t)
        weights[t / denominator - first / denominator] += full_[t - first];
    first_[k] = first / denominator;
    count_[k] = last / denominator - first / denominator + 1;
}

void ColumnWeights::prepare(const Axis& axis, std::uint32_t side, std::uint32_t denominator, PixelFormat format) {
    if (side == side_ && denominator == denominator_ && format == format_) return;
    side_ = 0;  // until all is built
    const LumaWeights luma = luma_weights(format);
    const std::size_t bytes = std::size_t{axis.most()} * luma.channels;
    length_ = (bytes + kernels::kPdqLanes - 1) / kernels::kPdqLanes * kernels::kPdqLanes;
    weights_.assign(kSamples * length_, 0.0);
    for (std::size_t k = 0; k < kSamples; ++k) {
        first_[k] = axis.first(k) * luma.channels;
        double* weight = weights_.data() + k * length_;
        for (std::uint32_t t = 0; t < axis.count(k); ++t) {
            for (std::uint32_t channel = 0; channel < luma.channels; ++channel)
                *weight++ = axis.weights(k)[t] * luma.weight[channel];
        }
    }
    side_ = side;
    denominator_ = denominator;
    format_ = format;
}

}  // namespace tutela::pdq
