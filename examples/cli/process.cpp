#include "process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

namespace tutela::cli {

namespace {

std::atomic<bool> stop_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

std::atomic<bool> hangup_flag{false};

extern "C" void raise_hangup_flag(int) {
    hangup_flag.store(true, std::memory_order_relaxed);
}

extern "C" void raise_stop_flag(int) {
    stop_flag.store(true, std::memory_order_relaxed);
}

void fill_closed_descriptors() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        // Read-only: a write to a standard output that the caller closed stays an error. The lowest free number is fd.
        if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDONLY);
    }
}

// A sandboxed decoder takes seven, and archives within archives take decoders.
void allow_all_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void catch_once(int number) {
    struct sigaction before {};
    if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) return;
    struct sigaction action {};
    action.sa_handler = raise_stop_flag;
    action.sa_flags = SA_RESETHAND | SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

}  // namespace

void harden_process(bool allow_core_dumps) {
    fill_closed_descriptors();
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    ::sigaction(SIGXFSZ, &ignore, nullptr);
    allow_all_descriptors();
    if (allow_core_dumps) return;
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // the limit alone does not hold for dumps that are piped to a program
}

std::atomic<bool>& flag_of_hangups() {
    struct sigaction action {};
    action.sa_handler = raise_hangup_flag;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGHUP, &action, nullptr);
    return hangup_flag;
}

const std::atomic<bool>& stop_on_signals() {
    catch_once(SIGINT);
    catch_once(SIGTERM);
    return stop_flag;
}

}  // namespace tutela::cli
