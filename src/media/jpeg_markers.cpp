#include "media/jpeg_markers.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tutela {

namespace {

constexpr std::uint8_t kStartOfScan = 0xda;
constexpr std::uint8_t kEndOfImage = 0xd9;
constexpr std::uint8_t kApp1 = 0xe1;

constexpr std::uint8_t kStartOfImage = 0xd8;

bool is_restart(std::uint8_t code) noexcept {
    return code >= 0xd0 && code <= 0xd7;
}

// SOF0 to SOF15, without the three codes among them that mean something else.
bool is_frame_header(std::uint8_t code) noexcept {
    return code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
}

// What a scan's header says: which coefficients it brings, and at what precision.
struct ScanHeader {
    std::uint32_t components = 0;
    std::uint32_t first_coefficient = 0;
    std::uint32_t last_coefficient = 0;
    std::uint32_t precision_before = 0;  // 0: it is the first to bring them
};

// `segment` follows the marker. False when it has not the length that it implies.
bool read_scan_header(ByteSpan segment, ScanHeader& scan) noexcept {
    if (segment.size() < 3) return false;
    scan.components = segment[2];
    if (segment.size() != 6 + 2 * std::size_t{scan.components}) return false;
    const ByteSpan end = segment.last(3);
    scan.first_coefficient = end[0];
    scan.last_coefficient = end[1];
    scan.precision_before = end[2] >> 4;
    return true;
}

// Where the first marker from `at` on stands that is neither stuffing nor a restart; the end when there is none.
std::size_t end_of_scan_data(ByteSpan bytes, std::size_t at) noexcept {
    while (at + 1 < bytes.size()) {
        const void* found = std::memchr(bytes.data() + at, 0xff, bytes.size() - 1 - at);
        if (found == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
        const std::uint8_t code = bytes[at + 1];
        if (code != 0 && code != 0xff && !is_restart(code)) return at;
        at += code == 0xff ? 1 : 2;
    }
    return bytes.size();
}

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

std::optional<JpegScans> coarse_first_scans(ByteSpan bytes, std::uint32_t components) noexcept {
    JpegScans scans;
    bool frame_seen = false;
    std::size_t at = 2;  // after the start marker
    while (at + 1 < bytes.size() && bytes[at] == 0xff) {
        const std::uint8_t code = bytes[at + 1];
        if (code == kEndOfImage) return scans.count != 0 ? std::optional(scans) : std::nullopt;
        std::uint32_t length = 0;  // counts its own two bytes
        if (code == 0 || code == 0xff || stands_alone(code) || code == kStartOfImage) return std::nullopt;
        if (!read_uint(bytes, at + 2, 2, ByteOrder::big, length) || length < 2) return std::nullopt;
        if (is_frame_header(code) && std::exchange(frame_seen, true)) return std::nullopt;
        const std::size_t next = at + 2 + length;
        if (next > bytes.size()) return std::nullopt;
        if (code != kStartOfScan) {
            at = next;
            continue;
        }
        ScanHeader scan;
        if (!read_scan_header(bytes.subspan(at + 2, length), scan)) return std::nullopt;
        const bool first = scans.count++ == 0;
        const bool brings_dc = scan.first_coefficient == 0 && scan.precision_before == 0;
        const bool coarse = scan.components == components && scan.last_coefficient == 0;
        if (first != brings_dc || (first && !coarse)) return std::nullopt;
        at = end_of_scan_data(bytes, next);
        if (first) scans.first_end = at;
    }
    return std::nullopt;
}

bool has_jpeg_dnl(ByteSpan bytes) noexcept {
    static constexpr std::uint8_t kDnl[] = {0xff, 0xdc, 0x00, 0x04};
    return std::search(bytes.begin(), bytes.end(), std::begin(kDnl), std::end(kDnl)) != bytes.end();
}

}  // namespace tutela
