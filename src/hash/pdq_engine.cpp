#include "hash/pdq_engine.hpp"

#include <algorithm>
#include <array>

#include "hash/pdq_dct.hpp"

namespace tutela::pdq {

namespace {

// The reference's quotients of a step are wrong by three roundings more than its samples; quotients are at most 100.
constexpr double kQuotientError = 100.0 * 4 / (1 << 24);

bool is_sampled(const FrameView& frame) noexcept {
    return frame.width == kSamples && frame.height == kSamples;
}

// Side by side, since one maximum waits for the one before.
double greatest_of(const Samples<double>& samples) noexcept {
    std::array<double, 16> greatest{};
    for (std::size_t i = 0; i < samples.at.size(); i += greatest.size()) {
        for (std::size_t lane = 0; lane < greatest.size(); ++lane)
            greatest[lane] = std::max(greatest[lane], samples.at[i + lane]);
    }
    return *std::max_element(greatest.begin(), greatest.end());
}

}  // namespace

// Fills samples_, coefficients_ and rounding_.
void Engine::sample(const FrameView& frame, bool filtered) {
    fused_.sample({frame, frame.width, frame.height, 1}, samples_, kernels_);
    Coefficients<double> magnitudes;
    transform(samples_, coefficients_, magnitudes, kernels_);
    bounds_.bound(frame, filtered, greatest_of(samples_), magnitudes, how_, rounding_);
    recomputed_ = false;
}

bool Engine::settle_quality(std::int32_t& quality) const noexcept {
    const double tolerance = 2 * rounding_.sample * 100 / 255 + kQuotientError;
    const kernels::PdqSteps steps = kernels_.count_steps(samples_.at.data(), tolerance);
    quality = quality_of(steps.least);
    return quality == quality_of(steps.most);
}

void Engine::recompute(const FrameView& frame, bool filtered, std::int32_t& quality) {
    if (filtered) {
        exact_.sample(frame, exact_samples_, kernels_);
    } else {
        ExactSampler::sample_unfiltered(frame, exact_samples_, kernels_);
    }
    transform(exact_samples_, exact_coefficients_, kernels_);
    widen(exact_coefficients_, coefficients_);
    quality = quality_of(step_sum(exact_samples_));
    recomputed_ = true;
}

FrameHash Engine::hash(const FrameView& frame) {
    // The reference takes a picture of exactly this size for already sampled.
    const bool filtered = !is_sampled(frame);
    sample(frame, filtered);
    FrameHash result;
    result.pts_us = frame.pts_us;
    if (rounding_.bounded && settle_bits(coefficients_, rounding_.of, result.hash) && settle_quality(result.quality)) {
        return result;
    }
    recompute(frame, filtered, result.quality);
    result.hash = bits(coefficients_);
    return result;
}

DihedralHashes Engine::hash_dihedral(const FrameView& frame) {
    sample(frame, true);
    DihedralHashes result;
    result.pts_us = frame.pts_us;
    Coefficients<double> turned;
    Coefficients<double> bound;
    bool settled = rounding_.bounded && settle_quality(result.quality);
    for (std::size_t d = 0; d < result.hashes.size() && settled; ++d) {
        reorient(coefficients_, static_cast<Dihedral>(d), turned);
        reorient(rounding_.of, static_cast<Dihedral>(d), bound);
        settled = settle_bits(turned, bound, result.hashes[d]);
    }
    if (settled) return result;
    recompute(frame, true, result.quality);
    for (std::size_t d = 0; d < result.hashes.size(); ++d) {
        reorient(coefficients_, static_cast<Dihedral>(d), turned);
        result.hashes[d] = bits(turned);
    }
    return result;
}

FrameHash Engine::hash_reduced(const Picture& picture) {
    fused_.sample(picture, samples_, kernels_);
    transform(samples_, coefficients_, kernels_);
    return {bits(coefficients_), quality_of(kernels_.count_steps(samples_.at.data(), 0).least), picture.frame.pts_us};
}

}  // namespace tutela::pdq
