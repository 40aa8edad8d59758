#include "media/bytes.hpp"
#include "tutela/media.hpp"

namespace tutela {

std::string_view format_name(MediaFormat format) noexcept {
    switch (format) {
        case MediaFormat::unknown: return "unknown";
        case MediaFormat::jpeg: return "jpeg";
        case MediaFormat::png: return "png";
        case MediaFormat::webp: return "webp";
    }
    return "unknown";
}

MediaFormat sniff_format(std::span<const std::uint8_t> first_bytes) noexcept {
    if (has_text(first_bytes, 0, "\xff\xd8\xff")) return MediaFormat::jpeg;
    // Half of the signature announces a PNG. The other half tells what a text-mode transfer did to it: then the file
    // is a corrupt PNG, not something unknown.
    if (has_text(first_bytes, 0, "\x89PNG")) return MediaFormat::png;
    if (has_text(first_bytes, 0, "RIFF") && has_text(first_bytes, 8, "WEBP")) return MediaFormat::webp;
    return MediaFormat::unknown;
}

}  // namespace tutela
