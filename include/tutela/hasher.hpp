// PDQ: a frame in, 256 bits and a quality out. Layer: hash.
//
// The algorithm is "PDQ" of "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Meta, 2019),
// bit for bit as its reference computes it at full resolution without fused multiply-add:
//   luma (float32)  ->  twice a box filter along rows and columns (window ceil(side / 128))  ->  64x64 samples
//   ->  the 16x16 low frequencies of a DCT  ->  each bit: coefficient > median.
// Bit 16 i + j of the hash belongs to the coefficient of vertical frequency i + 1 and horizontal frequency j + 1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/hash.hpp"
#include "tutela/status.hpp"

namespace tutela {

// The shortest side that has a hash, in pixels. Below it the reference answers a zero hash of quality 0, which would
// match every other zero hash; here it is the status too_small.
inline constexpr std::uint32_t kPdqMinSide = 5;

// The published defaults: two PDQ hashes match at this distance or less, and are not used below this quality.
inline constexpr std::uint32_t kPdqMatchRadius = 31;
inline constexpr std::int32_t kPdqMinQuality = 50;

// The eight ways to lay a picture down: rotations and mirror images.
enum class Dihedral : std::uint8_t {
    original = 0,
    rotate90 = 1,  // counter-clockwise, as the reference counts
    rotate180 = 2,
    rotate270 = 3,
    flip_x = 4,      // top and bottom exchanged
    flip_y = 5,      // left and right exchanged: a mirror
    transpose = 6,   // the reference's "flip plus 1"
    transverse = 7,  // the reference's "flip minus 1"
};

// The eight hashes of one frame, indexed by Dihedral.
struct DihedralHashes {
    std::array<Hash256, 8> hashes;
    std::int32_t quality = 0;
    std::int64_t pts_us = kNoPts;

    [[nodiscard]] const Hash256& operator[](Dihedral d) const noexcept { return hashes[static_cast<std::size_t>(d)]; }
};

// The reference computes in float32, so its hash depends on how each step is rounded. hash() computes the same in
// practically real numbers, in one pass, and then asks whether rounding could have turned a bit or changed the quality.
// If so, it computes the picture again in the reference's order, which costs 10 to 30 times as much. What counts as
// "could":
enum class PdqRounding : std::uint8_t {
    // No rounding whatever, of any picture, could. Equality with the reference is a theorem
    // (src/hash/pdq_rounding.hpp). The worst case is far from the usual one: it asks for the second computation of
    // every second photograph of a megapixel, and of nearly all over 4 megapixels.
    proven = 0,
    // No rounding errors could that behave like independent ones and stay within 8 standard deviations. Not a theorem,
    // but no difference from `proven` is known: none in 20,000 pictures and crops and 334 photographs, of which 1 in
    // 100 is computed again. For a scan, whose decoder's luma is not the reference's to begin with.
    likely = 1,
};

// Computes PDQ. Owns its scratch memory, which grows to what the largest frame so far needed (some rows of it, less
// than a megabyte for a picture of 4000x3000), so that frame after frame costs no allocation. Movable. One thread at a
// time; make one for each thread. The result depends on the pixels alone, not on the processor.
class TUTELA_API PdqHasher {
public:
    explicit PdqHasher(PdqRounding rounding = PdqRounding::proven);
    PdqHasher(PdqHasher&&) noexcept;
    PdqHasher& operator=(PdqHasher&&) noexcept;
    ~PdqHasher();

    // The hash of a frame in any pixel format; colours become luma 0.299 R + 0.587 G + 0.114 B in float32, gray8 is
    // luma as it stands, luma_limited8 is (min(max(Y, 16), 235) - 16) * 255 / 219 in float32. Errors: invalid_argument
    // (see check()), too_small (a side under kPdqMinSide).
    // Throws std::bad_alloc when the scratch memory cannot be had.
    Result<FrameHash> hash(const FrameView& frame);

    // The hashes of the frame and of its seven rotations and mirror images, from one pass. At exactly 64x64 pixels
    // `original` may differ from hash(): the reference filters there in this call only, and so do we. Errors as hash().
    Result<DihedralHashes> hash_dihedral(const FrameView& frame);

    // The hash of a picture of full_width x full_height pixels that is known only by the means of its blocks of
    // denominator x denominator pixels (2, 4 or 8): what a JPEG decoder gives when asked for a smaller picture. The
    // last blocks of a row or column may be partial. Each mean weighs what its pixels would weigh in the full picture,
    // so the hash is near that of the full picture and does not drift as that of a shrunken one does. Errors:
    // invalid_argument (also for another denominator, or when a side of `reduced` is not the full one divided and
    // rounded up), too_small (a full side under kPdqMinSide).
    Result<FrameHash> hash_reduced(const FrameView& reduced, std::uint32_t full_width, std::uint32_t full_height,
                                   std::uint32_t denominator);

private:
    struct Scratch;
    std::unique_ptr<Scratch> scratch_;
};

}  // namespace tutela
