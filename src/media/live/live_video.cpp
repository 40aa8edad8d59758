#include "media/live/live_video.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/live/resolver.hpp"
#include "media/live/stream_url.hpp"
#include "media/video_codecs.hpp"
#include "media/video_pixels.hpp"

namespace tutela::live {

namespace {

constexpr AVRational kMicroseconds{1, 1'000'000};
constexpr std::int64_t kUsualLength = 40'000;  // of a frame, where nothing tells it
constexpr std::int64_t kLongestLength = 3'600'000'000;
constexpr int kMostTracks = 256;
constexpr int kPipeBytes = 32 << 10;
// Looked at before the first frame comes out.
constexpr std::int64_t kProbeBytes = 2 << 20;
constexpr std::int64_t kProbeUs = 2'000'000;
// Datagrams that wait, beyond what the system allows by itself.
constexpr const char* kSocketBytes = "4194304";

constexpr const char* kElsewhere = "the stream leads to another host than its own, which is not allowed";
constexpr const char* kNoAddress = "the stream leads to what is no address of the network, which is not allowed";

// A playlist may name http and https, whole or encrypted, and nothing else.
bool is_web(std::string_view url) noexcept {
    if (url.starts_with("crypto+") || url.starts_with("crypto:")) url.remove_prefix(7);
    return url.starts_with("http://") || url.starts_with("https://");
}

std::int64_t area_of(const AVStream& stream) noexcept {
    const bool cover = (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    return cover ? -1 : std::int64_t{stream.codecpar->width} * stream.codecpar->height;
}

}  // namespace

Result<std::unique_ptr<LiveVideo>> LiveVideo::open(LiveInput input, const DecodeLimits& limits, Pulse& pulse) {
    TUTELA_ASSIGN(const FfmpegCalls* av, ffmpeg_calls());
    std::unique_ptr<LiveVideo> video(new LiveVideo(*av, std::move(input), limits, pulse));
    TUTELA_TRY(video->open());
    return video;
}

LiveVideo::~LiveVideo() {
    if (context_ != nullptr) av_.close_input(&context_);
    if (pipe_ == nullptr) return;
    av_.freep(&pipe_->buffer);
    av_.free_io(&pipe_);
}

bool LiveVideo::is_silent() const noexcept {
    return !input_.url.empty() && Clock::now() - last_packet_ > input_.silence;
}

// FFmpeg asks before and while it waits, each tenth of a second.
int LiveVideo::interrupted(void* self) {
    const auto& video = *static_cast<const LiveVideo*>(self);
    video.pulse_.beat();
    return !refusal().empty() || video.is_silent() ? 1 : 0;
}

Status LiveVideo::reason(int error) const {
    if (!refusal().empty()) return Status(StatusCode::permission_denied, refusal());
    if (error == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (!lookup_failure().empty() && !opened_) return Status(StatusCode::io_error, lookup_failure());
    if (is_silent() || error == AVERROR_EXIT) {
        return Status(StatusCode::timeout, "nothing came for " + std::to_string(input_.silence.count()) + " seconds");
    }
    std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
    (void)av_.strerror(error, words.data(), words.size());
    const std::string what(words.data());
    if (opened_) return Status(StatusCode::io_error, "the stream broke off: " + what);
    // The latter: it is of a kind that was switched off.
    if (error == AVERROR_INVALIDDATA || error == AVERROR(EINVAL))
        return Status(StatusCode::unsupported, "no video of a kind that is read");
    // All that FFmpeg says of a handshake that failed.
    if (error == AVERROR(EIO) && (input_.url.starts_with("https:") || input_.url.starts_with("rtmps:"))) {
        return Status(
            StatusCode::io_error,
            "the stream cannot be opened: no secure connection, or nobody vouches for the host's certificate");
    }
    return Status(StatusCode::io_error, "the stream cannot be opened: " + what);
}

int LiveVideo::open_nested(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                           AVDictionary** options) {
    auto& video = *static_cast<LiveVideo*>(context->opaque);
    const std::string_view address(url);
    if (address != video.input_.url) {
        if (!is_web(address)) {
            refuse(kNoAddress);
            return AVERROR(EACCES);
        }
        const std::size_t start = address.find("http");
        const Result<StreamUrl> parsed = parse_stream_url(address.substr(start));
        if (!parsed.ok() || !is_known_host(parsed.value().host.c_str())) {
            refuse(kElsewhere);
            return AVERROR(EACCES);
        }
    }
    video.options_of(options);
    return video.open_io_(context, io, url, flags, options);
}

// For every connection: a host that cannot prove who it is is none.
void LiveVideo::options_of(AVDictionary** options) const {
    av_.dict_set(options, "tls_verify", "1", 0);
    if (!input_.ca_file.empty()) av_.dict_set(options, "ca_file", input_.ca_file.c_str(), 0);
}

int LiveVideo::read_pipe(void* self, std::uint8_t* into, int size) {
    auto& video = *static_cast<LiveVideo*>(self);
    const std::vector<std::uint8_t>& first = video.input_.first;
    if (video.first_read_ < first.size()) {
        const std::size_t count = std::min(first.size() - video.first_read_, static_cast<std::size_t>(size));
        std::memcpy(into, first.data() + video.first_read_, count);
        video.first_read_ += count;
        return static_cast<int>(count);
    }
    for (;;) {
        video.pulse_.beat();
        pollfd wanted{video.input_.descriptor, POLLIN, 0};
        const int ready = ::poll(&wanted, 1, 100);
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        if (ready < 0) return AVERROR(errno);
        const ssize_t got = ::read(video.input_.descriptor, into, static_cast<std::size_t>(size));
        if (got > 0) return static_cast<int>(got);
        if (got == 0) return AVERROR_EOF;
        if (errno != EINTR && errno != EAGAIN) return AVERROR(errno);
    }
}

Status LiveVideo::open_pipe() {
    auto* buffer = static_cast<unsigned char*>(av_.malloc(kPipeBytes));
    if (buffer == nullptr) throw std::bad_alloc();
    pipe_ = av_.alloc_io(buffer, kPipeBytes, 0, this, &LiveVideo::read_pipe, nullptr, nullptr);
    if (pipe_ == nullptr) {
        av_.free(buffer);
        throw std::bad_alloc();
    }
    context_->pb = pipe_;
    return {};
}

Status LiveVideo::set_up() {
    context_ = av_.alloc_format();
    if (context_ == nullptr) throw std::bad_alloc();
    std::string protocols;
    std::string readers = readers_of_pipes();
    open_io_ = context_->io_open;
    context_->opaque = this;
    context_->io_open = &LiveVideo::open_nested;
    context_->interrupt_callback = {&LiveVideo::interrupted, this};
    if (input_.url.empty()) {
        TUTELA_TRY(open_pipe());
    } else {
        TUTELA_ASSIGN(const StreamUrl url, parse_stream_url(input_.url));
        protocols = protocols_of(url.scheme);
        readers = readers_of(url.scheme);
    }
    context_->protocol_whitelist = av_.strdup(protocols.c_str());
    context_->format_whitelist = av_.strdup(readers.c_str());
    context_->codec_whitelist = av_.strdup(video_decoder_names().c_str());
    context_->max_streams = kMostTracks;
    context_->probesize = kProbeBytes;
    context_->max_analyze_duration = kProbeUs;
    if (context_->protocol_whitelist == nullptr || context_->format_whitelist == nullptr ||
        context_->codec_whitelist == nullptr) {
        throw std::bad_alloc();
    }
    return {};
}

Status LiveVideo::open() {
    TUTELA_TRY(set_up());
    AVDictionary* options = nullptr;
    options_of(&options);
    // Of playlists: the newest piece first, and each piece by a connection of its own, which passes open_nested(). What
    // names of pieces end with decides nothing, as none is a file.
    av_.dict_set(&options, "live_start_index", "-1", 0);
    av_.dict_set(&options, "http_persistent", "0", 0);
    av_.dict_set(&options, "http_multiple", "0", 0);
    for (const char* option : {"allowed_extensions", "allowed_segment_extensions"})
        av_.dict_set(&options, option, "ALL", 0);
    av_.dict_set(&options, "extension_picky", "0", 0);
    av_.dict_set(&options, "rtsp_flags", "prefer_tcp", 0);
    // Datagrams are read in this thread.
    av_.dict_set(&options, "fifo_size", "0", 0);
    if (input_.url.starts_with("udp:")) av_.dict_set(&options, "buffer_size", kSocketBytes, 0);
    const char* address = input_.url.empty() ? nullptr : input_.url.c_str();
    const int opened = av_.open_input(&context_, address, nullptr, &options);
    av_.dict_free(&options);
    if (opened < 0) return reason(opened);
    const std::string pixels = std::to_string(codec_max_pixels(limits_));
    std::array<AVDictionary*, kMostTracks> of_tracks{};
    const unsigned tracks = std::min<unsigned>(context_->nb_streams, kMostTracks);
    for (unsigned i = 0; i < tracks; ++i)
        av_.dict_set(&of_tracks[i], "max_pixels", pixels.c_str(), 0);
    const int found = av_.find_stream_info(context_, of_tracks.data());
    for (AVDictionary*& each : of_tracks)
        av_.dict_free(&each);
    if (found < 0) return reason(found);
    TUTELA_TRY(choose_track());
    TUTELA_ASSIGN(decoder_, VideoDecoder::open(av_, *track_, limits_));
    opened_ = true;
    return refusal().empty() ? Status() : reason(0);
}

Status LiveVideo::choose_track() {
    for (unsigned i = 0; i < context_->nb_streams; ++i) {
        AVStream* stream = context_->streams[i];
        stream->discard = AVDISCARD_ALL;
        const AVCodecParameters& codec = *stream->codecpar;
        if (codec.codec_type != AVMEDIA_TYPE_VIDEO || video_decoder_name(codec.codec_id) == nullptr) continue;
        if (track_ == nullptr || area_of(*stream) > area_of(*track_)) track_ = stream;
    }
    if (track_ == nullptr) {
        if (!refusal().empty() || is_silent()) return reason(0);
        return Status(StatusCode::unsupported, "the stream holds no video of a kind that is decoded");
    }
    track_->discard = AVDISCARD_DEFAULT;
    const AVRational rate = av_.guess_frame_rate(context_, track_, nullptr);
    if (rate.num > 0 && rate.den > 0) frame_length_us_ = std::int64_t{1'000'000} * rate.den / rate.num;
    has_length_ = input_.url.empty() || context_->duration > 0 || is_sized_download();
    info_.width = static_cast<std::uint32_t>(std::max(track_->codecpar->width, 0));
    info_.height = static_cast<std::uint32_t>(std::max(track_->codecpar->height, 0));
    return check_pixels(info_.width, info_.height, limits_);
}

// A file that is fetched as a whole; a playlist has a size too, which says nothing of the stream.
bool LiveVideo::is_sized_download() const noexcept {
    const std::string_view reader(context_->iformat->name);
    const bool playlist = reader == "hls" || reader == "dash";
    return input_.url.starts_with("http") && !playlist && context_->pb != nullptr && av_.io_size(context_->pb) > 0;
}

Result<SteppedSource::Step> LiveVideo::step(Frame& frame) {
    waited_ = {};
    pulse_.beat();
    switch (decoder_->take()) {
        case Decoding::picture: return show(frame);
        case Decoding::end: return end_.ok() ? Result<Step>(Step::end) : Result<Step>(end_);
        case Decoding::hungry:
            if (drained_) return end_.ok() ? Result<Step>(Step::end) : Result<Step>(end_);
            TUTELA_TRY(feed());
            return Step::none;
        case Decoding::bad: break;
    }
    TUTELA_TRY(check_pixels(decoder_->width(), decoder_->height(), limits_));
    return Step::none;
}

// One packet. What ends the stream is said when the decoder has given what it holds.
Status LiveVideo::feed() {
    AVPacket& packet = decoder_->packet();
    av_.packet_unref(&packet);
    const Clock::time_point before = Clock::now();
    const int read = av_.read_frame(context_, &packet);
    waited_ = Clock::now() - before;
    if (read == AVERROR(EAGAIN)) return {};
    if (read < 0 || !refusal().empty()) {
        const int broken = context_->pb != nullptr ? context_->pb->error : 0;
        if (read != AVERROR_EOF || !refusal().empty() || is_silent()) {
            end_ = reason(read);
        } else if (broken < 0 && broken != AVERROR_EOF) {
            end_ = reason(broken);
        }
        drained_ = true;
        decoder_->give_end();
        return {};
    }
    if (packet.stream_index != track_->index) return {};
    last_packet_ = Clock::now();
    if (input_.key_frames && (packet.flags & AV_PKT_FLAG_KEY) == 0) return {};
    if (!decoder_->give()) TUTELA_TRY(check_pixels(decoder_->width(), decoder_->height(), limits_));
    return {};
}

std::int64_t LiveVideo::length_of(const AVFrame& picture) const noexcept {
    std::int64_t length = 0;
    if (picture.pkt_duration > 0) length = av_.rescale_q(picture.pkt_duration, track_->time_base, kMicroseconds);
    if (length <= 0) length = frame_length_us_;
    return length > 0 ? std::min(length, kLongestLength) : kUsualLength;
}

Result<SteppedSource::Step> LiveVideo::show(Frame& frame) {
    const AVFrame& picture = decoder_->picture();
    const auto width = static_cast<std::uint32_t>(std::max(picture.width, 0));
    const auto height = static_cast<std::uint32_t>(std::max(picture.height, 0));
    TUTELA_TRY(check_pixels(width, height, limits_));
    std::optional<std::int64_t> stated;
    if (picture.best_effort_timestamp != AV_NOPTS_VALUE) {
        if (!std::exchange(began_, true)) origin_ = picture.best_effort_timestamp;
        std::int64_t since = 0;
        if (!__builtin_sub_overflow(picture.best_effort_timestamp, origin_, &since)) {
            stated = av_.rescale_q(since, track_->time_base, kMicroseconds);
        }
    }
    const std::int64_t pts_us = clock_.next(stated, length_of(picture));
    TUTELA_TRY(take_pixels(av_, picture, frame));
    frame.set_pts_us(pts_us);
    facts_ = {has_luma(av_, picture) ? DecodeMode::luma : DecodeMode::exact, 1, pictures_++};
    return Step::frame;
}

}  // namespace tutela::live
