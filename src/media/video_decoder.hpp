// A video's codec: packets in, pictures out.
#pragma once

#include <cstdint>
#include <memory>

#include "media/ffmpeg_calls.hpp"
#include "tutela/media.hpp"

namespace tutela {

// What a codec may take memory for: it counts whole blocks, of up to 128 pixels a side. A picture that is given keeps
// max_pixels itself.
[[nodiscard]] std::int64_t codec_max_pixels(const DecodeLimits& limits) noexcept;

// What asking a codec for a picture gave.
enum class Decoding {
    picture,
    hungry,  // give it a packet
    bad,     // it could make nothing of a packet
    end,
};

// One thread, that of the caller. One thread at a time.
class VideoDecoder {
public:
    // Of this track. unsupported, out_of_memory.
    static Result<std::unique_ptr<VideoDecoder>> open(const FfmpegCalls& av, const AVStream& track,
                                                      const DecodeLimits& limits);
    ~VideoDecoder();
    VideoDecoder(const VideoDecoder&) = delete;
    VideoDecoder& operator=(const VideoDecoder&) = delete;

    // Where the next packet is put, for give().
    [[nodiscard]] AVPacket& packet() noexcept { return *packet_; }
    // Precondition: hungry. False when the codec can make nothing of it.
    [[nodiscard]] bool give();
    // No packet comes any more.
    void give_end();
    // The next picture; see picture().
    [[nodiscard]] Decoding take();
    [[nodiscard]] const AVFrame& picture() const noexcept { return *picture_; }
    // The size that the packets state, which may be one that the codec refuses.
    [[nodiscard]] std::uint32_t width() const noexcept { return static_cast<std::uint32_t>(context_->coded_width); }
    [[nodiscard]] std::uint32_t height() const noexcept { return static_cast<std::uint32_t>(context_->coded_height); }

private:
    explicit VideoDecoder(const FfmpegCalls& av) noexcept : av_(av) {}

    const FfmpegCalls& av_;
    AVCodecContext* context_ = nullptr;
    AVPacket* packet_ = nullptr;
    AVFrame* picture_ = nullptr;
};

}  // namespace tutela
