#include "report_input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tutela::cli {

Result<ReportInput> ReportInput::open(const std::string& path) {
    if (path == "-") return ReportInput(STDIN_FILENO);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) return ReportInput(fd);
    const StatusCode code = errno == ENOENT ? StatusCode::not_found : StatusCode::io_error;
    return Status(code, std::generic_category().message(errno));
}

ReportInput::ReportInput(ReportInput&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)),
      place_(other.place_),
      status_(std::move(other.status_)) {}

ReportInput::~ReportInput() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
}

bool ReportInput::fill() {
    constexpr std::size_t kPiece = 1U << 18;
    if (!status_.ok()) return false;
    buffer_.resize(kPiece);
    place_ = 0;
    ssize_t got = 0;
    do {
        got = ::read(fd_, buffer_.data(), kPiece);
    } while (got < 0 && errno == EINTR);
    if (got < 0) status_ = Status(StatusCode::io_error, std::generic_category().message(errno));
    buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0;
}

int ReportInput::peek() {
    if (place_ == buffer_.size() && !fill()) return kEnd;
    return static_cast<unsigned char>(buffer_[place_]);
}

int ReportInput::next() {
    const int byte = peek();
    if (byte != kEnd) ++place_;
    return byte;
}

bool ReportInput::line(std::string& line, std::size_t most) {
    line.clear();
    while (peek() != kEnd) {
        const std::size_t end = std::min(buffer_.find('\n', place_), buffer_.size());
        if (line.size() + (end - place_) > most) {
            status_ = Status(StatusCode::limit, "a line of it has over " + std::to_string(most) + " bytes");
            return false;
        }
        line.append(buffer_, place_, end - place_);
        place_ = end;
        if (place_ == buffer_.size()) continue;
        ++place_;
        return true;
    }
    return false;
}

}  // namespace tutela::cli
