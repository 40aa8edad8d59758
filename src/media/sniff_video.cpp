#include "media/sniff_video.hpp"

#include <algorithm>

namespace tutela {

namespace {

using namespace std::string_view_literals;

// Boxes that an MP4 or a MOV begins with; old MOVs have no file type, and those of a camera that was switched off have
// their pictures first. A size must be possible, as "free" and "wide" are words.
bool is_mp4(ByteSpan first_bytes) noexcept {
    std::uint32_t size = 0;
    if (!read_uint(first_bytes, 0, 4, ByteOrder::big, size)) return false;
    if (has_text(first_bytes, 4, "ftyp")) return size >= 16;
    if (has_text(first_bytes, 4, "styp")) return size >= 16;
    if (has_text(first_bytes, 4, "mdat")) return size <= 1 || size >= 8;
    if (has_text(first_bytes, 4, "moov")) return size >= 16;
    const bool filler =
        has_text(first_bytes, 4, "wide") || has_text(first_bytes, 4, "free") || has_text(first_bytes, 4, "skip");
    if (!filler || size < 8) return false;
    for (const std::string_view type : {"mdat", "moov", "ftyp", "free", "wide", "skip"})
        if (has_text(first_bytes, std::size_t{size} + 4, type)) return true;
    return false;
}

// EBML that names a document of Matroska's kinds.
bool is_matroska(ByteSpan first_bytes) noexcept {
    if (!has_text(first_bytes, 0, "\x1A\x45\xDF\xA3")) return false;
    const ByteSpan header = slice(first_bytes, 4, 80);
    for (const std::string_view type : {"matroska"sv, "webm"sv})
        if (std::search(header.begin(), header.end(), type.begin(), type.end()) != header.end()) return true;
    return false;
}

// A packet of a transport stream begins with 0x47 every 188 bytes; in recordings of discs a time of 4 bytes comes before
// each, in broadcasts 16 check bytes after it.
bool is_transport_stream(ByteSpan first_bytes) noexcept {
    constexpr std::uint8_t kSync = 0x47;
    constexpr std::size_t kPacket = 188;
    for (const auto& [start, distance] : {std::pair<std::size_t, std::size_t>{0, kPacket}, {4, 192}, {0, 204}}) {
        if (first_bytes.size() <= start + 2 * distance) continue;
        if (first_bytes[start] == kSync && first_bytes[start + distance] == kSync &&
            first_bytes[start + 2 * distance] == kSync) {
            return true;
        }
    }
    return false;
}

bool is_riff(ByteSpan first_bytes) noexcept {
    return has_text(first_bytes, 0, "RIFF") && (has_text(first_bytes, 8, "AVI ") || has_text(first_bytes, 8, "AVIX"));
}

bool is_flv(ByteSpan first_bytes) noexcept {
    std::uint32_t header = 0;
    return has_text(first_bytes, 0, "FLV\1") && read_uint(first_bytes, 5, 4, ByteOrder::big, header) && header >= 9 &&
           header < 256;
}

}  // namespace

MediaFormat sniff_video(ByteSpan first_bytes) noexcept {
    if (is_mp4(first_bytes)) return MediaFormat::mp4;
    if (is_matroska(first_bytes)) return MediaFormat::matroska;
    if (is_riff(first_bytes)) return MediaFormat::avi;
    if (is_flv(first_bytes)) return MediaFormat::flv;
    if (has_text(first_bytes, 0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C"sv))
        return MediaFormat::asf;
    if (has_text(first_bytes, 0, "OggS\0"sv)) return MediaFormat::ogg;
    if (has_text(first_bytes, 0, "\0\0\1\xBA"sv)) return MediaFormat::mpegps;
    return is_transport_stream(first_bytes) ? MediaFormat::mpegts : MediaFormat::unknown;
}

}  // namespace tutela
