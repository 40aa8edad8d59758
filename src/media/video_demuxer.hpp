// A video's container: its one track of pictures, packet by packet.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "media/ffmpeg_calls.hpp"
#include "media/video_input.hpp"
#include "tutela/media.hpp"

namespace tutela {

// One thread at a time.
class VideoDemuxer {
public:
    // Reads the header of what announces itself as `format`. unsupported (no pictures, or of a codec that is not
    // decoded), corrupt, out_of_memory, io_error.
    static Result<std::unique_ptr<VideoDemuxer>> open(const FfmpegCalls& av, const VideoInput& input,
                                                      MediaFormat format, const DecodeLimits& limits);
    ~VideoDemuxer();
    VideoDemuxer(const VideoDemuxer&) = delete;
    VideoDemuxer& operator=(const VideoDemuxer&) = delete;

    // The track, with FFmpeg's guess of the time between its frames.
    [[nodiscard]] const AVStream& track() const noexcept { return *track_; }
    [[nodiscard]] std::int64_t frame_length_us() const noexcept { return frame_length_us_; }
    // EXIF's number for its display matrix; 0 without one.
    [[nodiscard]] std::uint32_t orientation() const noexcept;
    // The track's next packet; false at the end. limit, io_error, out_of_memory; damage ends the track.
    Result<bool> read(AVPacket& packet);
    // What is known to be wrong with the file so far, or "".
    [[nodiscard]] const std::string& damage() const noexcept { return damage_; }

private:
    VideoDemuxer(const FfmpegCalls& av, const VideoInput& input, MediaFormat format, const DecodeLimits& limits);
    Status open();
    Status choose_track();
    Status no_track() const;
    void check_extent();
    void blame(const std::string& reason);

    const FfmpegCalls& av_;
    const MediaFormat format_;
    const std::uint64_t most_packets_;
    const std::int64_t codec_max_pixels_;
    VideoReader reader_;
    AVFormatContext* context_ = nullptr;
    AVStream* track_ = nullptr;
    std::int64_t frame_length_us_ = 0;
    std::uint64_t packets_ = 0;
    std::string damage_;
};

}  // namespace tutela
