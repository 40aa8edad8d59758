#include "output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "text.hpp"

namespace tutela::cli {

namespace {

constexpr std::size_t kBufferBytes = 1U << 16;

// True when all of it was written; else errno says why.
bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::string error_text(int code) {
    return std::generic_category().message(code);
}

std::string folder_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

// The file that `path` leads to through links, so that a rename replaces the file and not the link.
std::string resolved(const std::string& path) {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::canonical(path, error);
    return error ? path : target.string();
}

}  // namespace

void say(std::string_view text) {
    note("tutela: " + std::string(text));
}

void note(std::string_view text) {
    (void)write_all(STDERR_FILENO, std::string(text) + '\n');
}

Result<Output> Output::open(const std::string& target) {
    Output output;
    if (target == "-") {
        output.name_ = "standard output";
        output.fd_ = STDOUT_FILENO;
        return output;
    }
    output.name_ = inert(target);
    const std::string path = resolved(target);
    struct stat facts {};
    const bool exists = ::stat(path.c_str(), &facts) == 0;
    if (exists && !S_ISREG(facts.st_mode)) {
        output.fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (output.fd_ < 0) return output.failed("cannot open");
        return output;
    }
    output.target_ = path;
    if (exists) output.mode_ = facts.st_mode & 07777;
    if (Status status = output.open_temporary(); !status.ok()) return status;
    return output;
}

Output::Output(Output&& other) noexcept
    : name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::exchange(other.fd_, -1)),
      mode_(other.mode_),
      buffer_(std::move(other.buffer_)),
      status_(std::move(other.status_)) {}

Output::~Output() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    if (fd_ >= 0 && fd_ != STDOUT_FILENO) ::close(fd_);
}

// A file without a name where the system has such: a scan of the folder that holds the report does not meet it, and a
// killed run leaves nothing behind.
Status Output::open_temporary() {
    if (::access("/proc/self/fd", X_OK) == 0) {
        fd_ = ::open(folder_of(target_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    }
    if (fd_ < 0) {
        std::string name = target_ + ".XXXXXX";
        fd_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (fd_ < 0) return failed("cannot create");
        temporary_ = name;
    }
    if (::fchmod(fd_, mode_) != 0) return failed("cannot set the mode of");
    return {};
}

Status Output::give_name() {
    if (!temporary_.empty()) return {};
    const std::string from = "/proc/self/fd/" + std::to_string(fd_);
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::string name = target_ + '.' + std::to_string(::getpid()) + '-' + std::to_string(attempt);
        if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
            temporary_ = name;
            return {};
        }
        if (errno != EEXIST) break;
    }
    return failed("cannot create");
}

Status Output::failed(std::string_view doing) {
    const int code = errno;
    status_ = Status(StatusCode::io_error, std::string(doing) + ' ' + name_ + ": " + error_text(code));
    return status_;
}

Status Output::write(std::string_view bytes) {
    if (!status_.ok()) return status_;
    buffer_ += bytes;
    return buffer_.size() >= kBufferBytes ? flush() : Status();
}

Status Output::flush() {
    if (!status_.ok()) return status_;
    if (!write_all(fd_, buffer_)) return failed("cannot write");
    buffer_.clear();
    return {};
}

Status Output::commit() {
    if (Status status = flush(); !status.ok()) return status;
    if (target_.empty()) return {};
    if (::fsync(fd_) != 0) return failed("cannot write");
    if (Status status = give_name(); !status.ok()) return status;
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) return failed("cannot put in place");
    temporary_.clear();
    return {};
}

bool Output::is_terminal() const noexcept {
    return ::isatty(fd_) == 1;
}
bool Output::is_standard_output() const noexcept {
    return fd_ == STDOUT_FILENO;
}

}  // namespace tutela::cli
