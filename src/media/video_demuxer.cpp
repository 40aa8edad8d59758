#include "media/video_demuxer.hpp"

#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include "core/try.hpp"
#include "media/video_codecs.hpp"
#include "media/video_decoder.hpp"
#include "media/video_extent.hpp"

namespace tutela {

namespace {

constexpr std::uint64_t kPacketsForFrame = 16;  // of sound and subtitles, and empty ones
constexpr int kMostTracks = 256;
constexpr std::int64_t kSecond = 1'000'000;

// A container may name other files and addresses: none is opened.
int refuse(AVFormatContext* /*context*/, AVIOContext** /*io*/, const char* /*url*/, int /*flags*/,
           AVDictionary** /*options*/) {
    return AVERROR(EACCES);
}

bool is_cover(const AVStream& stream) noexcept {
    return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}

std::int64_t area_of(const AVStream& stream) noexcept {
    return std::int64_t{stream.codecpar->width} * stream.codecpar->height;
}

// Whether a track is rather to be looked at.
bool better(const AVStream& a, const AVStream& b) noexcept {
    if (is_cover(a) != is_cover(b)) return is_cover(b);
    return area_of(a) > area_of(b);
}

}  // namespace

VideoDemuxer::VideoDemuxer(const FfmpegCalls& av, const VideoInput& input, MediaFormat format,
                           const DecodeLimits& limits)
    : av_(av),
      format_(format),
      most_packets_(kPacketsForFrame * limits.max_video_frames),
      codec_max_pixels_(codec_max_pixels(limits)),
      reader_(av, input) {}

VideoDemuxer::~VideoDemuxer() {
    if (context_ != nullptr) av_.close_input(&context_);
}

Result<std::unique_ptr<VideoDemuxer>> VideoDemuxer::open(const FfmpegCalls& av, const VideoInput& input,
                                                         MediaFormat format, const DecodeLimits& limits) {
    std::unique_ptr<VideoDemuxer> demuxer(new VideoDemuxer(av, input, format, limits));
    TUTELA_TRY(demuxer->open());
    return demuxer;
}

void VideoDemuxer::blame(const std::string& reason) {
    if (damage_.empty()) damage_ = reason;
}

Status VideoDemuxer::open() {
    const char* name = video_reader_name(format_);
    const AVInputFormat* kind = av_.find_input_format(name);
    if (kind == nullptr) return Status(StatusCode::unsupported, "this FFmpeg does not read " + std::string(name));
    context_ = av_.alloc_format();
    if (context_ == nullptr) throw std::bad_alloc();
    context_->pb = reader_.io();
    context_->io_open = &refuse;
    context_->max_streams = kMostTracks;
    context_->protocol_whitelist = av_.strdup("");
    context_->format_whitelist = av_.strdup(name);
    context_->codec_whitelist = av_.strdup(video_decoder_names().c_str());
    if (context_->protocol_whitelist == nullptr || context_->format_whitelist == nullptr ||
        context_->codec_whitelist == nullptr) {
        throw std::bad_alloc();
    }
    const int opened = av_.open_input(&context_, nullptr, kind, nullptr);
    if (opened == AVERROR(ENOMEM)) throw std::bad_alloc();
    TUTELA_TRY(reader_.error());
    check_extent();
    const std::string what = "the " + std::string(format_name(format_)) + " file";
    if (opened < 0) {
        return Status(StatusCode::corrupt, damage_.empty() ? what + " has no header that can be read" : damage_);
    }
    // The decoders that look at the first packets have the limit as well.
    const std::string pixels = std::to_string(codec_max_pixels_);
    std::array<AVDictionary*, kMostTracks> options{};
    const unsigned tracks = context_->nb_streams;
    for (unsigned i = 0; i < tracks && i < options.size(); ++i)
        av_.dict_set(&options[i], "max_pixels", pixels.c_str(), 0);
    const int found = tracks <= options.size() ? av_.find_stream_info(context_, options.data()) : AVERROR_INVALIDDATA;
    for (AVDictionary*& option : options)
        av_.dict_free(&option);
    if (found == AVERROR(ENOMEM)) throw std::bad_alloc();
    TUTELA_TRY(reader_.error());
    if (found < 0) blame(what + " is damaged");
    return choose_track();
}

void VideoDemuxer::check_extent() {
    const std::uint64_t announced = announced_video_bytes(reader_, format_);
    if (announced > reader_.size()) blame("the " + std::string(format_name(format_)) + " file ends before its end");
}

Status VideoDemuxer::choose_track() {
    for (unsigned i = 0; i < context_->nb_streams; ++i) {
        AVStream* stream = context_->streams[i];
        stream->discard = AVDISCARD_ALL;
        const AVCodecParameters& codec = *stream->codecpar;
        if (codec.codec_type != AVMEDIA_TYPE_VIDEO || video_decoder_name(codec.codec_id) == nullptr) continue;
        if (track_ == nullptr || better(*stream, *track_)) track_ = stream;
    }
    if (track_ == nullptr) return no_track();
    track_->discard = AVDISCARD_DEFAULT;
    const AVRational rate = av_.guess_frame_rate(context_, track_, nullptr);
    if (rate.num > 0 && rate.den > 0) frame_length_us_ = kSecond * rate.den / rate.num;
    return {};
}

// What a damaged header does not tell may have been there.
Status VideoDemuxer::no_track() const {
    if (!damage_.empty()) return Status(StatusCode::corrupt, damage_);
    std::string unread;
    for (unsigned i = 0; i < context_->nb_streams; ++i) {
        const AVCodecParameters& codec = *context_->streams[i]->codecpar;
        if (codec.codec_type == AVMEDIA_TYPE_VIDEO && unread.empty()) unread = av_.codec_name(codec.codec_id);
    }
    const std::string what = "the " + std::string(format_name(format_)) + " file holds ";
    if (!unread.empty())
        return Status(StatusCode::unsupported, what + "a video of a codec that is not read: " + unread);
    if (context_->nb_streams != 0) return Status(StatusCode::unsupported, what + "no video");
    return Status(StatusCode::corrupt, what + "nothing that can be read");
}

std::uint32_t VideoDemuxer::orientation() const noexcept {
    std::size_t size = 0;
    const std::uint8_t* data = av_.stream_side_data(track_, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (data == nullptr || size < 9 * sizeof(std::int32_t)) return 0;
    // x to a x + c y, y to b x + d y: of turns by quarters and mirrors only the signs count.
    const auto* matrix = reinterpret_cast<const std::int32_t*>(data);
    const auto sign = [](std::int32_t value) { return value > 0 ? 1 : value < 0 ? -1 : 0; };
    const std::array<int, 4> signs = {sign(matrix[0]), sign(matrix[1]), sign(matrix[3]), sign(matrix[4])};
    constexpr std::array<std::array<int, 4>, 8> kSigns = {{{1, 0, 0, 1},
                                                           {-1, 0, 0, 1},
                                                           {-1, 0, 0, -1},
                                                           {1, 0, 0, -1},
                                                           {0, 1, 1, 0},
                                                           {0, 1, -1, 0},
                                                           {0, -1, -1, 0},
                                                           {0, -1, 1, 0}}};
    for (std::size_t i = 0; i < kSigns.size(); ++i)
        if (signs == kSigns[i]) return static_cast<std::uint32_t>(i) + 1;
    return 0;  // turned by another angle
}

Result<bool> VideoDemuxer::read(AVPacket& packet) {
    for (;;) {
        av_.packet_unref(&packet);
        const int read = av_.read_frame(context_, &packet);
        TUTELA_TRY(reader_.error());
        if (read == AVERROR(ENOMEM)) throw std::bad_alloc();
        if (read < 0) {
            if (read != AVERROR_EOF) blame("the " + std::string(format_name(format_)) + " file is damaged");
            return false;
        }
        if (++packets_ > most_packets_) {
            return Status(StatusCode::limit, "the video has more than " + std::to_string(most_packets_) + " packets");
        }
        if (packet.stream_index != track_->index) continue;
        if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) blame("a packet of the video is damaged or cut off");
        return true;
    }
}

}  // namespace tutela
