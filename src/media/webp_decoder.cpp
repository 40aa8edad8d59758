#include <webp/decode.h>

#include <algorithm>
#include <array>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/exif.hpp"
#include "media/webp_animation.hpp"
#include "media/webp_chunks.hpp"

namespace tutela {

namespace {

struct DecoderDelete {
    void operator()(WebPIDecoder* decoder) const noexcept { WebPIDelete(decoder); }
};

using WebpPixels = std::unique_ptr<WebPIDecoder, DecoderDelete>;

// What WebPGetFeatures() calls a picture of VP8 coding, which is YCbCr; a lossless one is stored as RGB.
constexpr int kLossy = 1;

// Y samples as libwebp makes them, 16 for black and 235 for white, to 0..255.
constexpr std::array<std::uint8_t, 256> full_range_table() noexcept {
    std::array<std::uint8_t, 256> table{};
    for (int y = 0; y < 256; ++y)
        table[static_cast<std::size_t>(y)] =
            static_cast<std::uint8_t>(std::clamp((2 * 255 * (y - 16) + 219) / (2 * 219), 0, 255));
    return table;
}
constexpr std::array<std::uint8_t, 256> kFullRange = full_range_table();

void to_full_range(Frame& frame, std::uint32_t rows) noexcept {
    std::uint8_t* samples = frame.data();
    const std::size_t count = frame.view().stride_bytes * rows;
    for (std::size_t i = 0; i < count; ++i)
        samples[i] = kFullRange[samples[i]];
}

Status out_of_memory() {
    return Status(StatusCode::out_of_memory, "not enough memory to decode the WebP");
}

class WebpSource final : public FrameSource {
public:
    explicit WebpSource(ByteSpan bytes) noexcept : bytes_(bytes) {}
    Status open(const DecodeLimits& limits, DecodeMode mode);
    Result<bool> next(Frame& frame) override;
    [[nodiscard]] bool animated() const noexcept { return animated_; }
    [[nodiscard]] const WebpChunks& chunks() const noexcept { return chunks_; }

private:
    Status decode(Frame& frame);
    WebpPixels begin(Frame& frame);
    [[nodiscard]] std::uint32_t rows_decoded(WebPIDecoder* decoder, VP8StatusCode status) const noexcept;

    ByteSpan bytes_;
    WebpChunks chunks_;
    std::unique_ptr<std::uint8_t[]> chroma_;  // written by the decoder in luma mode, read by nobody
    bool animated_ = false;
    bool done_ = false;
};

Status WebpSource::open(const DecodeLimits& limits, DecodeMode mode) {
    WebPBitstreamFeatures features;
    switch (WebPGetFeatures(bytes_.data(), bytes_.size(), &features)) {
        case VP8_STATUS_OK: break;
        case VP8_STATUS_OUT_OF_MEMORY: return out_of_memory();
        case VP8_STATUS_NOT_ENOUGH_DATA: return Status(StatusCode::corrupt, "the WebP ends within its header");
        default: return Status(StatusCode::corrupt, "the WebP's header is damaged");
    }
    animated_ = features.has_animation != 0;
    if (features.width <= 0 || features.height <= 0) return Status(StatusCode::corrupt, "the WebP has a side of 0");
    chunks_ = walk_webp(bytes_);
    info_.format = MediaFormat::webp;
    info_.width = static_cast<std::uint32_t>(features.width);
    info_.height = static_cast<std::uint32_t>(features.height);
    info_.orientation = exif_orientation(chunks_.exif);
    if (mode != DecodeMode::exact && !animated_ && features.format == kLossy) facts_.mode = DecodeMode::luma;
    return check_pixels(info_.width, info_.height, limits);
}

Result<bool> WebpSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    TUTELA_TRY(decode(frame));
    return true;
}

// Null when there is no memory.
WebpPixels WebpSource::begin(Frame& frame) {
    const std::size_t stride = frame.view().stride_bytes;
    if (facts_.mode == DecodeMode::exact) {
        return WebpPixels(WebPINewRGB(MODE_RGB, frame.data(), stride * info_.height, static_cast<int>(stride)));
    }
    // Both chroma planes go to one place, as nobody reads them.
    const std::size_t chroma_stride = (std::size_t{info_.width} + 1) / 2;
    const std::size_t chroma_bytes = chroma_stride * ((std::size_t{info_.height} + 1) / 2);
    chroma_ = std::make_unique_for_overwrite<std::uint8_t[]>(chroma_bytes);
    return WebpPixels(WebPINewYUV(frame.data(), stride * info_.height, static_cast<int>(stride), chroma_.get(),
                                  chroma_bytes, static_cast<int>(chroma_stride), chroma_.get(), chroma_bytes,
                                  static_cast<int>(chroma_stride)));
}

std::uint32_t WebpSource::rows_decoded(WebPIDecoder* decoder, VP8StatusCode status) const noexcept {
    if (status == VP8_STATUS_OK) return info_.height;
    int rows = 0;
    const bool any =
        facts_.mode == DecodeMode::exact
            ? WebPIDecGetRGB(decoder, &rows, nullptr, nullptr, nullptr) != nullptr
            : WebPIDecGetYUV(decoder, &rows, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) != nullptr;
    return any ? static_cast<std::uint32_t>(std::clamp(rows, 0, static_cast<int>(info_.height))) : 0;
}

// The incremental decoder is used for whole files too: it gives the same pixels, and of a damaged file the rows that
// it came to.
Status WebpSource::decode(Frame& frame) {
    const bool luma = facts_.mode == DecodeMode::luma;
    TUTELA_TRY(frame.reshape(info_.width, info_.height, luma ? PixelFormat::gray8 : PixelFormat::rgb24));
    const WebpPixels decoder = begin(frame);
    if (decoder == nullptr) return out_of_memory();
    const VP8StatusCode status = WebPIUpdate(decoder.get(), bytes_.data(), bytes_.size());
    if (status == VP8_STATUS_OUT_OF_MEMORY) return out_of_memory();
    damage_.rows_decoded = rows_decoded(decoder.get(), status);
    if (status == VP8_STATUS_SUSPENDED || status == VP8_STATUS_NOT_ENOUGH_DATA) {
        damage_.reason = "the WebP ends within its pixels";
    } else if (status != VP8_STATUS_OK) {
        damage_.reason = "the WebP's data is damaged";
    } else if (!chunks_.whole) {
        damage_.reason = "the WebP is shorter than its container says";
    }
    damage_.damaged = !damage_.reason.empty();
    if (damage_.rows_decoded == 0) return Status(StatusCode::corrupt, damage_.reason);
    if (luma) to_full_range(frame, damage_.rows_decoded);
    frame.clear_rows_from(damage_.rows_decoded);
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_webp(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode) {
    auto source = std::make_unique<WebpSource>(bytes);
    TUTELA_TRY(source->open(limits, mode));
    if (source->animated()) return open_webp_animation(bytes, limits, source->chunks(), source->info());
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
