// From bytes to frames: telling formats apart, limits, decoders. Layer: media (it needs only core).
//
// All input is hostile. Formats are told by content, never by name; decoders work on memory only; every size is
// checked before it is used; nothing here opens a file or a connection.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/status.hpp"

namespace tutela {

enum class MediaFormat : std::uint32_t {
    unknown = 0,
    jpeg = 1,
    png = 2,
    webp = 3,
};

// "jpeg", "png", "webp", "unknown".
TUTELA_API std::string_view format_name(MediaFormat format) noexcept;

// How many leading bytes sniff_format() wants to see at the most; fewer are fine for a shorter file.
inline constexpr std::size_t kSniffBytes = 64;

// The format that the first bytes announce; unknown for anything else. Announces only: decoding may still find the
// file corrupt. Thread-safe.
TUTELA_API MediaFormat sniff_format(std::span<const std::uint8_t> first_bytes) noexcept;

// How much of a picture is decoded for its hash. The numbers are part of the C ABI.
//
// All but `exact` may give another hash than published lists have of the same picture. By how many bits is stated for
// the photographs that the tests use, which hold each mode to the bound named after it.
enum class DecodeMode : std::uint32_t {
    // Full size and all colours, as a viewer shows it: what published lists are made of.
    exact = 1,
    // The decoder's own luma plane in full size, no colour made of it: JPEG stored as YCbCr or gray, and lossy WebP.
    // JPEG: 82% of the hashes are equal, 0.4 bits in the mean, 4 at most. WebP: 75%, 0.6, 4.
    luma = 2,
    // Luma of such a JPEG, reduced by the decoder to 1/2, 1/4 or 1/8: as far as its shorter side keeps kScaledMinSide
    // pixels. 82% of the hashes are equal, 0.4 bits in the mean, 2 at most.
    scaled = 3,
    // Luma of such a JPEG at 1/8, from the first scan of a progressive one alone; its shorter side must have
    // kScreenMinSide pixels. 40% of the hashes are those of luma, 1.7 bits off in the mean, 16 at most. It is for
    // telling quickly what is surely unlike: a photograph is unlike a list when nothing lies within the radius and
    // kScreenDriftBits more. A pattern, or a picture made to deceive, can differ by more, and what is wrong with the
    // scans after the first stays unseen, so nothing uses this mode unasked. A file that is cut off, or broken between
    // its scans, comes in luma instead.
    screen = 4,
};

// The most bits by which a mode moves the hash of any of those photographs: from that of exact, for screen from that of
// luma. Other pictures can be moved further: a radius that must not miss them has these bits to spare.
inline constexpr std::uint32_t kLumaDriftBits = 4;
inline constexpr std::uint32_t kScaledDriftBits = 4;
inline constexpr std::uint32_t kScreenDriftBits = 20;

// The shorter side, in pixels of the frame (scaled) or of the picture (screen). From 1024 pixels on PDQ's own filter is
// as wide as the 8x8 blocks that a screen sees; below, it sees detail that they do not (a brick wall of 512: 56 bits
// off).
inline constexpr std::uint32_t kScaledMinSide = 512;
inline constexpr std::uint32_t kScreenMinSide = 1024;

// "exact", "luma", "scaled", "screen"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view decode_mode_name(DecodeMode mode) noexcept;

// What a decoder may spend. Passing one is the status `limit`, before the memory is taken.
struct DecodeLimits {
    std::uint64_t max_bytes = 2ULL << 30;    // of the file: 2 GiB
    std::uint64_t max_pixels = 100'000'000;  // width * height of a frame
    std::uint32_t max_jpeg_scans = 200;      // a progressive JPEG of more scans is an attack on time; also, no
                                             // JPEG may have over 40 * max_pixels pixels, summed over its scans
};

// Facts about a file, known before its first frame.
struct MediaInfo {
    MediaFormat format = MediaFormat::unknown;
    std::uint32_t width = 0;  // pixels, as stored
    std::uint32_t height = 0;
    // EXIF orientation 1..8, 0 when the file states none. A fact only: frames come as they are stored, as published
    // PDQ lists are made without rotation.
    std::uint32_t orientation = 0;
};

// How the frame last given was made.
struct FrameFacts {
    // What it is, which is not always what was asked: a picture that has no frame of the mode comes in the nearest
    // finer one (screen: luma; scaled: luma; luma: exact).
    DecodeMode mode = DecodeMode::exact;
    // The frame has ceil(side / denominator) pixels where the picture has `side`: 1, 2, 4 or 8.
    std::uint32_t denominator = 1;
};

// Whether the file was whole.
struct Damage {
    bool damaged = false;
    std::string reason;  // "the JPEG ends before its end marker", empty when whole
    // Rows of the frame given that hold picture data; the rows below are filled in, always in the same way. In a
    // picture stored coarse to fine (progressive JPEG, interlaced PNG) these rows may lack detail or a colour. Where
    // the loss lies within the data (a bad checksum, a bad code) rows from there on may hold wrong pixels.
    std::uint32_t rows_decoded = 0;
};

// The frames of one file, pulled one after the other. For one thread at a time. The bytes must outlive it.
class TUTELA_API FrameSource {
public:
    virtual ~FrameSource();
    FrameSource(const FrameSource&) = delete;
    FrameSource& operator=(const FrameSource&) = delete;

    [[nodiscard]] const MediaInfo& info() const noexcept { return info_; }
    // True until the end; `frame` is reshaped and filled. Formats: gray8 for gray pictures, rgb24 for all others
    // (palettes resolved, alpha dropped, 16-bit samples cut to their high byte, CMYK multiplied out). A damaged file
    // still gives the frame when at least one row was decoded: then damage() says so. Errors: corrupt (no pixel could
    // be decoded), limit, unsupported, out_of_memory; after an error the source is at its end.
    // In every mode but exact, frames are gray8 where facts() name the mode. Whether there is a frame, the error, and
    // whether and how the file is damaged are the same in the modes exact, luma and scaled.
    virtual Result<bool> next(Frame& frame) = 0;
    [[nodiscard]] const FrameFacts& facts() const noexcept { return facts_; }
    // Of the frame last given; complete once next() answered false.
    [[nodiscard]] const Damage& damage() const noexcept { return damage_; }

protected:
    FrameSource() = default;
    MediaInfo info_;
    FrameFacts facts_;
    Damage damage_;
};

// Opens a picture in memory, reading its header. `bytes` are borrowed and must outlive the source. Errors: unsupported
// (no known format, or a kind of it that this build does not read), corrupt (the header), limit. Thread-safe.
TUTELA_API Result<std::unique_ptr<FrameSource>> open_media(std::span<const std::uint8_t> bytes,
                                                           const DecodeLimits& limits = {},
                                                           DecodeMode mode = DecodeMode::exact);

}  // namespace tutela
