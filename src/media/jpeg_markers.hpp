// Where the segments of a JPEG lie, and what its scans announce; nothing is decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/bytes.hpp"

namespace tutela {

// The EXIF block (without its signature) of the first APP1 segment that has one, before the picture data; empty when
// there is none or a segment is cut off.
[[nodiscard]] ByteSpan find_jpeg_exif(ByteSpan bytes) noexcept;

// Where the last marker that lies wholly before `offset` starts; 0 when there is none but the start marker.
[[nodiscard]] std::size_t last_jpeg_marker_before(ByteSpan bytes, std::size_t offset) noexcept;

// The scans of a progressive JPEG whose first one alone gives a coarse picture.
struct JpegScans {
    std::uint64_t count = 0;
    std::size_t first_end = 0;  // where the marker after the data of the first stands
};

// Nothing unless the file is whole, segment after segment from the start marker to the end marker, its first scan has
// the DC coefficients of all `components`, and the later ones do no more than refine those. Linear in the bytes.
[[nodiscard]] std::optional<JpegScans> coarse_first_scans(ByteSpan bytes, std::uint32_t components) noexcept;

// Whether a DNL segment follows, which states the height after the picture data.
[[nodiscard]] bool has_jpeg_dnl(ByteSpan bytes) noexcept;

}  // namespace tutela
