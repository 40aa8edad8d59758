// Where results and messages go. Every write is checked; a full disk and a closed pipe are errors like any other.
#pragma once

#include <string>
#include <string_view>

#include "tutela/status.hpp"

namespace tutela::cli {

// A line to standard error, "tutela: …". `text` is made of inert parts; what cannot be written is lost.
void say(std::string_view text);
// The same without the prefix, for summaries.
void note(std::string_view text);

// Standard output, or a file that appears under its name only when it is whole: commit() renames it into place.
class Output {
public:
    // "-" is standard output. A new file is readable by its owner alone; one that exists keeps its mode. A device or a
    // pipe is written as it stands.
    static Result<Output> open(const std::string& target);
    Output(Output&& other) noexcept;
    Output& operator=(Output&&) = delete;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    // Throws an uncommitted file away.
    ~Output();

    // Buffers; the error of an earlier write comes back from every later call.
    Status write(std::string_view bytes);
    // Hands the buffer to the system.
    Status flush();
    // flush(), and for a file: to the disk, and into place. Nothing may be written afterwards.
    Status commit();

    [[nodiscard]] bool is_terminal() const noexcept;
    [[nodiscard]] bool is_standard_output() const noexcept;
    // Whether nothing is seen of it before commit().
    [[nodiscard]] bool is_new_file() const noexcept { return !target_.empty(); }

private:
    Output() noexcept = default;
    Status open_temporary();
    Status give_name();
    Status failed(std::string_view doing);

    std::string name_;       // for messages
    std::string target_;     // the file to appear; empty when written in place
    std::string temporary_;  // its name until then; empty while it has none
    int fd_ = -1;
    unsigned mode_ = 0600;
    std::string buffer_;
    Status status_;
};

}  // namespace tutela::cli
