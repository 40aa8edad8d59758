// The one EXIF field that Tutela keeps: how the camera was held.
#pragma once

#include <cstdint>

#include "media/bytes.hpp"

namespace tutela {

// The orientation (tag 0x0112 of the first directory) 1..8 of an EXIF block, which is a small TIFF file; the "Exif"
// signature before it, which some containers have, may be present. 0 when the block states none, states nonsense, or
// is broken. Reads one directory and follows no other pointer, so it ends whatever the bytes are. Thread-safe.
[[nodiscard]] std::uint32_t exif_orientation(ByteSpan block) noexcept;

}  // namespace tutela
