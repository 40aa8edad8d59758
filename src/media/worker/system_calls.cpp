#include "media/worker/system_calls.hpp"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>

#include "media/worker/protocol.hpp"

namespace tutela::worker {

namespace {

// Memory, locks, time, waiting, and the end.
constexpr std::initializer_list<const char*> kAllowed = {
    "munmap",
    "mremap",
    "brk",
    "madvise",
    "futex",
    "set_robust_list",
    "rseq",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "clock_nanosleep",
    "nanosleep",
    "sched_yield",
    "getpid",
    "gettid",
    "getrandom",
    "sched_getaffinity",
    "getcpu",
    "sysinfo",
    "sigaltstack",
    "rt_sigprocmask",
    "rt_sigaction",
    "rt_sigreturn",
    "set_tid_address",
    "restart_syscall",
    "poll",
    "exit",
    "exit_group",
};

// What codecs and the C library ask for and can do without: a file, a folder, facts about the system.
constexpr std::initializer_list<const char*> kRefused = {
    "open",
    "openat",
    "openat2",
    "access",
    "faccessat",
    "faccessat2",
    "stat",
    "lstat",
    "fstat",
    "newfstatat",
    "statx",
    "readlink",
    "readlinkat",
    "getcwd",
    "lseek",
    "close",
    "fcntl",
    "ioctl",
    "getdents64",
    "uname",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrlimit",
    "getrusage",
    "prctl",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_setscheduler",
    "getpriority",
    "setpriority",
    "get_mempolicy",
    "set_mempolicy",
    "mbind",
    "membarrier",
    "mlock",
    "ppoll",
    "writev",
    "readv",
};

// What a program with sockets needs of these and beside them. Files: Landlock lets it open one, to read it.
constexpr std::initializer_list<const char*> kOfNetwork = {
    "connect",  "bind",     "getsockname", "getpeername",   "setsockopt", "getsockopt", "sendto",
    "recvfrom", "sendmsg",  "recvmsg",     "sendmmsg",      "recvmmsg",   "shutdown",   "ppoll",
    "select",   "pselect6", "read",        "readv",         "fstat",      "newfstatat", "lseek",
    "open",     "openat",   "eventfd2",    "epoll_create1", "epoll_ctl",  "epoll_wait", "epoll_pwait",
};
constexpr std::initializer_list<const char*> kOnSockets = {"writev", "close", "fcntl"};

bool is_among(std::initializer_list<const char*> names, std::string_view name) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

class Filter {
public:
    Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {
        ok_ = context_ != nullptr && seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
    }
    ~Filter() { seccomp_release(context_); }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;

    void rule(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> arguments = {}) {
        const int call = seccomp_syscall_resolve_name(name);
        // An architecture without the call has no way to make it.
        if (call < 0 || !ok_) return;
        ok_ = seccomp_rule_add_array(context_, action, call, static_cast<unsigned>(arguments.size()),
                                     arguments.begin()) == 0;
    }
    [[nodiscard]] bool ok() const noexcept { return ok_; }
    int load() { return seccomp_load(context_); }

private:
    scmp_filter_ctx context_;
    bool ok_ = false;
};

constexpr scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
    return {argument, SCMP_CMP_EQ, value, 0};
}

constexpr scmp_arg_cmp differs(unsigned argument, scmp_datum_t value) {
    return {argument, SCMP_CMP_NE, value, 0};
}

constexpr scmp_arg_cmp from(unsigned argument, scmp_datum_t value) {
    return {argument, SCMP_CMP_GE, value, 0};
}

constexpr scmp_arg_cmp below(unsigned argument, scmp_datum_t value) {
    return {argument, SCMP_CMP_LT, value, 0};
}

constexpr scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

// Its own two pipes; a codec that complains on the standard streams is not heard.
void add_pipe_rules(Filter& filter, bool reads_input) {
    filter.rule(SCMP_ACT_ALLOW, "read", {equals(0, kRequestFd)});
    if (reads_input) {
        filter.rule(SCMP_ACT_ALLOW, "read", {equals(0, kInputFd)});
    } else {
        filter.rule(SCMP_ACT_ERRNO(EBADF), "read", {differs(0, kRequestFd)});
    }
    filter.rule(SCMP_ACT_ALLOW, "write", {equals(0, kReplyFd)});
    filter.rule(SCMP_ACT_ERRNO(EBADF), "write", {differs(0, kReplyFd)});
}

// Sockets have numbers behind those of the descriptors that it was started with, of which none can be closed or altered:
// the end of the lifeline is one of them.
void add_network_rules(Filter& filter) {
    for (const char* name : kOfNetwork)
        filter.rule(SCMP_ACT_ALLOW, name);
    for (const scmp_datum_t family : {AF_INET, AF_INET6})
        filter.rule(SCMP_ACT_ALLOW, "socket", {equals(0, family)});
    for (const scmp_datum_t family : {AF_UNIX, AF_NETLINK})
        filter.rule(SCMP_ACT_ERRNO(EACCES), "socket", {equals(0, family)});
    for (const char* name : kOnSockets) {
        filter.rule(SCMP_ACT_ALLOW, name, {from(0, kFirstStrangeFd)});
        filter.rule(SCMP_ACT_ERRNO(EACCES), name, {below(0, kFirstStrangeFd)});
    }
    filter.rule(SCMP_ACT_ALLOW, "write", {from(0, kReplyFd)});
    filter.rule(SCMP_ACT_ERRNO(EBADF), "write", {below(0, kReplyFd)});
    filter.rule(SCMP_ACT_ALLOW, "ioctl", {equals(1, FIONBIO)});
    filter.rule(SCMP_ACT_ERRNO(EACCES), "ioctl", {differs(1, FIONBIO)});
}

bool is_of_network(std::string_view name) noexcept {
    return is_among(kOfNetwork, name) || is_among(kOnSockets, name) || name == "ioctl";
}

void add_rules(Filter& filter, const Allowance& allowance) {
    for (const char* name : kAllowed)
        filter.rule(SCMP_ACT_ALLOW, name);
    for (const char* name : kRefused)
        if (!allowance.network || !is_of_network(name)) filter.rule(SCMP_ACT_ERRNO(EACCES), name);
    // Memory of its own, never to be executed.
    filter.rule(SCMP_ACT_ALLOW, "mmap", {masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS, MAP_ANONYMOUS)});
    filter.rule(SCMP_ACT_ALLOW, "mprotect", {masked(2, PROT_EXEC, 0)});
    // No decoder has threads; a codec that tries all the same goes on without. What clone3() would do cannot be seen from
    // here; the C library then uses clone().
    constexpr scmp_datum_t kThread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
    filter.rule(allowance.threads ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EAGAIN), "clone", {masked(0, kThread, kThread)});
    filter.rule(SCMP_ACT_ERRNO(ENOSYS), "clone3");
    // abort() sends a signal to itself; the limits of its own can be read.
    filter.rule(SCMP_ACT_ALLOW, "tgkill", {equals(0, static_cast<scmp_datum_t>(::getpid()))});
    filter.rule(SCMP_ACT_ALLOW, "prlimit64", {equals(0, 0), equals(2, 0)});
    if (allowance.reads_file) filter.rule(SCMP_ACT_ALLOW, "pread64", {equals(0, kInputFd)});
    if (allowance.network) {
        add_network_rules(filter);
    } else {
        add_pipe_rules(filter, allowance.reads_pipe);
    }
}

}  // namespace

std::string allow_few_system_calls(const Allowance& allowance) {
    Filter filter;
    add_rules(filter, allowance);
    if (!filter.ok()) return "seccomp: the filter cannot be built";
    const int failure = filter.load();
    if (failure != 0) return "seccomp: " + std::system_category().message(-failure);
    return {};
}

}  // namespace tutela::worker
