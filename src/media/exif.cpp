#include "media/exif.hpp"

namespace tutela {

namespace {

constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::uint32_t kTypeShort = 3;
constexpr std::uint32_t kTypeLong = 4;  // against the standard, but written by some programs
constexpr std::size_t kEntryBytes = 12;

// The value of the directory entry at `offset`, or 0 when it is no single number of 1..8.
std::uint32_t entry_value(ByteSpan tiff, std::size_t offset, ByteOrder order) noexcept {
    std::uint32_t type = 0;
    std::uint32_t count = 0;
    std::uint32_t value = 0;
    if (!read_uint(tiff, offset + 2, 2, order, type) || !read_uint(tiff, offset + 4, 4, order, count)) return 0;
    if (count != 1 || (type != kTypeShort && type != kTypeLong)) return 0;
    if (!read_uint(tiff, offset + 8, type == kTypeShort ? 2 : 4, order, value)) return 0;
    return value <= 8 ? value : 0;
}

}  // namespace

std::uint32_t exif_orientation(ByteSpan block) noexcept {
    constexpr std::string_view kSignature("Exif\0\0", 6);
    const ByteSpan tiff = has_text(block, 0, kSignature) ? block.subspan(kSignature.size()) : block;
    ByteOrder order = ByteOrder::little;
    if (has_text(tiff, 0, "MM")) {
        order = ByteOrder::big;
    } else if (!has_text(tiff, 0, "II")) {
        return 0;
    }
    std::uint32_t magic = 0;
    std::uint32_t directory = 0;
    std::uint32_t entries = 0;
    if (!read_uint(tiff, 2, 2, order, magic) || magic != 42) return 0;
    if (!read_uint(tiff, 4, 4, order, directory) || !read_uint(tiff, directory, 2, order, entries)) return 0;
    for (std::uint32_t i = 0; i < entries; ++i) {
        const std::size_t offset = std::size_t{directory} + 2 + i * kEntryBytes;
        std::uint32_t tag = 0;
        if (!read_uint(tiff, offset, 2, order, tag)) return 0;
        if (tag == kOrientationTag) return entry_value(tiff, offset, order);
    }
    return 0;
}

}  // namespace tutela
