#include "media/jpeg_markers.hpp"

#include <algorithm>

namespace tutela {

namespace {

constexpr std::uint8_t kStartOfScan = 0xda;
constexpr std::uint8_t kEndOfImage = 0xd9;
constexpr std::uint8_t kApp1 = 0xe1;

// TEM and RSTn stand alone: no length follows them.
bool stands_alone(std::uint8_t code) noexcept {
    return code == 0x01 || (code >= 0xd0 && code <= 0xd8);
}

}  // namespace

ByteSpan find_jpeg_exif(ByteSpan bytes) noexcept {
    constexpr std::string_view kSignature("Exif\0\0", 6);
    std::size_t at = 2;  // after the start marker
    while (at + 1 < bytes.size() && bytes[at] == 0xff) {
        const std::uint8_t code = bytes[at + 1];
        if (code == 0xff) {  // fill before a marker
            ++at;
            continue;
        }
        if (code == kStartOfScan || code == kEndOfImage) return {};
        at += 2;
        if (stands_alone(code)) continue;
        std::uint32_t length = 0;  // counts its own two bytes
        if (!read_uint(bytes, at, 2, ByteOrder::big, length) || length < 2) return {};
        if (code == kApp1 && has_text(bytes, at + 2, kSignature) && length >= 2 + kSignature.size()) {
            return slice(bytes, at + 2 + kSignature.size(), length - 2 - kSignature.size());
        }
        at += length;
    }
    return {};
}

std::size_t last_jpeg_marker_before(ByteSpan bytes, std::size_t offset) noexcept {
    for (std::size_t at = std::min(offset, bytes.size()); at-- > 2;) {
        if (bytes[at] != 0xff || at + 2 > offset) continue;
        const std::uint8_t code = bytes[at + 1];
        if (code != 0 && code != 0xff && !stands_alone(code)) return at;
    }
    return 0;
}

bool has_jpeg_dnl(ByteSpan bytes) noexcept {
    static constexpr std::uint8_t kDnl[] = {0xff, 0xdc, 0x00, 0x04};
    return std::search(bytes.begin(), bytes.end(), std::begin(kDnl), std::end(kDnl)) != bytes.end();
}

}  // namespace tutela
