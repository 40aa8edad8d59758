#include "media/worker/worker_process.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "media/worker/protocol.hpp"

namespace tutela::worker {

namespace {

const char* signal_name(int signal) noexcept {
    switch (signal) {
        case SIGSEGV: return "SIGSEGV";
        case SIGBUS: return "SIGBUS";
        case SIGABRT: return "SIGABRT";
        case SIGFPE: return "SIGFPE";
        case SIGILL: return "SIGILL";
        case SIGTRAP: return "SIGTRAP";
        case SIGTERM: return "SIGTERM";
        case SIGXFSZ: return "SIGXFSZ";
        default: return nullptr;
    }
}

// What posix_spawn() is told; freed in any case.
class SpawnPlan {
public:
    SpawnPlan() { ok_ = posix_spawn_file_actions_init(&actions_) == 0 && posix_spawnattr_init(&attributes_) == 0; }
    ~SpawnPlan() {
        (void)posix_spawn_file_actions_destroy(&actions_);
        (void)posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    void close(int fd) { note(posix_spawn_file_actions_addclose(&actions_, fd)); }
    void place(int from, int to) { note(posix_spawn_file_actions_adddup2(&actions_, from, to)); }
    void make_independent() {
        sigset_t all;
        sigset_t none;
        (void)sigfillset(&all);
        (void)sigemptyset(&none);
        note(posix_spawnattr_setsigdefault(&attributes_, &all));
        note(posix_spawnattr_setsigmask(&attributes_, &none));
        note(posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | static_cast<short>(POSIX_SPAWN_SETSID)));
    }

    int run(const std::string& program, pid_t& pid) {
        if (!ok_) return ENOMEM;
        std::string name = program.substr(program.find_last_of('/') + 1);
        char* arguments[] = {name.data(), nullptr};
        char* environment[] = {nullptr};
        return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments, environment);
    }

private:
    void note(int error) noexcept { ok_ = ok_ && error == 0; }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    bool ok_ = false;
};

}  // namespace

Status Death::status() const {
    if (!known) return Status(StatusCode::crashed, "the decoder ended without an answer");
    if (signal == SIGSYS) {
        return Status(StatusCode::crashed, "the decoder was ended for a system call that it may not make");
    }
    if (signal == SIGKILL) {
        return Status(StatusCode::out_of_memory,
                      "the decoder was ended by the system, as it does when memory is short");
    }
    if (signal == 0) {
        return Status(StatusCode::crashed, "the decoder ended without an answer, status " + std::to_string(exit));
    }
    const char* name = signal_name(signal);
    return Status(
        StatusCode::crashed,
        "the decoder crashed (" + (name != nullptr ? std::string(name) : "signal " + std::to_string(signal)) + ")");
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), clock_(other.clock_), pidfd_(std::move(other.pidfd_)) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
    if (this != &other) {
        (void)end();
        pid_ = std::exchange(other.pid_, -1);
        clock_ = other.clock_;
        pidfd_ = std::move(other.pidfd_);
    }
    return *this;
}

Result<WorkerProcess> WorkerProcess::start(const std::string& program, const WorkerDescriptors& descriptors) {
    SpawnPlan plan;
    for (const int standard : {0, 1, 2})
        plan.close(standard);
    plan.place(descriptors.request, kRequestFd);
    plan.place(descriptors.reply, kReplyFd);
    plan.place(descriptors.lifeline, kLifelineFd);
    plan.place(descriptors.input, kInputFd);
    plan.place(descriptors.output, kOutputFd);
    plan.make_independent();
    WorkerProcess process;
    const int error = plan.run(program, process.pid_);
    if (error != 0) {
        process.pid_ = -1;
        return errno_status(error, "the program " + program);
    }
    process.pidfd_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process.pid_, 0)));
    if (!process.pidfd_.valid() || ::clock_getcpuclockid(process.pid_, &process.clock_) != 0) {
        const int missing = errno;
        (void)::kill(process.pid_, SIGKILL);
        return errno_status(missing, "its process cannot be watched (pidfd_open, Linux 5.3 and later)");
    }
    return process;
}

std::optional<std::chrono::nanoseconds> WorkerProcess::cpu_time() const noexcept {
    struct timespec time {};
    if (!running() || ::clock_gettime(clock_, &time) != 0) return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::optional<Death> WorkerProcess::wait(int options) noexcept {
    int state = 0;
    pid_t got = 0;
    do {
        got = ::waitpid(pid_, &state, options);
    } while (got < 0 && errno == EINTR);
    if (got == 0) return std::nullopt;
    Death death;
    if (got < 0) {
        death.known = false;  // ECHILD: the host reaps all of its children
    } else if (WIFSIGNALED(state)) {
        death.signal = WTERMSIG(state);
    } else {
        death.exit = WEXITSTATUS(state);
    }
    abandon();
    return death;
}

std::optional<Death> WorkerProcess::ended() noexcept {
    if (!running()) return Death{0, 0, false};
    return wait(WNOHANG);
}

Death WorkerProcess::end() noexcept {
    if (!running()) return Death{0, 0, false};
    if (pidfd_.valid()) (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
    return wait(0).value_or(Death{0, 0, false});
}

void WorkerProcess::abandon() noexcept {
    pid_ = -1;
    pidfd_ = Descriptor();
}

}  // namespace tutela::worker
