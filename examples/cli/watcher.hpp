// Streams that are read side by side, and what they show written down line by line.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "output.hpp"
#include "tutela/index.hpp"
#include "tutela/live.hpp"
#include "tutela/stream.hpp"
#include "y4m_reader.hpp"

namespace tutela::cli {

// A list and its index, which all streams share.
struct Known {
    HashList list;
    std::shared_ptr<const Index<256>> index;
};

struct WatchOptions {
    StreamOptions stream;            // the name is each source's own
    LiveOptions source;              // of what is compressed; `newest` is as `live`
    std::uint64_t max_pixels = 0;    // of a frame
    bool live = false;               // of frames that are there, the newest alone is looked at
    bool reopen = false;             // a named pipe is not over when its writer is
    std::uint64_t per_second = 0;    // so many frames a second are looked at; 0: every one
    std::chrono::seconds health{0};  // a line each so often; 0: none until the end
    std::chrono::seconds stall{0};   // a line when no frame came for so long; 0: none
    // Of an address that was lost: the longest wait before it is tried again, and when it is given up; 0: never.
    std::chrono::seconds most_wait{30};
    std::chrono::seconds give_up{0};
};

// One thread at a time. What it writes is flushed at once; an error of writing comes back from every later call.
class Watcher {
public:
    Watcher(Known known, WatchOptions options, Output& out);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // A file, a named pipe, which need have no writer yet, or "-" for standard input: of uncompressed or compressed
    // video. Or an address, which has "://" in it. not_found, io_error, and as Stream::create() and LiveSource.
    Status add(const std::string& name, const std::string& path);
    // Reads what has come, or waits for a little while; says what there is to say. Precondition: open().
    Status step();
    // Whether there is a source that has not ended.
    [[nodiscard]] bool open() const noexcept;
    // Frames to come are compared with this list.
    Status set_list(const Known& known);
    // What is over, and how each stream did. Nothing is read afterwards.
    Status finish();

    [[nodiscard]] bool matched() const noexcept { return matched_; }
    // A source that ended otherwise than between two frames.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    struct Source;
    using Clock = std::chrono::steady_clock;

    Status look_at(Source& source, bool readable);
    Status read(Source& source);
    Status decode(Source& source, std::uint8_t first);
    Status read_live(Source& source);
    Status connect(Source& source);
    Status lose(Source& source, const Status& reason);
    Status end_live(Source& source);
    Status note_frame(Source& source);
    Status take_frame(Source& source);
    Status push(Source& source);
    Status push(Source& source, const FrameView& frame);
    Status end(Source& source, const Status& reason);
    [[nodiscard]] bool reopens(const Source& source) const;
    void begin_again(Source& source, int descriptor);
    Status check_times(Source& source);
    Status say_health(Source& source);
    Status say(const std::vector<StreamEvent>& events);
    Status say(const Source& source, const char* event, const std::string& members);
    Status write(const std::string& line);

    Known known_;
    WatchOptions options_;
    Output& out_;
    std::vector<std::unique_ptr<Source>> sources_;
    bool hurried_ = false;  // a decoder may have another frame by now
    bool matched_ = false;
    bool failed_ = false;
};

}  // namespace tutela::cli
