#include "media/video_decoder.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <string>

#include "media/video_codecs.hpp"

namespace tutela {

std::int64_t codec_max_pixels(const DecodeLimits& limits) noexcept {
    constexpr std::uint64_t kSpare = 1U << 20;
    constexpr std::uint64_t kMost = INT64_MAX / 4;
    return static_cast<std::int64_t>(std::min(limits.max_pixels, kMost) * 2 + kSpare);
}

Result<std::unique_ptr<VideoDecoder>> VideoDecoder::open(const FfmpegCalls& av, const AVStream& track,
                                                         const DecodeLimits& limits) {
    const AVCodecID id = track.codecpar->codec_id;
    const char* name = video_decoder_name(id);
    const AVCodec* codec = name != nullptr ? av.find_decoder_by_name(name) : nullptr;
    if (codec == nullptr) {
        return Status(StatusCode::unsupported,
                      "this FFmpeg does not decode " + std::string(av.codec_name(id)) + ", which the video is in");
    }
    std::unique_ptr<VideoDecoder> decoder(new VideoDecoder(av));
    decoder->context_ = av.alloc_context(codec);
    decoder->packet_ = av.packet_alloc();
    decoder->picture_ = av.frame_alloc();
    AVCodecContext* context = decoder->context_;
    if (context == nullptr || decoder->packet_ == nullptr || decoder->picture_ == nullptr) throw std::bad_alloc();
    if (av.parameters_to_context(context, track.codecpar) < 0) throw std::bad_alloc();
    context->thread_count = 1;
    context->pkt_timebase = track.time_base;
    context->max_pixels = codec_max_pixels(limits);
    // The same pixels on every machine; and what there is of a damaged picture, rather than nothing.
    context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_OUTPUT_CORRUPT;
    const int opened = av.open_codec(context, codec, nullptr);
    if (opened == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (opened < 0)
        return Status(StatusCode::corrupt, "the video's codec cannot be set up by what the file says of it");
    return decoder;
}

VideoDecoder::~VideoDecoder() {
    av_.frame_free(&picture_);
    av_.packet_free(&packet_);
    av_.free_context(&context_);
}

bool VideoDecoder::give() {
    const int sent = av_.send_packet(context_, packet_);
    if (sent == AVERROR(ENOMEM)) throw std::bad_alloc();
    return sent >= 0;
}

void VideoDecoder::give_end() {
    (void)av_.send_packet(context_, nullptr);
}

Decoding VideoDecoder::take() {
    const int received = av_.receive_frame(context_, picture_);
    if (received == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (received >= 0) return Decoding::picture;
    if (received == AVERROR(EAGAIN)) return Decoding::hungry;
    return received == AVERROR_EOF ? Decoding::end : Decoding::bad;
}

}  // namespace tutela
