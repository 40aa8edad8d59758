#include "key_source.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

#include "files.hpp"
#include "output.hpp"
#include "text.hpp"

namespace tutela::cli {

namespace {

constexpr std::size_t kMostBytes = 4096;
using Text = std::array<char, kMostBytes>;

// A text that is wiped when it is done with.
class WipedText {
public:
    WipedText() noexcept = default;
    WipedText(const WipedText&) = delete;
    WipedText& operator=(const WipedText&) = delete;
    ~WipedText() { ::explicit_bzero(text_.data(), text_.size()); }
    // Reads to the end; false when it cannot be read or is too long.
    bool read(int fd) {
        while (size_ < text_.size()) {
            const ssize_t got = ::read(fd, text_.data() + size_, text_.size() - size_);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return got == 0;
            size_ += static_cast<std::size_t>(got);
        }
        return false;
    }
    [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

private:
    Text text_{};
    std::size_t size_ = 0;
};

Result<ListKey> key_from_environment(const std::string& name) {
    char* const value = std::getenv(name.c_str());
    if (value == nullptr) return Status(StatusCode::not_found, "there is no such variable");
    Result<ListKey> key = ListKey::from_text(value);
    ::explicit_bzero(value, std::strlen(value));  // what /proc shows of this process is the same memory
    ::unsetenv(name.c_str());
    return key;
}

// Starts a shell's command, its standard output going into the pipe; the number of the process, or -1 and errno.
pid_t start(const std::string& command, int out) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    ::sigemptyset(&defaults);
    ::sigaddset(&defaults, SIGPIPE);
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    std::array<std::string, 3> words = {"sh", "-c", command};
    std::array<char*, 4> argv = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    pid_t process = -1;
    const int error = ::posix_spawn(&process, "/bin/sh", &actions, &attributes, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (error == 0) return process;
    errno = error;
    return -1;
}

Result<ListKey> key_from_command(const std::string& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return Status(StatusCode::io_error, std::generic_category().message(errno));
    const pid_t process = start(command, ends[1]);
    const int error = errno;
    ::close(ends[1]);
    WipedText text;
    const bool read = process > 0 && text.read(ends[0]);
    ::close(ends[0]);
    if (process <= 0)
        return Status(StatusCode::io_error, "it cannot be started: " + std::generic_category().message(error));
    int outcome = 0;
    while (::waitpid(process, &outcome, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0) return Status(StatusCode::io_error, "it failed");
    if (!read) return Status(StatusCode::limit, "it prints more than a key");
    return ListKey::from_text(text.view());
}

constexpr std::array<const char*, 3> kSources = {"key-file", "key-env", "key-command"};

}  // namespace

void add_key_options(Options& options, const std::string& prefix) {
    options.value((prefix + kSources[0]).c_str(), "F", "the key of encrypted lists, in hex or base64, from a file");
    options.value((prefix + kSources[1]).c_str(), "NAME", "the same from a variable of the environment");
    options.value((prefix + kSources[2]).c_str(), "C",
                  "the same from what a shell's command prints, such as an agent's");
}

bool key_is_given(const Options& options, const std::string& prefix) {
    int given = 0;
    for (const char* source : kSources)
        given += options.given((prefix + source).c_str()) ? 1 : 0;
    if (given > 1) throw UsageError(options.command(), "one source of the key is enough");
    return given == 1;
}

std::optional<ListKey> key_or_say(const Options& options, const std::string& prefix) {
    const std::string file = prefix + kSources[0];
    const std::string variable = prefix + kSources[1];
    const std::string command = prefix + kSources[2];
    Result<ListKey> key = options.given(file.c_str())       ? ListKey::load(options.text(file.c_str()))
                          : options.given(variable.c_str()) ? key_from_environment(options.text(variable.c_str()))
                                                            : key_from_command(options.text(command.c_str()));
    if (key.ok()) return std::move(key).value();
    const std::string what = options.given(file.c_str())
                                 ? "the file " + name_in_error(options.text(file.c_str()), key.status())
                             : options.given(variable.c_str()) ? std::string("the environment")
                                                               : std::string("the command");
    say("cannot take a key from " + what + ": " + inert(key.status().message()));
    return std::nullopt;
}

}  // namespace tutela::cli
