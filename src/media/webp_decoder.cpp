#include <webp/decode.h>

#include <algorithm>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/exif.hpp"
#include "media/webp_chunks.hpp"

namespace tutela {

namespace {

struct DecoderDelete {
    void operator()(WebPIDecoder* decoder) const noexcept { WebPIDelete(decoder); }
};

Status out_of_memory() {
    return Status(StatusCode::out_of_memory, "not enough memory to decode the WebP");
}

class WebpSource final : public FrameSource {
public:
    explicit WebpSource(ByteSpan bytes) noexcept : bytes_(bytes) {}
    Status open(const DecodeLimits& limits);
    Result<bool> next(Frame& frame) override;

private:
    Status decode(Frame& frame);

    ByteSpan bytes_;
    WebpChunks chunks_;
    bool done_ = false;
};

Status WebpSource::open(const DecodeLimits& limits) {
    WebPBitstreamFeatures features;
    switch (WebPGetFeatures(bytes_.data(), bytes_.size(), &features)) {
        case VP8_STATUS_OK: break;
        case VP8_STATUS_OUT_OF_MEMORY: return out_of_memory();
        case VP8_STATUS_NOT_ENOUGH_DATA: return Status(StatusCode::corrupt, "the WebP ends within its header");
        default: return Status(StatusCode::corrupt, "the WebP's header is damaged");
    }
    if (features.has_animation != 0) return Status(StatusCode::unsupported, "an animated WebP");
    if (features.width <= 0 || features.height <= 0) return Status(StatusCode::corrupt, "the WebP has a side of 0");
    chunks_ = walk_webp(bytes_);
    info_.format = MediaFormat::webp;
    info_.width = static_cast<std::uint32_t>(features.width);
    info_.height = static_cast<std::uint32_t>(features.height);
    info_.orientation = exif_orientation(chunks_.exif);
    return check_pixels(info_.width, info_.height, limits);
}

Result<bool> WebpSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    TUTELA_TRY(decode(frame));
    return true;
}

// The incremental decoder is used for whole files too: it gives the same pixels, and of a damaged file the rows that
// it came to.
Status WebpSource::decode(Frame& frame) {
    TUTELA_TRY(frame.reshape(info_.width, info_.height, PixelFormat::rgb24));
    const std::size_t stride = frame.view().stride_bytes;
    const std::unique_ptr<WebPIDecoder, DecoderDelete> decoder(
        WebPINewRGB(MODE_RGB, frame.data(), stride * info_.height, static_cast<int>(stride)));
    if (decoder == nullptr) return out_of_memory();
    const VP8StatusCode status = WebPIUpdate(decoder.get(), bytes_.data(), bytes_.size());
    if (status == VP8_STATUS_OUT_OF_MEMORY) return out_of_memory();
    int rows = 0;
    if (WebPIDecGetRGB(decoder.get(), &rows, nullptr, nullptr, nullptr) == nullptr) rows = 0;
    if (status == VP8_STATUS_OK) rows = static_cast<int>(info_.height);
    damage_.rows_decoded = static_cast<std::uint32_t>(std::clamp(rows, 0, static_cast<int>(info_.height)));
    if (status == VP8_STATUS_SUSPENDED || status == VP8_STATUS_NOT_ENOUGH_DATA) {
        damage_.reason = "the WebP ends within its pixels";
    } else if (status != VP8_STATUS_OK) {
        damage_.reason = "the WebP's data is damaged";
    } else if (!chunks_.whole) {
        damage_.reason = "the WebP is shorter than its container says";
    }
    damage_.damaged = !damage_.reason.empty();
    if (damage_.rows_decoded == 0) return Status(StatusCode::corrupt, damage_.reason);
    frame.clear_rows_from(damage_.rows_decoded);
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_webp(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<WebpSource>(bytes);
    TUTELA_TRY(source->open(limits));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
