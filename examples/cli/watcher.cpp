#include "watcher.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "tutela/report.hpp"

namespace tutela::cli {

namespace {

// So long step() waits when nothing comes: signals and the clock are looked at in between.
constexpr int kWaitMs = 200;
// A pipe that gave nonsense is let go for so long, lest it fill the output with lines about it. An address is tried again
// after as long, and after twice that each further time.
constexpr std::chrono::seconds kRetry{1};
// Of a stream that is always ahead, a frame is looked at this often all the same.
constexpr std::chrono::milliseconds kMostBehind{200};

std::int64_t wall_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

bool readable(int descriptor) noexcept {
    pollfd wanted{descriptor, POLLIN, 0};
    return ::poll(&wanted, 1, 0) == 1;
}

// Without O_NONBLOCK, to open a named pipe would wait for its writer.
int open_source(const std::string& path) noexcept {
    return path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

bool is_address_word(const std::string& path) noexcept {
    return path.find("://") != std::string::npos;
}

// What trying again cannot mend: it leads where it may not, or this installation lacks something.
bool is_final(const Status& reason, bool was_connected) noexcept {
    switch (reason.code()) {
        case StatusCode::ok:
        case StatusCode::invalid_argument:
        case StatusCode::not_found:
        case StatusCode::permission_denied:
        case StatusCode::unavailable: return true;
        case StatusCode::unsupported: return !was_connected;
        default: return false;
    }
}

std::string reason_text(const Status& reason) {
    return reason.message().empty() ? std::string(status_name(reason.code())) : reason.message();
}

bool is_fifo(int descriptor) noexcept {
    struct stat facts {};
    return ::fstat(descriptor, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

}  // namespace

struct Watcher::Source {
    Source(std::string its_name, std::string its_path, int its_descriptor, Stream its_stream, std::uint64_t max_pixels)
        : name(std::move(its_name)),
          path(std::move(its_path)),
          is_address(is_address_word(path)),
          descriptor(its_descriptor),
          is_pipe(path != "-" && !is_address && is_fifo(its_descriptor)),
          stream(std::move(its_stream)),
          reader(max_pixels) {}
    ~Source() { close(); }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    void close() noexcept {
        close_live();
        if (descriptor > STDIN_FILENO) (void)::close(descriptor);
        descriptor = -1;
    }

    void close_live() noexcept {
        if (!live) return;
        before.dropped += live->counts().dropped;
        before.passed_over += live->counts().passed_over;
        live.reset();
    }
    [[nodiscard]] bool is_open() const noexcept { return descriptor >= 0 || live; }
    [[nodiscard]] int poll_descriptor() const noexcept { return live ? live->descriptor() : descriptor; }

    std::string name;
    std::string path;
    bool is_address;
    int descriptor;                               // -1 of an address, and once it has ended
    bool is_pipe;                                 // a named one
    std::optional<Clock::time_point> retry_at{};  // of one that has ended and is to be opened again
    std::optional<LiveSource> live{};             // of what is compressed
    LiveCounts before{};                          // of those that have ended
    Stream stream;
    Y4mReader reader;
    bool began = false;                  // its first byte has been seen
    bool was_connected = false;          // ever
    std::chrono::seconds wait = kRetry;  // before an address is tried again
    bool held = false;                   // a frame is complete that may still be overtaken
    std::uint64_t dropped = 0;           // overtaken by a newer one
    std::uint64_t passed_over = 0;       // by sampling
    std::int64_t next_slot = 0;          // of sampling
    bool stalled = false;
    Clock::time_point last_frame = Clock::now();  // or when it was connected to
    Clock::time_point last_good = Clock::now();   // frame; or when it began
    Clock::time_point last_push = Clock::now();
    Clock::time_point last_health = Clock::now();
};

Watcher::Watcher(Known known, WatchOptions options, Output& out)
    : known_(std::move(known)), options_(std::move(options)), out_(out) {}

Watcher::~Watcher() = default;

Status Watcher::add(const std::string& name, const std::string& path) {
    StreamOptions options = options_.stream;
    options.name = name;
    Result<Stream> stream = Stream::create(known_.list, std::move(options), known_.index);
    if (!stream.ok()) return stream.status();
    const bool is_address = is_address_word(path);
    const int descriptor = is_address ? -1 : open_source(path);
    if (descriptor < 0 && !is_address) {
        const StatusCode code = errno == ENOENT ? StatusCode::not_found : StatusCode::io_error;
        return Status(code, std::generic_category().message(errno));
    }
    sources_.push_back(
        std::make_unique<Source>(name, path, descriptor, std::move(stream).value(), options_.max_pixels));
    return is_address ? connect(*sources_.back()) : Status();
}

bool Watcher::open() const noexcept {
    return std::any_of(sources_.begin(), sources_.end(),
                       [](const auto& source) { return source->is_open() || source->retry_at; });
}

Status Watcher::step() {
    std::vector<pollfd> wanted;
    for (const auto& source : sources_)
        wanted.push_back({source->poll_descriptor(), POLLIN, 0});  // poll() passes over those below 0
    const int ready = ::poll(wanted.data(), wanted.size(), std::exchange(hurried_, false) ? 0 : kWaitMs);
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (Status status = look_at(*sources_[i], ready > 0 && wanted[i].revents != 0); !status.ok()) return status;
    }
    return {};
}

Status Watcher::look_at(Source& source, bool readable) {
    Status status;
    if (source.live) {
        status = read_live(source);
    } else if (source.descriptor >= 0 && readable) {
        status = read(source);
    }
    return status.ok() ? check_times(source) : status;
}

Status Watcher::read(Source& source) {
    const std::span<std::uint8_t> room = source.reader.room();
    const ssize_t count = ::read(source.descriptor, room.data(), room.size());
    if (count < 0) {
        if (errno == EINTR || errno == EAGAIN) return {};
        return end(source, Status(StatusCode::io_error, std::generic_category().message(errno)));
    }
    if (count == 0) {
        // Opened again before it is closed: a writer that is there already stays.
        const int again = reopens(source) ? open_source(source.path) : -1;
        Status status = end(source, source.reader.end());
        if (again >= 0) begin_again(source, again);
        return status;
    }
    if (!std::exchange(source.began, true) && room[0] != 'Y') return decode(source, room[0]);
    const Result<bool> complete = source.reader.take(static_cast<std::size_t>(count));
    if (!complete.ok()) return end(source, complete.status());
    return complete.value() ? take_frame(source) : Status();
}

// Its first byte is none of uncompressed video: another process reads on.
Status Watcher::decode(Source& source, std::uint8_t first) {
    Result<LiveSource> live = LiveSource::open_descriptor(source.descriptor, {&first, 1}, options_.source);
    if (!live.ok()) return end(source, live.status());
    source.live = std::move(live).value();
    return {};
}

// One frame at a time, so that other streams have theirs in between.
Status Watcher::read_live(Source& source) {
    switch (source.live->next()) {
        case LiveStep::none: return {};
        case LiveStep::end: return end_live(source);
        case LiveStep::connected:
            hurried_ = true;
            source.was_connected = true;
            return source.is_address ? say(source, "connected", "") : Status();
        case LiveStep::frame: break;
    }
    hurried_ = true;
    source.wait = kRetry;
    if (Status status = note_frame(source); !status.ok()) return status;
    return push(source, source.live->frame());
}

Status Watcher::connect(Source& source) {
    source.retry_at.reset();
    source.last_frame = Clock::now();
    Result<LiveSource> live = LiveSource::open_address(source.path, options_.source);
    if (!live.ok()) return live.status();
    source.live = std::move(live).value();
    return {};
}

Status Watcher::end_live(Source& source) {
    const Status reason = source.live->status();
    if (!source.is_address) {
        const int again = reopens(source) ? open_source(source.path) : -1;
        Status status = end(source, reason);
        if (again >= 0) begin_again(source, again);
        return status;
    }
    if (is_final(reason, source.was_connected)) return end(source, reason);
    if (options_.give_up.count() > 0 && Clock::now() - source.last_good >= options_.give_up) return end(source, reason);
    return lose(source, reason);
}

// What was shown is over, as far as is known; the address is tried again after a while.
Status Watcher::lose(Source& source, const Status& reason) {
    source.close_live();
    source.stalled = false;
    source.retry_at = Clock::now() + source.wait;
    source.wait = std::min(source.wait * 2, std::max(options_.most_wait, kRetry));
    if (Status status = say(source.stream.finish(wall_us())); !status.ok()) return status;
    return say(source, "lost", ",\"reason\":" + json_text(reason_text(reason)));
}

Status Watcher::note_frame(Source& source) {
    source.last_frame = Clock::now();
    source.last_good = source.last_frame;
    return std::exchange(source.stalled, false) ? say(source, "resumed", "") : Status();
}

// A frame is complete. A live stream that has more is asked for that first, as long as it does not go on so.
Status Watcher::take_frame(Source& source) {
    if (Status status = note_frame(source); !status.ok()) return status;
    const std::int64_t pts_us = source.reader.frame().pts_us;
    if (options_.per_second > 0) {
        const std::int64_t slot = pts_us / 1000 * static_cast<std::int64_t>(options_.per_second) / 1000;
        if (slot < source.next_slot) {
            ++source.passed_over;
            return {};
        }
        source.next_slot = slot + 1;
    }
    source.dropped += source.held ? 1 : 0;
    source.held = true;
    const bool wait = options_.live && readable(source.descriptor) && Clock::now() - source.last_push < kMostBehind;
    return wait ? Status() : push(source);
}

Status Watcher::push(Source& source) {
    if (!std::exchange(source.held, false)) return {};
    return push(source, source.reader.frame());
}

Status Watcher::push(Source& source, const FrameView& frame) {
    source.last_push = Clock::now();
    const Result<std::vector<StreamEvent>> events = source.stream.push(frame, wall_us());
    if (!events.ok()) {
        // Too small to hash, say: all its frames are alike, so that it is of no use.
        return end(source, events.status());
    }
    return say(events.value());
}

Status Watcher::end(Source& source, const Status& reason) {
    source.close();
    Status status = push(source);
    if (status.ok()) status = say(source.stream.finish(wall_us()));
    if (status.ok()) status = say_health(source);
    if (!status.ok()) return status;
    failed_ = failed_ || !reason.ok();
    source.retry_at.reset();
    if (reopens(source)) source.retry_at = Clock::now() + kRetry;
    return say(source, "end", ",\"reason\":" + (reason.ok() ? std::string("null") : json_text(reason_text(reason))));
}

bool Watcher::reopens(const Source& source) const {
    return options_.reopen && source.is_pipe;
}

// A pipe that was left by its writer says so for ever: it needs another descriptor, and what comes is another video.
void Watcher::begin_again(Source& source, int descriptor) {
    source.descriptor = descriptor;
    source.retry_at.reset();
    source.reader = Y4mReader(options_.max_pixels);
    source.began = false;
    source.next_slot = 0;
    source.last_frame = Clock::now();
}

Status Watcher::check_times(Source& source) {
    const Clock::time_point now = Clock::now();
    if (source.is_address && source.retry_at && now >= *source.retry_at) {
        if (const Status failure = connect(source); !failure.ok()) {
            if (Status status = lose(source, failure); !status.ok()) return status;
        }
    } else if (source.descriptor < 0 && source.retry_at && now >= *source.retry_at) {
        source.retry_at = now + kRetry;
        const int again = open_source(source.path);
        if (again >= 0) begin_again(source, again);
    }
    if (source.held && now - source.last_push >= kMostBehind) {
        if (Status status = push(source); !status.ok()) return status;
    }
    if (!source.is_open() && !(source.is_address && source.retry_at)) return {};
    const bool waits = source.is_open();
    if (waits && options_.stall.count() > 0 && !source.stalled && now - source.last_frame >= options_.stall) {
        source.stalled = true;
        if (Status status = say(source, "stalled", ""); !status.ok()) return status;
    }
    if (options_.health.count() == 0 || now - source.last_health < options_.health) return {};
    return say_health(source);
}

Status Watcher::say_health(Source& source) {
    source.last_health = Clock::now();
    LiveCounts counts = source.before;
    if (source.live) {
        counts.dropped += source.live->counts().dropped;
        counts.passed_over += source.live->counts().passed_over;
    }
    std::string line = stream_event_line(source.stream.health(wall_us()));
    line.pop_back();  // the brace, for what the stream cannot know
    return write(line + ",\"passed_over\":" + std::to_string(source.passed_over + counts.passed_over) +
                 ",\"dropped\":" + std::to_string(source.dropped + counts.dropped) + '}');
}

Status Watcher::set_list(const Known& known) {
    known_ = known;
    for (const auto& source : sources_) {
        const Result<std::vector<StreamEvent>> events = source->stream.set_list(known.list, wall_us(), known.index);
        if (!events.ok()) return events.status();
        if (Status status = say(events.value()); !status.ok()) return status;
    }
    return write("{\"event\":\"list\",\"wall_us\":" + std::to_string(wall_us()) + ",\"list_digest\":\"" +
                 known.list.digest_hex() +
                 "\",\"list_entries\":" + std::to_string(known.list.size() - known.list.inactive_count()) + '}');
}

Status Watcher::finish() {
    options_.reopen = false;
    for (const auto& source : sources_) {
        if (!source->is_open() && !(source->is_address && source->retry_at)) continue;
        if (Status status = end(*source, Status()); !status.ok()) return status;
    }
    return {};
}

Status Watcher::say(const std::vector<StreamEvent>& events) {
    for (const StreamEvent& event : events) {
        matched_ = matched_ || event.kind == StreamEventKind::match;
        if (Status status = write(stream_event_line(event)); !status.ok()) return status;
    }
    return {};
}

Status Watcher::say(const Source& source, const char* event, const std::string& members) {
    return write("{\"event\":\"" + std::string(event) + "\"," + json_member("stream", source.name) +
                 ",\"wall_us\":" + std::to_string(wall_us()) + members + '}');
}

Status Watcher::write(const std::string& line) {
    if (Status status = out_.write(line + '\n'); !status.ok()) return status;
    return out_.flush();
}

}  // namespace tutela::cli
