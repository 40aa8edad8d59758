#include "media/webp_chunks.hpp"

#include <cstddef>
#include <cstdint>

namespace tutela {

namespace {

constexpr std::size_t kRiffHeaderBytes = 8;   // "RIFF", size of what follows
constexpr std::size_t kChunkHeaderBytes = 8;  // name, size

}  // namespace

bool next_riff_chunk(ByteSpan bytes, std::size_t& at, RiffChunk& chunk) noexcept {
    std::uint32_t size = 0;
    if (at > bytes.size() || !read_uint(bytes, at + 4, 4, ByteOrder::little, size)) return false;
    chunk.name = slice(bytes, at, 4);
    chunk.data = slice(bytes, at + kChunkHeaderBytes, size);
    chunk.whole = chunk.data.size() == size;
    at += kChunkHeaderBytes + std::size_t{size} + size % 2;
    return true;
}

WebpChunks walk_webp(ByteSpan bytes) noexcept {
    WebpChunks chunks;
    std::uint32_t size = 0;
    if (!read_uint(bytes, 4, 4, ByteOrder::little, size)) return chunks;
    const std::size_t end = kRiffHeaderBytes + std::size_t{size};
    const ByteSpan riff = slice(bytes, 0, end);
    std::size_t at = kFirstWebpChunk;
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
