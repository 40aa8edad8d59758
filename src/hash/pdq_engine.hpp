// All of PDQ behind PdqHasher: the fused pass, its certificate, and the reference's order where that does not do.
#pragma once

#include "hash/pdq_exact.hpp"
#include "hash/pdq_fused.hpp"
#include "hash/pdq_rounding.hpp"
#include "hash/pdq_samples.hpp"
#include "kernels/kernels.hpp"
#include "tutela/hasher.hpp"

namespace tutela::pdq {

// Takes frames that have been checked. One thread at a time.
class Engine {
public:
    Engine(const kernels::PdqKernels& kernels, PdqRounding how) : kernels_(kernels), how_(how) {}

    [[nodiscard]] FrameHash hash(const FrameView& frame);
    [[nodiscard]] DihedralHashes hash_dihedral(const FrameView& frame);
    // By the fused pass alone: no reference says what the hash of a reduced picture is.
    [[nodiscard]] FrameHash hash_reduced(const Picture& picture);

    // Whether the last hash() or hash_dihedral() had to be computed in the reference's order.
    [[nodiscard]] bool recomputed() const noexcept { return recomputed_; }

private:
    void sample(const FrameView& frame, bool filtered);
    [[nodiscard]] bool settle_quality(std::int32_t& quality) const noexcept;
    void recompute(const FrameView& frame, bool filtered, std::int32_t& quality);

    const kernels::PdqKernels& kernels_;
    PdqRounding how_;
    bool recomputed_ = false;
    FusedSampler fused_;
    ExactSampler exact_;
    RoundingBounds bounds_;
    Samples<double> samples_;
    Coefficients<double> coefficients_;
    Rounding rounding_;
    Samples<float> exact_samples_;
    Coefficients<float> exact_coefficients_;
};

}  // namespace tutela::pdq
