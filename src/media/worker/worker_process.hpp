// The process of a worker, as its host sees it: started, timed, ended.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <chrono>
#include <optional>
#include <string>

#include "core/file.hpp"
#include "tutela/status.hpp"

namespace tutela::worker {

// What a worker is given beside its program.
struct WorkerDescriptors {
    int request = -1;
    int reply = -1;
    int lifeline = -1;
    int input = -1;
    int output = -1;
};

// How a process ended.
struct Death {
    int signal = 0;     // that ended it, or 0
    int exit = 0;       // its exit status, when no signal did
    bool known = true;  // false when the host reaped it before us

    // As a status: out_of_memory for the system's own killing, else crashed.
    [[nodiscard]] Status status() const;
};

// Killed and reaped at the end of its life. Movable, not copyable.
class WorkerProcess {
public:
    WorkerProcess() noexcept = default;
    WorkerProcess(WorkerProcess&& other) noexcept;
    WorkerProcess& operator=(WorkerProcess&& other) noexcept;
    ~WorkerProcess() { (void)end(); }

    // Starts `program` with an empty environment, default signals, in a session of its own (Ctrl-C is for the host),
    // with the descriptors of protocol.hpp. Never runs code of the host in a fork. The descriptors must lie above
    // those. not_found, permission_denied, io_error.
    static Result<WorkerProcess> start(const std::string& program, const WorkerDescriptors& descriptors);

    [[nodiscard]] bool running() const noexcept { return pid_ > 0; }
    // Processor time of all its threads so far; nothing once it is gone.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> cpu_time() const noexcept;
    // How it ended, if it has.
    std::optional<Death> ended() noexcept;
    // Ends it, unless it has ended.
    Death end() noexcept;
    // Forgets it: a child of the host, after a fork, must not end its parent's worker.
    void abandon() noexcept;

private:
    std::optional<Death> wait(int options) noexcept;

    pid_t pid_ = -1;
    clockid_t clock_{};  // of its processor time
    Descriptor pidfd_;   // a number of a process can be given away anew; this cannot
};

}  // namespace tutela::worker
