#include "media/video_source.hpp"

#include <algorithm>
#include <utility>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/video_pixels.hpp"

namespace tutela {

namespace {

constexpr AVRational kMicroseconds{1, 1'000'000};
constexpr std::int64_t kUsualLength = 40'000;  // of a frame, where nothing tells it
constexpr std::int64_t kLongestLength = 3'600'000'000;

Result<MediaFormat> sniff_video_input(const VideoInput& input) {
    if (input.descriptor < 0) return sniff_format(input.bytes.first(std::min(input.bytes.size(), kSniffBytes)));
    TUTELA_ASSIGN(const FfmpegCalls* av, ffmpeg_calls());
    VideoReader reader(*av, input);
    std::uint8_t start[kSniffBytes] = {};
    const std::size_t got = reader.read_at(0, start);
    TUTELA_TRY(reader.error());
    return sniff_format({start, got});
}

std::uint64_t size_of(const VideoInput& input) noexcept {
    return input.descriptor < 0 ? input.bytes.size() : input.size_bytes;
}

}  // namespace

Result<std::unique_ptr<VideoSource>> VideoSource::open(const VideoInput& input, const DecodeLimits& limits,
                                                       const Sampling& sampling) {
    TUTELA_TRY(check(sampling));
    TUTELA_ASSIGN(const MediaFormat format, sniff_video_input(input));
    if (!is_video(format)) return Status(StatusCode::unsupported, "no video of a kind that this build reads");
    if (size_of(input) > limits.max_video_bytes) {
        return Status(StatusCode::limit, "the video has " + std::to_string(size_of(input)) +
                                             " bytes, over the limit of " + std::to_string(limits.max_video_bytes));
    }
    TUTELA_ASSIGN(const FfmpegCalls* av, ffmpeg_calls());
    std::unique_ptr<VideoSource> source(new VideoSource(*av, limits, sampling));
    TUTELA_ASSIGN(source->demuxer_, VideoDemuxer::open(*av, input, format, limits));
    const AVStream& track = source->demuxer_->track();
    source->info_ = {format, static_cast<std::uint32_t>(std::max(track.codecpar->width, 0)),
                     static_cast<std::uint32_t>(std::max(track.codecpar->height, 0)), source->demuxer_->orientation()};
    TUTELA_TRY(check_pixels(source->info_.width, source->info_.height, limits));
    TUTELA_ASSIGN(source->decoder_, VideoDecoder::open(*av, track, limits));
    return source;
}

void VideoSource::blame(const std::string& reason) {
    if (reason_.empty()) reason_ = reason;
}

Result<VideoSource::Step> VideoSource::step(Frame& frame) {
    if (ended_) return Step::end;
    const Result<Step> step = advance(frame);
    if (!step.ok()) return finish(step.status());
    return step.value() == Step::end ? finish({}) : step;
}

// What the file lost after the last frame is told with its end.
Result<VideoSource::Step> VideoSource::finish(const Status& status) {
    ended_ = true;
    blame(demuxer_->damage());
    damage_.damaged = !reason_.empty();
    damage_.reason = reason_;
    if (!status.ok()) return status;
    if (pictures_ != 0) return Step::end;
    if (!reason_.empty()) return Status(StatusCode::corrupt, reason_);
    return Status(StatusCode::corrupt, key_frames_ ? "the video holds no frame that can be decoded without others"
                                                   : "the video holds no frame");
}

Result<VideoSource::Step> VideoSource::advance(Frame& frame) {
    switch (decoder_->take()) {
        case Decoding::picture: return show(frame);
        case Decoding::end: return Step::end;
        case Decoding::hungry:
            if (drained_) return Step::end;
            TUTELA_TRY(feed());
            return Step::none;
        case Decoding::bad: break;
    }
    TUTELA_TRY(check_pixels(decoder_->width(), decoder_->height(), limits_));
    blame("frames of the video cannot be decoded");
    return Step::none;
}

// One packet. Where key frames alone are wanted the others are dropped here: many codecs do not know to skip them, and
// H.264's skips those from which it could only recover.
Status VideoSource::feed() {
    TUTELA_ASSIGN(const bool more, demuxer_->read(decoder_->packet()));
    if (!more) {
        drained_ = true;
        decoder_->give_end();
        return {};
    }
    if (key_frames_ && (decoder_->packet().flags & AV_PKT_FLAG_KEY) == 0) return {};
    if (decoder_->give()) return {};
    TUTELA_TRY(check_pixels(decoder_->width(), decoder_->height(), limits_));
    blame("frames of the video cannot be decoded");
    return {};
}

Status VideoSource::count(const AVFrame& picture) {
    const auto width = static_cast<std::uint32_t>(std::max(picture.width, 0));
    const auto height = static_cast<std::uint32_t>(std::max(picture.height, 0));
    TUTELA_TRY(check_pixels(width, height, limits_));
    if (pictures_ >= limits_.max_video_frames) {
        return Status(StatusCode::limit,
                      "the video has more than " + std::to_string(limits_.max_video_frames) + " frames");
    }
    const std::uint64_t pixels = std::uint64_t{width} * height;
    if (pixels > limits_.max_video_pixels || pixels_ > limits_.max_video_pixels - pixels) {
        return Status(StatusCode::limit,
                      "the video's frames have more than " + std::to_string(limits_.max_video_pixels) + " pixels");
    }
    pixels_ += pixels;
    ++pictures_;
    if (info_.width == 0 || info_.height == 0) {
        info_.width = width;
        info_.height = height;
    }
    return {};
}

std::optional<std::int64_t> VideoSource::stated_time(const AVFrame& picture) const noexcept {
    const AVStream& track = demuxer_->track();
    if (picture.best_effort_timestamp == AV_NOPTS_VALUE) return std::nullopt;
    std::int64_t start = track.start_time == AV_NOPTS_VALUE ? 0 : track.start_time;
    if (__builtin_sub_overflow(picture.best_effort_timestamp, start, &start)) return std::nullopt;
    return av_.rescale_q(start, track.time_base, kMicroseconds);
}

std::int64_t VideoSource::length_of(const AVFrame& picture) const noexcept {
    const AVStream& track = demuxer_->track();
    std::int64_t length = 0;
    if (picture.pkt_duration > 0) length = av_.rescale_q(picture.pkt_duration, track.time_base, kMicroseconds);
    if (length <= 0) length = demuxer_->frame_length_us();
    return length > 0 ? std::min(length, kLongestLength) : kUsualLength;
}

Result<VideoSource::Step> VideoSource::show(Frame& frame) {
    const AVFrame& picture = decoder_->picture();
    TUTELA_TRY(count(picture));
    const std::uint32_t index = pictures_ - 1;
    if (picture.decode_error_flags != 0 || (picture.flags & AV_FRAME_FLAG_CORRUPT) != 0) {
        blame("frame " + std::to_string(index + 1) + ": its data is damaged or lacks what it builds on");
    }
    blame(demuxer_->damage());
    const std::int64_t length = length_of(picture);
    const std::int64_t pts_us = clock_.next(stated_time(picture), length);
    if (!sampler_.wants_time(pts_us)) return Step::none;
    TUTELA_TRY(take_pixels(av_, picture, frame));
    frame.set_pts_us(pts_us);
    if (!sampler_.takes(frame.view(), length)) return Step::none;
    facts_ = {has_luma(av_, picture) ? DecodeMode::luma : DecodeMode::exact, 1, index};
    damage_ = {!reason_.empty(), reason_, frame.view().height};
    return Step::frame;
}

Result<std::unique_ptr<FrameSource>> open_video(const VideoInput& input, const DecodeLimits& limits,
                                                const Sampling& sampling) {
    TUTELA_ASSIGN(auto source, VideoSource::open(input, limits, sampling));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
