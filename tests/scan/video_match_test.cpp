// What the frames of a video show of a list, pushed one by one.
#include "scan/video_match.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "scan/random.hpp"
#include "tutela/index.hpp"

namespace tutela {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

Hash256 random_hash(Random& random) {
    Hash256 hash;
    for (auto& byte : hash.bytes)
        byte = static_cast<std::uint8_t>(random.next());
    return hash;
}

// A copy with so many bits changed, or fewer.
Hash256 near(const Hash256& hash, std::size_t bits, Random& random) {
    Hash256 copy = hash;
    for (std::size_t i = 0; i < bits; ++i)
        copy.bytes[random.below(32)] ^= static_cast<std::uint8_t>(1U << random.below(8));
    return copy;
}

// A video of one frame a second.
std::vector<FrameHash> make_video(std::size_t seconds, Random& random, std::int32_t quality = 100) {
    std::vector<FrameHash> frames;
    for (std::size_t i = 0; i < seconds; ++i)
        frames.push_back({random_hash(random), quality, static_cast<std::int64_t>(i) * kSecond});
    return frames;
}

// Seconds [first, first + count) of a video, from `start` on, each hash a few bits off.
void append(std::vector<FrameHash>& query, const std::vector<FrameHash>& video, std::size_t first, std::size_t count,
            Random& random) {
    std::int64_t time = query.empty() ? 0 : query.back().pts_us + kSecond;
    for (std::size_t i = first; i < first + count; ++i, time += kSecond)
        query.push_back({near(video[i].hash, 6, random), 90, time});
}

// A list and the way from frames to hits.
class Fixture {
public:
    explicit Fixture(const ListBuilder& builder) : list(builder.build().value()), index_(list.open_index().value()) {}

    void push(VideoMatcher& matcher, const FrameHash& frame) const {
        std::vector<Neighbor> found;
        ASSERT_TRUE(index_->search(frame.hash, 31, found).ok());
        std::vector<FrameHit> hits;
        for (const Neighbor& neighbor : found)
            hits.push_back({neighbor.position, neighbor.distance_bits, {}});
        matcher.push(frame, hits);
    }

    const HashList list;

private:
    std::unique_ptr<const Index<256>> index_;
};

void expect_same(const KnownMatch& a, const KnownMatch& b) {
    EXPECT_EQ(a.position, b.position);
    EXPECT_EQ(a.video, b.video);
    EXPECT_EQ(a.distance_bits, b.distance_bits);
    EXPECT_EQ(a.frame, b.frame);
    EXPECT_EQ(a.pts_us, b.pts_us);
    EXPECT_EQ(a.frames, b.frames);
    EXPECT_EQ(a.first_us, b.first_us);
    EXPECT_EQ(a.last_us, b.last_us);
    EXPECT_EQ(a.segments, b.segments);
    EXPECT_EQ(a.query_match_percent, b.query_match_percent);
    EXPECT_EQ(a.compared_match_percent, b.compared_match_percent);
}

const KnownMatch* match_of(const std::vector<KnownMatch>& matches, std::size_t video) {
    const auto found = std::ranges::find_if(matches, [&](const KnownMatch& match) { return match.video == video; });
    return found == matches.end() ? nullptr : &*found;
}

TEST(VideoMatcher, NothingOfNothing) {
    VideoMatcher matcher(ListBuilder().build().value());
    EXPECT_TRUE(matcher.matches().empty());
    matcher.push({{}, 100, 0}, {});
    EXPECT_TRUE(matcher.matches().empty());
    EXPECT_FALSE(matcher.match_of_video(0));
}

TEST(VideoMatcher, FindsTwoVideosAndAStill) {
    Random random(1);
    const std::vector<FrameHash> first = make_video(100, random);
    const std::vector<FrameHash> second = make_video(50, random);
    const std::vector<FrameHash> other = make_video(200, random);
    const Hash256 still = random_hash(random);
    ListBuilder builder;
    ASSERT_TRUE(builder.add(still, "still").ok());
    ASSERT_TRUE(builder.add_video(first, "first").ok());
    ASSERT_TRUE(builder.add_video(second, "second").ok());
    const Fixture fixture(builder);

    std::vector<FrameHash> query;
    append(query, other, 0, 30, random);
    append(query, first, 40, 20, random);   // at 30 s
    append(query, second, 10, 10, random);  // at 50 s
    append(query, other, 100, 10, random);
    for (const int more : {0, 5, 0}) {  // three frames near the still, from 70 s on
        query.push_back({near(still, static_cast<std::size_t>(more), random), 100, query.back().pts_us + kSecond});
    }
    append(query, first, 0, 5, random);  // at 73 s

    VideoMatcher matcher(fixture.list);
    for (const FrameHash& frame : query)
        fixture.push(matcher, frame);
    const std::vector<KnownMatch> matches = matcher.matches();
    ASSERT_EQ(matches.size(), 3U);

    EXPECT_EQ(matches[0].video, std::nullopt);
    EXPECT_EQ(matches[0].position, 0U);
    EXPECT_EQ(matches[0].distance_bits, 0U);
    EXPECT_EQ(matches[0].frame, 70U);
    EXPECT_EQ(matches[0].pts_us, 70 * kSecond);
    EXPECT_EQ(matches[0].frames, 3U);
    EXPECT_EQ(matches[0].first_us, 70 * kSecond);
    EXPECT_EQ(matches[0].last_us, 72 * kSecond);
    EXPECT_TRUE(matches[0].segments.empty());

    const KnownMatch* a = match_of(matches, 0);
    ASSERT_NE(a, nullptr);
    ASSERT_EQ(a->segments.size(), 2U);
    EXPECT_EQ(a->segments[0].query_start_us, 30 * kSecond);
    EXPECT_EQ(a->segments[0].query_end_us, 49 * kSecond);
    EXPECT_EQ(a->segments[0].known_start_us, 40 * kSecond);
    EXPECT_EQ(a->segments[0].known_end_us, 59 * kSecond);
    EXPECT_EQ(a->segments[0].frames, 20U);
    EXPECT_EQ(a->segments[1].query_start_us, 73 * kSecond);
    EXPECT_EQ(a->segments[1].known_start_us, 0);
    EXPECT_DOUBLE_EQ(a->query_match_percent, 2500.0 / 77);  // two of the 78 frames are equal
    EXPECT_DOUBLE_EQ(a->compared_match_percent, 25.0);
    const KnownMatch* b = match_of(matches, 1);
    ASSERT_NE(b, nullptr);
    ASSERT_EQ(b->segments.size(), 1U);
    EXPECT_EQ(b->segments[0].query_start_us, 50 * kSecond);
    EXPECT_EQ(b->segments[0].known_end_us, 19 * kSecond);
    EXPECT_EQ(fixture.list.entry(b->position).id, "second");
    EXPECT_EQ(fixture.list.frame_at(b->position)->video, 1U);
}

TEST(VideoMatcher, AskingInBetweenChangesNothing) {
    Random random(2);
    const std::vector<FrameHash> video = make_video(300, random);
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(video, "v").ok());
    const Fixture fixture(builder);
    std::vector<FrameHash> query;
    append(query, make_video(20, random), 0, 20, random);
    append(query, video, 100, 60, random);
    append(query, make_video(20, random), 0, 20, random);
    append(query, video, 10, 30, random);
    VideoMatcher asked(fixture.list);
    VideoMatcher whole(fixture.list);
    std::size_t first_seen = 0;
    for (std::size_t i = 0; i < query.size(); ++i) {
        fixture.push(asked, query[i]);
        fixture.push(whole, query[i]);
        const std::optional<KnownMatch> match = asked.match_of_video(0);
        if (first_seen == 0 && match && !match->segments.empty()) first_seen = i;
    }
    EXPECT_EQ(first_seen, 22U);  // the third frame of the video, after two seconds of it
    ASSERT_EQ(whole.matches().size(), 1U);
    expect_same(asked.matches()[0], whole.matches()[0]);
    EXPECT_EQ(whole.matches()[0].segments.size(), 2U);
}

// The frames of a video and what they match of the one known video, made of parts at speeds within a tenth, with cuts,
// missing and wrong frames, repetitions on both sides, and breaks about as long as those that end a run.
class RandomScene {
public:
    explicit RandomScene(std::uint64_t seed) : random_(seed) {
        const std::size_t frames = 20 + random_.below(200);
        const std::int64_t step = random_.between(100'000, 1'500'000);
        for (std::size_t i = 0; i < frames; ++i) {
            const std::int64_t last = known.empty() ? 0 : known.back().pts_us;
            known.push_back({{}, 100, last + (random_.chance(0.1) ? random_.between(0, 3 * step) : step)});
        }
        repeats_after_ = random_.chance(0.3) ? random_.below(frames) : frames;
        missing_ = random_.chance(0.5) ? 0.4 * random_.unit() : 0;
        wrong_ = random_.chance(0.5) ? 0.3 * random_.unit() : 0;
        for (std::size_t parts = 1 + random_.below(6); parts > 0; --parts) {
            if (random_.chance(0.4)) now_ += random_.between(7'500'000, 8'800'000);
            if (random_.chance(0.1)) now_ += random_.between(0, 60 * kSecond);
            add_part();
        }
    }

    std::vector<FrameHash> known;
    std::vector<std::int64_t> times;
    std::vector<std::vector<FrameHit>> hits;

private:
    void add_part() {
        const double speed = 0.9 + 0.2 * random_.unit();
        const std::int64_t step = random_.between(100'000, 1'500'000);
        const std::int64_t start = now_;
        const auto from = static_cast<double>(random_.between(0, known.back().pts_us));
        for (std::size_t n = 1 + random_.below(60); n > 0; --n, now_ += step) {
            times.push_back(now_);
            hits.emplace_back();
            const double at = from + speed * static_cast<double>(now_ - start);
            if (!random_.chance(missing_)) add_hits(static_cast<std::int64_t>(at));
            if (random_.chance(wrong_)) add_hit(random_.below(known.size()));
        }
    }

    void add_hits(std::int64_t at) {
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (std::abs(known[i].pts_us - at) > 600'000) continue;
            add_hit(i);
            if (i + repeats_after_ < known.size()) add_hit(i + repeats_after_);
        }
    }

    void add_hit(std::size_t position) {
        hits.back().push_back(
            {static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(random_.below(32)), {}});
    }

    Random random_;
    std::int64_t now_ = 0;
    std::size_t repeats_after_ = 0;
    double missing_ = 0;
    double wrong_ = 0;
};

// The batch form is one call of align() with all pairs.
TEST(VideoMatcher, SegmentsAreThoseOfAllPairsAtOnce) {
    std::array<int, 4> with_segments{};  // rounds by their number of segments
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        const RandomScene scene(seed);
        ListBuilder builder;
        ASSERT_TRUE(builder.add_video(scene.known, "v").ok());
        const HashList list = builder.build().value();
        VideoMatcher matcher(list);
        std::vector<FramePair> pairs;
        for (std::size_t i = 0; i < scene.times.size(); ++i) {
            matcher.push({{}, 100, scene.times[i]}, scene.hits[i]);
            for (const FrameHit& hit : scene.hits[i])
                pairs.push_back({scene.times[i], scene.known[hit.position].pts_us, hit.distance_bits});
        }
        const std::optional<KnownMatch> match = matcher.match_of_video(0);
        const std::vector<Segment> segments = match ? match->segments : std::vector<Segment>();
        ASSERT_EQ(segments, align(pairs)) << seed;
        ++with_segments[std::min<std::size_t>(segments.size(), 3)];
    }
    for (const int rounds : with_segments)
        EXPECT_GT(rounds, 100);
}

TEST(VideoMatcher, PercentagesAreThoseOfTheComparison) {
    Random random(4);
    for (int round = 0; round < 50; ++round) {
        std::vector<FrameHash> video = make_video(40, random);
        for (FrameHash& frame : video) {
            if (random.below(4) == 0) frame.hash = video[random.below(40)].hash;
            frame.quality = static_cast<std::int32_t>(45 + random.below(10));
        }
        ListBuilder builder;
        ASSERT_TRUE(builder.add_video(video, "v").ok());
        const Fixture fixture(builder);
        std::vector<FrameHash> query = make_video(60, random);
        for (FrameHash& frame : query) {
            if (random.below(2) == 0) frame.hash = video[random.below(40)].hash;
            frame.quality = static_cast<std::int32_t>(45 + random.below(10));
        }
        VideoMatcher matcher(fixture.list);
        for (const FrameHash& frame : query)
            fixture.push(matcher, frame);
        const VpdqComparison expected = compare_vpdq(query, video).value();
        const KnownMatch match = matcher.match_of_video(0).value_or(KnownMatch());
        EXPECT_EQ(match.query_match_percent, expected.query_match_percent);
        EXPECT_EQ(match.compared_match_percent, expected.compared_match_percent);
    }
}

TEST(VideoMatcher, FramesOfLowQualityInTheListMatchNothing) {
    Random random(5);
    const std::vector<FrameHash> video = make_video(20, random, 49);
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(video, "v").ok());
    const Fixture fixture(builder);
    VideoMatcher matcher(fixture.list);
    for (const FrameHash& frame : video)
        fixture.push(matcher, {frame.hash, 100, frame.pts_us});
    EXPECT_TRUE(matcher.matches().empty());
}

TEST(VideoMatcher, TimesThatFallOrAreMissingStandStill) {
    Random random(6);
    const std::vector<FrameHash> video = make_video(20, random);
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(video, "v").ok());
    const Fixture fixture(builder);
    VideoMatcher matcher(fixture.list);
    for (const std::int64_t pts : {5 * kSecond, kNoPts, 3 * kSecond, INT64_MAX, -kSecond})
        fixture.push(matcher, {video[0].hash, 100, pts});
    EXPECT_EQ(matcher.matches()[0].first_us, 5 * kSecond);
    EXPECT_EQ(matcher.matches()[0].last_us, kMaxFrameTimeUs);
    EXPECT_EQ(matcher.matches()[0].frames, 5U);
}

// Ten hours of a video that is known, frame by frame, with room for few pairs: one segment, in bounded memory.
TEST(VideoMatcher, ALongVideoIsOneSegmentInLittleMemory) {
    Random random(7);
    const std::vector<FrameHash> video = make_video(36'000, random);
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(video, "v").ok());
    const HashList list = builder.build().value();
    VideoMatchOptions options;
    options.max_pairs_each = 1000;
    VideoMatcher matcher(list, options);
    for (std::size_t i = 0; i < video.size(); ++i) {
        const FrameHit hit{static_cast<std::uint32_t>(i), 2, {}};
        matcher.push(video[i], {&hit, 1});
        ASSERT_LE(matcher.pairs(), 1001U);
    }
    const KnownMatch match = matcher.matches().at(0);
    ASSERT_EQ(match.segments.size(), 1U);
    EXPECT_EQ(match.segments[0].query_start_us, 0);
    EXPECT_EQ(match.segments[0].query_end_us, 35'999 * kSecond);
    EXPECT_EQ(match.segments[0].frames, 36'000U);
    EXPECT_EQ(match.compared_match_percent, 100);
}

// Every frame near every frame: five minutes of a still at 30 frames a second, known as the same.
TEST(VideoMatcher, AStillSceneStaysWithinItsBounds) {
    std::vector<FrameHash> video(9000);
    for (std::size_t i = 0; i < video.size(); ++i)
        video[i] = {{}, 100, static_cast<std::int64_t>(i) * kSecond / 30};
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(video, "v").ok());
    const HashList list = builder.build().value();
    VideoMatcher matcher(list);
    std::vector<FrameHit> hits(video.size());
    for (std::uint32_t i = 0; i < hits.size(); ++i)
        hits[i] = {i, 0, {}};
    for (std::size_t i = 0; i < 1800; ++i) {  // a minute
        matcher.push(video[i], hits);
        ASSERT_LE(matcher.pairs(), std::size_t{60} * 4 * 64 + 256);
    }
    const KnownMatch match = matcher.matches().at(0);
    ASSERT_EQ(match.segments.size(), 1U);
    EXPECT_LE(match.segments[0].query_start_us, kSecond);
    EXPECT_GE(match.segments[0].query_end_us, 58 * kSecond);
}

TEST(VideoMatcher, AllPairsTogetherAreBounded) {
    Random random(8);
    ListBuilder builder;
    for (int i = 0; i < 50; ++i)
        ASSERT_TRUE(builder.add_video(make_video(100, random), "v").ok());
    const HashList list = builder.build().value();
    VideoMatchOptions options;
    options.max_pairs = 500;
    VideoMatcher matcher(list, options);
    for (std::uint32_t i = 0; i < 100; ++i) {
        std::vector<FrameHit> hits;
        for (std::uint32_t v = 0; v < 50; ++v)
            hits.push_back({v * 100 + i, v, {}});
        matcher.push({random_hash(random), 100, i * kSecond}, hits);
        ASSERT_LE(matcher.pairs(), 500U);
    }
    const std::vector<KnownMatch> matches = matcher.matches();
    ASSERT_EQ(matches.size(), 50U);
    for (const KnownMatch& match : matches)
        ASSERT_EQ(match.segments.size(), 1U);
    EXPECT_GE(matches[0].segments[0].query_end_us, 95 * kSecond);
}

TEST(CompareVideos, PercentagesAndSegments) {
    Random random(9);
    const std::vector<FrameHash> known = make_video(60, random);
    std::vector<FrameHash> query = make_video(10, random);
    append(query, known, 20, 30, random);
    const VideoComparison comparison = compare_videos(query, known).value();
    EXPECT_EQ(comparison.percent.query_match_percent, 75);
    EXPECT_EQ(comparison.percent.compared_match_percent, 50);
    ASSERT_EQ(comparison.segments.size(), 1U);
    EXPECT_EQ(comparison.segments[0].query_start_us, 10 * kSecond);
    EXPECT_EQ(comparison.segments[0].known_start_us, 20 * kSecond);
    EXPECT_EQ(comparison.segments[0].frames, 30U);
    EXPECT_TRUE(compare_videos(query, make_video(60, random)).value().segments.empty());
    EXPECT_EQ(compare_videos({}, known).status().code(), StatusCode::invalid_argument);
    EXPECT_EQ(compare_videos(known, {}).status().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela
