#include "media/png_chunks.hpp"

#include <zlib.h>

namespace tutela {

namespace {

constexpr std::size_t kChunkOverhead = 12;  // length, type, CRC
constexpr std::uint32_t kMaxNumber = 0x7fffffff;

// The header of the IHDR chunk at its fixed place. False when there is none.
bool read_header(ByteSpan bytes, PngHeader& header, bool& known_methods) noexcept {
    std::uint32_t length = 0;
    std::uint32_t methods = 0;
    std::uint32_t interlace = 0;
    if (!has_text(bytes, 0, "\x89PNG\r\n\x1a\n") || !read_uint(bytes, 8, 4, ByteOrder::big, length)) return false;
    if (length != 13 || !has_text(bytes, 12, "IHDR") || bytes.size() < 33) return false;
    read_uint(bytes, 16, 4, ByteOrder::big, header.width);
    read_uint(bytes, 20, 4, ByteOrder::big, header.height);
    read_uint(bytes, 24, 1, ByteOrder::big, header.bit_depth);
    read_uint(bytes, 25, 1, ByteOrder::big, header.color_type);
    read_uint(bytes, 26, 2, ByteOrder::big, methods);
    read_uint(bytes, 28, 1, ByteOrder::big, interlace);
    header.interlaced = interlace == 1;
    known_methods = methods == 0 && interlace <= 1;
    return true;
}

}  // namespace

bool PngChunk::checksum_right() const noexcept {
    std::uint32_t stored = 0;
    if (!read_uint(all, 8 + data.size(), 4, ByteOrder::big, stored)) return false;
    return crc32(0, all.data() + 4, static_cast<uInt>(4 + data.size())) == stored;
}

bool next_png_chunk(ByteSpan bytes, std::size_t& at, PngChunk& chunk) noexcept {
    std::uint32_t length = 0;
    if (!read_uint(bytes, at, 4, ByteOrder::big, length) || length > kMaxNumber) return false;
    chunk.all = slice(bytes, at, kChunkOverhead + length);
    chunk.type = slice(chunk.all, 4, 4);
    chunk.data = slice(chunk.all, 8, length);
    chunk.whole = chunk.all.size() == kChunkOverhead + length;
    at += chunk.all.size();
    return chunk.type.size() == 4;
}

PngChunks walk_png(ByteSpan bytes) noexcept {
    PngChunks chunks;
    bool known_methods = false;
    chunks.has_header = read_header(bytes, chunks.header, known_methods) && known_methods;
    chunks.apple = has_text(bytes, 12, "CgBI");
    std::size_t at = kFirstPngChunk;
    std::uint32_t length = 0;
    bool pixels = false;
    while (read_uint(bytes, at, 4, ByteOrder::big, length) && bytes.size() - at >= kChunkOverhead) {
        if (length > kMaxNumber) break;
        const bool cut_off = bytes.size() - at - kChunkOverhead < length;
        const bool has_pixels = has_text(bytes, at + 4, "IDAT") || (chunks.animated && has_text(bytes, at + 4, "fdAT"));
        if (cut_off && has_pixels) at = bytes.size();
        if (cut_off) break;
        if (has_text(bytes, at + 4, "IDAT")) pixels = true;
        if (!pixels && length == 8 && has_text(bytes, at + 4, "acTL")) {
            chunks.animated = true;
            read_uint(bytes, at + 8, 4, ByteOrder::big, chunks.announced_frames);
        }
        if (chunks.exif.empty() && has_text(bytes, at + 4, "eXIf")) chunks.exif = slice(bytes, at + 8, length);
        chunks.whole = has_text(bytes, at + 4, "IEND");
        at += kChunkOverhead + length;
        if (chunks.whole) break;
    }
    chunks.useful_bytes = at < bytes.size() ? at : bytes.size();
    return chunks;
}

bool is_valid(const PngHeader& header) noexcept {
    if (header.width == 0 || header.height == 0) return false;
    if (header.width > kMaxNumber || header.height > kMaxNumber) return false;
    const std::uint32_t depth = header.bit_depth;
    const bool eight_or_more = depth == 8 || depth == 16;
    const bool eight_or_less = depth == 1 || depth == 2 || depth == 4 || depth == 8;
    switch (header.color_type) {
        case 0: return eight_or_less || eight_or_more;  // gray
        case 3: return eight_or_less;                   // palette
        case 2:                                         // RGB
        case 4:                                         // gray, alpha
        case 6: return eight_or_more;                   // RGB, alpha
        default: return false;
    }
}

}  // namespace tutela
