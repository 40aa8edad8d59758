// Videos, by their first bytes.
#pragma once

#include "media/bytes.hpp"
#include "tutela/media.hpp"

namespace tutela {

// To be asked once it is no picture and no archive: a HEIF has the boxes of an MP4, too. unknown for anything else.
[[nodiscard]] MediaFormat sniff_video(ByteSpan first_bytes) noexcept;

}  // namespace tutela
