// The coded items of a HEIF file, as far as libheif must be protected from them.
#pragma once

#include "media/bytes.hpp"

namespace tutela {

// Whether every item that is coded (HEVC, AV1, VVC) has the box that configures its decoder. libheif ends the process
// when one has none. Linear in the boxes and the associations.
[[nodiscard]] bool all_items_configured(ByteSpan file);

}  // namespace tutela
