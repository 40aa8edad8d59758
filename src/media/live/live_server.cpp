#include "media/live/live_server.hpp"

#include <malloc.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/try.hpp"
#include "media/live/live_protocol.hpp"
#include "media/live/live_video.hpp"
#include "media/live/resolver.hpp"
#include "media/live/stream_url.hpp"
#include "media/video_sampling.hpp"
#include "media/video_source.hpp"
#include "media/worker/confine.hpp"

namespace tutela::live {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kKeptMemory = 32 << 20;
constexpr std::chrono::seconds kBeat{1};
// So far a stream may fall behind while the host is busy, before frames are dropped.
constexpr std::chrono::seconds kMostBehind{1};
// A read that waits so long shows that the stream had nothing left: it is not behind any more.
constexpr milliseconds kCaughtUp{50};

bool read_whole(void* data, std::size_t size) noexcept {
    auto* at = static_cast<std::uint8_t*>(data);
    while (size != 0) {
        const ssize_t got = ::read(worker::kRequestFd, at, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

void send(const Sign& sign) noexcept {
    ssize_t sent = 0;
    do {
        sent = ::write(worker::kReplyFd, &sign, sizeof(sign));
    } while (sent < 0 && errno == EINTR);
    if (sent != static_cast<ssize_t>(sizeof(sign))) ::_exit(1);
}

DecodeLimits limits_of(const Start& start) {
    DecodeLimits limits;
    limits.max_pixels = start.limits.max_pixels;
    limits.max_video_frames = start.limits.max_video_frames;
    limits.max_video_pixels = start.limits.max_video_pixels;
    limits.max_video_bytes = start.limits.max_video_bytes;
    return limits;
}

class Server final : public Pulse {
public:
    Server(const Start& start, std::span<std::uint8_t> output, LiveInput input)
        : start_(start),
          input_(std::move(input)),
          sampler_(
              {static_cast<SamplingKind>(start.sampling.kind), start.sampling.per_second, start.sampling.max_gap_us}),
          output_(output) {
        const std::size_t room = output.size() / kSlots;
        for (unsigned i = 0; i < kSlots; ++i)
            slots_[i] = Frame::over(output.subspan(i * room, room));
    }

    // Until the end of the stream, or of the host.
    void run();
    // Says that the process goes on, and gives a frame that waits to a host that does.
    void beat() override;

private:
    Status run_to_end();
    Status open();
    void take(unsigned slot);
    void look_for_wish(milliseconds wait);
    void give();
    void wait_for_host();
    [[nodiscard]] unsigned free_slot() const noexcept;

    const Start start_;
    LiveInput input_;
    VideoSampler sampler_;
    std::span<std::uint8_t> output_;
    Frame slots_[kSlots];
    unsigned lent_ = kSlots;             // the slot that the host looks at
    std::optional<unsigned> pending_{};  // the one that waits for it
    bool wanted_ = false;                // the host asked for a frame
    std::unique_ptr<SteppedSource> source_;
    LiveVideo* live_ = nullptr;  // source_, unless it is a file
    Clock::duration behind_{};   // waited for the host, and not caught up since
    Clock::time_point last_sign_ = Clock::now();
    std::uint64_t dropped_ = 0;
    std::uint64_t passed_over_ = 0;
};

void Server::look_for_wish(milliseconds wait) {
    pollfd end{worker::kRequestFd, POLLIN, 0};
    const int ready = ::poll(&end, 1, static_cast<int>(wait.count()));
    if (ready < 0 && errno != EINTR) ::_exit(1);
    if (ready <= 0) return;
    char wish = 0;
    if (::read(worker::kRequestFd, &wish, 1) != 1) ::_exit(0);  // the host has ended
    wanted_ = true;
    lent_ = kSlots;
}

void Server::beat() {
    if (!wanted_ && pending_) look_for_wish(milliseconds(0));
    give();
    if (Clock::now() - last_sign_ < kBeat) return;
    Sign sign;
    sign.kind = Kind::alive;
    sign.dropped = dropped_;
    sign.passed_over = passed_over_;
    send(sign);
    last_sign_ = Clock::now();
}

unsigned Server::free_slot() const noexcept {
    unsigned slot = 0;
    while (slot == lent_ || slot == pending_)
        ++slot;
    return slot;
}

void Server::give() {
    if (!wanted_ || !pending_) return;
    const FrameView view = slots_[*pending_].view();
    Sign sign;
    sign.kind = Kind::frame;
    sign.dropped = dropped_;
    sign.passed_over = passed_over_;
    sign.place.offset = static_cast<std::uint64_t>(view.data - output_.data());
    sign.place.stride_bytes = view.stride_bytes;
    sign.place.pts_us = view.pts_us;
    sign.place.width = view.width;
    sign.place.height = view.height;
    sign.place.format = static_cast<std::uint32_t>(view.format);
    lent_ = *std::exchange(pending_, std::nullopt);
    wanted_ = false;
    send(sign);
    last_sign_ = Clock::now();
}

// A file and a pipe wait as long as it takes. A stream goes on meanwhile, and waits while it is hardly behind.
void Server::wait_for_host() {
    const bool patient = start_.newest == 0 && start_.origin != Origin::address;
    while (pending_ && (patient || (start_.newest == 0 && behind_ < kMostBehind))) {
        const Clock::time_point before = Clock::now();
        if (!wanted_) look_for_wish(milliseconds(100));
        behind_ += Clock::now() - before;
        beat();
    }
}

void Server::take(unsigned slot) {
    const FrameView view = slots_[slot].view();
    if (!sampler_.wants_time(view.pts_us) || !sampler_.takes(view, 1)) {
        ++passed_over_;
        return;
    }
    if (pending_) ++dropped_;
    pending_ = slot;
    beat();
    wait_for_host();
}

Status Server::open() {
    DecodeLimits limits = limits_of(start_);
    if (start_.origin == Origin::file) {
        const Sampling all{.kind = input_.key_frames ? SamplingKind::key_frames : SamplingKind::every};
        const VideoInput file{.descriptor = worker::kInputFd, .size_bytes = start_.input_bytes};
        TUTELA_ASSIGN(source_, VideoSource::open(file, limits, all));
        return {};
    }
    TUTELA_ASSIGN(auto video, LiveVideo::open(std::move(input_), limits, *this));
    live_ = video.get();
    source_ = std::move(video);
    return {};
}

Status Server::run_to_end() {
    TUTELA_TRY(open());
    Sign opened;
    opened.kind = Kind::opened;
    send(opened);
    for (;;) {
        const unsigned slot = free_slot();
        TUTELA_ASSIGN(const SteppedSource::Step step, source_->step(slots_[slot]));
        if (live_ != nullptr && live_->waited() > kCaughtUp) behind_ = {};
        if (step == SteppedSource::Step::end) break;
        if (step == SteppedSource::Step::frame) take(slot);
        beat();
    }
    return {};
}

void Server::run() {
    Status status;
    try {
        status = run_to_end();
    } catch (const std::bad_alloc&) {
        status = Status(StatusCode::out_of_memory, "decoding takes more memory than its limit allows");
    }
    while (pending_) {  // the last frame is not lost
        if (!wanted_) look_for_wish(milliseconds(100));
        beat();
    }
    const bool complete = live_ == nullptr || live_->has_length();
    if (status.ok() && live_ == nullptr && source_ != nullptr && source_->damage().damaged) {
        status = Status(StatusCode::corrupt, source_->damage().reason);
    }
    Sign end;
    end.kind = Kind::end;
    end.code = static_cast<std::int32_t>(status.code());
    end.complete = complete ? 1 : 0;
    end.dropped = dropped_;
    end.passed_over = passed_over_;
    set_text(end.text, status.message());
    send(end);
    char word = 0;  // the host closes first, so that it hears how this ended, and not that
    while (::read(worker::kRequestFd, &word, 1) == 1) {
    }
}

// The address, the file of certificates and the hosts.
std::vector<std::string> texts_of(const std::vector<char>& bytes) {
    std::vector<std::string> texts;
    for (auto at = bytes.begin(); at != bytes.end();) {
        const auto zero = std::find(at, bytes.end(), '\0');
        texts.emplace_back(at, zero);
        at = zero == bytes.end() ? zero : zero + 1;
    }
    return texts;
}

std::string trusted_file(const std::string& named) {
    if (!named.empty()) return named;
    for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                             "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"}) {
        if (::access(path, R_OK) == 0) return path;
    }
    return {};
}

std::span<std::uint8_t> map_output(std::uint64_t size) noexcept {
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, worker::kOutputFd, 0);
    (void)::close(worker::kOutputFd);
    if (data == MAP_FAILED) return {};  // NOLINT(performance-no-int-to-ptr)
    return {static_cast<std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

// Low numbers that are free would go to sockets and files, and the filter lets none of these be closed or altered.
void take_low_numbers() noexcept {
    int taken = 0;
    do {
        taken = ::eventfd(0, EFD_CLOEXEC);
    } while (taken >= 0 && taken < worker::kFirstStrangeFd);
    if (taken >= 0) (void)::close(taken);
}

// While files can be opened and names looked up: what the stream will need of both.
void prepare_network(const StreamUrl& url, std::vector<std::string> hosts, worker::Allowance& allowance,
                     LiveInput& input) {
    (void)::close(worker::kInputFd);
    hosts.insert(hosts.begin(), url.host);
    know_hosts(hosts);
    if (url.scheme == "udp" || url.scheme == "rtp") bind_like_first_host();
    allowance.network = true;
    allowance.threads = url.scheme == "srt";  // its library works in threads of its own
    const bool may_be_tls = protocols_of(url.scheme) != nullptr && std::strstr(protocols_of(url.scheme), "tls");
    input.ca_file = may_be_tls ? trusted_file(input.ca_file) : std::string();
    if (!input.ca_file.empty()) allowance.trusted_file = input.ca_file.c_str();
    take_low_numbers();
}

}  // namespace

int run_stream_worker() {
    (void)::mallopt(M_MMAP_THRESHOLD, kKeptMemory);
    (void)::mallopt(M_TRIM_THRESHOLD, kKeptMemory);
    Start start;
    std::string failure = worker::settle_in();
    if (!read_whole(&start, sizeof(start)) || start.magic != kMagic) return 2;
    if (start.version != kVersion || start.text_bytes > kMostText || start.first_bytes > kFirstBytes) return 2;
    std::vector<char> text(start.text_bytes);
    if (!read_whole(text.data(), text.size())) return 2;
    const std::vector<std::string> texts = texts_of(text);
    LiveInput input;
    input.descriptor = worker::kInputFd;
    input.first.assign(start.first, start.first + start.first_bytes);
    input.silence = std::chrono::seconds(start.silence_seconds);
    input.key_frames = static_cast<SamplingKind>(start.sampling.kind) == SamplingKind::key_frames;
    const auto output = map_output(start.output_bytes);
    if (failure.empty() && output.empty()) failure = "the shared memory cannot be mapped";
    worker::Allowance allowance{.max_memory = start.max_memory};
    allowance.polls = true;
    allowance.reads_file = start.origin == Origin::file;
    allowance.reads_pipe = start.origin == Origin::pipe;
    if (start.origin == Origin::address) {
        if (texts.size() < 2) return 2;
        input.url = texts[0];
        input.ca_file = texts[1];
        const Result<StreamUrl> url = parse_stream_url(input.url);
        if (!url.ok()) return 2;
        prepare_network(url.value(), {texts.begin() + 2, texts.end()}, allowance, input);
    }
    if (failure.empty()) failure = worker::confine(allowance);
    Sign confined;
    confined.kind = Kind::confined;
    confined.code = static_cast<std::int32_t>(failure.empty() ? StatusCode::ok : StatusCode::unsupported);
    set_text(confined.text, failure);
    send(confined);
    if (!failure.empty()) return 1;
    Server(start, output, std::move(input)).run();
    return 0;
}

}  // namespace tutela::live
