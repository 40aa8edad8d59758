// Animations against lists that hold known videos: what rows say of them, and when.
#include <gtest/gtest.h>

#include <algorithm>

#include "scan/animation_files.hpp"
#include "scan/folder.hpp"
#include "scan/scanning.hpp"
#include "tutela/vpdq.hpp"

namespace tutela {
namespace {

using test::animation;
using test::Bytes;
using test::frame_hashes;
using test::shown;
using test::ShownFrame;
using test::TestFolder;

constexpr std::int64_t kSecond = 1'000'000;

std::vector<ShownFrame> joined(std::vector<ShownFrame> a, const std::vector<ShownFrame>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// Half a minute, half a second a frame: frames 100 to 159. A still as well, frame 500, and another video of 40 frames.
HashList known_list() {
    ListBuilder builder;
    EXPECT_TRUE(builder.add(frame_hashes(animation(shown(500, 1))).front().hash, "still", "S").ok());
    EXPECT_TRUE(builder.add_video(frame_hashes(animation(shown(100, 60))), "X", "A1", "a label").ok());
    EXPECT_TRUE(builder.add_video(frame_hashes(animation(shown(300, 40))), "Y").ok());
    return builder.build().value();
}

class KnownVideo : public ::testing::Test {
protected:
    static FileRow scan(const std::vector<ShownFrame>& frames, ScanOptions options = {}) {
        return Scanner::create(known_list(), std::move(options)).value().scan_bytes(animation(frames), "a.gif");
    }
};

void expect_times(const MatchSegment& segment, double start, double end, double known_start, double known_end) {
    const auto near = [](std::int64_t us, double seconds) {
        return std::abs(static_cast<double>(us) / kSecond - seconds) < 1.0;
    };
    EXPECT_TRUE(near(segment.start_us, start)) << segment.start_us;
    EXPECT_TRUE(near(segment.end_us, end)) << segment.end_us;
    EXPECT_TRUE(near(segment.known_start_us, known_start)) << segment.known_start_us;
    EXPECT_TRUE(near(segment.known_end_us, known_end)) << segment.known_end_us;
}

TEST_F(KnownVideo, ACopyIsOneSegmentAndOneMatch) {
    const FileRow row = scan(shown(100, 60));
    EXPECT_EQ(row.outcome, Outcome::matched);
    ASSERT_EQ(row.matches.size(), 1U);
    EXPECT_EQ(row.matches[0].entry_id, "X");
    EXPECT_EQ(row.matches[0].category, "A1");
    EXPECT_EQ(row.matches[0].pts_us, row.matches[0].known_us);
    ASSERT_EQ(row.segments.size(), 1U);
    const MatchSegment expected{
        "X", 0,    59 * kSecond / 2, 0,      59 * kSecond / 2, 60, row.matches[0].distance_bits, 1.0, 100,
        100, "A1", "a label",        "plain"};
    EXPECT_EQ(row.segments[0], expected);
    ASSERT_EQ(row.timeline.size(), 60U);
    for (std::size_t i = 0; i < row.timeline.size(); ++i) {
        EXPECT_EQ(row.timeline[i].pts_us, static_cast<std::int64_t>(i) * kSecond / 2);
        EXPECT_EQ(row.timeline[i].match, 0U);
        EXPECT_LE(row.timeline[i].distance_bits, 31U);
        EXPECT_GE(row.timeline[i].quality, 50);
    }
}

TEST_F(KnownVideo, AtAnotherSpeed) {
    for (const std::uint32_t delay : {46U, 48U, 52U, 54U}) {
        SCOPED_TRACE(delay);
        const FileRow row = scan(joined(shown(1000, 20), shown(100, 60, delay)));
        ASSERT_EQ(row.segments.size(), 1U);
        const double length = 0.59 * delay;
        expect_times(row.segments[0], 10, 10 + length, 0, 29.5);
        EXPECT_NEAR(row.segments[0].speed, 50.0 / delay, 0.02);
        EXPECT_EQ(row.segments[0].query_percent, 75U);
        EXPECT_EQ(row.segments[0].compared_percent, 100U);
    }
}

TEST_F(KnownVideo, CutsAndPartsInAnotherOrder) {
    std::vector<ShownFrame> frames = shown(1000, 20);  // 0 .. 10 s
    for (const auto& part : {shown(130, 20), shown(310, 24), shown(105, 12), shown(500, 1), shown(1100, 3)})
        frames = joined(std::move(frames), part);
    const FileRow row = scan(frames);
    ASSERT_EQ(row.segments.size(), 3U);
    EXPECT_EQ(row.segments[0].entry_id, "X");
    expect_times(row.segments[0], 10, 19.5, 15, 24.5);
    EXPECT_EQ(row.segments[1].entry_id, "Y");
    expect_times(row.segments[1], 20, 31.5, 5, 16.5);
    EXPECT_EQ(row.segments[2].entry_id, "X");
    expect_times(row.segments[2], 32, 37.5, 2.5, 8);
    EXPECT_EQ(row.segments[0].query_percent, 40U);  // 32 of 80 frames
    EXPECT_EQ(row.segments[0].compared_percent, 53U);
    EXPECT_EQ(row.segments[0].compared_percent, row.segments[2].compared_percent);
    EXPECT_EQ(row.segments[1].compared_percent, 60U);
    std::vector<std::string> entries;
    for (const MatchFact& match : row.matches)
        entries.push_back(match.entry_id);
    std::sort(entries.begin(), entries.end());
    EXPECT_EQ(entries, (std::vector<std::string>{"X", "Y", "still"}));
    for (const MatchFact& match : row.matches) {
        EXPECT_EQ(match.known_us.has_value(), match.entry_id != "still");
        EXPECT_TRUE(match.entry_id != "still" || match.pts_us == 38 * kSecond);
    }
}

TEST_F(KnownVideo, MissingRepeatedAndLoopedFrames) {
    std::vector<ShownFrame> frames;
    for (const ShownFrame& frame : shown(100, 60)) {
        const std::uint32_t place = frame.number % 5;
        frames.push_back(place == 2 ? ShownFrame{frame.number + 2000} : frame);  // another picture for every fifth
        if (place == 4) frames.back().number -= 1;                               // and one shown twice
    }
    const FileRow row = scan(frames);
    ASSERT_EQ(row.segments.size(), 1U);
    expect_times(row.segments[0], 0, 29.5, 0, 29.5);
    // Shown twice, with ten seconds of others between: twice found.
    const FileRow loop = scan(joined(joined(shown(110, 20), shown(1000, 20)), shown(110, 20)));
    ASSERT_EQ(loop.segments.size(), 2U);
    expect_times(loop.segments[0], 0, 9.5, 5, 14.5);
    expect_times(loop.segments[1], 20, 29.5, 5, 14.5);
}

TEST_F(KnownVideo, BackwardsItMatchesAndIsNoSegment) {
    std::vector<ShownFrame> frames = shown(100, 60);
    std::reverse(frames.begin(), frames.end());
    const FileRow row = scan(frames);
    EXPECT_EQ(row.outcome, Outcome::matched);
    EXPECT_EQ(row.matches.size(), 1U);
    EXPECT_TRUE(row.segments.empty());
}

TEST_F(KnownVideo, AnotherVideoIsClean) {
    const FileRow row = scan(shown(1000, 200));
    EXPECT_EQ(row.outcome, Outcome::clean);
    EXPECT_TRUE(row.segments.empty());
    EXPECT_TRUE(row.timeline.empty());
}

TEST_F(KnownVideo, AMirroredCopySaysSo) {
    std::vector<ShownFrame> frames = shown(100, 60);
    for (ShownFrame& frame : frames)
        frame.mirrored = true;
    const FileRow row = scan(frames);
    ASSERT_EQ(row.segments.size(), 1U);
    EXPECT_EQ(row.segments[0].variant, "mirror");
    ScanOptions plain;
    plain.profile = Profile::plain;
    EXPECT_EQ(scan(frames, plain).outcome, Outcome::clean);
}

// A still, and an animation of one frame, have no segments; but the place in the known video.
TEST_F(KnownVideo, AStillOfAVideo) {
    const FileRow row = scan(shown(120, 1));
    ASSERT_EQ(row.matches.size(), 1U);
    EXPECT_EQ(row.matches[0].entry_id, "X");
    EXPECT_EQ(row.matches[0].known_us, 10 * kSecond);
    EXPECT_TRUE(row.segments.empty());
    EXPECT_TRUE(row.timeline.empty());
}

TEST_F(KnownVideo, FramesOfLowQualityInTheListMatchNothing) {
    std::vector<FrameHash> poor = frame_hashes(animation(shown(100, 60)));
    for (FrameHash& frame : poor)
        frame.quality = 49;
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(poor, "X").ok());
    const Scanner scanner = Scanner::create(builder.build().value()).value();
    EXPECT_EQ(scanner.scan_bytes(animation(shown(100, 60)), "a.gif").outcome, Outcome::clean);
}

// The percentages are those of the comparison of both videos, when nothing but the frames as they stand is looked up.
TEST_F(KnownVideo, PercentagesAreThoseOfTheComparison) {
    const std::vector<ShownFrame> frames = joined(joined(shown(1000, 37), shown(107, 23)), shown(110, 9));
    ScanOptions options;
    options.profile = Profile::plain;
    options.decode = DecodeMode::exact;
    const FileRow row = scan(frames, options);
    const VpdqComparison expected =
        compare_vpdq(frame_hashes(animation(frames)), frame_hashes(animation(shown(100, 60)))).value();
    ASSERT_FALSE(row.segments.empty());
    EXPECT_EQ(row.segments[0].query_percent, static_cast<std::uint32_t>(expected.query_match_percent));
    EXPECT_EQ(row.segments[0].compared_percent, static_cast<std::uint32_t>(expected.compared_match_percent));
}

TEST_F(KnownVideo, RowsAreTheSameOnAnyNumberOfThreads) {
    const TestFolder folder;
    for (std::uint32_t i = 0; i < 12; ++i) {
        const Bytes file = animation(joined(shown(1000 + i, 10 + i), shown(100 + 3 * i, 25, 46 + i % 9)));
        folder.write(std::to_string(i % 9) + "-" + std::to_string(i) + ".gif", file);
        if (i % 3 == 0) folder.write("copy" + std::to_string(i) + ".gif", file);
    }
    const Scanner scanner = Scanner::create(known_list()).value();
    const test::RunResult expected = test::run(scanner, {folder.path()});
    ASSERT_EQ(expected.rows.size(), 16U);
    for (const FileRow& row : expected.rows)
        EXPECT_EQ(row.segments.size(), 1U) << row.path;
    for (const std::size_t threads : {2U, 5U}) {
        ThreadPool pool(threads);
        EXPECT_EQ(test::run(scanner, {folder.path()}, pool).rows, expected.rows);
    }
}

}  // namespace
}  // namespace tutela
