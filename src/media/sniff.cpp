#include "media/bytes.hpp"
#include "media/isobmff.hpp"
#include "media/sniff_archive.hpp"
#include "media/sniff_video.hpp"
#include "tutela/media.hpp"

namespace tutela {

std::string_view format_name(MediaFormat format) noexcept {
    switch (format) {
        case MediaFormat::unknown: return "unknown";
        case MediaFormat::jpeg: return "jpeg";
        case MediaFormat::png: return "png";
        case MediaFormat::webp: return "webp";
        case MediaFormat::gif: return "gif";
        case MediaFormat::tiff: return "tiff";
        case MediaFormat::bmp: return "bmp";
        case MediaFormat::ico: return "ico";
        case MediaFormat::heif: return "heif";
        case MediaFormat::avif: return "avif";
        case MediaFormat::jxl: return "jxl";
        case MediaFormat::psd: return "psd";
        case MediaFormat::raw: return "raw";
        case MediaFormat::mp4: return "mp4";
        case MediaFormat::matroska: return "matroska";
        case MediaFormat::avi: return "avi";
        case MediaFormat::mpegts: return "mpegts";
        case MediaFormat::mpegps: return "mpegps";
        case MediaFormat::flv: return "flv";
        case MediaFormat::asf: return "asf";
        case MediaFormat::ogg: return "ogg";
        case MediaFormat::zip: return "zip";
        case MediaFormat::tar: return "tar";
        case MediaFormat::seven_zip: return "7z";
        case MediaFormat::gzip: return "gzip";
        case MediaFormat::bzip2: return "bzip2";
        case MediaFormat::xz: return "xz";
        case MediaFormat::zstd: return "zstd";
        case MediaFormat::rar: return "rar";
        case MediaFormat::cab: return "cab";
        case MediaFormat::cpio: return "cpio";
    }
    return "unknown";
}

namespace {

// AVIF names its brand first or among the compatible ones; other pictures in such a container are HEIF. Videos have
// other brands. A file that names Canon's CR3 beside one of these is what viewers show: the picture.
MediaFormat sniff_boxes(ByteSpan first_bytes) noexcept {
    for (const std::string_view brand : {"avif", "avis"})
        if (has_brand(first_bytes, brand)) return MediaFormat::avif;
    for (const std::string_view brand : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"})
        if (has_brand(first_bytes, brand)) return MediaFormat::heif;
    return has_brand(first_bytes, "crx ") ? MediaFormat::raw : MediaFormat::unknown;
}

// Raw files that do not begin as a plain TIFF does: Canon's, Olympus', Panasonic's, Fujifilm's, Minolta's, Sigma's.
bool is_raw(ByteSpan first_bytes) noexcept {
    if (has_text(first_bytes, 0, std::string_view("II*\0", 4)) && has_text(first_bytes, 8, "CR\2")) return true;
    for (const std::string_view magic :
         {std::string_view("IIRO"), std::string_view("IIRS"), std::string_view("MMOR"), std::string_view("IIU\0", 4),
          std::string_view("FUJIFILMCCD-RAW"), std::string_view("\0MRM", 4), std::string_view("FOVb")}) {
        if (has_text(first_bytes, 0, magic)) return true;
    }
    return false;
}

// "BM" alone may be text: the size of the bitmap's header must be possible too.
bool is_bmp(ByteSpan first_bytes) noexcept {
    std::uint32_t header_bytes = 0;
    return has_text(first_bytes, 0, "BM") && read_uint(first_bytes, 14, 4, ByteOrder::little, header_bytes) &&
           header_bytes >= 12 && header_bytes <= 256;
}

// ICO or CUR; the first entry of the directory must name a place behind it.
bool is_ico(ByteSpan first_bytes) noexcept {
    std::uint32_t count = 0;
    std::uint32_t offset = 0;
    if (!has_text(first_bytes, 0, std::string_view("\0\0\1\0", 4)) &&
        !has_text(first_bytes, 0, std::string_view("\0\0\2\0", 4))) {
        return false;
    }
    return read_uint(first_bytes, 4, 2, ByteOrder::little, count) && count != 0 &&
           read_uint(first_bytes, 18, 4, ByteOrder::little, offset) && offset >= 22;
}

}  // namespace

MediaFormat sniff_format(std::span<const std::uint8_t> first_bytes) noexcept {
    if (has_text(first_bytes, 0, "\xff\xd8\xff")) return MediaFormat::jpeg;
    // Half of the signature announces a PNG. The other half tells what a text-mode transfer did to it: then the file
    // is a corrupt PNG, not something unknown.
    if (has_text(first_bytes, 0, "\x89PNG")) return MediaFormat::png;
    if (has_text(first_bytes, 0, "RIFF") && has_text(first_bytes, 8, "WEBP")) return MediaFormat::webp;
    if (is_raw(first_bytes)) return MediaFormat::raw;
    if (has_text(first_bytes, 0, std::string_view("8BPS\0\1", 6)) ||
        has_text(first_bytes, 0, std::string_view("8BPS\0\2", 6))) {
        return MediaFormat::psd;
    }
    for (const std::string_view magic : {std::string_view("II*\0", 4), std::string_view("MM\0*", 4),
                                         std::string_view("II+\0", 4), std::string_view("MM\0+", 4)}) {
        if (has_text(first_bytes, 0, magic)) return MediaFormat::tiff;
    }
    if (has_text(first_bytes, 0, "\xff\x0a")) return MediaFormat::jxl;  // a codestream; in a container:
    if (has_text(first_bytes, 0, std::string_view("\0\0\0\x0cJXL \r\n\x87\n", 12))) return MediaFormat::jxl;
    if (has_text(first_bytes, 0, "GIF87a") || has_text(first_bytes, 0, "GIF89a")) return MediaFormat::gif;
    if (is_bmp(first_bytes)) return MediaFormat::bmp;
    if (is_ico(first_bytes)) return MediaFormat::ico;
    const MediaFormat boxes = sniff_boxes(first_bytes);
    if (boxes != MediaFormat::unknown) return boxes;
    const MediaFormat archive = sniff_archive(first_bytes);
    return archive != MediaFormat::unknown ? archive : sniff_video(first_bytes);
}

}  // namespace tutela
