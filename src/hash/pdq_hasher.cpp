#include <algorithm>
#include <memory>

#include "core/try.hpp"
#include "hash/pdq_engine.hpp"
#include "tutela/hasher.hpp"

namespace tutela {

struct PdqHasher::Scratch {
    explicit Scratch(PdqRounding rounding) : engine(*kernels::table().pdq, rounding) {}
    pdq::Engine engine;
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

PdqHasher::PdqHasher(PdqRounding rounding) : scratch_(std::make_unique<Scratch>(rounding)) {}
PdqHasher::PdqHasher(PdqHasher&&) noexcept = default;
PdqHasher& PdqHasher::operator=(PdqHasher&&) noexcept = default;
PdqHasher::~PdqHasher() = default;

Result<FrameHash> PdqHasher::hash(const FrameView& frame) {
    TUTELA_TRY(check_hashable(frame));
    return scratch_->engine.hash(frame);
}

Result<DihedralHashes> PdqHasher::hash_dihedral(const FrameView& frame) {
    TUTELA_TRY(check_hashable(frame));
    return scratch_->engine.hash_dihedral(frame);
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
    return scratch_->engine.hash_reduced({reduced, full_width, full_height, denominator});
}

}  // namespace tutela
