// The variants of which some part is not known: behind writing, beyond the edges, in the corners.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "hash/variant_maker.hpp"

namespace tutela::variants {

namespace {

// A sample this near to the picture still holds some of it; in samples.
constexpr double kNextTo = 0.25;

// The middle of sample k, in samples.
constexpr double middle(std::size_t k) noexcept {
    return static_cast<double>(k) + 0.5;
}

// The axis of a picture of which `before` and `after` percent were cut off.
Span padded(const Span& span, double before, double after) noexcept {
    const double whole = 100 - before - after;
    return {-span.end * before / whole, span.end * (100 - before) / whole, span.pixels * 100 / whole};
}

struct Size {
    double width;
    double height;
};

// The size of a picture that, turned, became one of width x height.
Size size_before(const Turn& turn, double width, double height) noexcept {
    const double c = std::cos(turn.degrees * std::numbers::pi / 180);
    const double s = std::sin(std::abs(turn.degrees) * std::numbers::pi / 180);
    switch (turn.fit) {
        case Fit::same: break;
        case Fit::inside: {
            const double scale = c + s * std::max(width / height, height / width);
            return {width * scale, height * scale};
        }
        case Fit::around:
            return {(width * c - height * s) / (c * c - s * s), (height * c - width * s) / (c * c - s * s)};
    }
    return {width, height};
}

}  // namespace

// What stands behind the writing is guessed from what stands around it.
void Maker::caption() {
    constexpr double kLeast = 0.002;  // of the picture, covered
    constexpr double kMost = 0.4;
    constexpr float kKnownEnough = 0.3F;  // of a sample
    std::uint16_t step = 0;
    for (const Where where : {Where::edges, Where::everywhere}) {
        const VariantId id{VariantKind::caption, step++, Dihedral::original};
        const double share = letters_.find(plane_of(whole_), where);
        if (share < kLeast || share > kMost) continue;
        resampler_.sample({letters_.known().data(), whole_.width, whole_.height}, across(), down(), known_);
        resampler_.sample({letters_.masked().data(), whole_.width, whole_.height}, across(), down(), samples_);
        Holes holes;
        for (std::size_t i = 0; i < samples_.at.size(); ++i) {
            if (known_.at[i] < kKnownEnough) {
                holes.set(i);
            } else {
                samples_.at[i] /= known_.at[i];
            }
        }
        healer_.heal(samples_, holes);
        transform();
        keep_with_mirror(id);
    }
}

void Maker::pad() {
    std::uint16_t step = 0;
    for (const Pad& pad : pads()) {
        resampler_.sample(plane_of(whole_), padded(across(), pad.left, pad.right), padded(down(), pad.top, pad.bottom),
                          samples_);
        heal_margins(pad);
        transform();
        keep_with_mirror({VariantKind::pad, step++, Dihedral::original});
    }
}

void Maker::heal_margins(const Pad& pad) {
    const auto is_outside = [](std::size_t k, double before, double after) {
        constexpr double kSide = pdq::kSamples;
        return middle(k) < before * kSide / 100 - kNextTo || middle(k) > (100 - after) * kSide / 100 + kNextTo;
    };
    Holes holes;
    for (std::size_t y = 0; y < pdq::kSamples; ++y) {
        const bool is_row_outside = is_outside(y, pad.top, pad.bottom);
        for (std::size_t x = 0; x < pdq::kSamples; ++x) {
            if (is_row_outside || is_outside(x, pad.left, pad.right)) holes.set(y * pdq::kSamples + x);
        }
    }
    healer_.heal(samples_, holes);
}

void Maker::turn() {
    constexpr double kLeastSide = 32;
    constexpr double kMostRatio = 8;  // of the sides: a strip that was turned leaves nothing
    const double width = whole_.frame_width;
    const double height = whole_.frame_height;
    if (std::max(width, height) > kMostRatio * std::min(width, height)) return;
    std::uint16_t step = 0;
    for (const Turn& turn : turns()) {
        const VariantId id{VariantKind::rotate, step++, Dihedral::original};
        const Size size = size_before(turn, width, height);
        if (size.width < kLeastSide || size.height < kLeastSide) continue;
        const Plane plane = turner_.turn(plane_of(whole_), {width, height}, turn.degrees, {size.width, size.height});
        const double side = Turner::kSide;
        resampler_.sample(plane, {0, side, size.width}, {0, side, size.height}, samples_);
        heal_corners(turn, size.width, size.height);
        transform();
        keep_turned(id, Dihedral::original);
    }
}

void Maker::heal_corners(const Turn& turn, double width, double height) {
    const double c = std::cos(turn.degrees * std::numbers::pi / 180);
    const double s = std::sin(turn.degrees * std::numbers::pi / 180);
    const double sample_x = width / pdq::kSamples;
    const double sample_y = height / pdq::kSamples;
    const double most_x = whole_.frame_width / 2.0 + kNextTo * sample_x;
    const double most_y = whole_.frame_height / 2.0 + kNextTo * sample_y;
    Holes holes;
    for (std::size_t i = 0; i < pdq::kSamples; ++i) {
        for (std::size_t j = 0; j < pdq::kSamples; ++j) {
            const double x = middle(j) * sample_x - width / 2;
            const double y = middle(i) * sample_y - height / 2;
            if (std::abs(c * x + s * y) > most_x || std::abs(c * y - s * x) > most_y) {
                holes.set(i * pdq::kSamples + j);
            }
        }
    }
    healer_.heal(samples_, holes);
}

}  // namespace tutela::variants
