// The RIFF container of WebP, walked without decoding any of it.
#pragma once

#include "media/bytes.hpp"

namespace tutela {

struct WebpChunks {
    bool whole = false;  // the file has all the bytes that the container announces, in whole chunks
    ByteSpan exif;       // of the first EXIF chunk
};

// Linear in the number of chunks. Thread-safe.
[[nodiscard]] WebpChunks walk_webp(ByteSpan bytes) noexcept;

}  // namespace tutela
