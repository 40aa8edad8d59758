// Makes the variants of one frame after the other.
#pragma once

#include <cstdint>
#include <vector>

#include "hash/healing.hpp"
#include "hash/letters.hpp"
#include "hash/pdq_samples.hpp"
#include "hash/resampler.hpp"
#include "hash/turner.hpp"
#include "hash/variant_tables.hpp"
#include "hash/working_image.hpp"
#include "kernels/kernels.hpp"
#include "tutela/variants.hpp"

namespace tutela::variants {

// Owns what all variants reuse. `out` is the caller's for the length of a call.
class Maker {
public:
    // Appends the variants of a frame to `out`, which holds the plain hash. Precondition: check(frame) passed, and both
    // sides are kPdqMinSide or more.
    void make(const FrameView& frame, std::uint32_t orientation, Profile profile, std::vector<VariantHash>& out);

private:
    // The whole frame along one axis, in pixels of `whole_`.
    [[nodiscard]] Span across() const noexcept;
    [[nodiscard]] Span down() const noexcept;

    // From `samples_` to `coefficients_` and `quality_`.
    void transform();
    // Appends a hash, unless its quality is low, it is there already, or there are enough.
    void keep(VariantId id, const Hash256& hash);
    // Appends the hash of `coefficients_`, laid down in that way.
    void keep_turned(VariantId id, Dihedral turn);
    void keep_with_mirror(VariantId id);

    void lay_down(std::uint32_t orientation);
    void rescale();
    void hash_boxes(const FrameView& frame, VariantKind kind, const std::vector<Box>& boxes);
    void hash_box(const FrameView& frame, const Box& box, VariantId id);
    void caption();
    void pad();
    void heal_margins(const Pad& pad);
    void turn();
    void heal_corners(const Turn& turn, double width, double height);
    void negate();

    // First what is aligned the most.
    pdq::Samples<float> samples_;
    pdq::Samples<float> known_;
    pdq::Coefficients<double> coefficients_;
    const kernels::PdqKernels& kernels_ = *kernels::table().pdq;
    Shrinker shrinker_;
    WorkingImage whole_;
    WorkingImage part_;
    Resampler resampler_;
    Turner turner_;
    LetterFinder letters_;
    Healer healer_;
    std::int32_t quality_ = 0;
    std::vector<VariantHash>* out_ = nullptr;
};

}  // namespace tutela::variants
