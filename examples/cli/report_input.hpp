// The bytes of a report, one after the other.
#pragma once

#include <string>

#include "tutela/status.hpp"

namespace tutela::cli {

class ReportInput {
public:
    // "-" is standard input.
    static Result<ReportInput> open(const std::string& path);
    ReportInput(ReportInput&& other) noexcept;
    ReportInput& operator=(ReportInput&&) = delete;
    ReportInput(const ReportInput&) = delete;
    ReportInput& operator=(const ReportInput&) = delete;
    ~ReportInput();

    static constexpr int kEnd = -1;
    // The next byte, or kEnd: at the end, or after an error, which status() then tells.
    int next();
    // The same, and it stays the next one.
    int peek();
    // The rest of the line without its end. False when the file ended before a line end, and at the end.
    bool line(std::string& line, std::size_t most);
    [[nodiscard]] const Status& status() const noexcept { return status_; }

private:
    explicit ReportInput(int fd) noexcept : fd_(fd) {}
    bool fill();

    int fd_;
    std::string buffer_;
    std::size_t place_ = 0;
    Status status_;
};

}  // namespace tutela::cli
