// Reading what the user names: lists, and lines of hashes.
#pragma once

#include <string>
#include <vector>

#include "tutela/list.hpp"
#include "tutela/vpdq.hpp"

namespace tutela::cli {

// How a message names a file that cannot be used. When there is none of that name, the word may be a misplaced hash,
// so its hex digits are not repeated.
std::string name_in_error(const std::string& path, const Status& status);

// A word of 32 hex digits or more that names no file is a misplaced hash, and rows repeat the paths they are of. True,
// and said, when one of `paths` is such a word.
bool holds_misplaced_hash(const std::vector<std::string>& paths);

// What was wrong with a text list, to standard error: the lines that were skipped, at most `most` of them.
void report_skipped_lines(const std::string& path, const TextImport& import, std::size_t most);

// The same of a vPDQ file, with its sums.
void report_skipped_rows(const std::string& path, const VpdqImport& import);

// Reads a file line by line as a stream; "-" is standard input. Of a line longer than kMaxLineBytes the rest is
// dropped: a hash comes first.
class LineReader {
public:
    static constexpr std::size_t kMaxLineBytes = 4096;

    static Result<LineReader> open(const std::string& path);
    LineReader(LineReader&& other) noexcept;
    LineReader& operator=(LineReader&&) = delete;
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;
    ~LineReader();

    // The next line without its end; false at the end of the file.
    Result<bool> next(std::string& line);
    // Of the line last given, from 1.
    [[nodiscard]] std::uint64_t line_number() const noexcept { return line_number_; }
    // For messages: inert.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    LineReader(int fd, std::string name) noexcept;
    Status fill();

    int fd_;
    std::string name_;
    std::string buffer_;
    std::size_t position_ = 0;
    std::uint64_t line_number_ = 0;
    bool ended_ = false;
};

}  // namespace tutela::cli
