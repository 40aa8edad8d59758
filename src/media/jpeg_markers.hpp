// Where the segments of a JPEG lie; no knowledge of what they mean.
#pragma once

#include <cstddef>

#include "media/bytes.hpp"

namespace tutela {

// The EXIF block (without its signature) of the first APP1 segment that has one, before the picture data; empty when
// there is none or a segment is cut off.
[[nodiscard]] ByteSpan find_jpeg_exif(ByteSpan bytes) noexcept;

// Where the last marker that lies wholly before `offset` starts; 0 when there is none but the start marker.
[[nodiscard]] std::size_t last_jpeg_marker_before(ByteSpan bytes, std::size_t offset) noexcept;

// Whether a DNL segment follows, which states the height after the picture data.
[[nodiscard]] bool has_jpeg_dnl(ByteSpan bytes) noexcept;

}  // namespace tutela
