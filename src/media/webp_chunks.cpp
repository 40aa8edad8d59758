#include "media/webp_chunks.hpp"

#include <cstddef>
#include <cstdint>

namespace tutela {

namespace {

constexpr std::size_t kRiffHeaderBytes = 8;   // "RIFF", size of what follows
constexpr std::size_t kFirstChunk = 12;       // after "WEBP"
constexpr std::size_t kChunkHeaderBytes = 8;  // name, size

}  // namespace

WebpChunks walk_webp(ByteSpan bytes) noexcept {
    WebpChunks chunks;
    std::uint32_t size = 0;
    if (!read_uint(bytes, 4, 4, ByteOrder::little, size)) return chunks;
    const std::size_t end = kRiffHeaderBytes + std::size_t{size};
    const ByteSpan riff = slice(bytes, 0, end);
    std::size_t at = kFirstChunk;
    while (read_uint(riff, at + 4, 4, ByteOrder::little, size)) {
        const std::size_t padded = std::size_t{size} + size % 2;
        if (chunks.exif.empty() && has_text(riff, at, "EXIF")) chunks.exif = slice(riff, at + kChunkHeaderBytes, size);
        at += kChunkHeaderBytes + padded;
    }
    // Some writers leave out the padding byte after the last chunk.
    chunks.whole = riff.size() == end && (at == end || at == end + 1);
    return chunks;
}

}  // namespace tutela
