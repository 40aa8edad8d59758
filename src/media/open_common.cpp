#include <string>

#include "media/decoders.hpp"
#include "media/gif_decoder.hpp"

namespace tutela {

Status check_format(ByteSpan bytes, const DecodeLimits& limits, MediaFormat format) {
    if (bytes.empty()) return Status(StatusCode::unsupported, "the file is empty");
    if (format == MediaFormat::unknown) {
        return Status(StatusCode::unsupported, "no picture of a kind that this build reads");
    }
    if (is_video(format)) return Status(StatusCode::unsupported, "a video: open_video() reads it, and this does not");
    if (bytes.size() <= limits.max_bytes) return {};
    return Status(StatusCode::limit, "the file has " + std::to_string(bytes.size()) + " bytes, over the limit of " +
                                         std::to_string(limits.max_bytes));
}

Result<std::unique_ptr<FrameSource>> open_common_media(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode) {
    const MediaFormat format = sniff_format(bytes);
    if (Status status = check_format(bytes, limits, format); !status.ok()) return status;
    switch (format) {
        case MediaFormat::jpeg: return open_jpeg(bytes, limits, mode);
        case MediaFormat::png: return open_png(bytes, limits);
        case MediaFormat::webp: return open_webp(bytes, limits, mode);
        case MediaFormat::psd: return open_psd(bytes, limits);
        case MediaFormat::gif: return open_gif(bytes, limits);
        case MediaFormat::bmp: return open_bmp(bytes, limits);
        case MediaFormat::ico: return open_ico(bytes, limits);
        default: break;
    }
    return Status(StatusCode::unsupported, "no picture of a kind that this build reads");
}

}  // namespace tutela
