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
    virtual Result<bool> next(Frame& frame) = 0;
    // Of the frame last given; complete once next() answered false.
    [[nodiscard]] const Damage& damage() const noexcept { return damage_; }

protected:
    FrameSource() = default;
    MediaInfo info_;
    Damage damage_;
};

// Opens a picture in memory, reading its header. `bytes` are borrowed and must outlive the source. Errors: unsupported
// (no known format, or a kind of it that this build does not read), corrupt (the header), limit. Thread-safe.
TUTELA_API Result<std::unique_ptr<FrameSource>> open_media(std::span<const std::uint8_t> bytes,
                                                           const DecodeLimits& limits = {});

}  // namespace tutela
