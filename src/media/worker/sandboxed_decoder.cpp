// The decoder that works in a process of its own: the host's side.
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/worker/find_worker.hpp"
#include "media/worker/protocol.hpp"
#include "media/worker/session.hpp"
#include "tutela/media.hpp"

namespace tutela {

namespace {

using worker::Session;

// The names of an archive's entries, as open_archive() has it.
constexpr std::uint64_t kMaxPathsBytes = 64U << 20;

Status status_of(std::int32_t code, const worker::Text& text) {
    return Status(static_cast<StatusCode>(code), std::string(text.bytes, text.length));
}

worker::Limits wire_limits(const ArchiveLimits& limits) {
    worker::Limits wire;
    wire.max_entry_bytes = limits.max_entry_bytes;
    wire.max_total_bytes = limits.max_total_bytes;
    wire.max_entries = limits.max_entries;
    wire.max_ratio = limits.max_ratio;
    wire.max_depth = limits.max_depth;
    return wire;
}

class SandboxedSource final : public FrameSource {
public:
    SandboxedSource(std::shared_ptr<Session> session, const DecodeLimits& limits, bool is_video)
        : session_(std::move(session)), limits_(limits), is_video_(is_video) {}

    Status open(std::uint64_t offset, std::uint64_t size, DecodeMode mode);
    // Goes on from the answer to opening it.
    Status open(const worker::Reply& answer);
    Status open_video(std::uint64_t offset, std::uint64_t size, const Sampling& sampling);
    Result<bool> next(Frame& frame) override;
    Result<bool> next_view(Frame& scratch, FrameView& view) override;

private:
    Status open(worker::Request& request);
    Status ask(worker::Request& request);
    Status begin();
    Status await_frame();
    Status count_frame();
    Status end_with(Status status) noexcept {
        done_ = true;
        return status;
    }

    std::shared_ptr<Session> session_;
    DecodeLimits limits_;
    bool is_video_;
    std::uint64_t number_ = 0;
    worker::Reply reply_;
    bool answered_ = false;  // reply_ is the next frame's
    bool done_ = false;
    std::uint32_t frames_ = 0;
    std::uint64_t pixels_ = 0;
};

Status SandboxedSource::ask(worker::Request& request) {
    request.limits = worker::wire_limits(limits_);
    const std::uint32_t file_seconds = is_video_ ? limits_.max_video_seconds : limits_.max_file_seconds;
    return session_->call(request, worker::budget_of(limits_.max_frame_seconds, file_seconds), reply_);
}

Status SandboxedSource::open(std::uint64_t offset, std::uint64_t size, DecodeMode mode) {
    worker::Request request;
    request.call = worker::Call::open_picture;
    request.mode = static_cast<std::uint32_t>(mode);
    request.offset = offset;
    request.size = size;
    TUTELA_TRY(open(request));
    answered_ = true;
    return {};
}

Status SandboxedSource::open_video(std::uint64_t offset, std::uint64_t size, const Sampling& sampling) {
    worker::Request request;
    request.call = worker::Call::open_video;
    request.offset = offset;
    request.size = size;
    request.sampling = {static_cast<std::uint32_t>(sampling.kind), sampling.per_second, sampling.max_gap_us};
    return open(request);
}

Status SandboxedSource::open(worker::Request& request) {
    number_ = session_->open_anew();
    TUTELA_TRY(ask(request));
    return begin();
}

Status SandboxedSource::open(const worker::Reply& answer) {
    number_ = session_->open_anew();
    reply_ = answer;
    answered_ = true;
    return begin();
}

// With the answer to opening it.
Status SandboxedSource::begin() {
    if (reply_.opened != 0) return status_of(reply_.opened, reply_.status);
    const worker::PictureFacts& facts = reply_.picture;
    info_ = {static_cast<MediaFormat>(facts.format), facts.width, facts.height, facts.orientation};
    return {};
}

// A video's worker says now and then that it goes on: the time for a frame is the time between two answers.
Status SandboxedSource::await_frame() {
    do {
        worker::Request request;
        request.call = worker::Call::next_frame;
        TUTELA_TRY(ask(request));
    } while (reply_.pending != 0);
    return {};
}

Result<bool> SandboxedSource::next_view(Frame& /*scratch*/, FrameView& view) {
    if (done_ || !session_->is_open(number_)) return false;
    if (!answered_) {
        if (Status status = await_frame(); !status.ok()) return end_with(std::move(status));
    }
    answered_ = false;
    const worker::PictureFacts& facts = reply_.picture;
    info_ = {static_cast<MediaFormat>(facts.format), facts.width, facts.height, facts.orientation};
    facts_ = {static_cast<DecodeMode>(facts.mode), facts.denominator, facts.index};
    damage_ = {facts.damaged != 0, std::string(reply_.damage.bytes, reply_.damage.length), facts.rows_decoded};
    if (reply_.given != 0) return end_with(status_of(reply_.given, reply_.status));
    if (reply_.more == 0) {
        done_ = true;
        return false;
    }
    if (Status status = count_frame(); !status.ok()) return end_with(std::move(status));
    done_ = reply_.last != 0;
    const worker::Place& place = reply_.place;
    view = {session_->output() + place.offset,      place.width, place.height, place.stride_bytes,
            static_cast<PixelFormat>(place.format), place.pts_us};
    return true;
}

// The worker keeps these limits; one that was taken over does not.
Status SandboxedSource::count_frame() {
    pixels_ += std::uint64_t{reply_.place.width} * reply_.place.height;
    const std::uint32_t most_frames = is_video_ ? limits_.max_video_frames : limits_.max_frames;
    const std::uint64_t most_pixels = is_video_ ? limits_.max_video_pixels : limits_.max_total_pixels;
    if (++frames_ <= most_frames && pixels_ <= most_pixels) return {};
    return Status(StatusCode::limit, "the file has more frames than the limits allow");
}

Result<bool> SandboxedSource::next(Frame& frame) {
    FrameView view;
    TUTELA_ASSIGN(const bool more, next_view(frame, view));
    if (!more) return false;
    TUTELA_TRY(frame.reshape(view.width, view.height, view.format));
    const std::size_t row_bytes = frame.view().stride_bytes;
    for (std::uint32_t y = 0; y < view.height; ++y)
        std::memcpy(frame.row(y), view.row(y), row_bytes);
    frame.set_pts_us(view.pts_us);
    return true;
}

class SandboxedArchive final : public ArchiveSource {
public:
    // Each entry has the time of a file.
    SandboxedArchive(std::shared_ptr<Session> session, const ArchiveLimits& limits, const DecodeLimits& time)
        : session_(std::move(session)), limits_(limits), seconds_(time.max_file_seconds) {}

    Status open(std::uint64_t offset, std::uint64_t size);
    Result<bool> next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) override;
    [[nodiscard]] bool ended() const noexcept override { return ended_ || !session_->is_open(number_); }

private:
    Status ask(worker::Request& request);
    Status count_reply();

    std::shared_ptr<Session> session_;
    ArchiveLimits limits_;
    std::uint32_t seconds_;
    std::uint64_t number_ = 0;
    worker::Reply reply_;
    bool ended_ = false;
    std::uint64_t replies_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t paths_bytes_ = 0;
};

Status SandboxedArchive::ask(worker::Request& request) {
    request.limits = wire_limits(limits_);
    return session_->call(request, worker::budget_of(seconds_, seconds_), reply_);
}

Status SandboxedArchive::open(std::uint64_t offset, std::uint64_t size) {
    worker::Request request;
    request.call = worker::Call::open_archive;
    request.offset = offset;
    request.size = size;
    number_ = session_->open_anew();
    TUTELA_TRY(ask(request));
    return reply_.opened != 0 ? status_of(reply_.opened, reply_.status) : Status();
}

// The worker keeps these limits; one that was taken over does not. A zip is read twice: by its directory, and for files
// that this does not list.
Status SandboxedArchive::count_reply() {
    const std::uint64_t most_replies = 2 * std::uint64_t{limits_.max_entries} + 2;
    bytes_ += reply_.place.size;
    paths_bytes_ += reply_.entry.path_bytes;
    if (++replies_ > most_replies) return Status(StatusCode::limit, "the archive has more entries than the limit");
    if (bytes_ > limits_.max_total_bytes) {
        return Status(StatusCode::limit, "the files in the archive are larger than the limit");
    }
    if (paths_bytes_ > kMaxPathsBytes) {
        return Status(StatusCode::limit, "the names in the archive are longer than the limit");
    }
    return {};
}

Result<bool> SandboxedArchive::next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) {
    bytes = {};
    entry = ArchiveEntry();
    if (ended()) return false;
    worker::Request request;
    request.call = worker::Call::next_entry;
    Status status = ask(request);
    if (status.ok()) status = count_reply();
    if (!status.ok()) {
        ended_ = true;
        return status;
    }
    ended_ = reply_.ended != 0;
    const worker::EntryFacts& facts = reply_.entry;
    const char* path = reinterpret_cast<const char*>(session_->output()) + facts.path_offset;
    entry = {std::string(path, facts.path_bytes), facts.size_bytes, facts.is_file != 0, facts.encrypted != 0,
             facts.is_folder != 0};
    if (reply_.given == 0 || reply_.given == static_cast<std::int32_t>(StatusCode::corrupt)) {
        bytes = {session_->output() + reply_.place.offset, static_cast<std::size_t>(reply_.place.size)};
    }
    if (reply_.given != 0) return status_of(reply_.given, reply_.status);
    if (reply_.more == 0) {
        ended_ = true;
        return false;
    }
    return true;
}

// Three workers: of those that decode rare formats and videos there is a process once such a file was met.
class SandboxedDecoder final : public Decoder {
public:
    SandboxedDecoder(std::shared_ptr<Session> session, const std::string& rare_program, std::string video_program)
        : session_(std::move(session)),
          rare_(std::make_shared<Session>(rare_program, *session_)),
          video_program_(std::move(video_program)) {}

    Result<std::span<std::uint8_t>> room(std::size_t bytes) override {
        open_anew();
        return session_->room(bytes);
    }

    Result<std::unique_ptr<FrameSource>> open(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                              DecodeMode mode) override {
        // Says what open_media() says, without a byte of it decoded or moved.
        if (bytes.size() > limits.max_bytes) return open_media(bytes, limits, mode);
        open_anew();
        const bool rare = is_rare(sniff_format(bytes));
        const std::shared_ptr<Session>& session = rare && !session_->has_rare() ? rare_ : session_;
        auto source = std::make_unique<SandboxedSource>(session, limits, false);
        if (const std::optional<worker::Reply> answer = session_->take_ahead(bytes, limits, mode)) {
            TUTELA_TRY(source->open(*answer));
            return std::unique_ptr<FrameSource>(std::move(source));
        }
        TUTELA_ASSIGN(const std::uint64_t offset, session_->place(bytes));
        TUTELA_TRY(session->prepare(worker::output_for(limits), limits.max_memory));
        TUTELA_TRY(source->open(offset, bytes.size(), mode));
        return std::unique_ptr<FrameSource>(std::move(source));
    }

    Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t> bytes,
                                                        const ArchiveLimits& limits,
                                                        const DecodeLimits& spending) override {
        open_anew();
        TUTELA_ASSIGN(const std::uint64_t offset, session_->place(bytes));
        TUTELA_TRY(session_->prepare(worker::output_for(limits), spending.max_memory));
        auto source = std::make_unique<SandboxedArchive>(session_, limits, spending);
        TUTELA_TRY(source->open(offset, bytes.size()));
        return std::unique_ptr<ArchiveSource>(std::move(source));
    }

    void decode_ahead(std::span<const std::span<const std::uint8_t>> files, const DecodeLimits& limits,
                      DecodeMode mode) override {
        open_anew();
        session_->decode_ahead(files, limits, mode);
    }

    Result<std::unique_ptr<FrameSource>> open_video(const VideoInput& input, const DecodeLimits& limits,
                                                    const Sampling& sampling) override {
        TUTELA_TRY(check(sampling));
        open_anew();
        TUTELA_TRY(reach_video_session());
        std::uint64_t offset = 0;
        if (input.descriptor >= 0) {
            TUTELA_TRY(video_->prepare_file(input, worker::output_for(limits), limits.max_memory));
        } else {
            TUTELA_ASSIGN(offset, session_->place(input.bytes));
            TUTELA_TRY(video_->prepare(worker::output_for(limits), limits.max_memory));
        }
        const std::uint64_t size = input.descriptor >= 0 ? input.size_bytes : input.bytes.size();
        auto source = std::make_unique<SandboxedSource>(video_, limits, true);
        TUTELA_TRY(source->open_video(offset, size, sampling));
        return std::unique_ptr<FrameSource>(std::move(source));
    }

    void trim() noexcept override {
        session_->trim();
        rare_->trim();
        if (video_ != nullptr) video_->trim();
    }

private:
    // What was opened before is at its end, in whichever worker.
    void open_anew() noexcept {
        session_->open_anew();
        rare_->open_anew();
        if (video_ != nullptr) video_->open_anew();
    }

    // Videos have a program of their own, which starts when the first is met: FFmpeg is many libraries.
    Status reach_video_session() {
        if (video_ != nullptr) return {};
        const std::string program = video_program_.empty() ? worker::find_worker(worker::kVideoWorker) : video_program_;
        if (program.empty()) {
            return Status(StatusCode::unsupported, "a video, and the program tutela-video-worker is not installed");
        }
        video_ = std::make_shared<Session>(program, *session_);
        return {};
    }

    std::shared_ptr<Session> session_;
    std::shared_ptr<Session> rare_;
    std::string video_program_;
    std::shared_ptr<Session> video_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_sandboxed_decoder(const WorkerOptions& options) {
    const std::string program = options.program.empty() ? worker::find_worker(worker::kPictureWorker) : options.program;
    const auto failed = [](StatusCode code, const std::string& why) {
        return Status(code, "the sandbox cannot start: " + why);
    };
    if (program.empty()) return failed(StatusCode::not_found, "there is no program tutela-worker");
    auto session = std::make_shared<Session>(program);
    const DecodeLimits limits;
    const Status started = session->start(worker::output_for(limits), limits.max_memory);
    if (!started.ok()) return failed(started.code(), started.message());
    const std::string rare = worker::rare_worker(program);
    if (!session->has_rare() && !worker::is_program(rare)) {
        return failed(StatusCode::not_found, "there is no program tutela-worker-rare beside tutela-worker");
    }
    return std::unique_ptr<Decoder>(
        std::make_unique<SandboxedDecoder>(std::move(session), rare, options.video_program));
}

}  // namespace tutela
