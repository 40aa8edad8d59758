// The decoder that works in a process of its own: the host's side.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "core/file.hpp"
#include "core/try.hpp"
#include "media/worker/find_worker.hpp"
#include "media/worker/fork_mark.hpp"
#include "media/worker/protocol.hpp"
#include "media/worker/shared_memory.hpp"
#include "media/worker/worker_link.hpp"
#include "tutela/media.hpp"

namespace tutela {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kPage = 4096;
// Address space, of which only what is touched is memory.
constexpr std::uint64_t kFirstInput = 2ULL << 30;
constexpr std::uint64_t kLargestRegion = 64ULL << 30;
// Above the numbers that a worker's descriptors get.
constexpr int kFirstOwnFd = 16;
// Before a worker that did not start is started again: the machine may be out of processes for a moment.
constexpr milliseconds kPauses[] = {milliseconds(20), milliseconds(60), milliseconds(120)};
// What a decoder keeps from file to file.
constexpr std::uint64_t kKeptBytes = 64U << 20;
// The names of an archive's entries, as open_archive() has it.
constexpr std::uint64_t kMaxPathsBytes = 64U << 20;

std::uint64_t round_up(std::uint64_t bytes) noexcept {
    return (std::min(bytes, kLargestRegion) + kPage - 1) / kPage * kPage;
}

// Two frames of the largest size: while one is looked at, the worker can see whether another follows.
std::uint64_t output_for(const DecodeLimits& limits) noexcept {
    return 2 * round_up(std::min(limits.max_pixels, kLargestRegion) * 3);
}

std::uint64_t output_for(const ArchiveLimits& limits) noexcept {
    return round_up(worker::kPathRoom + std::min(limits.max_entry_bytes, kLargestRegion));
}

Status status_of(std::int32_t code, const worker::Text& text) {
    return Status(static_cast<StatusCode>(code), std::string(text.bytes, text.length));
}

// What the decoder and what it opened last have in common.
class Session {
public:
    explicit Session(std::string program) : program_(std::move(program)) {}
    ~Session() { keep_to_owner(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Result<std::span<std::uint8_t>> room(std::size_t bytes);
    // Has a worker with these limits, and `bytes` in the input region: answers their offset there.
    Result<std::uint64_t> prepare(std::span<const std::uint8_t> bytes, std::uint64_t output_bytes,
                                  std::uint64_t max_memory);
    // Has a new worker that reads this file, and no other.
    Status prepare_file(const VideoInput& file, std::uint64_t output_bytes, std::uint64_t max_memory);
    Status start(std::uint64_t output_bytes, std::uint64_t max_memory);
    Status call(worker::Request& request, const worker::Budget& budget, worker::Reply& reply);
    void trim() noexcept;

    // What was opened under another number is at its end.
    std::uint64_t open_anew() noexcept { return ++opened_; }
    [[nodiscard]] bool is_open(std::uint64_t number) const noexcept {
        return owner_.is_same_process() && number == opened_;
    }
    [[nodiscard]] const std::uint8_t* output() const noexcept { return output_.bytes().data(); }

private:
    void keep_to_owner() noexcept;
    Status reach_output(std::uint64_t output_bytes);
    template <typename Start>
    static Status insist(const Start& start);

    std::string program_;
    worker::SharedMemory input_;
    worker::SharedMemory output_;
    std::unique_ptr<worker::WorkerLink> link_;
    worker::ForkMark owner_;
    std::uint64_t opened_ = 0;
    std::uint64_t room_bytes_ = 0;
    std::uint64_t largest_input_ = 0;   // since trim()
    std::uint64_t largest_output_ = 0;  // since trim()
    std::uint32_t serial_ = 0;
    bool ran_short_ = false;  // the worker, of memory
    bool has_file_ = false;   // the worker, and can read nothing else
};

// After a fork of the host, the worker and the memory are the parent's.
void Session::keep_to_owner() noexcept {
    if (owner_.is_same_process()) return;
    owner_.set();
    if (link_ != nullptr) link_->abandon();
    link_.reset();
    input_ = {};
    output_ = {};
    open_anew();
}

Result<std::span<std::uint8_t>> Session::room(std::size_t bytes) {
    keep_to_owner();
    open_anew();
    if (bytes > kLargestRegion) return Status(StatusCode::limit, "the file is too large for a sandboxed decoder");
    if (bytes > input_.size()) {
        const std::uint64_t size = std::max(round_up(bytes), kFirstInput);
        TUTELA_ASSIGN(worker::SharedMemory grown, worker::SharedMemory::create(size, worker::Writer::host));
        const std::size_t held = std::min<std::size_t>(room_bytes_, input_.size());
        if (held != 0) std::memcpy(grown.writable().data(), input_.bytes().data(), held);
        link_.reset();
        input_ = std::move(grown);
    }
    room_bytes_ = bytes;
    largest_input_ = std::max<std::uint64_t>(largest_input_, bytes);
    return input_.writable().first(bytes);
}

Status Session::start(std::uint64_t output_bytes, std::uint64_t max_memory) {
    if (input_.size() == 0) {
        TUTELA_ASSIGN(input_, worker::SharedMemory::create(kFirstInput, worker::Writer::host));
    }
    TUTELA_TRY(reach_output(output_bytes));
    // What a worker has left over after it ran short is nobody's to judge: the next file gets a new one.
    const bool fits = link_ != nullptr && link_->running() && link_->max_memory() == max_memory;
    if (fits && !ran_short_ && !has_file_) return {};
    link_.reset();
    ran_short_ = false;
    has_file_ = false;
    const worker::WorkerInput input{input_.descriptor(), input_.size()};
    TUTELA_ASSIGN(link_, worker::WorkerLink::start(program_, input, output_, max_memory));
    return {};
}

Status Session::reach_output(std::uint64_t output_bytes) {
    if (output_bytes <= output_.size()) return {};
    link_.reset();
    TUTELA_ASSIGN(output_, worker::SharedMemory::create(output_bytes, worker::Writer::worker));
    return {};
}

// Starts a worker; the machine may be out of processes for a moment.
template <typename Start>
Status Session::insist(const Start& start) {
    Status started = start();
    for (const milliseconds pause : kPauses) {
        if (started.ok()) break;
        std::this_thread::sleep_for(pause);
        started = start();
    }
    if (started.ok() || started.code() == StatusCode::out_of_memory) return started;
    return Status(StatusCode::unavailable, "the sandbox cannot start again: " + started.message());
}

Status Session::prepare_file(const VideoInput& file, std::uint64_t output_bytes, std::uint64_t max_memory) {
    keep_to_owner();
    open_anew();
    link_.reset();
    const int flags = ::fcntl(file.descriptor, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) != O_RDONLY || (flags & O_PATH) != 0) {
        return Status(StatusCode::invalid_argument, "a sandboxed decoder takes files that are open for reading alone");
    }
    const Descriptor own(::fcntl(file.descriptor, F_DUPFD_CLOEXEC, kFirstOwnFd));
    if (!own.valid()) return errno_status(errno, "the video cannot be handed over");
    return insist([&]() -> Status {
        TUTELA_TRY(reach_output(output_bytes));
        const worker::WorkerInput input{own.get(), file.size_bytes, true};
        TUTELA_ASSIGN(link_, worker::WorkerLink::start(program_, input, output_, max_memory));
        ran_short_ = false;
        has_file_ = true;
        return {};
    });
}

Result<std::uint64_t> Session::prepare(std::span<const std::uint8_t> bytes, std::uint64_t output_bytes,
                                       std::uint64_t max_memory) {
    keep_to_owner();
    const std::uint8_t* first = input_.bytes().data();
    const std::less_equal<const std::uint8_t*> before;
    const bool inside =
        input_.size() != 0 && before(first, bytes.data()) && before(bytes.data() + bytes.size(), first + input_.size());
    std::uint64_t offset = 0;
    if (inside) {
        offset = static_cast<std::uint64_t>(bytes.data() - first);
    } else {
        TUTELA_ASSIGN(const std::span<std::uint8_t> place, room(bytes.size()));
        if (!bytes.empty()) std::memcpy(place.data(), bytes.data(), bytes.size());
    }
    TUTELA_TRY(insist([&] { return start(output_bytes, max_memory); }));
    return offset;
}

Status Session::call(worker::Request& request, const worker::Budget& budget, worker::Reply& reply) {
    if (link_ == nullptr) return Status(StatusCode::crashed, "the decoder is no more");
    request.serial = ++serial_;
    Status status = link_->call(request, output_.size(), budget, reply);
    if (!status.ok()) {
        link_.reset();
        open_anew();
        largest_output_ = output_.size();  // whatever it wrote
        return status;
    }
    // An archive goes on behind an entry that was too large.
    const auto short_of_memory = static_cast<std::int32_t>(StatusCode::out_of_memory);
    if (reply.opened == short_of_memory || reply.given == short_of_memory) ran_short_ = true;
    if (ran_short_ && (request.call != worker::Call::next_entry || reply.ended != 0)) link_.reset();
    const worker::Place& place = reply.place;
    const std::uint64_t bytes = std::max(place.size, place.height * place.stride_bytes);
    largest_output_ = std::max(largest_output_, place.offset + bytes);
    return {};
}

void Session::trim() noexcept {
    keep_to_owner();
    open_anew();
    // The input is sealed, so its memory goes as a whole, and the worker that has it mapped with it.
    if (largest_input_ > kKeptBytes) {
        link_.reset();
        input_ = {};
        room_bytes_ = 0;
    }
    if (has_file_) link_.reset();
    has_file_ = false;
    if (largest_output_ > kKeptBytes) output_.discard();
    largest_input_ = 0;
    largest_output_ = 0;
}

worker::Limits wire_limits(const DecodeLimits& limits) {
    worker::Limits wire;
    wire.max_bytes = limits.max_bytes;
    wire.max_pixels = limits.max_pixels;
    wire.max_total_pixels = limits.max_total_pixels;
    wire.max_jpeg_scans = limits.max_jpeg_scans;
    wire.max_frames = limits.max_frames;
    wire.max_video_frames = limits.max_video_frames;
    wire.max_video_pixels = limits.max_video_pixels;
    wire.max_video_bytes = limits.max_video_bytes;
    return wire;
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

// Thirty years are for ever, and can be counted in nanoseconds with room to spare.
worker::Budget budget_of(std::uint32_t frame_seconds, std::uint32_t file_seconds) noexcept {
    constexpr std::uint32_t kLongest = 1'000'000'000;
    return {seconds(std::min(frame_seconds, kLongest)), seconds(std::min(file_seconds, kLongest))};
}

class SandboxedSource final : public FrameSource {
public:
    SandboxedSource(std::shared_ptr<Session> session, const DecodeLimits& limits, bool is_video)
        : session_(std::move(session)), limits_(limits), is_video_(is_video) {}

    Status open(std::uint64_t offset, std::uint64_t size, DecodeMode mode);
    Status open_video(std::uint64_t offset, std::uint64_t size, const Sampling& sampling);
    Result<bool> next(Frame& frame) override;
    Result<bool> next_view(Frame& scratch, FrameView& view) override;

private:
    Status open(worker::Request& request);
    Status ask(worker::Request& request);
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
    request.limits = wire_limits(limits_);
    const std::uint32_t file_seconds = is_video_ ? limits_.max_video_seconds : limits_.max_file_seconds;
    return session_->call(request, budget_of(limits_.max_frame_seconds, file_seconds), reply_);
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
    return session_->call(request, budget_of(seconds_, seconds_), reply_);
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

class SandboxedDecoder final : public Decoder {
public:
    SandboxedDecoder(std::shared_ptr<Session> session, std::string video_program)
        : session_(std::move(session)), video_program_(std::move(video_program)) {}

    Result<std::span<std::uint8_t>> room(std::size_t bytes) override { return session_->room(bytes); }

    Result<std::unique_ptr<FrameSource>> open(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                              DecodeMode mode) override {
        // Says what open_media() says, without a byte of it decoded or moved.
        if (bytes.size() > limits.max_bytes) return open_media(bytes, limits, mode);
        TUTELA_ASSIGN(const std::uint64_t offset, session_->prepare(bytes, output_for(limits), limits.max_memory));
        auto source = std::make_unique<SandboxedSource>(session_, limits, false);
        TUTELA_TRY(source->open(offset, bytes.size(), mode));
        return std::unique_ptr<FrameSource>(std::move(source));
    }

    Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t> bytes,
                                                        const ArchiveLimits& limits,
                                                        const DecodeLimits& spending) override {
        TUTELA_ASSIGN(const std::uint64_t offset, session_->prepare(bytes, output_for(limits), spending.max_memory));
        auto source = std::make_unique<SandboxedArchive>(session_, limits, spending);
        TUTELA_TRY(source->open(offset, bytes.size()));
        return std::unique_ptr<ArchiveSource>(std::move(source));
    }

    Result<std::unique_ptr<FrameSource>> open_video(const VideoInput& input, const DecodeLimits& limits,
                                                    const Sampling& sampling) override {
        TUTELA_TRY(check(sampling));
        session_->open_anew();
        TUTELA_TRY(reach_video_session());
        std::uint64_t offset = 0;
        if (input.descriptor >= 0) {
            TUTELA_TRY(video_session_->prepare_file(input, output_for(limits), limits.max_memory));
        } else {
            TUTELA_ASSIGN(offset, video_session_->prepare(input.bytes, output_for(limits), limits.max_memory));
        }
        const std::uint64_t size = input.descriptor >= 0 ? input.size_bytes : input.bytes.size();
        auto source = std::make_unique<SandboxedSource>(video_session_, limits, true);
        TUTELA_TRY(source->open_video(offset, size, sampling));
        return std::unique_ptr<FrameSource>(std::move(source));
    }

    void trim() noexcept override {
        session_->trim();
        if (video_session_ != nullptr) video_session_->trim();
    }

private:
    // Videos have a program of their own, which starts when the first is met: FFmpeg is many libraries.
    Status reach_video_session() {
        if (video_session_ != nullptr) return {};
        const std::string program = video_program_.empty() ? worker::find_worker(worker::kVideoWorker) : video_program_;
        if (program.empty()) {
            return Status(StatusCode::unsupported, "a video, and the program tutela-video-worker is not installed");
        }
        video_session_ = std::make_shared<Session>(program);
        return {};
    }

    std::shared_ptr<Session> session_;
    std::string video_program_;
    std::shared_ptr<Session> video_session_;
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
    const Status started = session->start(output_for(limits), limits.max_memory);
    if (!started.ok()) return failed(started.code(), started.message());
    return std::unique_ptr<Decoder>(std::make_unique<SandboxedDecoder>(std::move(session), options.video_program));
}

}  // namespace tutela
