#include "tutela/live.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/file.hpp"
#include "core/try.hpp"
#include "media/live/live_protocol.hpp"
#include "media/live/sign_check.hpp"
#include "media/live/stream_url.hpp"
#include "media/worker/find_worker.hpp"
#include "media/worker/pipes.hpp"
#include "media/worker/session.hpp"
#include "media/worker/shared_memory.hpp"
#include "media/worker/worker_process.hpp"

namespace tutela {

namespace {

using Clock = std::chrono::steady_clock;

// A process that says nothing for so long hangs: one that works says so each second.
constexpr std::chrono::seconds kLongestSilence{120};
// Of the time between two looks no more counts: this process may have been stopped meanwhile.
constexpr std::chrono::seconds kMostOfALook{2};
// Above the numbers that a worker's descriptors get.
constexpr int kFirstOwnFd = 16;

std::uint64_t output_bytes(const DecodeLimits& limits) {
    constexpr std::uint64_t kPage = 4096;
    constexpr std::uint64_t kMostPixels = 1ULL << 33;
    const std::uint64_t frame = (std::min(limits.max_pixels, kMostPixels) * 3 + kPage - 1) / kPage * kPage;
    return live::kSlots * frame;
}

Status check(const LiveOptions& options) {
    TUTELA_TRY(check(options.sampling));
    if (options.silence.count() < 1 || options.silence.count() > 1'000'000) {
        return Status(StatusCode::invalid_argument, "the longest silence is 1 to 1,000,000 seconds");
    }
    return {};
}

Status write_whole(int descriptor, const void* data, std::size_t size) {
    const ssize_t sent = ::write(descriptor, data, size);
    if (sent == static_cast<ssize_t>(size)) return {};
    return errno_status(sent < 0 ? errno : EIO, "the program tutela-stream");
}

// The host's side of one stream.
struct Receiver {
    worker::SharedMemory output;
    worker::WorkerProcess process;
    Descriptor wishes;
    Descriptor wishes_far_end;  // with a reader of our own a write can never raise SIGPIPE
    Descriptor signs;
    Descriptor lifeline;
    std::uint64_t max_pixels = 0;
    bool confined = false;
    bool lent = false;  // a frame was given, and not given back
    bool wished = false;
    bool ended = false;
    Status status;
    FrameView view;
    LiveCounts counts;
    Clock::time_point last_look = Clock::now();
    Clock::duration silence{};

    Status start(live::Start first, int input, const std::string& text, const LiveOptions& options);
    LiveStep next();
    LiveStep take(const live::Sign& sign);
    void wish();
    LiveStep end_with(Status reason);
    LiveStep died();
    bool is_silent_too_long();
};

Status Receiver::start(live::Start first, int input, const std::string& text, const LiveOptions& options) {
    const std::string program = options.program.empty() ? worker::find_worker(worker::kStreamWorker) : options.program;
    if (program.empty()) return Status(StatusCode::not_found, "the program tutela-stream is not installed");
    first.newest = options.newest ? 1 : 0;
    first.output_bytes = output_bytes(options.limits);
    first.limits = worker::wire_limits(options.limits);
    first.max_memory = options.limits.max_memory;
    first.sampling = {static_cast<std::uint32_t>(options.sampling.kind), options.sampling.per_second,
                      options.sampling.max_gap_us};
    first.silence_seconds = static_cast<std::uint32_t>(options.silence.count());
    first.text_bytes = static_cast<std::uint32_t>(text.size());
    max_pixels = options.limits.max_pixels;
    TUTELA_ASSIGN(output, worker::SharedMemory::create(first.output_bytes, worker::Writer::worker));
    Descriptor sign_writer;
    Descriptor lifeline_reader;
    TUTELA_TRY(worker::make_pipe(wishes_far_end, wishes));
    TUTELA_TRY(worker::make_pipe(signs, sign_writer));
    TUTELA_TRY(worker::make_pipe(lifeline_reader, lifeline));
    const worker::WorkerDescriptors descriptors{wishes_far_end.get(), sign_writer.get(), lifeline_reader.get(),
                                                input >= 0 ? input : lifeline_reader.get(), output.descriptor()};
    TUTELA_ASSIGN(process, worker::WorkerProcess::start(program, descriptors));
    TUTELA_TRY(write_whole(wishes.get(), &first, sizeof(first)));
    if (!text.empty()) TUTELA_TRY(write_whole(wishes.get(), text.data(), text.size()));
    return {};
}

LiveStep Receiver::end_with(Status reason) {
    ended = true;
    status = std::move(reason);
    (void)process.end();
    return LiveStep::end;
}

// The pipe is closed a moment before the process is gone.
LiveStep Receiver::died() {
    for (int tries = 0; tries < 100; ++tries) {
        if (const auto death = process.ended()) return end_with(death->status());
        (void)::poll(nullptr, 0, 1);
    }
    return end_with(Status(StatusCode::crashed, "the decoder gave no whole answer"));
}

void Receiver::wish() {
    lent = false;
    view = {};
    const char word = 1;
    wished = ::write(wishes.get(), &word, 1) == 1;
}

bool Receiver::is_silent_too_long() {
    const Clock::time_point now = Clock::now();
    silence += std::min<Clock::duration>(now - last_look, kMostOfALook);
    last_look = now;
    return silence > kLongestSilence;
}

LiveStep Receiver::next() {
    if (ended) return LiveStep::end;
    if (lent) wish();
    const bool silent = is_silent_too_long();
    for (;;) {
        pollfd end{signs.get(), POLLIN, 0};
        if (::poll(&end, 1, 0) <= 0) break;
        live::Sign sign;
        const ssize_t got = ::read(signs.get(), &sign, sizeof(sign));
        if (got < 0 && errno == EINTR) continue;
        if (got != static_cast<ssize_t>(sizeof(sign))) return died();
        const live::Expected expected{confined, wished, max_pixels, output.size()};
        if (!live::check_sign(sign, expected)) {
            return end_with(Status(StatusCode::crashed, "the decoder gave an answer that cannot be"));
        }
        silence = {};
        const LiveStep step = take(sign);
        if (step != LiveStep::none) return step;
    }
    if (silent && silence > kLongestSilence) {
        return end_with(Status(StatusCode::timeout, "the decoder gave no answer for " +
                                                        std::to_string(kLongestSilence.count()) + " seconds"));
    }
    return LiveStep::none;
}

LiveStep Receiver::take(const live::Sign& sign) {
    counts = {sign.dropped, sign.passed_over};
    switch (sign.kind) {
        case live::Kind::confined:
            confined = true;
            if (sign.code == 0) return LiveStep::none;
            return end_with(Status(StatusCode::unsupported, "the sandbox cannot start: " + text_of(sign.text)));
        case live::Kind::opened: wish(); return LiveStep::connected;
        case live::Kind::alive: return LiveStep::none;
        case live::Kind::frame: break;
        case live::Kind::end: {
            const auto code = static_cast<StatusCode>(sign.code);
            if (code != StatusCode::ok) return end_with(Status(code, text_of(sign.text)));
            return end_with(sign.complete != 0 ? Status() : Status(StatusCode::io_error, "the stream ended"));
        }
    }
    wished = false;
    lent = true;
    const worker::Place& place = sign.place;
    view = {output.bytes().data() + place.offset,   place.width, place.height, place.stride_bytes,
            static_cast<PixelFormat>(place.format), place.pts_us};
    return LiveStep::frame;
}

}  // namespace

struct LiveSource::Impl {
    Receiver receiver;
};

Result<std::string> shown_address(std::string_view address) {
    TUTELA_ASSIGN(const live::StreamUrl url, live::parse_stream_url(address));
    return url.shown;
}

Result<LiveSource> LiveSource::open_address(const std::string& address, const LiveOptions& options) {
    TUTELA_TRY(check(options));
    TUTELA_ASSIGN(const live::StreamUrl url, live::parse_stream_url(address));
    // The scheme decides which protocols are switched on; FFmpeg takes only small letters for it.
    std::string text = url.scheme + address.substr(url.scheme.size()) + '\0' + options.ca_file + '\0';
    for (const std::string& host : options.allowed_hosts)
        text += live::plain_host(host) + '\0';
    if (text.size() > live::kMostText) return Status(StatusCode::invalid_argument, "too many hosts are allowed");
    live::Start start;
    start.origin = live::Origin::address;
    auto impl = std::make_unique<Impl>();
    TUTELA_TRY(impl->receiver.start(start, -1, text, options));
    return LiveSource(std::move(impl));
}

Result<LiveSource> LiveSource::open_descriptor(int descriptor, std::span<const std::uint8_t> first,
                                               const LiveOptions& options) {
    TUTELA_TRY(check(options));
    struct stat facts {};
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0 || ::fstat(descriptor, &facts) != 0) return errno_status(errno, "the input");
    if (first.size() > live::kFirstBytes)
        return Status(StatusCode::invalid_argument, "too many bytes were read before");
    live::Start start;
    start.origin = S_ISREG(facts.st_mode) ? live::Origin::file : live::Origin::pipe;
    if (start.origin == live::Origin::file) {
        if ((flags & O_ACCMODE) != O_RDONLY) {
            return Status(StatusCode::permission_denied, "a file is decoded that is open for reading alone");
        }
        start.input_bytes = static_cast<std::uint64_t>(facts.st_size);
    } else {
        start.first_bytes = static_cast<std::uint32_t>(first.size());
        std::copy(first.begin(), first.end(), start.first);
    }
    const Descriptor own(::fcntl(descriptor, F_DUPFD_CLOEXEC, kFirstOwnFd));
    if (!own.valid()) return errno_status(errno, "the input");
    auto impl = std::make_unique<Impl>();
    TUTELA_TRY(impl->receiver.start(start, own.get(), {}, options));
    return LiveSource(std::move(impl));
}

LiveSource::LiveSource(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
LiveSource::LiveSource(LiveSource&&) noexcept = default;
LiveSource& LiveSource::operator=(LiveSource&&) noexcept = default;
LiveSource::~LiveSource() = default;

int LiveSource::descriptor() const noexcept {
    return impl_->receiver.ended ? -1 : impl_->receiver.signs.get();
}

LiveStep LiveSource::next() {
    return impl_->receiver.next();
}

FrameView LiveSource::frame() const noexcept {
    return impl_->receiver.view;
}

const Status& LiveSource::status() const noexcept {
    return impl_->receiver.status;
}

LiveCounts LiveSource::counts() const noexcept {
    return impl_->receiver.counts;
}

}  // namespace tutela
