#include "hash/healing.hpp"

#include <cstddef>

namespace tutela::variants {

namespace {

constexpr int kRounds = 6;
constexpr float kPull = 0.05F;  // the weight of the mean of all, where a neighbour's is 1
constexpr std::size_t kSide = pdq::kSamples;

float mean_of_known(const pdq::Samples<float>& samples, const Holes& holes) noexcept {
    double sum = 0;
    std::size_t known = 0;
    for (std::size_t i = 0; i < samples.at.size(); ++i) {
        if (holes[i]) continue;
        sum += static_cast<double>(samples.at[i]);
        ++known;
    }
    return known == 0 ? 0.0F : static_cast<float>(sum / static_cast<double>(known));
}

float relaxed(const pdq::Samples<float>& samples, std::size_t i, float mean) noexcept {
    const std::size_t x = i % kSide;
    const std::size_t y = i / kSide;
    float sum = kPull * mean;
    float weight = kPull;
    const auto add = [&](std::size_t at) {
        sum += samples.at[at];
        weight += 1;
    };
    if (x > 0) add(i - 1);
    if (x + 1 < kSide) add(i + 1);
    if (y > 0) add(i - kSide);
    if (y + 1 < kSide) add(i + kSide);
    return sum / weight;
}

}  // namespace

void Healer::heal(pdq::Samples<float>& samples, const Holes& holes) {
    const float mean = mean_of_known(samples, holes);
    order_.clear();
    for (std::size_t i = 0; i < samples.at.size(); ++i) {
        if (holes[i]) order_.push_back(i);
    }
    // Back and forth, so that news travels as fast to either side.
    for (int round = 0; round < kRounds; ++round) {
        for (const std::size_t i : order_)
            samples.at[i] = relaxed(samples, i, mean);
        for (std::size_t left = order_.size(); left > 0; --left)
            samples.at[order_[left - 1]] = relaxed(samples, order_[left - 1], mean);
    }
}

}  // namespace tutela::variants
