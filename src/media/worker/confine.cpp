#include "media/worker/confine.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include "media/worker/protocol.hpp"
#include "media/worker/system_calls.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define TUTELA_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TUTELA_ADDRESS_SANITIZER 1
#endif
#endif

namespace tutela::worker {

namespace {

// The sanitizer maps terabytes of shadow, so that its build alone has no limit of address space.
#ifdef TUTELA_ADDRESS_SANITIZER
constexpr bool kLimitsAddressSpace = false;
#else
constexpr bool kLimitsAddressSpace = true;
#endif

std::string lacking(const std::string& what) {
    return what + ": " + std::system_category().message(errno);
}

bool limit_resource(__rlimit_resource resource, rlim_t value) noexcept {
    const struct rlimit limit { value, value };
    return ::setrlimit(resource, &limit) == 0;
}

// The address space in use, in bytes.
std::optional<std::uint64_t> address_space() {
    std::FILE* file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return std::nullopt;
    char line[64] = {};
    const bool read = std::fgets(line, sizeof(line), file) != nullptr;
    (void)std::fclose(file);
    if (!read) return std::nullopt;
    return std::strtoull(line, nullptr, 10) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Before files can no longer be opened, as it takes a look at one.
std::string limit_memory(std::uint64_t max_memory) {
    if (!kLimitsAddressSpace) return {};
    const std::optional<std::uint64_t> used = address_space();
    if (!used) return lacking("the memory in use is not known (/proc)");
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() / 2 - *used;
    struct rlimit given {};
    if (::getrlimit(RLIMIT_AS, &given) != 0) return lacking("RLIMIT_AS");
    // Whoever started the host may allow less.
    const rlim_t limit = std::min<rlim_t>(*used + std::min(max_memory, room), given.rlim_max);
    return limit_resource(RLIMIT_AS, limit) ? std::string() : lacking("RLIMIT_AS");
}

// The descriptors at hand stay open; no number is left for another, or few for sockets. poll() looks at no more
// descriptors than the limit allows.
std::string limit_files(const Allowance& allowance) {
    constexpr rlim_t kSockets = 64;
    const rlim_t files = allowance.network ? kSockets : allowance.polls ? 1 : 0;
    const bool done =
        limit_resource(RLIMIT_CORE, 0) && limit_resource(RLIMIT_FSIZE, 0) && limit_resource(RLIMIT_NOFILE, files);
    return done ? std::string() : lacking("resource limits");
}

// Linux's own headers may be older than the kernel that runs: the numbers are its interface, and do not change.
struct LandlockRuleset {
    std::uint64_t files = 0;
    std::uint64_t net = 0;
    std::uint64_t scoped = 0;
};

struct LandlockPath {
    std::uint64_t allowed = 0;
    std::int32_t fd = -1;
} __attribute__((packed));

bool allow_to_read(int ruleset, const char* path) noexcept {
    LandlockPath rule;
    rule.allowed = 1U << 2;  // read a file
    rule.fd = ::open(path, O_PATH | O_CLOEXEC);
    if (rule.fd < 0) return false;
    const long done = ::syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0U);
    const int error = errno;
    (void)::close(rule.fd);
    errno = error;
    return done == 0;
}

std::string deny_files_and_net(const Allowance& allowance) {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U);
    if (version < 1) return lacking("Landlock (Linux 5.13 and later, unless switched off)");
    LandlockRuleset rules;
    rules.files = (1U << 13) - 1;                             // execute, read, write, list, remove, make
    if (version >= 2) rules.files |= 1U << 13;                // move between folders
    if (version >= 3) rules.files |= 1U << 14;                // truncate
    if (version >= 5) rules.files |= 1U << 15;                // ioctl on devices
    if (version >= 4) rules.net = allowance.network ? 1 : 3;  // bind, and to connect, TCP
    if (version >= 6) rules.scoped = 3;                       // abstract sockets, signals
    const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    const int fd = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, size, 0U));
    if (fd < 0) return lacking("a Landlock ruleset");
    const char* file = allowance.trusted_file;
    const bool ruled = file == nullptr || allow_to_read(fd, file);
    const long done = ruled ? ::syscall(SYS_landlock_restrict_self, fd, 0U) : -1;
    const int error = errno;
    (void)::close(fd);
    errno = error;
    if (!ruled) return lacking("the file of trusted certificates");
    return done == 0 ? std::string() : lacking("Landlock");
}

}  // namespace

std::string settle_in() {
    if (::syscall(SYS_close_range, static_cast<unsigned>(kFirstStrangeFd), ~0U, 0U) != 0) {
        return lacking("close_range (Linux 5.9 and later)");
    }
    // The host's end of the lifeline closes with the host, however that ends, and then the kernel kills this process.
    // PR_SET_PDEATHSIG would do so when the host's thread that started it ends.
    if (::fcntl(kLifelineFd, F_SETSIG, SIGKILL) != 0 || ::fcntl(kLifelineFd, F_SETOWN, ::getpid()) != 0 ||
        ::fcntl(kLifelineFd, F_SETFL, O_RDONLY | O_ASYNC | O_NONBLOCK) != 0) {
        return lacking("a signal at the host's end");
    }
    struct pollfd lifeline {
        kLifelineFd, POLLIN, 0
    };
    if (::poll(&lifeline, 1, 0) != 0) return "the host has ended";
    return {};
}

std::string confine(const Allowance& allowance) {
    if (std::string failure = limit_memory(allowance.max_memory); !failure.empty()) return failure;
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return lacking("PR_SET_DUMPABLE");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return lacking("PR_SET_NO_NEW_PRIVS");
    if (std::string failure = deny_files_and_net(allowance); !failure.empty()) return failure;
    if (std::string failure = limit_files(allowance); !failure.empty()) return failure;
    return allow_few_system_calls(allowance);
}

}  // namespace tutela::worker
