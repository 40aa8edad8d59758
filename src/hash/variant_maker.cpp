#include "hash/variant_maker.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "hash/pdq_dct.hpp"
#include "hash/picture_finder.hpp"

namespace tutela::variants {

namespace {

// How a frame has to be laid down so that it stands as a viewer shows it that heeds the EXIF orientation.
Dihedral turn_of(std::uint32_t orientation) noexcept {
    switch (orientation) {
        case 2: return Dihedral::flip_y;
        case 3: return Dihedral::rotate180;
        case 4: return Dihedral::flip_x;
        case 5: return Dihedral::transpose;
        case 6: return Dihedral::rotate270;
        case 7: return Dihedral::transverse;
        case 8: return Dihedral::rotate90;
        default: return Dihedral::original;
    }
}

// A way to lay a picture down, as mirrorings of the axes, after which it may have to be transposed.
struct Laid {
    Dihedral turn;
    bool mirror_x;
    bool mirror_y;
    bool transpose;
};

constexpr std::array<Laid, 7> kLaid = {{
    {Dihedral::rotate90, true, false, true},
    {Dihedral::rotate180, true, true, false},
    {Dihedral::rotate270, false, true, true},
    {Dihedral::flip_x, false, true, false},
    {Dihedral::flip_y, true, false, false},
    {Dihedral::transpose, false, false, true},
    {Dihedral::transverse, true, true, true},
}};

constexpr std::array kQuarterTurns = {Dihedral::rotate90, Dihedral::rotate180, Dihedral::rotate270,
                                      Dihedral::flip_x,   Dihedral::transpose, Dihedral::transverse};

Span mirrored(const Span& span) noexcept {
    return {span.end, span.start, span.pixels};
}

}  // namespace

Span Maker::across() const noexcept {
    const double side = whole_.frame_width;
    return {0, side / whole_.step_x, side};
}

Span Maker::down() const noexcept {
    const double side = whole_.frame_height;
    return {0, side / whole_.step_y, side};
}

void Maker::transform() {
    pdq::Coefficients<float> coefficients;
    pdq::transform(samples_, coefficients, kernels_);
    pdq::widen(coefficients, coefficients_);
    quality_ = pdq::quality_of(pdq::step_sum(samples_));
}

void Maker::keep(VariantId id, const Hash256& hash) {
    if (quality_ < kPdqMinQuality || out_->size() >= kMaxVariants) return;
    const bool known = std::any_of(out_->begin(), out_->end(), [&](const VariantHash& v) { return v.hash == hash; });
    if (!known) out_->push_back({id, hash, quality_});
}

void Maker::keep_turned(VariantId id, Dihedral turn) {
    pdq::Coefficients<double> turned;
    pdq::reorient(coefficients_, turn, turned);
    id.turn = turn;
    keep(id, pdq::bits(turned));
}

void Maker::keep_with_mirror(VariantId id) {
    keep_turned(id, Dihedral::original);
    keep_turned(id, Dihedral::flip_y);
}

// PDQ's samples do not lie symmetrically: each mirroring is sampled for itself, the transposed ones share the samples.
void Maker::lay_down(std::uint32_t orientation) {
    std::array<Hash256, 8> hashes;
    for (const bool mirror_x : {false, true}) {
        for (const bool mirror_y : {false, true}) {
            resampler_.sample(plane_of(whole_), mirror_x ? mirrored(across()) : across(),
                              mirror_y ? mirrored(down()) : down(), samples_);
            transform();
            for (const Laid& laid : kLaid) {
                if (laid.mirror_x != mirror_x || laid.mirror_y != mirror_y) continue;
                pdq::Coefficients<double> turned;
                pdq::reorient(coefficients_, laid.transpose ? Dihedral::transpose : Dihedral::original, turned);
                hashes[static_cast<std::size_t>(laid.turn)] = pdq::bits(turned);
            }
        }
    }
    const auto keep_one = [&](VariantKind kind, Dihedral turn) {
        keep({kind, 0, turn}, hashes[static_cast<std::size_t>(turn)]);
    };
    if (const Dihedral turn = turn_of(orientation); turn != Dihedral::original) keep_one(VariantKind::exif, turn);
    keep_one(VariantKind::mirror, Dihedral::flip_y);
    for (const Dihedral turn : kQuarterTurns)
        keep_one(VariantKind::rotate90s, turn);
}

// Where the samples of a much larger picture would lie.
void Maker::rescale() {
    if (std::min(whole_.frame_width, whole_.frame_height) >= kOwnGrid) return;
    const auto enlarged = [](Span span) {
        span.pixels = kIdealGrid;
        return span;
    };
    resampler_.sample(plane_of(whole_), enlarged(across()), enlarged(down()), samples_);
    transform();
    keep_with_mirror({VariantKind::rescale, 0, Dihedral::original});
}

void Maker::hash_boxes(const FrameView& frame, VariantKind kind, const std::vector<Box>& boxes) {
    std::uint16_t step = 0;
    for (const Box& box : boxes)
        hash_box(frame, box, {kind, step++, Dihedral::original});
}

// A box that has few pixels in the working image is taken from the frame anew.
void Maker::hash_box(const FrameView& frame, const Box& box, VariantId id) {
    constexpr double kEnough = 192;
    const bool is_coarse = (whole_.step_x > 1 && box.width() / whole_.step_x < kEnough) ||
                           (whole_.step_y > 1 && box.height() / whole_.step_y < kEnough);
    if (is_coarse) {
        const Part part{static_cast<std::uint32_t>(box.left), static_cast<std::uint32_t>(box.top),
                        static_cast<std::uint32_t>(std::ceil(box.right)),
                        static_cast<std::uint32_t>(std::ceil(box.bottom))};
        shrinker_.shrink(frame, part, part_);
    }
    const WorkingImage& image = is_coarse ? part_ : whole_;
    const auto span = [](double from, double to, double origin, double step) {
        const double pixels = to - from;
        return Span{(from - origin) / step, (to - origin) / step, pixels < kOwnGrid ? kIdealGrid : pixels};
    };
    resampler_.sample(plane_of(image), span(box.left, box.right, image.origin_x, image.step_x),
                      span(box.top, box.bottom, image.origin_y, image.step_y), samples_);
    transform();
    keep_with_mirror(id);
}

void Maker::negate() {
    Hash256 negative = out_->front().hash;
    for (std::uint8_t& byte : negative.bytes)
        byte = static_cast<std::uint8_t>(~byte);
    quality_ = out_->front().quality;
    keep({VariantKind::negative, 0, Dihedral::original}, negative);
}

void Maker::make(const FrameView& frame, std::uint32_t orientation, Profile profile, std::vector<VariantHash>& out) {
    out_ = &out;
    shrinker_.shrink(frame, {0, 0, frame.width, frame.height}, whole_);
    lay_down(orientation);
    rescale();
    hash_boxes(frame, VariantKind::trim, find_trimmed(frame, whole_));
    if (profile == Profile::thorough) {
        hash_boxes(frame, VariantKind::regions, find_regions(frame, whole_));
        caption();
        pad();
        turn();
        negate();
    }
    out_ = nullptr;
}

}  // namespace tutela::variants
