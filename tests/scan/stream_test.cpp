// Streams: what they say of frames, when, and that it is what a scan of the same frames says.
#include "tutela/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "scan/animation_files.hpp"
#include "tutela/scan.hpp"

namespace tutela {
namespace {

using test::animation;
using test::Bytes;
using test::frame_hashes;
using test::patches;
using test::shown;
using test::ShownFrame;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::uint32_t kSide = 64;
using Events = std::vector<StreamEvent>;

FrameView view_of(const Bytes& pixels, std::int64_t pts_us) {
    return {pixels.data(), kSide, kSide, kSide, PixelFormat::gray8, pts_us};
}

Hash256 hash_of(const Bytes& pixels) {
    return PdqHasher().hash(view_of(pixels, kNoPts)).value().hash;
}

// A still, picture 500, and two videos, half a second a frame: X is 100 to 159, Y is 300 to 339.
HashList known_list() {
    ListBuilder builder;
    EXPECT_TRUE(builder.add(hash_of(patches(500, kSide)), "still", "S", "a still").ok());
    EXPECT_TRUE(builder.add_video(frame_hashes(animation(shown(100, 60))), "X", "A1", "a label").ok());
    EXPECT_TRUE(builder.add_video(frame_hashes(animation(shown(300, 40))), "Y").ok());
    return builder.build().value();
}

Stream stream_of(const HashList& list, StreamOptions options = {}) {
    Result<Stream> stream = Stream::create(list, std::move(options));
    EXPECT_TRUE(stream.ok()) << stream.status().to_string();
    return std::move(stream).value();
}

void append(Events& events, Events more) {
    events.insert(events.end(), more.begin(), more.end());
}

Events push(Stream& stream, std::uint32_t number, std::int64_t pts_us) {
    const Bytes pixels = patches(number, kSide);
    Result<Events> events = stream.push(view_of(pixels, pts_us));
    EXPECT_TRUE(events.ok()) << events.status().to_string();
    return std::move(events).value();
}

Events of_kind(const Events& events, StreamEventKind kind) {
    Events kept;
    std::copy_if(events.begin(), events.end(), std::back_inserter(kept),
                 [&](const StreamEvent& event) { return event.kind == kind; });
    return kept;
}

// Parts of the known videos at speeds within a tenth, other pictures, stills, and pauses about as long as those that
// end a sighting.
std::vector<ShownFrame> random_scene(Random& random) {
    std::vector<ShownFrame> frames;
    for (std::uint64_t parts = 2 + random.below(5); parts > 0; --parts) {
        const std::uint32_t delay = static_cast<std::uint32_t>(random.between(46, 54));
        const std::uint32_t first = random.chance(0.5) ? 100 : random.chance(0.5) ? 300 : 1000;
        const std::uint32_t from = first + static_cast<std::uint32_t>(random.below(30));
        for (ShownFrame frame : shown(from, static_cast<std::uint32_t>(1 + random.below(25)), delay)) {
            if (random.chance(0.1)) frame.number += 5000;
            frame.mirrored = random.chance(0.05);
            frames.push_back(frame);
        }
        if (random.chance(0.3)) frames.push_back({500, delay});
        if (random.chance(0.4)) frames.back().delay = static_cast<std::uint32_t>(random.between(760, 900));
    }
    return frames;
}

Events stream_file(Stream& stream, const Bytes& file) {
    auto source = open_media(file);
    EXPECT_TRUE(source.ok());
    Events events;
    Frame frame;
    while (source.value()->next(frame).value())
        append(events, stream.push(frame.view()).value());
    append(events, stream.finish());
    return events;
}

// The percentages of a segment that ended early, and its variant, are those of its time; the last event has them all.
void expect_same_segments(const FileRow& row, const Events& events) {
    const auto key = [](const MatchSegment& s) {
        return std::tuple(s.start_us, s.entry_id, s.end_us, s.known_start_us, s.known_end_us, s.frames, s.distance_bits,
                          s.speed, s.category, s.label);
    };
    std::vector<decltype(key(MatchSegment()))> expected;
    std::vector<decltype(key(MatchSegment()))> found;
    for (const MatchSegment& segment : row.segments)
        expected.push_back(key(segment));
    for (const StreamEvent& event : of_kind(events, StreamEventKind::segment_ended))
        found.push_back(key(*event.segment));
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected);
}

// Of each thing the nearest match that was said, the first of equals, is the row's.
void expect_same_matches(const FileRow& row, const Events& events) {
    std::map<std::string, StreamMatch> nearest;
    std::map<std::string, StreamMatch> ended;
    for (const StreamEvent& event : events) {
        if (!event.match) continue;
        auto& kept = event.kind == StreamEventKind::match ? nearest : ended;
        const auto [at, is_new] = kept.try_emplace(event.match->entry_id, *event.match);
        if (!is_new && event.match->distance_bits < at->second.distance_bits) at->second = *event.match;
    }
    EXPECT_EQ(nearest, ended);
    ASSERT_EQ(nearest.size(), row.matches.size());
    for (const MatchFact& match : row.matches) {
        const StreamMatch& said = nearest[match.entry_id];
        const StreamMatch expected{match.entry_id, match.distance_bits, match.variant,  match.frame,
                                   *match.pts_us,  match.known_us,      match.category, match.label};
        EXPECT_EQ(said, expected);
    }
}

TEST(Stream, SaysWhatAScanOfTheSameFramesSays) {
    const HashList list = known_list();
    ScanOptions options;
    options.decode = DecodeMode::exact;
    const Scanner scanner = Scanner::create(list, options).value();
    std::size_t segments = 0;
    std::size_t several = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        const Bytes file = animation(random_scene(random));
        const FileRow row = scanner.scan_bytes(file, "a.gif");
        Stream stream = stream_of(list);
        const Events events = stream_file(stream, file);
        expect_same_matches(row, events);
        expect_same_segments(row, events);
        const StreamHealth health = *stream.health().health;
        EXPECT_EQ(health.frames, row.frames);
        EXPECT_EQ(health.segments, row.segments.size());
        EXPECT_EQ(health.runs, 1U);
        if (row.segments.size() == 1 && row.segments[0].end_us + 8 * kSecond > health.last_pts_us) {
            EXPECT_EQ(of_kind(events, StreamEventKind::segment_ended)[0].segment->query_percent,
                      row.segments[0].query_percent);
        }
        segments += row.segments.size();
        several += row.segments.size() > 1 ? 1 : 0;
    }
    EXPECT_GT(segments, 40U);
    EXPECT_GT(several, 10U);
}

TEST(Stream, AStillShownForMinutesIsSaidAtAnInterval) {
    Stream stream = stream_of(known_list());
    EXPECT_TRUE(push(stream, 1000, 0).empty());
    Events events;
    for (int i = 0; i <= 300; ++i)  // a minute, five frames a second
        append(events, push(stream, 500, 5 * kSecond + i * kSecond / 5));
    ASSERT_EQ(events.size(), 7U);
    for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].kind, StreamEventKind::match);
        const auto at = static_cast<std::int64_t>(5 + 10 * i) * kSecond;
        const StreamMatch expected{"still", 0, "plain", 1 + 50 * i, at, std::nullopt, "S", "a still"};
        EXPECT_EQ(events[i].match, expected);
        EXPECT_EQ(events[i].sighting, (StreamSighting{5 * kSecond, at, 1 + 50 * i}));
        EXPECT_FALSE(events[i].segment);
    }
    // 32 steps of a quarter of a second without it, and it is over.
    EXPECT_TRUE(push(stream, 1000, 73 * kSecond).empty());
    EXPECT_EQ(stream.health().health->sightings_open, 1U);
    const Events end = push(stream, 1000, 73 * kSecond + kSecond / 4);
    ASSERT_EQ(end.size(), 1U);
    EXPECT_EQ(end[0].kind, StreamEventKind::sighting_ended);
    EXPECT_EQ(end[0].match, events[0].match);
    EXPECT_EQ(end[0].sighting, (StreamSighting{5 * kSecond, 65 * kSecond, 301}));
    EXPECT_TRUE(stream.finish().empty());
    EXPECT_EQ(push(stream, 500, 80 * kSecond).size(), 1U);  // another sighting
}

TEST(Stream, WhatIsNearerIsSaidAtOnce) {
    const Bytes known = patches(500, kSide);
    const Bytes other = patches(1, kSide);
    Stream stream = stream_of(known_list());
    std::uint32_t last = 32;
    for (const int share : {6, 4, 4, 6, 0}) {  // sixteenths of another picture
        Bytes mixed;
        for (std::size_t i = 0; i < known.size(); ++i)
            mixed.push_back(static_cast<std::uint8_t>((known[i] * (16 - share) + other[i] * share) / 16));
        const std::uint32_t distance_bits = distance(hash_of(mixed), hash_of(known));
        const Events events = stream.push(view_of(mixed, share == 0 ? kSecond : 0)).value();
        ASSERT_EQ(events.size(), distance_bits < last ? 1U : 0U) << share;
        if (events.empty()) continue;
        EXPECT_EQ(events[0].match->distance_bits, distance_bits);
        last = distance_bits;
    }
    EXPECT_EQ(last, 0U);
    EXPECT_EQ(stream.finish().at(0).match->distance_bits, 0U);
}

TEST(Stream, AVideoIsSaidWithItsSegmentSoFar) {
    Stream stream = stream_of(known_list());
    Events events;
    for (std::uint32_t i = 0; i < 60; ++i)
        append(events, push(stream, 100 + i, i * kSecond / 2));
    ASSERT_EQ(events.front().match->entry_id, "X");
    EXPECT_FALSE(events.front().segment);
    const auto first = std::find_if(events.begin(), events.end(), [](const StreamEvent& e) { return e.segment; });
    ASSERT_NE(first, events.end());
    EXPECT_EQ(first->match->pts_us, 2 * kSecond);  // as early as a segment can be
    EXPECT_EQ(first->segment->start_us, 0);
    EXPECT_EQ(first->segment->end_us, 2 * kSecond);
    EXPECT_EQ(first->segment->compared_percent, 8U);  // 5 of 60
    EXPECT_TRUE(of_kind(events, StreamEventKind::segment_ended).empty());
    const Events end = stream.finish(77);
    ASSERT_EQ(end.size(), 2U);
    const MatchSegment expected{"X", 0,    59 * kSecond / 2, 0,      59 * kSecond / 2, 60, 0, 1.0, 100,
                                100, "A1", "a label",        "plain"};
    EXPECT_EQ(end[0].segment, expected);
    EXPECT_EQ(end[0].wall_us, 77);
    EXPECT_EQ(end[1].kind, StreamEventKind::sighting_ended);
    EXPECT_EQ(end[1].sighting->frames, 60U);
}

TEST(Stream, AFrameShowsSeveralThingsNearestFirst) {
    const Hash256 hash = hash_of(patches(7, kSide));
    Hash256 near = hash;
    near.bytes[0] ^= 7;
    ListBuilder builder;
    ASSERT_TRUE(builder.add(near, "b").ok());
    ASSERT_TRUE(builder.add(hash, "a").ok());
    Stream stream = stream_of(builder.build().value());
    const Events events = push(stream, 7, 0);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].match->entry_id, "a");
    EXPECT_EQ(events[1].match->entry_id, "b");
    EXPECT_EQ(events[1].match->distance_bits, 3U);
}

TEST(Stream, TimesThatFallOrJumpBeginANewRun) {
    Stream stream = stream_of(known_list());
    EXPECT_EQ(push(stream, 500, 100 * kSecond).at(0).run, 0U);
    EXPECT_TRUE(push(stream, 500, 99 * kSecond).empty());  // stands still
    const Events back = push(stream, 500, 99 * kSecond - 1);
    ASSERT_EQ(back.size(), 2U);
    EXPECT_EQ(back[0].kind, StreamEventKind::sighting_ended);
    EXPECT_EQ(back[0].run, 0U);
    EXPECT_EQ(back[0].sighting, (StreamSighting{100 * kSecond, 100 * kSecond, 2}));
    EXPECT_EQ(back[1].kind, StreamEventKind::match);
    EXPECT_EQ(back[1].run, 1U);
    EXPECT_EQ(back[1].match->frame, 0U);
    EXPECT_EQ(push(stream, 1000, 159 * kSecond - 1).at(0).run, 1U);
    EXPECT_EQ(stream.health().health->runs, 2U);
    EXPECT_TRUE(push(stream, 1000, 219 * kSecond).empty());
    EXPECT_EQ(stream.health().health->runs, 3U);
    const StreamHealth health = *stream.health().health;
    EXPECT_EQ(health.gaps, 1U);  // none between runs
    EXPECT_EQ(health.longest_gap_us, 60 * kSecond);
    EXPECT_EQ(health.last_pts_us, 219 * kSecond);
}

TEST(Stream, TimesBelowZeroAreTimes) {
    for (const std::int64_t start : {-1 * kSecond / 3, -1000 * kSecond, -kMaxFrameTimeUs}) {
        Stream stream = stream_of(known_list());
        for (std::uint32_t i = 0; i < 20; ++i)
            static_cast<void>(push(stream, 110 + i, start + i * kSecond / 2));
        const Events end = stream.finish();
        ASSERT_EQ(end.size(), 2U);
        EXPECT_EQ(end[0].segment->start_us, start);
        EXPECT_EQ(end[0].segment->end_us, start + 19 * kSecond / 2);
        EXPECT_EQ(end[0].segment->known_start_us, 5 * kSecond);
        EXPECT_EQ(end[1].sighting->start_us, start);
    }
}

TEST(Stream, FramesThatAreRefusedChangeNothing) {
    Stream stream = stream_of(known_list());
    static_cast<void>(push(stream, 500, 5 * kSecond));
    const Bytes pixels = patches(500, kSide);
    const auto code_of = [&](const FrameView& view) { return stream.push(view).status().code(); };
    EXPECT_EQ(code_of(view_of(pixels, kNoPts)), StatusCode::invalid_argument);
    EXPECT_EQ(code_of(view_of(pixels, kMaxFrameTimeUs + 1)), StatusCode::invalid_argument);
    EXPECT_EQ(code_of(view_of(pixels, -kMaxFrameTimeUs - 1)), StatusCode::invalid_argument);
    EXPECT_EQ(code_of({nullptr, 9, 9, 9, PixelFormat::gray8, 0}), StatusCode::invalid_argument);
    EXPECT_EQ(code_of({pixels.data(), 4, 4, 4, PixelFormat::gray8, 0}), StatusCode::too_small);
    const StreamHealth health = *stream.health().health;
    EXPECT_EQ(health.refused, 5U);
    EXPECT_EQ(health.frames, 1U);
    EXPECT_EQ(health.matched, 1U);
    EXPECT_EQ(health.runs, 1U);
    EXPECT_TRUE(push(stream, 500, 6 * kSecond).empty());
    EXPECT_EQ(stream.finish().at(0).sighting->frames, 2U);
}

TEST(Stream, FlatFramesAreOfLowQuality) {
    Stream stream = stream_of(known_list());
    const Bytes black(std::size_t{kSide} * kSide, 0);
    EXPECT_TRUE(stream.push(view_of(black, 0)).value().empty());
    EXPECT_EQ(stream.health().health->low_quality, 1U);
    EXPECT_EQ(stream.health().health->frames, 1U);
}

TEST(Stream, AListIsChangedBetweenTwoFrames) {
    ListBuilder builder;
    ASSERT_TRUE(builder.add(hash_of(patches(500, kSide)), "new").ok());
    const HashList other = builder.build().value();
    Stream stream = stream_of(known_list());
    Events events;
    for (std::uint32_t i = 0; i < 10; ++i)
        append(events, push(stream, 120 + i, i * kSecond / 2));
    // An equal list, and one whose index is another's: nothing happens.
    EXPECT_TRUE(stream.set_list(known_list(), 1).value().empty());
    const std::shared_ptr<const Index<256>> wrong = stream.list().open_index().value();
    EXPECT_EQ(stream.set_list(other, 1, wrong).status().code(), StatusCode::invalid_argument);
    EXPECT_EQ(stream.list().digest_hex(), known_list().digest_hex());
    append(events, push(stream, 130, 5 * kSecond));
    EXPECT_TRUE(of_kind(events, StreamEventKind::sighting_ended).empty());

    const std::shared_ptr<const Index<256>> index = other.open_index().value();
    const Events ended = stream.set_list(other, 2, index).value();
    ASSERT_EQ(ended.size(), 2U);
    EXPECT_EQ(ended[0].segment->end_us, 5 * kSecond);
    EXPECT_EQ(ended[0].wall_us, 2);
    EXPECT_TRUE(push(stream, 131, 6 * kSecond).empty());
    const Events found = push(stream, 500, 7 * kSecond);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].match->entry_id, "new");
    EXPECT_EQ(found[0].run, 1U);
    const StreamHealth health = *stream.health().health;
    EXPECT_EQ(health.list_digest, other.digest_hex());
    EXPECT_EQ(health.list_entries, 1U);
    EXPECT_EQ(health.sightings, 2U);
    EXPECT_EQ(health.segments, 1U);
    EXPECT_EQ(health.frames, 13U);
}

TEST(Stream, OptionsAreChecked) {
    const auto code_of = [](const StreamOptions& options) {
        return Stream::create(known_list(), options).status().code();
    };
    StreamOptions options;
    options.radius = 257;
    EXPECT_EQ(code_of(options), StatusCode::invalid_argument);
    options = {};
    options.min_quality = 101;
    EXPECT_EQ(code_of(options), StatusCode::invalid_argument);
    options = {};
    options.profile = Profile{9};
    EXPECT_EQ(code_of(options), StatusCode::invalid_argument);
    options = {};
    options.orientation = 9;
    EXPECT_EQ(code_of(options), StatusCode::invalid_argument);
    options = {};
    options.repeat_interval_us = 0;
    EXPECT_EQ(code_of(options), StatusCode::invalid_argument);
    options = {};
    options.gap_us = -1;
    EXPECT_EQ(code_of(options), StatusCode::invalid_argument);
    EXPECT_EQ(Stream::create(known_list(), {}, build_index<256>({}).value()).status().code(),
              StatusCode::invalid_argument);
    options = {};
    options.profile = Profile::plain;
    options.orientation = 6;
    EXPECT_EQ(code_of(options), StatusCode::ok);
}

TEST(StreamEventLine, OneLineOfInertText) {
    StreamEvent event;
    event.stream = "cam\n\"1\"\xff";
    event.run = 3;
    event.match = StreamMatch{"id\u202e", 4, "mirror", 12, -5, 250'000, "A\r\n", ""};
    event.sighting = StreamSighting{-7, -5, 2};
    EXPECT_EQ(
        stream_event_line(event),
        "{\"event\":\"match\",\"stream\":\"cam\\u000A\\\"1\\\"\\uFFFD\",\"stream_hex\":\"63616d0a223122ff\",\"run\":3,"
        "\"wall_us\":null,\"pts_us\":-5,\"frame\":12,\"entry_id\":\"id\\u202E\",\"distance\":4,"
        "\"variant\":\"mirror\",\"known_us\":250000,\"category\":\"A\\u000D\\u000A\",\"label\":\"\","
        "\"sighting\":{\"start_us\":-7,\"end_us\":-5,\"frames\":2},\"segment\":null}");
    event = {};
    event.kind = StreamEventKind::segment_ended;
    event.stream = "s";
    event.wall_us = 9;
    event.segment = MatchSegment{"X", 1, 2, 3, 4, 5, 6, 1.25, 7, 8, "c", "l", "plain"};
    EXPECT_EQ(stream_event_line(event),
              "{\"event\":\"segment_ended\",\"stream\":\"s\",\"run\":0,\"wall_us\":9,\"segment\":{\"entry_id\":\"X\","
              "\"start_us\":1,\"end_us\":2,\"known_start_us\":3,\"known_end_us\":4,\"frames\":5,\"distance\":6,"
              "\"speed\":1.25,\"query_percent\":7,\"compared_percent\":8,\"variant\":\"plain\",\"category\":\"c\","
              "\"label\":\"l\"}}");
    event = {};
    event.kind = StreamEventKind::health;
    event.health = StreamHealth{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, std::nullopt, "d", 11};
    EXPECT_EQ(stream_event_line(event),
              "{\"event\":\"health\",\"stream\":\"\",\"run\":0,\"wall_us\":null,\"frames\":1,\"refused\":2,"
              "\"low_quality\":3,\"matched\":4,\"sightings\":5,\"sightings_open\":6,\"segments\":7,\"runs\":8,"
              "\"gaps\":9,\"longest_gap_us\":10,\"last_pts_us\":null,\"list_digest\":\"d\",\"list_entries\":11}");
    EXPECT_EQ(stream_event_name(StreamEventKind::sighting_ended), "sighting_ended");
    EXPECT_EQ(stream_event_name(StreamEventKind{9}), "unknown");
}

}  // namespace
}  // namespace tutela
