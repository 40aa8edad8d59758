// Hashes of 64 bits: second opinions beside PDQ. Layer: hash.
//
// They are small, known everywhere and cheap to keep, and they confuse different pictures far more often than PDQ does.
// So they confirm what PDQ found (see ScanOptions::confirm_phash_radius) and are never a match by themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/hash.hpp"
#include "tutela/status.hpp"

namespace tutela {

// Which one. The numbers are part of the C ABI. The bit that is named first is the hash's most significant one.
//
// The first three are those of the Python package ImageHash with its defaults, bit for bit on the same pixels, with
// Pillow up to version 12. `gray` is (19595 R + 38470 G + 7471 B + 32768) >> 16, as Pillow's convert("L"); `shrunk to
// WxH` is Pillow's LANCZOS (three lobes, weights of 22 bits, first along the rows, then along the columns, each time
// rounded to 8 bits; a side that has the length already is left). Pillow 13 goes along the columns first where the
// height shrinks by more than twice as many pixels as the width: there ImageHash's values moved by 0 to 3 bits.
// Pillow 12 does so for pictures more than 100 times as high as wide.
enum class Hash64Kind : std::uint32_t {
    // Gray, shrunk to 32x32; the DCT of type II of the columns, then of the rows, in double; of the 8x8 lowest
    // frequencies, row by row (vertical frequency 0 first), bit: above their median, which is the mean of the 32nd and
    // 33rd. The lowest frequency of all, the brightness, is among them.
    phash = 1,
    // Gray, shrunk to 9x8; row by row, bit: a pixel is brighter than its left neighbour.
    dhash = 2,
    // Gray, shrunk to 8x8; row by row, bit: a pixel is brighter than the mean.
    ahash = 3,
    // pHash as OpenCV has it, the bytes as those of the cv::Mat that cv::img_hash::PHash gives: shrunk to 32x32
    // (INTER_LINEAR_EXACT), gray by cvtColor, cv::dct in float; of the 8x8 lowest frequencies, the first set to 0, bit:
    // above their mean; byte i is vertical frequency i, its least significant bit horizontal frequency 0.
    phash_opencv = 4,
};

// "phash", "dhash", "ahash", "phash-opencv"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view hash64_name(Hash64Kind kind) noexcept;

// Where two pHashes of the same picture mostly lie (re-encoded, resized), and different ones seldom do.
inline constexpr std::uint32_t kPhashConfirmRadius = 10;

// Computes these hashes. Owns its scratch memory (24 bytes for a pixel of the two sides of the largest frame, and a
// row), so that frame after frame costs no allocation; `phash_opencv` takes a little from OpenCV each time. Movable.
// One thread at a time; make one for each thread. The result depends on the pixels alone.
//
// Ties. A picture that is flat, or equal to its mirror image, has coefficients that are equal in theory, so that
// rounding alone decides about their bits of `phash`. The operations are therefore done in the order in which SciPy
// 1.4 to 1.17 does them, without fused multiply-add, and such bits are those of ImageHash on x86-64 too. On processors
// where SciPy is built with fused multiply-add, its own bits differ there; those of this library do not.
class TUTELA_API Hash64Hasher {
public:
    Hash64Hasher();
    Hash64Hasher(Hash64Hasher&&) noexcept;
    Hash64Hasher& operator=(Hash64Hasher&&) noexcept;
    ~Hash64Hasher();

    // The hash of a frame in any pixel format and of any size from 1x1 on; alpha is ignored;
    // luma_limited8 is stretched to 0..255 and rounded. A frame with hardly any detail has a hash, too, and shares it
    // with many others. Errors: invalid_argument (see check(), or an unknown kind). Throws std::bad_alloc when the
    // scratch memory cannot be had.
    Result<Hash64> hash(const FrameView& frame, Hash64Kind kind);

private:
    struct Scratch;
    std::unique_ptr<Scratch> scratch_;
};

}  // namespace tutela
