// The RIFF container of WebP, walked without decoding any of it.
#pragma once

#include <cstddef>
#include <string_view>

#include "media/bytes.hpp"

namespace tutela {

struct WebpChunks {
    bool whole = false;  // the file has all the bytes that the container announces, in whole chunks
    ByteSpan exif;       // of the first EXIF chunk
};

// One chunk, as far as its bytes exist.
struct RiffChunk {
    ByteSpan name;  // four letters
    ByteSpan data;
    bool whole = false;  // not cut off

    [[nodiscard]] bool is(std::string_view text) const noexcept { return has_text(name, 0, text); }
};

// Where the first chunk of a WebP begins.
inline constexpr std::size_t kFirstWebpChunk = 12;

// The chunk at `at`, which moves behind it and its padding. False when its name and size are not there.
bool next_riff_chunk(ByteSpan bytes, std::size_t& at, RiffChunk& chunk) noexcept;

// Linear in the number of chunks. Thread-safe.
[[nodiscard]] WebpChunks walk_webp(ByteSpan bytes) noexcept;

}  // namespace tutela
