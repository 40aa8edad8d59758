#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/try.hpp"
#include "hash/healing.hpp"
#include "hash/letters.hpp"
#include "hash/pdq_dct.hpp"
#include "hash/picture_finder.hpp"
#include "hash/resampler.hpp"
#include "hash/turner.hpp"
#include "hash/variant_tables.hpp"
#include "hash/working_image.hpp"
#include "tutela/variants.hpp"

namespace tutela {

namespace {

using variants::Box;
using variants::Fill;
using variants::Plane;
using variants::Span;
using variants::WorkingImage;

// How a frame has to be laid down so that a viewer that heeds the EXIF orientation shows it so.
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

Plane plane_of(const WorkingImage& image) noexcept {
    return {image.luma.data(), image.width, image.height};
}

Span mirrored(const Span& span) noexcept {
    return {span.end, span.start, span.pixels};
}

}  // namespace

struct VariantHasher::Impl {
    PdqHasher plain;
    variants::ShrinkScratch scratch;
    WorkingImage whole;
    WorkingImage part;
    variants::Resampler resampler;
    variants::Turner turner;
    variants::LetterFinder letters;
    pdq::Samples samples;
    pdq::Coefficients coefficients;
    pdq::Coefficients turned;
    std::vector<VariantHash>* out = nullptr;

    void keep(VariantId id, const Hash256& hash, std::int32_t quality) const {
        if (quality < kPdqMinQuality || out->size() >= kMaxVariants) return;
        const bool known = std::any_of(out->begin(), out->end(), [&](const VariantHash& v) { return v.hash == hash; });
        if (!known) out->push_back({id, hash, quality});
    }

    // Samples and transforms; the bits are taken from `coefficients`.
    std::int32_t transform(const Plane& plane, const Span& across, const Span& down, Fill fill) {
        resampler.sample(plane, across, down, fill, samples);
        pdq::transform(samples, coefficients);
        return pdq::quality(samples);
    }

    void keep_turned(VariantId id, Dihedral turn, std::int32_t quality) {
        id.turn = id.kind == VariantKind::exif || turn != Dihedral::original ? turn : id.turn;
        pdq::reorient(coefficients, turn, turned);
        keep(id, pdq::bits(turned), quality);
    }

    void make(const FrameView& frame, std::uint32_t orientation, Profile profile);
    void lay_down(const FrameView& frame, std::uint32_t orientation);
    void hash_box(const FrameView& frame, const Box& box, VariantId id);
    void caption(const FrameView& frame);
    void heal_margins(const variants::Pad& pad);
    void pad(const FrameView& frame);
    void heal_corners(double width, double height, double degrees, double out_width, double out_height);
    void turn(const FrameView& frame);
};

// The seven other ways to lay the frame down. The place of PDQ's samples is not symmetric, so that each of the four
// reflections is sampled for itself; the transposed ones share their samples.
void VariantHasher::Impl::lay_down(const FrameView& frame, std::uint32_t orientation) {
    const Plane plane = plane_of(whole);
    const Span across{0, static_cast<double>(frame.width) / whole.step_x, static_cast<double>(frame.width)};
    const Span down{0, static_cast<double>(frame.height) / whole.step_y, static_cast<double>(frame.height)};
    struct Laid {
        Dihedral turn;
        Dihedral reflected;  // after the reflections, what is left to do: nothing, or to transpose
        bool mirror_x;
        bool mirror_y;
    };
    static constexpr std::array<Laid, 8> kLaid = {{
        {Dihedral::original, Dihedral::original, false, false},
        {Dihedral::rotate90, Dihedral::transpose, true, false},
        {Dihedral::rotate180, Dihedral::original, true, true},
        {Dihedral::rotate270, Dihedral::transpose, false, true},
        {Dihedral::flip_x, Dihedral::original, false, true},
        {Dihedral::flip_y, Dihedral::original, true, false},
        {Dihedral::transpose, Dihedral::transpose, false, false},
        {Dihedral::transverse, Dihedral::transpose, true, true},
    }};
    std::array<Hash256, 8> hashes;
    std::int32_t quality = 0;
    for (const bool mirror_x : {false, true}) {
        for (const bool mirror_y : {false, true}) {
            quality = transform(plane, mirror_x ? mirrored(across) : across, mirror_y ? mirrored(down) : down,
                                Fill::reflect);
            for (const Laid& laid : kLaid) {
                if (laid.mirror_x != mirror_x || laid.mirror_y != mirror_y) continue;
                pdq::reorient(coefficients, laid.reflected, turned);
                hashes[static_cast<std::size_t>(laid.turn)] = pdq::bits(turned);
            }
        }
    }
    const auto keep_one = [&](VariantKind kind, Dihedral turn) {
        keep({kind, 0, turn}, hashes[static_cast<std::size_t>(turn)], quality);
    };
    if (const Dihedral turn = turn_of(orientation); turn != Dihedral::original) keep_one(VariantKind::exif, turn);
    keep_one(VariantKind::mirror, Dihedral::flip_y);
    for (const Dihedral turn : {Dihedral::rotate90, Dihedral::rotate180, Dihedral::rotate270, Dihedral::flip_x,
                                Dihedral::transpose, Dihedral::transverse}) {
        keep_one(VariantKind::rotate90s, turn);
    }
}

// The picture within the box, and mirrored.
void VariantHasher::Impl::hash_box(const FrameView& frame, const Box& box, VariantId id) {
    constexpr double kEnough = 192;  // working pixels a side, below which the box is shrunk anew from the frame
    const WorkingImage* image = &whole;
    if ((whole.step_x > 1 && box.width() / whole.step_x < kEnough) ||
        (whole.step_y > 1 && box.height() / whole.step_y < kEnough)) {
        variants::shrink(frame, static_cast<std::uint32_t>(box.left), static_cast<std::uint32_t>(box.top),
                         static_cast<std::uint32_t>(std::ceil(box.right)),
                         static_cast<std::uint32_t>(std::ceil(box.bottom)), scratch, part);
        image = &part;
    }
    const Span across{(box.left - image->origin_x) / image->step_x, (box.right - image->origin_x) / image->step_x,
                      box.width()};
    const Span down{(box.top - image->origin_y) / image->step_y, (box.bottom - image->origin_y) / image->step_y,
                    box.height()};
    const std::int32_t quality = transform(plane_of(*image), across, down, Fill::reflect);
    keep_turned(id, Dihedral::original, quality);
    keep_turned(id, Dihedral::flip_y, quality);
}

// What stands behind the writing is guessed from what stands around it.
void VariantHasher::Impl::caption(const FrameView& frame) {
    constexpr double kLeast = 0.002;
    constexpr double kMost = 0.4;
    constexpr float kKnownEnough = 0.3F;
    const Span across{0, static_cast<double>(frame.width) / whole.step_x, static_cast<double>(frame.width)};
    const Span down{0, static_cast<double>(frame.height) / whole.step_y, static_cast<double>(frame.height)};
    std::uint16_t step = 0;
    for (const variants::Where where : {variants::Where::edges, variants::Where::everywhere}) {
        const VariantId id{VariantKind::caption, step++, Dihedral::original};
        const double share = letters.find(plane_of(whole), where);
        if (share < kLeast || share > kMost) continue;
        pdq::Samples known;
        resampler.sample({letters.known().data(), whole.width, whole.height}, across, down, Fill::reflect, known);
        resampler.sample({letters.masked().data(), whole.width, whole.height}, across, down, Fill::reflect, samples);
        variants::Holes holes;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (known[i] < kKnownEnough) {
                holes.set(i);
            } else {
                samples[i] /= known[i];
            }
        }
        variants::heal(samples, holes);
        pdq::transform(samples, coefficients);
        const std::int32_t quality = pdq::quality(samples);
        keep_turned(id, Dihedral::original, quality);
        keep_turned(id, Dihedral::flip_y, quality);
    }
}

// A sample that lies in the margin, but for those next to the picture, which hold some of it.
void VariantHasher::Impl::heal_margins(const variants::Pad& pad) {
    constexpr double kNextTo = 25.0 / pdq::kSamples;
    const auto outside = [](std::size_t k, double before, double after) {
        const double at = (static_cast<double>(k) + 0.5) * 100 / pdq::kSamples;
        return at < before - kNextTo || at > 100 - after + kNextTo;
    };
    variants::Holes holes;
    for (std::size_t y = 0; y < pdq::kSamples; ++y) {
        for (std::size_t x = 0; x < pdq::kSamples; ++x) {
            if (outside(x, pad.left, pad.right) || outside(y, pad.top, pad.bottom)) holes.set(y * pdq::kSamples + x);
        }
    }
    variants::heal(samples, holes);
}

void VariantHasher::Impl::pad(const FrameView& frame) {
    const Plane plane = plane_of(whole);
    std::uint16_t step = 0;
    for (const variants::Pad& pad : variants::pads()) {
        const auto span = [](double side, double cells, double before, double after) {
            const double scale = 1 / (100 - before - after);
            return Span{-before * scale * cells, (1 + after * scale) * cells, side * 100 * scale};
        };
        const Span across =
            span(frame.width, static_cast<double>(frame.width) / whole.step_x, pad.left, pad.right);
        const Span down = span(frame.height, static_cast<double>(frame.height) / whole.step_y, pad.top, pad.bottom);
        resampler.sample(plane, across, down, Fill::replicate, samples);
        heal_margins(pad);
        pdq::transform(samples, coefficients);
        const std::int32_t quality = pdq::quality(samples);
        keep_turned({VariantKind::pad, step, Dihedral::original}, Dihedral::original, quality);
        keep_turned({VariantKind::pad, step, Dihedral::original}, Dihedral::flip_y, quality);
        ++step;
    }
}

// The samples that lie beyond the frame once it is turned, but for those next to it.
void VariantHasher::Impl::heal_corners(double width, double height, double degrees, double out_width,
                                       double out_height) {
    const double c = std::cos(degrees * std::numbers::pi / 180);
    const double s = std::sin(degrees * std::numbers::pi / 180);
    const double next_x = 0.25 * out_width / pdq::kSamples;
    const double next_y = 0.25 * out_height / pdq::kSamples;
    variants::Holes holes;
    for (std::size_t i = 0; i < pdq::kSamples; ++i) {
        for (std::size_t j = 0; j < pdq::kSamples; ++j) {
            const double x = ((static_cast<double>(j) + 0.5) / pdq::kSamples - 0.5) * out_width;
            const double y = ((static_cast<double>(i) + 0.5) / pdq::kSamples - 0.5) * out_height;
            if (std::abs(c * x + s * y) > width / 2 + next_x || std::abs(c * y - s * x) > height / 2 + next_y) {
                holes.set(i * pdq::kSamples + j);
            }
        }
    }
    variants::heal(samples, holes);
}

void VariantHasher::Impl::turn(const FrameView& frame) {
    const double width = frame.width;
    const double height = frame.height;
    std::uint16_t step = 0;
    for (const variants::Turn& turn : variants::turns()) {
        const double angle = std::abs(turn.degrees) * std::numbers::pi / 180;
        const double c = std::cos(angle);
        const double s = std::sin(angle);
        double out_width = width;
        double out_height = height;
        if (turn.fit == variants::Fit::inside) {
            const double scale = c + s * std::max(width / height, height / width);
            out_width *= scale;
            out_height *= scale;
        } else if (turn.fit == variants::Fit::around) {
            out_width = (width * c - height * s) / (c * c - s * s);
            out_height = (height * c - width * s) / (c * c - s * s);
        }
        const VariantId id{VariantKind::rotate, step++, Dihedral::original};
        if (out_width < 32 || out_height < 32) continue;
        const Plane plane = turner.turn(plane_of(whole), width, height, turn.degrees, out_width, out_height);
        const double side = variants::Turner::kSide;
        resampler.sample(plane, {0, side, out_width}, {0, side, out_height}, Fill::reflect, samples);
        heal_corners(width, height, turn.degrees, out_width, out_height);
        pdq::transform(samples, coefficients);
        const std::int32_t quality = pdq::quality(samples);
        keep_turned(id, Dihedral::original, quality);
    }
}

void VariantHasher::Impl::make(const FrameView& frame, std::uint32_t orientation, Profile profile) {
    variants::shrink(frame, 0, 0, frame.width, frame.height, scratch, whole);
    lay_down(frame, orientation);
    std::uint16_t step = 0;
    for (const Box& box : variants::find_trimmed(frame, whole))
        hash_box(frame, box, {VariantKind::trim, step++, Dihedral::original});
    if (profile != Profile::thorough) return;
    step = 0;
    for (const Box& box : variants::find_regions(frame, whole))
        hash_box(frame, box, {VariantKind::regions, step++, Dihedral::original});
    caption(frame);
    pad(frame);
    turn(frame);
    Hash256 negative = out->front().hash;
    for (std::uint8_t& byte : negative.bytes)
        byte = static_cast<std::uint8_t>(~byte);
    keep({VariantKind::negative, 0, Dihedral::original}, negative, out->front().quality);
}

VariantHasher::VariantHasher() : impl_(std::make_unique<Impl>()) {}
VariantHasher::VariantHasher(VariantHasher&&) noexcept = default;
VariantHasher& VariantHasher::operator=(VariantHasher&&) noexcept = default;
VariantHasher::~VariantHasher() = default;

Status VariantHasher::hash(const FrameView& frame, std::uint32_t orientation, Profile profile,
                           std::vector<VariantHash>& out) {
    if (profile_name(profile) == "unknown") return Status(StatusCode::invalid_argument, "no such profile");
    out.clear();
    TUTELA_ASSIGN(const FrameHash plain, impl_->plain.hash(frame));
    out.push_back({{}, plain.hash, plain.quality});
    if (profile == Profile::plain) return {};
    impl_->out = &out;
    impl_->make(frame, orientation, profile);
    return {};
}

}  // namespace tutela
