#include "media/webp_animation.hpp"

#include <webp/decode.h>

#include <algorithm>

#include "core/try.hpp"
#include "media/canvas.hpp"
#include "media/frame_sequence.hpp"

namespace tutela {

namespace {

struct AnimationDecoderDelete {
    void operator()(WebPIDecoder* decoder) const noexcept { WebPIDelete(decoder); }
};

constexpr std::size_t kFrameHeaderBytes = 16;

Status no_memory() {
    return Status(StatusCode::out_of_memory, "not enough memory to decode the WebP");
}

std::uint32_t little(ByteSpan bytes, std::size_t offset, std::size_t size) noexcept {
    std::uint32_t value = 0;
    read_uint(bytes, offset, size, ByteOrder::little, value);
    return value;
}

// From the first chunk of an ANMF chunk that holds pixels or alpha to its end.
ByteSpan bitstream_of(ByteSpan frame) noexcept {
    std::size_t at = kFrameHeaderBytes;
    std::size_t start = at;
    RiffChunk chunk;
    while (next_riff_chunk(frame, at, chunk)) {
        if (chunk.is("ALPH") || chunk.is("VP8 ") || chunk.is("VP8L")) return frame.subspan(start);
        start = at;
    }
    return {};
}

class WebpAnimation final : public FrameSequence {
public:
    WebpAnimation(ByteSpan bytes, const DecodeLimits& limits, const WebpChunks& chunks, const MediaInfo& info)
        : FrameSequence(limits, Layers::over), bytes_(bytes) {
        info_ = info;
        if (!chunks.whole) blame("the WebP is shorter than its container says");
        const std::uint32_t riff_bytes = little(bytes, 4, 4);
        bytes_ = slice(bytes, 0, std::size_t{riff_bytes} + 8);
    }

private:
    Result<bool> advance() override;
    Status make(Frame& frame) override;
    Status check_bitstream(ByteSpan bitstream, const Region& place);
    [[nodiscard]] bool begins_anew(const Region& place, bool blends) const noexcept;
    Status decode(ByteSpan bitstream, const Region& place);

    [[nodiscard]] bool is_full(const Region& place) const noexcept {
        return place.width == info_.width && place.height == info_.height;
    }

    ByteSpan bytes_;
    std::size_t at_ = kFirstWebpChunk;
    std::int64_t pts_us_ = 0;
    ByteSpan frame_;  // the data of its chunk
    Frame pixels_;
    Canvas canvas_;
    bool has_alpha_ = false;  // of the frame at hand
    // Of the frame before it.
    bool was_anew_ = false;
    bool was_cleared_ = false;
    bool was_full_ = false;
    bool canvas_ready_ = false;
};

Result<bool> WebpAnimation::advance() {
    RiffChunk chunk;
    while (next_riff_chunk(bytes_, at_, chunk)) {
        if (!chunk.is("ANMF")) continue;
        frame_ = chunk.data;
        upcoming_ = {info_.width, info_.height, pts_us_};
        pts_us_ += std::int64_t{little(frame_, 12, 3)} * 1000;
        return true;
    }
    return false;
}

Status WebpAnimation::check_bitstream(ByteSpan bitstream, const Region& place) {
    WebPBitstreamFeatures features;
    const VP8StatusCode status = WebPGetFeatures(bitstream.data(), bitstream.size(), &features);
    if (status == VP8_STATUS_OUT_OF_MEMORY) return no_memory();
    if (status != VP8_STATUS_OK) return Status(StatusCode::corrupt, "the header of its pixels is damaged or cut off");
    if (static_cast<std::uint32_t>(features.width) != place.width ||
        static_cast<std::uint32_t>(features.height) != place.height) {
        return Status(StatusCode::corrupt, "its pixels have another size than it announces");
    }
    has_alpha_ = features.has_alpha != 0 || has_text(bitstream, 0, "ALPH");
    return {};
}

Status WebpAnimation::decode(ByteSpan bitstream, const Region& place) {
    TUTELA_TRY(check_bitstream(bitstream, place));
    TUTELA_TRY(pixels_.reshape(place.width, place.height, PixelFormat::bgra32));
    const std::size_t stride = pixels_.view().stride_bytes;
    const std::unique_ptr<WebPIDecoder, AnimationDecoderDelete> decoder(
        WebPINewRGB(MODE_BGRA, pixels_.data(), stride * place.height, static_cast<int>(stride)));
    if (decoder == nullptr) return no_memory();
    const VP8StatusCode status = WebPIUpdate(decoder.get(), bitstream.data(), bitstream.size());
    if (status == VP8_STATUS_OUT_OF_MEMORY) return no_memory();
    upcoming_.rows_decoded = place.height;
    if (status == VP8_STATUS_OK) return {};
    int rows = 0;
    if (WebPIDecGetRGB(decoder.get(), &rows, nullptr, nullptr, nullptr) == nullptr) rows = 0;
    upcoming_.rows_decoded = std::min(static_cast<std::uint32_t>(std::max(rows, 0)), place.height);
    const bool cut = status == VP8_STATUS_SUSPENDED || status == VP8_STATUS_NOT_ENOUGH_DATA;
    upcoming_.reason = cut ? "the WebP ends within its pixels" : "the WebP's data is damaged";
    return upcoming_.rows_decoded == 0 ? Status(StatusCode::corrupt, upcoming_.reason) : Status();
}

// Whether nothing of the frames before is seen: then libwebp replaces, as blending would round. It does the same where
// the frame before was cleared away.
bool WebpAnimation::begins_anew(const Region& place, bool blends) const noexcept {
    if (!canvas_ready_ || (is_full(place) && !(blends && has_alpha_))) return true;
    return was_cleared_ && (was_full_ || was_anew_);
}

Status WebpAnimation::make(Frame& frame) {
    const Region place{2 * little(frame_, 0, 3), 2 * little(frame_, 3, 3), little(frame_, 6, 3) + 1,
                       little(frame_, 9, 3) + 1};
    const ByteSpan bitstream = bitstream_of(frame_);
    if (bitstream.empty()) return Status(StatusCode::corrupt, "it has no pixels");
    if (!place.lies_in(info_.width, info_.height)) {
        return Status(StatusCode::corrupt, "it does not lie in the picture");
    }
    TUTELA_TRY(decode(bitstream, place));
    if (!canvas_ready_) TUTELA_TRY(canvas_.reset(info_.width, info_.height));
    const std::uint32_t flags = little(frame_, 15, 1);
    const bool blends = (flags & 2) == 0;
    const bool anew = begins_anew(place, blends);
    canvas_ready_ = true;
    was_anew_ = anew;
    was_cleared_ = (flags & 1) != 0;
    was_full_ = is_full(place);
    TUTELA_TRY(canvas_.begin(place, was_cleared_ ? Disposal::clear : Disposal::keep));
    const std::uint32_t rows = upcoming_.rows_decoded;
    canvas_.lay(pixels_.view(), place, rows, blends && !anew ? blend_as_libwebp : nullptr);
    canvas_.lay_on_cleared(pixels_.view(), place, rows);
    upcoming_.rows_decoded = rows == place.height ? info_.height : place.y + rows;
    return drop_alpha(canvas_.view(), PixelFormat::rgb24, frame);
}

}  // namespace

std::unique_ptr<FrameSource> open_webp_animation(ByteSpan bytes, const DecodeLimits& limits, const WebpChunks& chunks,
                                                 const MediaInfo& info) {
    return std::make_unique<WebpAnimation>(bytes, limits, chunks, info);
}

}  // namespace tutela
