// The chunks of a PNG, walked without decoding any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "media/bytes.hpp"

namespace tutela {

struct PngHeader {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t bit_depth = 0;
    std::uint32_t color_type = 0;
    bool interlaced = false;
};

struct PngChunks {
    PngHeader header;
    bool has_header = false;  // the signature and a whole IHDR are there
    bool apple = false;       // Apple's private variant, which is no PNG
    bool whole = false;       // the end chunk is there
    bool animated = false;    // an animation is announced before the pixels
    std::uint32_t announced_frames = 0;
    // What to give to the decoder: to the end of the end chunk, or of the last data there is. Chunks that are cut off
    // are left out unless they hold pixels.
    std::size_t useful_bytes = 0;
    ByteSpan exif;  // of the first eXIf chunk
};

// One chunk, as far as its bytes exist.
struct PngChunk {
    ByteSpan type;  // four letters
    ByteSpan data;
    ByteSpan all;        // with length, type and checksum
    bool whole = false;  // not cut off

    [[nodiscard]] bool is(std::string_view name) const noexcept { return has_text(type, 0, name); }
    [[nodiscard]] bool checksum_right() const noexcept;
};

// Where the first chunk of a PNG begins.
inline constexpr std::size_t kFirstPngChunk = 8;

// The chunk at `at`, which moves behind it. False when not even its length and type are there, or its length is
// none that the standard allows.
bool next_png_chunk(ByteSpan bytes, std::size_t& at, PngChunk& chunk) noexcept;

// Linear in the number of chunks. Thread-safe.
[[nodiscard]] PngChunks walk_png(ByteSpan bytes) noexcept;

// Whether the standard allows this header: sides of 1..2^31-1, and a depth that fits the colour type.
[[nodiscard]] bool is_valid(const PngHeader& header) noexcept;

}  // namespace tutela
