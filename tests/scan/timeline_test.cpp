// The frames of a file, thinned: compared with what the rule says, applied to all of them at once.
#include "scan/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "scan/random.hpp"

namespace tutela {
namespace {

const std::vector<ThingId> kThings = {{false, 7}, {true, 0}, {true, 3}};

struct Shown {
    std::int64_t pts_us = 0;
    std::int32_t quality = 0;
    std::optional<NearestThing> nearest;
};

std::vector<TimelinePoint> thinned(const std::vector<Shown>& frames) {
    Timeline timeline;
    for (const Shown& frame : frames)
        timeline.add(frame.pts_us, frame.quality, frame.nearest);
    return timeline.finish(kThings);
}

TimelinePoint point_of(const Shown& frame) {
    TimelinePoint point{frame.pts_us, 256, frame.quality, kNoMatch};
    if (!frame.nearest) return point;
    point.distance_bits = frame.nearest->distance_bits;
    point.match =
        static_cast<std::uint32_t>(std::find(kThings.begin(), kThings.end(), frame.nearest->thing) - kThings.begin());
    return point;
}

std::vector<TimelinePoint> by_the_rule(const std::vector<Shown>& frames) {
    for (int bits = 0;; ++bits) {
        std::map<std::int64_t, TimelinePoint> slots;
        for (const Shown& frame : frames) {
            const TimelinePoint point = point_of(frame);
            const auto [at, is_new] = slots.emplace(frame.pts_us >> bits, point);
            if (!is_new && point.distance_bits < at->second.distance_bits) at->second = point;
        }
        if (slots.size() > kMaxTimelinePoints) continue;
        std::vector<TimelinePoint> points;
        for (const auto& [slot, point] : slots)
            points.push_back(point);
        return points;
    }
}

TEST(Timeline, IsThinnedByTheRule) {
    Random random(1);
    for (int round = 0; round < 100; ++round) {
        std::vector<Shown> frames(2 + random.below(round % 4 == 0 ? 5000 : 600));
        std::int64_t now = 0;
        for (Shown& frame : frames) {
            frame.pts_us = now;
            frame.quality = static_cast<std::int32_t>(random.below(101));
            if (random.chance(0.3)) {
                frame.nearest = {kThings[random.below(3)], static_cast<std::uint32_t>(random.below(32))};
            }
            now += random.between(0, random.chance(0.01) ? 60'000'000 : 80'000);
        }
        const std::vector<TimelinePoint> points = thinned(frames);
        ASSERT_EQ(points, by_the_rule(frames));
        ASSERT_LE(points.size(), kMaxTimelinePoints);
    }
}

TEST(Timeline, TimesThatFallStandStill) {
    const std::vector<TimelinePoint> points =
        thinned({{-5, 50, {}}, {20, 60, {}}, {10, 70, NearestThing{{true, 3}, 9}}});
    EXPECT_EQ(points, (std::vector<TimelinePoint>{{0, 256, 50, kNoMatch}, {20, 9, 70, 2}}));
}

TEST(Timeline, OneFrameIsNone) {
    EXPECT_TRUE(thinned({}).empty());
    EXPECT_TRUE(thinned({{0, 100, {}}}).empty());
}

TEST(Timeline, TheLatestTimesFit) {
    EXPECT_EQ(thinned({{0, 1, {}}, {INT64_MAX, 2, {}}}).size(), 2U);
}

}  // namespace
}  // namespace tutela
