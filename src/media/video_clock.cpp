#include "media/video_clock.hpp"

#include <algorithm>

namespace tutela {

namespace {

// A hundred years; sums of a few of these do not overflow.
constexpr std::int64_t kLongest = 3'155'760'000'000'000;

}  // namespace

std::int64_t VideoClock::next(std::optional<std::int64_t> stated, std::int64_t length) noexcept {
    const std::int64_t follow = began_ ? last_ + last_length_ : 0;
    std::int64_t time = follow;
    if (stated) {
        const std::int64_t own = std::clamp(*stated, -kLongest, kLongest);
        time = own + offset_;
        if (began_ && time <= last_) {
            // One frame may have a wrong time; a second one means that the clock was set back.
            if (behind_ && own + reset_offset_ > last_) offset_ = reset_offset_;
            time = own + offset_ > last_ ? own + offset_ : follow;
            reset_offset_ = time - own;
            behind_ = true;
        } else {
            behind_ = false;
        }
    }
    began_ = true;
    last_ = std::min(time, 4 * kLongest);
    last_length_ = std::clamp<std::int64_t>(length, 1, kLongest);
    return last_;
}

}  // namespace tutela
