#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/tiff_directories.hpp"

namespace tutela {

Result<std::unique_ptr<FrameSource>> open_media(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                                DecodeMode mode) {
    const MediaFormat format = sniff_format(bytes);
    if (!is_rare(format)) return open_common_media(bytes, limits, mode);
    TUTELA_TRY(check_format(bytes, limits, format));
    switch (format) {
        case MediaFormat::tiff: return is_camera_raw(bytes) ? open_raw(bytes, limits, mode) : open_tiff(bytes, limits);
        case MediaFormat::raw: return open_raw(bytes, limits, mode);
        case MediaFormat::jxl: return open_jxl(bytes, limits);
        default: return open_heif(bytes, limits, format);
    }
}

}  // namespace tutela
