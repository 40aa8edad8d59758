#include "scan/timeline.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tutela {

void Timeline::add(std::int64_t pts_us, std::int32_t quality, const std::optional<NearestThing>& nearest) {
    ++frames_;
    now_us_ = std::max(now_us_, pts_us);
    Point point;
    point.shown.pts_us = now_us_;
    point.shown.quality = quality;
    if (nearest) {
        point.shown.distance_bits = nearest->distance_bits;
        point.thing = nearest->thing;
    }
    append(point);
    while (points_.size() > kMaxTimelinePoints)
        thin();
}

// Of one slot the better stays. Points come by time, so it is the last slot or a new one.
void Timeline::append(const Point& point) {
    const bool new_slot =
        points_.empty() || points_.back().shown.pts_us >> slot_bits_ != point.shown.pts_us >> slot_bits_;
    if (new_slot) {
        points_.push_back(point);
        return;
    }
    const Point& kept = points_.back();
    const bool better = point.thing && (!kept.thing || point.shown.distance_bits < kept.shown.distance_bits);
    if (better) points_.back() = point;
}

void Timeline::thin() {
    ++slot_bits_;
    const std::vector<Point> points = std::exchange(points_, {});
    for (const Point& point : points)
        append(point);
}

std::vector<TimelinePoint> Timeline::finish(const std::vector<ThingId>& things) {
    std::vector<TimelinePoint> shown;
    if (frames_ > 1) {
        std::map<ThingId, std::uint32_t> places;
        for (const ThingId& thing : things)
            places.emplace(thing, static_cast<std::uint32_t>(places.size()));
        for (const Point& point : points_) {
            shown.push_back(point.shown);
            if (point.thing) shown.back().match = places.at(*point.thing);
        }
    }
    *this = Timeline();
    return shown;
}

}  // namespace tutela
