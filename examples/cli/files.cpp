#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "output.hpp"
#include "text.hpp"

namespace tutela::cli {

void report_skipped_lines(const std::string& path, const TextImport& import, std::size_t most) {
    const std::size_t shown = std::min(most, import.first_skipped.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const SkippedLine& line = import.first_skipped[i];
        say(inert(path) + ':' + std::to_string(line.line) + ": " + line.reason + "; the line is skipped");
    }
    if (import.skipped > shown) say(inert(path) + ": " + counted(import.skipped - shown, "more bad line") + " skipped");
}

void report_skipped_rows(const std::string& path, const VpdqImport& import) {
    for (const SkippedLine& row : import.first_skipped)
        say(inert(path) + ':' + std::to_string(row.line) + ": " + row.reason + "; the row is skipped");
    const std::uint64_t more = import.skipped - import.first_skipped.size();
    if (more > 0) say(inert(path) + ": " + counted(more, "more bad row") + " skipped");
}

std::string name_in_error(const std::string& path, const Status& status) {
    return status.code() == StatusCode::not_found ? inert_without_hashes(path) : inert(path);
}

bool holds_misplaced_hash(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        struct stat facts {};
        const bool absent = ::lstat(path.c_str(), &facts) != 0 && (errno == ENOENT || errno == ENAMETOOLONG);
        if (!absent || inert_without_hashes(path) == inert(path)) continue;
        say("there is no file " + inert_without_hashes(path) + "; hashes are for 'tutela match'");
        return true;
    }
    return false;
}

LineReader::LineReader(int fd, std::string name) noexcept : fd_(fd), name_(std::move(name)) {}

LineReader::LineReader(LineReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      position_(other.position_),
      line_number_(other.line_number_),
      ended_(other.ended_) {}

LineReader::~LineReader() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
}

Result<LineReader> LineReader::open(const std::string& path) {
    if (path == "-") return LineReader(STDIN_FILENO, "standard input");
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) return LineReader(fd, inert(path));
    const std::string reason = std::generic_category().message(errno);
    const StatusCode code = errno == ENOENT ? StatusCode::not_found : StatusCode::io_error;
    return Status(code, "cannot open " + name_in_error(path, Status(code)) + ": " + reason);
}

Status LineReader::fill() {
    constexpr std::size_t kReadBytes = 1U << 16;
    buffer_.resize(kReadBytes);
    position_ = 0;
    ssize_t count = 0;
    do {
        count = ::read(fd_, buffer_.data(), kReadBytes);
    } while (count < 0 && errno == EINTR);
    const int error = errno;
    buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0) {
        return Status(StatusCode::io_error, "cannot read " + name_ + ": " + std::generic_category().message(error));
    }
    ended_ = count == 0;
    return {};
}

Result<bool> LineReader::next(std::string& line) {
    line.clear();
    bool any = false;
    while (true) {
        if (position_ == buffer_.size()) {
            if (Status status = fill(); !status.ok()) return status;
            if (ended_) break;
        }
        any = true;
        const std::size_t end = std::min(buffer_.find('\n', position_), buffer_.size());
        const std::size_t room = kMaxLineBytes - std::min(kMaxLineBytes, line.size());
        line.append(buffer_, position_, std::min(end - position_, room));
        const bool whole = end < buffer_.size();
        position_ = whole ? end + 1 : end;
        if (whole) break;
    }
    if (any) ++line_number_;
    return any;
}

}  // namespace tutela::cli
