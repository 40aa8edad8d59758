// One decoder a format. Each reads the header of bytes that sniff_format() took for its format, checks the limits on
// pixels, and answers a source; see open_media() for the errors and the lifetime of `bytes`.
#pragma once

#include <cstdint>
#include <memory>

#include "media/bytes.hpp"
#include "tutela/media.hpp"

namespace tutela {

// Pixels as libjpeg gives them by default (accurate integer DCT, smooth chroma upsampling). CMYK and YCCK are read the
// way the field reads them, as inks stored inverted with or without Adobe's marker, and multiplied out with rounding.
// The greatest difference to Pillow's convert("RGB"), over all values of ink and black, is 0; to OpenCV's formula,
// which truncates, 2.
Result<std::unique_ptr<FrameSource>> open_jpeg(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode);

// Always exact: a PNG has no luma plane. Chunks that do not make the pixels are skipped unread, their checksums apart.
// Of an animated one every frame; see apng_decoder.hpp.
Result<std::unique_ptr<FrameSource>> open_png(ByteSpan bytes, const DecodeLimits& limits);

// In `luma`, the Y samples of a lossy WebP, brought from 16..235 to 0..255. A lossless one has no luma plane: exact.
// Of an animated one every frame, always exact; see webp_animation.hpp.
Result<std::unique_ptr<FrameSource>> open_webp(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode);

// Every directory of the chain is a page, those marked as reduced pictures too: viewers show them, so a mark must not
// hide one. Subdirectories are none. Always exact. 16-bit samples are cut to their high byte, CMYK is multiplied out as
// in JPEG, alpha is dropped as it is stored (nothing is multiplied). YCbCr (but for JPEG's) and Lab are turned to RGB by
// libtiff.
Result<std::unique_ptr<FrameSource>> open_tiff(ByteSpan bytes, const DecodeLimits& limits);

// The primary picture, then the other top-level ones; thumbnails, depth maps, alpha and other auxiliary pictures are
// none. Always exact, in 8 bits. What the container says about cropping, turning and mirroring is part of the format and
// done, as all readers do it; EXIF's orientation stays a fact, even though it tells of the same turn.
Result<std::unique_ptr<FrameSource>> open_heif(ByteSpan bytes, const DecodeLimits& limits, MediaFormat format);

// Stills and animations, whose frames libjxl lays over those before; pages, which have no time. Always exact: 8 bits, in
// the colours that the file states, none converted, as with PNG. The orientation in the header is part of the format and
// done, as all readers do it; info() tells of none.
Result<std::unique_ptr<FrameSource>> open_jxl(ByteSpan bytes, const DecodeLimits& limits);

// The composite, which programs write beside the layers for others to show: gray, duotone, bitmap, palette, RGB or CMYK,
// of 8 or 16 bits. Where it is missing or lost, the thumbnail comes, declared as damage. Always exact.
Result<std::unique_ptr<FrameSource>> open_psd(ByteSpan bytes, const DecodeLimits& limits);

// The JPEGs that lie within a camera's raw file, the largest first: cameras put in one of full size or nearly. They are
// looked for by their first bytes, so no maker's private structure need be known, and nothing is developed. After them,
// of a file that is built as a TIFF, its pages, see open_raw_pages(): viewers that know nothing of cameras show those. Of
// the JPEGs after the first that is given, those with a side below 128 are left out: thumbnails. The first alone is
// reduced in `scaled`; `screen` is luma. LibRaw is not used: it brings OpenMP's threads along, and hundreds of formats.
Result<std::unique_ptr<FrameSource>> open_raw(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode);

// See dib.hpp. Always exact.
Result<std::unique_ptr<FrameSource>> open_bmp(ByteSpan bytes, const DecodeLimits& limits);

// ICO and CUR: every picture, PNG or bitmap, without its mask; the largest first, as Pillow takes that one, then in the
// order of the directory. Always exact. Of an animated PNG the first frame.
Result<std::unique_ptr<FrameSource>> open_ico(ByteSpan bytes, const DecodeLimits& limits);

// Formats that large libraries read (libheif, libjxl, libtiff): loading those takes longer than all else that a sandbox
// starts with, so it does that for such a file alone.
[[nodiscard]] constexpr bool is_rare(MediaFormat format) noexcept {
    switch (format) {
        case MediaFormat::tiff:
        case MediaFormat::heif:
        case MediaFormat::avif:
        case MediaFormat::jxl:
        case MediaFormat::raw: return true;
        default: return false;
    }
}

// As open_media(), of the formats that are not rare; a rare one is unsupported.
Result<std::unique_ptr<FrameSource>> open_common_media(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode);

// What is wrong with bytes that announce themselves as `format`, before any decoder sees them.
Status check_format(ByteSpan bytes, const DecodeLimits& limits, MediaFormat format);

// The status `limit` when a picture of this size passes limits.max_pixels. Sides are below 2^32, so nothing overflows.
Status check_pixels(std::uint32_t width, std::uint32_t height, const DecodeLimits& limits);

}  // namespace tutela
