#include "media/psd_sections.hpp"

#include <cstddef>

namespace tutela {

namespace {

constexpr std::size_t kHeaderBytes = 26;
constexpr std::size_t kResourceHeaderBytes = 6;    // signature and number, before the name
constexpr std::size_t kThumbnailHeaderBytes = 28;  // before its JPEG

enum Resource : std::uint32_t { kThumbnail = 1036, kVersionInfo = 1057, kExif = 1058 };

bool read_big(ByteSpan bytes, std::size_t offset, std::size_t size, std::uint32_t& value) noexcept {
    return read_uint(bytes, offset, size, ByteOrder::big, value);
}

// The section at `at`, after its length; moves on past it. False when not all of it lies within the file.
bool take_section(ByteSpan bytes, std::size_t& at, bool wide, ByteSpan& section) noexcept {
    std::uint32_t high = 0;
    std::uint32_t low = 0;
    if (wide && !read_big(bytes, at, 4, high)) return false;
    const std::size_t low_at = wide ? at + 4 : at;
    if (!read_big(bytes, low_at, 4, low)) return false;
    const std::uint64_t size = std::uint64_t{high} << 32 | low;
    const std::size_t start = low_at + 4;
    section = slice(bytes, start, static_cast<std::size_t>(size));
    at = start + section.size();
    return section.size() == size;
}

void keep_resource(std::uint32_t number, ByteSpan data, PsdSections& sections) noexcept {
    std::uint32_t merged = 1;
    switch (number) {
        case kThumbnail: sections.thumbnail = slice(data, kThumbnailHeaderBytes, data.size()); break;
        case kExif: sections.exif = data; break;
        case kVersionInfo:
            if (read_big(data, 4, 1, merged)) sections.has_composite = merged != 0;
            break;
        default: break;
    }
}

void walk_resources(ByteSpan resources, PsdSections& sections) noexcept {
    std::size_t at = 0;
    std::uint32_t number = 0;
    std::uint32_t name = 0;
    std::uint32_t size = 0;
    while (read_big(resources, at + 4, 2, number) && read_big(resources, at + kResourceHeaderBytes, 1, name)) {
        at += kResourceHeaderBytes + (1 + std::size_t{name} + 1) / 2 * 2;
        if (!read_big(resources, at, 4, size)) return;
        keep_resource(number, slice(resources, at + 4, size), sections);
        at += 4 + (std::size_t{size} + 1) / 2 * 2;
    }
}

}  // namespace

PsdSections walk_psd(ByteSpan bytes) noexcept {
    PsdSections sections;
    std::uint32_t version = 0;
    std::uint32_t mode = 0;
    const bool all = has_text(bytes, 0, "8BPS") && read_big(bytes, 4, 2, version) &&
                     read_big(bytes, 12, 2, sections.channels) && read_big(bytes, 14, 4, sections.height) &&
                     read_big(bytes, 18, 4, sections.width) && read_big(bytes, 22, 2, sections.depth) &&
                     read_big(bytes, 24, 2, mode);
    if (!all || (version != 1 && version != 2)) return sections;
    sections.has_header = true;
    sections.large = version == 2;
    sections.mode = static_cast<PsdMode>(mode);
    std::size_t at = kHeaderBytes;
    ByteSpan resources;
    ByteSpan layers;
    if (!take_section(bytes, at, false, sections.palette)) return sections;
    const bool whole = take_section(bytes, at, false, resources);
    walk_resources(resources, sections);
    if (whole && take_section(bytes, at, sections.large, layers)) sections.composite = slice(bytes, at, bytes.size());
    return sections;
}

}  // namespace tutela
