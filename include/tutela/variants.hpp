// What people do to pictures, undone: more hashes of one frame, each to be searched like the frame's own. Layer: hash.
//
// A list holds the plain hash of a picture. A copy that was mirrored, framed, cropped or turned has another hash, but
// the change can be guessed and undone on the side of the query: each guess is a *variant*, and has a hash. With an
// index that answers in microseconds, a picture can afford a hundred. The list stays as it is.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/hash.hpp"
#include "tutela/hasher.hpp"
#include "tutela/status.hpp"

namespace tutela {

// The kinds of variants, in the order in which hash() gives them. The numbers are part of the C ABI.
//
//   kind       undoes                                        hashes   cost   names
//   plain      nothing: PDQ of the frame as it stands             1     64   plain
//   exif       an EXIF orientation (2..8) not applied             1      0   exif
//   mirror     a mirror image                                     1     90   mirror
//   rotate90s  the other quarter turns and mirror images          6      0   rotate90 (counter-clockwise) rotate180
//                                                                            rotate270 flip transpose transverse
//   rescale    a reduction to under 800 pixels a side: PDQ        2     20   rescale
//              samples large pictures a little elsewhere
//   trim       plain borders, letterbox bars, bars with           2    120   trim_1, trim_2, ... up to 12
//              writing, blurred enlarged copies beside it    a box  + 350
//   regions    a screenshot or a collage around it                2    830   region_1, region_2, ... up to 16
//                                                            a box  + 350
//   caption    letters with an outline, written over it        0..4    350   caption_1 (above, below), caption_2 (all
//   over)
//   pad        a crop                                            76  2,200   pad_left_5: in percent of the whole
//   picture
//   rotate     a turn by 1 to 5 degrees                          30  4,100   rotate_-2 (in the same frame),
//                                                                            rotate_-2_inside, rotate_-2_around
//   negative   a negative                                         1      0   negative
//
// Those from rescale to pad are also mirrored: trim_1+mirror. The cost is in microseconds, of all hashes of the kind
// for a picture of 1920x1080 on one core; the working image, which all but plain need, is 250 more. (Measured on an AMD
// Zen 5; bench/bench_variants.cpp.)
enum class VariantKind : std::uint32_t {
    plain = 0,
    exif = 1,
    mirror = 2,
    rotate90s = 3,
    rescale = 4,
    trim = 5,
    regions = 6,
    caption = 7,
    pad = 8,
    rotate = 9,
    negative = 10,
};

// Which variants to make. The numbers are part of the C ABI.
enum class Profile : std::uint32_t {
    plain = 1,     // the frame's own hash only
    standard = 2,  // plain, exif, mirror, rotate90s, rescale, trim
    thorough = 3,  // all kinds
};

// "plain", "standard", "thorough"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view profile_name(Profile profile) noexcept;

// The profile of that name; invalid_argument for any other text.
TUTELA_API Result<Profile> profile_from_name(std::string_view name);

// Never more hashes than this from one frame, whatever it shows.
inline constexpr std::size_t kMaxVariants = 192;

// Which variant a hash belongs to. A plain value; the order is that in which hash() gives them.
struct VariantId {
    VariantKind kind = VariantKind::plain;
    std::uint16_t step = 0;              // which one of its kind
    Dihedral turn = Dihedral::original;  // and how it was laid down after that

    auto operator<=>(const VariantId&) const noexcept =
        default;  // NOLINT(modernize-use-nullptr): of the generated code
};

// The stable name, such as "plain", "rotate180", "trim_1+mirror", "pad_left_5", "rotate_-2"; "unknown" for an id that
// hash() does not give. Only letters, digits and _ + - . occur.
TUTELA_API std::string variant_name(VariantId id);

struct VariantHash {
    VariantId id;
    Hash256 hash;
    std::int32_t quality = 0;  // as FrameHash::quality, of the variant

    [[nodiscard]] std::string name() const { return variant_name(id); }
    bool operator==(const VariantHash&) const noexcept = default;
};

// Makes the variants. Owns its working memory. Movable. One thread at a time. The result depends on the arguments
// alone.
class TUTELA_API VariantHasher {
public:
    VariantHasher();
    VariantHasher(VariantHasher&&) noexcept;
    VariantHasher& operator=(VariantHasher&&) noexcept;
    ~VariantHasher();

    // Replaces `out` by the hashes of the frame's variants. The first is always `plain`, which is bit for bit
    // PdqHasher::hash(frame). The others are computed on a working image of at most 511x511 pixels, made once a frame,
    // and come to within a few bits of the PDQ of the picture so changed. Those of a quality below kPdqMinQuality are
    // left out, and so are those whose hash an earlier one has. When `plain` is below it, the others are still made: a
    // wide flat border lowers the quality of the whole.
    // `orientation` is the EXIF number, 1..8; any other means that none is known.
    // Errors: as PdqHasher::hash(); invalid_argument for an unknown profile. Throws std::bad_alloc.
    Status hash(const FrameView& frame, std::uint32_t orientation, Profile profile, std::vector<VariantHash>& out);

    // The same for a frame whose own hash is known, and perhaps not of this frame: it may be a reduced picture, whose
    // hash is PdqHasher::hash_reduced(). A frame too small to hash has no other variants.
    Status hash(const FrameView& frame, const FrameHash& plain, std::uint32_t orientation, Profile profile,
                std::vector<VariantHash>& out);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
