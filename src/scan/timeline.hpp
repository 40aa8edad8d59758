// The frames of a file with times, thinned to what a report holds of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "scan/finding.hpp"

namespace tutela {

// Holds kMaxTimelinePoints points, however many frames there are; the result is as FileRow::timeline says, and does not
// depend on when points were thinned. One thread at a time.
class Timeline {
public:
    // The next frame with a time, and its nearest match. A time before that of the frame before stands for the latter,
    // one below zero for zero.
    void add(std::int64_t pts_us, std::int32_t quality, const std::optional<NearestThing>& nearest);
    // The points, by time; nothing for a single frame. `things` are all that matched. The object is empty then.
    [[nodiscard]] std::vector<TimelinePoint> finish(const std::vector<ThingId>& things);

private:
    struct Point {
        TimelinePoint shown;
        std::optional<ThingId> thing;
    };

    void append(const Point& point);
    void thin();

    std::vector<Point> points_;
    int slot_bits_ = 0;  // a slot is 2^slot_bits_ microseconds long
    std::int64_t now_us_ = 0;
    std::uint64_t frames_ = 0;
};

}  // namespace tutela
