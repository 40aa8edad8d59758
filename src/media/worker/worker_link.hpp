// A running worker and the pipes to it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "media/worker/protocol.hpp"
#include "media/worker/shared_memory.hpp"
#include "media/worker/worker_process.hpp"
#include "tutela/status.hpp"

namespace tutela::worker {

// The processor time that a call may take, and a file with all of its frames. For an archive each entry is a file.
struct Budget {
    std::chrono::seconds frame{};
    std::chrono::seconds file{};
};

// What a worker reads: memory that is shared with it, or one file.
struct WorkerInput {
    int descriptor = -1;
    std::uint64_t bytes = 0;
    bool is_file = false;
};

// One thread at a time.
class WorkerLink {
public:
    // Starts `program` and waits until it has confined itself. Errors: not_found, permission_denied (the program),
    // unsupported (the system cannot confine it, or the program is of another version), io_error.
    static Result<std::unique_ptr<WorkerLink>> start(const std::string& program, const WorkerInput& input,
                                                     const SharedMemory& output, std::uint64_t max_memory);

    // Sends `request` and waits for its reply. An error (timeout, crashed, out_of_memory) means that the worker is no
    // more; so does a reply that check_reply() finds wrong.
    Status call(const Request& request, std::uint64_t output_bytes, const Budget& budget, Reply& reply);

    // Whether it is still there, as far as is known.
    [[nodiscard]] bool running() const noexcept { return process_.running(); }
    [[nodiscard]] std::uint64_t max_memory() const noexcept { return max_memory_; }
    // Whether it decodes pictures of rare formats too.
    [[nodiscard]] bool has_rare() const noexcept { return has_rare_; }
    void abandon() noexcept { process_.abandon(); }

private:
    enum class Wait { ready, closed, tick };

    WorkerLink() = default;
    bool send(const void* data, std::size_t size) noexcept;
    Wait wait(std::chrono::milliseconds tick) const noexcept;
    bool receive(void* data, std::size_t size) noexcept;
    Status greet(const Start& start);
    Status await(const Budget& budget);
    Status died();

    WorkerProcess process_;
    Descriptor requests_;
    // The worker's end too: with a reader of our own a write can never raise SIGPIPE in the host.
    Descriptor requests_far_end_;
    Descriptor replies_;
    Descriptor lifeline_;
    // In the worker's processor time. The clock is looked at when a call lasts; not known before that.
    std::optional<std::chrono::nanoseconds> frame_start_;
    std::optional<std::chrono::nanoseconds> file_start_;
    std::uint64_t max_memory_ = 0;
    bool has_rare_ = false;
};

}  // namespace tutela::worker
