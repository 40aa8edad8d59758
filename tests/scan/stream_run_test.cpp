// Runs of a stream that last, without the cost of hashing.
#include "scan/stream_run.hpp"

#include <gtest/gtest.h>

#include "scan/random.hpp"

namespace tutela {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::vector<FrameHash> make_video(std::size_t frames, Random& random) {
    std::vector<FrameHash> video(frames);
    for (std::size_t i = 0; i < frames; ++i) {
        for (std::uint8_t& byte : video[i].hash.bytes)
            byte = static_cast<std::uint8_t>(random.below(256));
        video[i].quality = 100;
        video[i].pts_us = static_cast<std::int64_t>(i) * kSecond;
    }
    return video;
}

Finding near(std::uint32_t position, std::uint32_t distance_bits) {
    Finding finding;
    finding.neighbors.push_back({position, distance_bits});
    finding.variants.push_back({});
    return finding;
}

// A known video of five minutes on and on for two days: its run of matches never ends, and yet its segments come, each
// of them, and what is held stays small.
TEST(StreamRun, ALoopWithoutAnEndIsSaidSegmentBySegment) {
    Random random(1);
    const std::vector<FrameHash> video = make_video(300, random);
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(video, "v").ok());
    StreamOptions options;
    options.repeat_interval_us = 3600 * kSecond;
    StreamRun run(builder.build().value(), options, 0, 0);
    std::vector<StreamEvent> events;
    std::vector<MatchSegment> segments;
    std::size_t matches = 0;
    const auto keep = [&] {
        for (const StreamEvent& event : events) {
            matches += event.kind == StreamEventKind::match ? 1 : 0;
            if (event.kind == StreamEventKind::segment_ended) segments.push_back(*event.segment);
        }
        events.clear();
    };
    constexpr std::int64_t kFrames = 172'800;
    std::int64_t most_behind = 0;
    for (std::int64_t i = 0; i < kFrames; ++i) {
        const auto at = static_cast<std::size_t>(i % 300);
        Finding finding = near(static_cast<std::uint32_t>(at), 3);
        run.take({video[at].hash, 100, i * kSecond}, finding, events);
        keep();
        most_behind = std::max(most_behind, i - (segments.empty() ? 0 : segments.back().end_us / kSecond));
    }
    EXPECT_LT(most_behind, 2 * 65'536);
    EXPECT_GT(segments.size(), 200U);
    run.finish(events);
    EXPECT_EQ(events.back().kind, StreamEventKind::sighting_ended);
    EXPECT_EQ(events.back().sighting->frames, static_cast<std::uint64_t>(kFrames));
    keep();
    ASSERT_EQ(segments.size(), static_cast<std::size_t>(kFrames / 300));
    EXPECT_EQ(run.segments(), segments.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
        EXPECT_EQ(segments[i].start_us, static_cast<std::int64_t>(i) * 300 * kSecond);
        EXPECT_EQ(segments[i].end_us, (static_cast<std::int64_t>(i) * 300 + 299) * kSecond);
        EXPECT_EQ(segments[i].frames, 300U);
    }
    EXPECT_EQ(matches, 1U + 1 + 47);  // the first, the first segment, and each hour after that
}

// While no segment is seen, it is looked for less and less often, but within an eighth of the time.
TEST(StreamRun, ASegmentIsSeenSoon) {
    Random random(2);
    const std::vector<FrameHash> video = make_video(500, random);
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(video, "v").ok());
    for (const std::int64_t before : {0, 5, 60, 400}) {  // of one frame of the video, frozen
        StreamOptions options;
        options.repeat_interval_us = 3600 * kSecond;
        StreamRun run(builder.build().value(), options, 0, 0);
        std::vector<StreamEvent> events;
        for (std::int64_t i = 0; i < before + 100; ++i) {
            const auto at = static_cast<std::size_t>(i < before ? 400 : i - before);
            Finding finding = near(static_cast<std::uint32_t>(at), 3);
            run.take({video[at].hash, 100, i * kSecond}, finding, events);
        }
        ASSERT_EQ(events.size(), 2U) << before;
        EXPECT_FALSE(events[0].segment);
        ASSERT_TRUE(events[1].segment);
        EXPECT_EQ(events[1].segment->start_us, before * kSecond);
        // The frozen frame is noise around it: a segment needs more than three frames then.
        EXPECT_LE(events[1].match->pts_us, (before + 5) * kSecond * 9 / 8 + kSecond);
        EXPECT_GE(events[1].match->pts_us, (before + 2) * kSecond);
    }
}

}  // namespace
}  // namespace tutela
