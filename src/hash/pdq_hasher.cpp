#include <algorithm>
#include <memory>

#include "core/try.hpp"
#include "hash/pdq_dct.hpp"
#include "hash/pdq_filter.hpp"
#include "tutela/hasher.hpp"

namespace tutela {

// Two planes of floats, which only grow.
struct PdqHasher::Scratch {
    std::unique_ptr<float[]> planes;
    std::size_t capacity = 0;  // pixels a plane
    pdq::Samples samples;
    pdq::Coefficients coefficients;

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
    }
};

namespace {

Status check_hashable(const FrameView& frame) {
    TUTELA_TRY(check(frame));
    if (std::min(frame.width, frame.height) < kPdqMinSide) {
        return Status(StatusCode::too_small, "a picture of " + std::to_string(frame.width) + "x" +
                                                 std::to_string(frame.height) + " pixels has no PDQ hash (at least " +
                                                 std::to_string(kPdqMinSide) + " on each side)");
    }
    return {};
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
    pdq::transform(scratch_->samples, scratch_->coefficients);
    return FrameHash{pdq::bits(scratch_->coefficients), pdq::quality(scratch_->samples), frame.pts_us};
}

Result<DihedralHashes> PdqHasher::hash_dihedral(const FrameView& frame) {
    TUTELA_TRY(check_hashable(frame));
    scratch_->sample(frame, true);
    pdq::transform(scratch_->samples, scratch_->coefficients);
    DihedralHashes result;
    result.quality = pdq::quality(scratch_->samples);
    result.pts_us = frame.pts_us;
    pdq::Coefficients turned;
    for (std::size_t d = 0; d < result.hashes.size(); ++d) {
        pdq::reorient(scratch_->coefficients, static_cast<Dihedral>(d), turned);
        result.hashes[d] = pdq::bits(turned);
    }
    return result;
}

}  // namespace tutela
