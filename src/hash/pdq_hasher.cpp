#include <algorithm>
#include <memory>

#include "core/try.hpp"
#include "hash/pdq_dct.hpp"
#include "hash/pdq_filter.hpp"
#include "hash/pdq_fused.hpp"
#include "tutela/hasher.hpp"

namespace tutela {

// Two planes of floats, which only grow.
struct PdqHasher::Scratch {
    std::unique_ptr<float[]> planes;
    std::size_t capacity = 0;  // pixels a plane
    const kernels::PdqKernels& kernels = *kernels::table().pdq;
    pdq::FusedSampler fused;
    pdq::Samples<float> samples;
    pdq::Coefficients<double> coefficients;
    pdq::Samples<double> fused_samples;

    void reserve(std::size_t pixels) {
        if (pixels <= capacity) return;
        planes.reset();  // first, so that old and new never exist together
        capacity = 0;
        planes = std::make_unique_for_overwrite<float[]>(2 * pixels);
        capacity = pixels;
    }

    // Fills `samples`. Precondition: a frame that check() and the minimum size let through.
    void sample(const FrameView& frame, bool filter) {
        const std::size_t pixels = std::size_t{frame.width} * frame.height;
        reserve(pixels);
        float* plane = planes.get();
        pdq::luma_plane(frame, plane);
        if (filter) pdq::blur(plane, plane + pixels, frame.width, frame.height);
        pdq::decimate(plane, frame.width, frame.height, samples);
        pdq::Coefficients<float> exact;
        pdq::transform(samples, exact, kernels);
        pdq::widen(exact, coefficients);
    }
};

namespace {

Status check_size(std::uint32_t width, std::uint32_t height) {
    if (std::min(width, height) >= kPdqMinSide) return {};
    return Status(StatusCode::too_small, "a picture of " + std::to_string(width) + "x" + std::to_string(height) +
                                             " pixels has no PDQ hash (at least " + std::to_string(kPdqMinSide) +
                                             " on each side)");
}

Status check_hashable(const FrameView& frame) {
    TUTELA_TRY(check(frame));
    return check_size(frame.width, frame.height);
}

// Not (side + denominator - 1) / denominator, which overflows.
bool is_reduced_side(std::uint32_t reduced, std::uint32_t full, std::uint32_t denominator) noexcept {
    return reduced == full / denominator + (full % denominator != 0 ? 1 : 0);
}

}  // namespace

PdqHasher::PdqHasher() : scratch_(std::make_unique<Scratch>()) {}
PdqHasher::PdqHasher(PdqHasher&&) noexcept = default;
PdqHasher& PdqHasher::operator=(PdqHasher&&) noexcept = default;
PdqHasher::~PdqHasher() = default;

Result<FrameHash> PdqHasher::hash(const FrameView& frame) {
    TUTELA_TRY(check_hashable(frame));
    // The reference takes a picture of exactly this size for already sampled.
    const bool filter = frame.width != pdq::kSamples || frame.height != pdq::kSamples;
    scratch_->sample(frame, filter);
    return FrameHash{pdq::bits(scratch_->coefficients), pdq::quality_of(pdq::step_sum(scratch_->samples)),
                     frame.pts_us};
}

Result<DihedralHashes> PdqHasher::hash_dihedral(const FrameView& frame) {
    TUTELA_TRY(check_hashable(frame));
    scratch_->sample(frame, true);
    DihedralHashes result;
    result.quality = pdq::quality_of(pdq::step_sum(scratch_->samples));
    result.pts_us = frame.pts_us;
    pdq::Coefficients<double> turned;
    for (std::size_t d = 0; d < result.hashes.size(); ++d) {
        pdq::reorient(scratch_->coefficients, static_cast<Dihedral>(d), turned);
        result.hashes[d] = pdq::bits(turned);
    }
    return result;
}

Result<FrameHash> PdqHasher::hash_reduced(const FrameView& reduced, std::uint32_t full_width, std::uint32_t full_height,
                                          std::uint32_t denominator) {
    TUTELA_TRY(check(reduced));
    if (denominator != 2 && denominator != 4 && denominator != 8) {
        return Status(StatusCode::invalid_argument, "a picture is reduced by 2, 4 or 8");
    }
    if (!is_reduced_side(reduced.width, full_width, denominator) ||
        !is_reduced_side(reduced.height, full_height, denominator)) {
        return Status(StatusCode::invalid_argument, "the reduced picture has not the full one's sides, divided");
    }
    TUTELA_TRY(check_size(full_width, full_height));
    Scratch& scratch = *scratch_;
    scratch.fused.sample({reduced, full_width, full_height, denominator}, scratch.fused_samples, scratch.kernels);
    pdq::transform(scratch.fused_samples, scratch.coefficients, scratch.kernels);
    return FrameHash{pdq::bits(scratch.coefficients), pdq::quality_of(pdq::step_sum(scratch.fused_samples)),
                     reduced.pts_us};
}

}  // namespace tutela
