// The times of a video's frames, as they are given.
#pragma once

#include <cstdint>
#include <optional>

namespace tutela {

// Makes times that grow out of those that a container states. One thread at a time.
class VideoClock {
public:
    // The time of the next frame. `stated`: in microseconds from the start of the track; none when the container has
    // none. `length`: how long the frame is shown, over 0.
    std::int64_t next(std::optional<std::int64_t> stated, std::int64_t length) noexcept;

private:
    bool began_ = false;
    std::int64_t last_ = 0;
    std::int64_t last_length_ = 0;
    std::int64_t offset_ = 0;        // of the clock since it was reset
    std::int64_t reset_offset_ = 0;  // what it will be, if the next frame is behind as well
    bool behind_ = false;            // the last frame was
};

}  // namespace tutela
