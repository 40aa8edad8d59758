// Which frames of a video each kind of sampling gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "media/video_clips.hpp"

namespace tutela::test {
namespace {

const GivenFrame* at_time(const DecodedVideo& video, std::int64_t pts_us) {
    const auto found = std::find_if(video.frames.begin(), video.frames.end(),
                                    [&](const GivenFrame& frame) { return frame.pts_us == pts_us; });
    return found == video.frames.end() ? nullptr : &*found;
}

// What is given is given as it is among all frames.
void expect_subset(const DecodedVideo& some, const DecodedVideo& all) {
    for (const GivenFrame& frame : some.frames) {
        const GivenFrame* same = at_time(all, frame.pts_us);
        ASSERT_NE(same, nullptr) << frame.pts_us;
        EXPECT_TRUE(frame.pixels == same->pixels) << frame.pts_us;
    }
}

TEST(VideoSampling, KeyFramesAreThoseThatFfprobeMarks) {
    for (const auto& [file, arguments] :
         {std::pair{"a.mp4", "-c:v libx264 -preset veryfast -bf 2 -g 12 -sc_threshold 0"},
          {"a.ts", "-c:v libx264 -preset veryfast -bf 2 -g 12 -sc_threshold 0"},
          {"a.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12"},
          {"b.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=12:open-gop=0:pools=none"},
          {"c.mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime -g 12"},
          {"a.avi", "-c:v mpeg4 -g 12"}}) {
        SCOPED_TRACE(file);
        const TempFolder folder;
        encode(moving_crop(48), arguments, folder / file);
        const DecodedVideo all = decode_video(folder / file);
        const DecodedVideo keys = decode_video(folder / file, {.kind = SamplingKind::key_frames});
        ASSERT_TRUE(keys.status.ok()) << keys.status.to_string();
        EXPECT_FALSE(keys.damage.damaged) << keys.damage.reason;
        ASSERT_EQ(keys.frames.size(), 4U);
        for (std::size_t i = 0; i < 4; ++i)
            EXPECT_EQ(keys.frames[i].index, i);
        expect_subset(keys, all);
    }
}

TEST(VideoSampling, PerSecondGivesTheFirstFrameOfEachPart) {
    const TempFolder folder;
    encode(moving_crop(100), "-c:v mpeg4", folder / "a.mp4");  // 4 s
    const DecodedVideo all = decode_video(folder / "a.mp4");
    for (const std::uint32_t count : {1U, 2U, 5U, 25U, 1000U}) {
        const DecodedVideo some = decode_video(folder / "a.mp4", {SamplingKind::per_second, count});
        ASSERT_TRUE(some.status.ok());
        EXPECT_EQ(some.frames.size(), std::min(100U, 4 * count));
        expect_subset(some, all);
        for (std::size_t i = 0; i < some.frames.size() && count < 25; ++i)
            EXPECT_NEAR(static_cast<double>(some.frames[i].pts_us), 1e6 * static_cast<double>(i) / count, 39'999);
        EXPECT_EQ(some.frames[1].index, some.frames[1].pts_us / 40'000) << "places among all frames";
    }
}

TEST(VideoSampling, AdaptiveSkipsWhatStaysTheSameAndKeepsTheGap) {
    const TempFolder folder;
    // Two seconds of each of three pictures that stand still.
    encode(
        "-f lavfi -i color=c=gray:size=160x120:rate=25:duration=2 -f lavfi -i "
        "color=c=black:size=160x120:rate=25:duration=2.2 -f lavfi -i color=c=white:size=160x120:rate=25:duration=2",
        "-filter_complex concat=n=3 -c:v mpeg4", folder / "a.mp4");
    const DecodedVideo all = decode_video(folder / "a.mp4");
    const DecodedVideo some = decode_video(folder / "a.mp4", {.kind = SamplingKind::adaptive});
    ASSERT_EQ(all.frames.size(), 155U);
    expect_subset(some, all);
    std::vector<std::int64_t> times;
    for (const GivenFrame& frame : some.frames)
        times.push_back(frame.pts_us);
    EXPECT_EQ(times, (std::vector<std::int64_t>{0, 1'000'000, 2'000'000, 3'000'000, 4'000'000, 4'200'000, 5'200'000}));
    const DecodedVideo rare = decode_video(folder / "a.mp4", {SamplingKind::adaptive, 1, 60'000'000});
    EXPECT_EQ(rare.frames.size(), 3U) << "each picture once";
}

TEST(VideoSampling, AdaptiveGapHoldsForAnyVideo) {
    const TempFolder folder;
    encode(moving_crop(100), "-c:v mpeg4", folder / "a.mp4");
    for (const std::int64_t gap : {40'000, 100'000, 500'000}) {
        const DecodedVideo some = decode_video(folder / "a.mp4", {SamplingKind::adaptive, 1, gap});
        for (std::size_t i = 1; i < some.frames.size(); ++i)
            EXPECT_LE(some.frames[i].pts_us - some.frames[i - 1].pts_us, gap);
        EXPECT_EQ(some.frames.front().pts_us, 0);
        EXPECT_GT(some.frames.back().pts_us, 4'000'000 - 40'000 - gap);
    }
}

TEST(VideoSampling, NamesAndRanges) {
    EXPECT_EQ(sampling_name(SamplingKind::every), "every");
    EXPECT_EQ(sampling_name(SamplingKind::per_second), "per_second");
    EXPECT_EQ(sampling_name(SamplingKind::key_frames), "key_frames");
    EXPECT_EQ(sampling_name(SamplingKind::adaptive), "adaptive");
    EXPECT_EQ(sampling_name(static_cast<SamplingKind>(9)), "unknown");
    EXPECT_TRUE(check(Sampling{}).ok());
    EXPECT_EQ(check(Sampling{static_cast<SamplingKind>(9)}).code(), StatusCode::invalid_argument);
    EXPECT_EQ(check(Sampling{.per_second = 0}).code(), StatusCode::invalid_argument);
    EXPECT_EQ(check(Sampling{.per_second = 1001}).code(), StatusCode::invalid_argument);
    EXPECT_EQ(check(Sampling{.max_gap_us = 0}).code(), StatusCode::invalid_argument);
    EXPECT_EQ(sampling_from_text("every").value().kind, SamplingKind::every);
    EXPECT_EQ(sampling_from_text("key").value().kind, SamplingKind::key_frames);
    EXPECT_EQ(sampling_from_text("adaptive").value().kind, SamplingKind::adaptive);
    EXPECT_EQ(sampling_from_text("25").value().kind, SamplingKind::per_second);
    EXPECT_EQ(sampling_from_text("25").value().per_second, 25U);
    for (const char* wrong : {"", "0", "1001", "-1", "2.5", "5 ", "all", "Every"})
        EXPECT_EQ(sampling_from_text(wrong).status().code(), StatusCode::invalid_argument) << wrong;
    for (const char* text : {"every", "key", "adaptive", "1", "1000"})
        EXPECT_EQ(sampling_text(sampling_from_text(text).value()), text);
    EXPECT_EQ(sampling_text({SamplingKind::every, 7, 9}), "every") << "what its kind does not depend on";
    EXPECT_EQ(sampling_text({SamplingKind::adaptive, 7, 500'000}), "adaptive with a gap of 500000 us");
    const std::vector<std::uint8_t> none;
    EXPECT_EQ(decode_video(std::span(none), {.per_second = 0}).status.code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela::test
