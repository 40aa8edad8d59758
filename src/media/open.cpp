#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/gif_decoder.hpp"
#include "media/tiff_directories.hpp"

namespace tutela {

FrameSource::~FrameSource() = default;
ArchiveSource::~ArchiveSource() = default;
Decoder::~Decoder() = default;

void Decoder::decode_ahead(std::span<const std::span<const std::uint8_t>> /*files*/, const DecodeLimits& /*limits*/,
                           DecodeMode /*mode*/) {}

Result<bool> FrameSource::next_view(Frame& scratch, FrameView& view) {
    TUTELA_ASSIGN(const bool more, next(scratch));
    if (more) view = scratch.view();
    return more;
}

std::string_view decode_mode_name(DecodeMode mode) noexcept {
    switch (mode) {
        case DecodeMode::exact: return "exact";
        case DecodeMode::luma: return "luma";
        case DecodeMode::scaled: return "scaled";
        case DecodeMode::screen: return "screen";
    }
    return "unknown";
}

Status check_pixels(std::uint32_t width, std::uint32_t height, const DecodeLimits& limits) {
    if (std::uint64_t{width} * height <= limits.max_pixels) return {};
    return Status(StatusCode::limit, "the picture has " + std::to_string(width) + " x " + std::to_string(height) +
                                         " pixels, over the limit of " + std::to_string(limits.max_pixels));
}

Result<std::unique_ptr<FrameSource>> open_media(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                                DecodeMode mode) {
    if (bytes.empty()) return Status(StatusCode::unsupported, "the file is empty");
    const MediaFormat format = sniff_format(bytes);
    if (format == MediaFormat::unknown) {
        return Status(StatusCode::unsupported, "no picture of a kind that this build reads");
    }
    if (bytes.size() > limits.max_bytes) {
        return Status(StatusCode::limit, "the file has " + std::to_string(bytes.size()) + " bytes, over the limit of " +
                                             std::to_string(limits.max_bytes));
    }
    switch (format) {
        case MediaFormat::jpeg: return open_jpeg(bytes, limits, mode);
        case MediaFormat::png: return open_png(bytes, limits);
        case MediaFormat::webp: return open_webp(bytes, limits, mode);
        case MediaFormat::tiff: return is_camera_raw(bytes) ? open_raw(bytes, limits, mode) : open_tiff(bytes, limits);
        case MediaFormat::heif:
        case MediaFormat::avif: return open_heif(bytes, limits, format);
        case MediaFormat::jxl: return open_jxl(bytes, limits);
        case MediaFormat::psd: return open_psd(bytes, limits);
        case MediaFormat::raw: return open_raw(bytes, limits, mode);
        case MediaFormat::gif: return open_gif(bytes, limits);
        case MediaFormat::bmp: return open_bmp(bytes, limits);
        case MediaFormat::ico: return open_ico(bytes, limits);
        default: break;
    }
    return Status(StatusCode::unsupported, "no picture of a kind that this build reads");
}

}  // namespace tutela
