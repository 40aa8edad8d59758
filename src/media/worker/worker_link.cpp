#include "media/worker/worker_link.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "core/try.hpp"
#include "media/worker/pipes.hpp"
#include "media/worker/reply_check.hpp"

namespace tutela::worker {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// A worker that waits instead of working is ended after this many times its processor time.
constexpr int kIdleFactor = 6;
constexpr milliseconds kFirstTick{2};
constexpr milliseconds kLongestTick{50};
constexpr seconds kStartTime{30};

Status file_timeout(const Budget& budget) {
    return Status(StatusCode::timeout,
                  "decoding the file took more than " + std::to_string(budget.file.count()) + " seconds");
}

}  // namespace

Result<std::unique_ptr<WorkerLink>> WorkerLink::start(const std::string& program, const WorkerInput& input,
                                                      const SharedMemory& output, std::uint64_t max_memory) {
    std::unique_ptr<WorkerLink> link(new WorkerLink());
    Descriptor reply_writer;
    Descriptor lifeline_reader;
    TUTELA_TRY(make_pipe(link->requests_far_end_, link->requests_));
    TUTELA_TRY(make_pipe(link->replies_, reply_writer));
    TUTELA_TRY(make_pipe(lifeline_reader, link->lifeline_));
    const WorkerDescriptors descriptors{link->requests_far_end_.get(), reply_writer.get(), lifeline_reader.get(),
                                        input.descriptor, output.descriptor()};
    TUTELA_ASSIGN(link->process_, WorkerProcess::start(program, descriptors));
    reply_writer = Descriptor();  // now its end is the end of the replies
    link->max_memory_ = max_memory;
    Start first;
    first.input_bytes = input.bytes;
    first.input_is_file = input.is_file ? 1 : 0;
    first.output_bytes = output.size();
    first.max_memory = max_memory;
    TUTELA_TRY(link->greet(first));
    return link;
}

Status WorkerLink::greet(const Start& start) {
    Hello hello;
    const auto failed = [](const std::string& why) { return Status(StatusCode::unsupported, why); };
    if (!send(&start, sizeof(start))) return failed("the worker takes no request");
    Wait seen = Wait::tick;
    for (milliseconds waited{}; seen == Wait::tick && waited < kStartTime; waited += kLongestTick)
        seen = wait(kLongestTick);
    if (seen == Wait::tick) return failed("the worker program does not answer");
    if (!receive(&hello, sizeof(hello))) return failed("the worker program ends at once");
    if (hello.magic != kMagic || hello.version != kVersion) {
        return failed("the worker program is not of this version of Tutela");
    }
    if (hello.confined != 1) return failed(text_of(hello.reason));
    has_rare_ = hello.rare == 1;
    return {};
}

bool WorkerLink::send(const void* data, std::size_t size) noexcept {
    ssize_t sent = 0;
    do {
        sent = ::write(requests_.get(), data, size);
    } while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(size);
}

// A signal to the host counts as a tick: the caller looks at the clock and waits on.
WorkerLink::Wait WorkerLink::wait(milliseconds tick) const noexcept {
    struct pollfd end {
        replies_.get(), POLLIN, 0
    };
    const int ready = ::poll(&end, 1, static_cast<int>(tick.count()));
    if (ready <= 0) return Wait::tick;
    return (end.revents & POLLIN) != 0 ? Wait::ready : Wait::closed;
}

// A worker writes a reply in one piece; less than that is none.
bool WorkerLink::receive(void* data, std::size_t size) noexcept {
    ssize_t got = 0;
    do {
        got = ::read(replies_.get(), data, size);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(size);
}

Status WorkerLink::call(const Request& request, std::uint64_t output_bytes, const Budget& budget, Reply& reply) {
    frame_start_.reset();
    if (request.call != Call::next_frame) {
        file_start_.reset();
    } else {
        // await() looks at the clock only when it has to wait: frames that come at once add up as well.
        const std::optional<nanoseconds> now = process_.cpu_time();
        if (!file_start_) file_start_ = now;  // of a file of many frames, only the first may go uncounted
        if (now && *now - *file_start_ > budget.file) {
            (void)process_.end();
            return file_timeout(budget);
        }
    }
    if (!send(&request, sizeof(request))) return died();
    TUTELA_TRY(await(budget));
    if (!receive(&reply, sizeof(reply))) return died();
    if (!check_reply(request, reply, output_bytes)) {
        (void)process_.end();
        return Status(StatusCode::crashed, "the decoder gave an answer that cannot be");
    }
    return {};
}

// Until there is something to read. What is done within the first tick is not worth a look at the clock, and not counted.
Status WorkerLink::await(const Budget& budget) {
    nanoseconds waited{};
    for (milliseconds tick = kFirstTick;; tick = std::min(tick * 2, kLongestTick)) {
        const auto before = std::chrono::steady_clock::now();
        const Wait seen = wait(tick);
        if (seen == Wait::ready) return {};
        if (seen == Wait::closed) return died();
        if (const auto death = process_.ended()) return death->status();
        // No more than two ticks: while the host is stopped, the clock runs on, and that is not the worker's fault.
        waited += std::min<nanoseconds>(std::chrono::steady_clock::now() - before, tick * 2);
        const nanoseconds now = process_.cpu_time().value_or(nanoseconds{});
        if (!frame_start_) frame_start_ = now;
        if (!file_start_) file_start_ = now;
        std::string reason;
        if (now - *frame_start_ > budget.frame) {
            reason = "decoding a frame took more than " + std::to_string(budget.frame.count()) + " seconds";
        } else if (now - *file_start_ > budget.file) {
            reason = file_timeout(budget).message();
        } else if (waited > budget.frame * kIdleFactor) {
            reason =
                "the decoder gave no answer for " + std::to_string(budget.frame.count() * kIdleFactor) + " seconds";
        }
        if (reason.empty()) continue;
        (void)process_.end();
        return Status(StatusCode::timeout, reason);
    }
}

Status WorkerLink::died() {
    // The pipe is closed a moment before the process is gone; only one that closed it itself has to be ended.
    for (int tries = 0; tries < 100; ++tries) {
        if (const auto death = process_.ended()) return death->status();
        (void)::poll(nullptr, 0, 1);
    }
    (void)process_.end();
    return Status(StatusCode::crashed, "the decoder gave no whole answer");
}

}  // namespace tutela::worker
