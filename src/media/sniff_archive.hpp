// Which archive the first bytes announce.
#pragma once

#include "media/bytes.hpp"
#include "tutela/media.hpp"

namespace tutela {

[[nodiscard]] MediaFormat sniff_archive(ByteSpan first_bytes) noexcept;

}  // namespace tutela
