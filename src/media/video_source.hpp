// The frames of a video, step by step.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "media/stepped_source.hpp"
#include "media/video_clock.hpp"
#include "media/video_decoder.hpp"
#include "media/video_demuxer.hpp"
#include "media/video_sampling.hpp"
#include "tutela/media.hpp"

namespace tutela {

class VideoSource final : public SteppedSource {
public:
    // See open_video().
    static Result<std::unique_ptr<VideoSource>> open(const VideoInput& input, const DecodeLimits& limits,
                                                     const Sampling& sampling);

    // At most one packet or one picture further.
    Result<Step> step(Frame& frame) override;

private:
    VideoSource(const FfmpegCalls& av, const DecodeLimits& limits, const Sampling& sampling) noexcept
        : av_(av), limits_(limits), key_frames_(sampling.kind == SamplingKind::key_frames), sampler_(sampling) {}
    Status feed();
    Result<Step> show(Frame& frame);
    Status count(const AVFrame& picture);
    [[nodiscard]] std::optional<std::int64_t> stated_time(const AVFrame& picture) const noexcept;
    [[nodiscard]] std::int64_t length_of(const AVFrame& picture) const noexcept;
    void blame(const std::string& reason);
    Result<Step> finish(const Status& status);
    Result<Step> advance(Frame& frame);

    const FfmpegCalls& av_;
    const DecodeLimits limits_;
    const bool key_frames_;
    VideoSampler sampler_;
    VideoClock clock_;
    std::unique_ptr<VideoDemuxer> demuxer_;
    std::unique_ptr<VideoDecoder> decoder_;
    std::string reason_;  // what is wrong with the file, as far as is known
    std::uint64_t pixels_ = 0;
    std::uint32_t pictures_ = 0;
    bool drained_ = false;  // no packet comes any more
    bool ended_ = false;
};

}  // namespace tutela
