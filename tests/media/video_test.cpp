#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ostream>

#include <unistd.h>

#include "core/file.hpp"
#include "media/video_clips.hpp"

namespace tutela::test {
namespace {

// What a clip is encoded as, and how the raw frames of it lie.
struct Kind {
    const char* name;
    const char* arguments;
    const char* file;
    MediaFormat format;
    bool limited = true;
    int depth = 8;
    int chroma_percent = 50;  // of the luma's samples

    friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

constexpr Kind kKinds[] = {
    {"h264_b_mp4", "-c:v libx264 -preset veryfast -bf 2 -g 12", "a.mp4", MediaFormat::mp4},
    {"h264_mkv", "-c:v libx264 -preset veryfast -bf 0 -g 12", "a.mkv", MediaFormat::matroska},
    {"h264_b_ts", "-c:v libx264 -preset veryfast -bf 2 -g 12", "a.ts", MediaFormat::mpegts},
    {"h264_b_flv", "-c:v libx264 -preset veryfast -bf 2 -g 12", "a.flv", MediaFormat::flv},
    {"h264_fragments", "-c:v libx264 -preset veryfast -g 12 -movflags frag_keyframe+empty_moov", "a.mp4",
     MediaFormat::mp4},
    {"h264_full_range", "-c:v libx264 -preset veryfast -pix_fmt yuvj420p -color_range pc", "a.mp4", MediaFormat::mp4,
     false},
    {"h264_10_bits", "-c:v libx264 -preset veryfast -pix_fmt yuv420p10le", "a.mkv", MediaFormat::matroska, true, 10},
    {"hevc_mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=2:pools=none", "a.mp4",
     MediaFormat::mp4},
    {"vp8_webm", "-c:v libvpx -deadline realtime -cpu-used 8", "a.webm", MediaFormat::matroska},
    {"vp9_webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8", "a.webm", MediaFormat::matroska},
    {"av1_mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime", "a.mp4", MediaFormat::mp4},
    {"mpeg4_avi", "-c:v mpeg4 -q:v 4 -g 12", "a.avi", MediaFormat::avi},
    {"mpeg4_b_mp4", "-c:v mpeg4 -q:v 4 -bf 2 -g 12", "a.mp4", MediaFormat::mp4},
    {"mpeg2_ps", "-c:v mpeg2video -q:v 4 -bf 2", "a.mpg", MediaFormat::mpegps},
    {"mpeg1_ps", "-c:v mpeg1video -q:v 4", "a.mpg", MediaFormat::mpegps},
    {"mjpeg_mov", "-c:v mjpeg -pix_fmt yuvj420p -q:v 4", "a.mov", MediaFormat::mp4, false},
    {"flv1_flv", "-c:v flv -q:v 4", "a.flv", MediaFormat::flv},
    {"wmv2_asf", "-c:v wmv2 -q:v 4", "a.wmv", MediaFormat::asf},
    {"theora_ogg", "-c:v libtheora -q:v 5", "a.ogv", MediaFormat::ogg},
    {"prores_mov", "-c:v prores -pix_fmt yuv422p10le", "a.mov", MediaFormat::mp4, true, 10, 100},
    {"ffv1_mkv", "-c:v ffv1", "a.mkv", MediaFormat::matroska},
};

// What the header promises, in floating point.
std::uint8_t expected_luma(unsigned value, const Kind& kind) {
    const double scale = 1 << (kind.depth - 8);
    const double floor = kind.limited ? 16 * scale : 0;
    const double range = kind.limited ? 219 * scale : (1 << kind.depth) - 1;
    return static_cast<std::uint8_t>(std::lround(std::clamp(value - floor, 0.0, range) * 255 / range));
}

std::vector<std::uint8_t> expected_plane(const std::vector<std::uint8_t>& raw, const Kind& kind) {
    std::vector<std::uint8_t> plane;
    if (kind.depth == 8) {
        for (const std::uint8_t value : raw)
            plane.push_back(expected_luma(value, kind));
    } else {
        for (std::size_t i = 0; i < raw.size(); i += 2)
            plane.push_back(expected_luma(raw[i] | static_cast<unsigned>(raw[i + 1]) << 8, kind));
    }
    return plane;
}

class VideoKinds : public testing::TestWithParam<Kind> {};

TEST_P(VideoKinds, EveryFrameIsFfmpegsOwnLumaAtFfprobesTime) {
    const Kind& kind = GetParam();
    const TempFolder folder;
    const auto path = folder / kind.file;
    encode(moving_crop(30), kind.arguments, path);
    const DecodedVideo video = decode_video(path);
    ASSERT_TRUE(video.status.ok()) << video.status.to_string();
    EXPECT_EQ(video.info.format, kind.format);
    EXPECT_EQ(video.info.width, kClipWidth);
    EXPECT_EQ(video.info.height, kClipHeight);
    EXPECT_EQ(video.info.orientation, 0U);
    EXPECT_FALSE(video.damage.damaged) << video.damage.reason;

    const std::size_t luma_bytes = std::size_t{kClipWidth} * kClipHeight * (kind.depth > 8 ? 2 : 1);
    const auto raw =
        raw_luma(path, luma_bytes + luma_bytes * static_cast<unsigned>(kind.chroma_percent) / 100, luma_bytes);
    const auto times = probe_times(path);
    ASSERT_GE(raw.size(), 29U);
    ASSERT_EQ(video.frames.size(), raw.size());
    ASSERT_EQ(video.frames.size(), times.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const GivenFrame& frame = video.frames[i];
        EXPECT_EQ(frame.index, i);
        EXPECT_EQ(frame.format, PixelFormat::gray8);
        EXPECT_EQ(frame.pts_us, times[i]) << "frame " << i;
        EXPECT_TRUE(frame.pixels == expected_plane(raw[i], kind)) << "frame " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(All, VideoKinds, testing::ValuesIn(kKinds),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Video, ReadsAFileInPlaceWithoutMovingItsPosition) {
    const TempFolder folder;
    encode(moving_crop(30), "-c:v mpeg4 -g 12", folder / "a.mp4");
    const auto file = InputFile::open(folder / "a.mp4");
    ASSERT_TRUE(file.ok());
    const DecodedVideo placed =
        pull_all(open_video({.descriptor = file.value().descriptor(), .size_bytes = file.value().size()}));
    const DecodedVideo in_memory = decode_video(folder / "a.mp4");
    EXPECT_TRUE(placed.status.ok()) << placed.status.to_string();
    EXPECT_EQ(placed.frames.size(), 30U);
    EXPECT_TRUE(placed.frames == in_memory.frames);
    EXPECT_EQ(::lseek(file.value().descriptor(), 0, SEEK_CUR), 0);
}

TEST(Video, KeepsTheTimesOfAVariableRate) {
    const TempFolder folder;
    encode(moving_crop(40), "-vf \"select='not(mod(n,7))+gt(n,25)',settb=1/1000\" -fps_mode vfr -c:v libx264 -bf 2",
           folder / "a.mkv");
    const DecodedVideo video = decode_video(folder / "a.mkv");
    const auto times = probe_times(folder / "a.mkv");
    ASSERT_EQ(video.frames.size(), times.size());
    EXPECT_GT(times.size(), 15U);
    EXPECT_LT(times.size(), 25U);
    for (std::size_t i = 0; i < times.size(); ++i)
        EXPECT_EQ(video.frames[i].pts_us, times[i]);
}

TEST(Video, TellsTurnsAndGivesFramesAsStored) {
    const TempFolder folder;
    encode(moving_crop(3), "-c:v mpeg4", folder / "plain.mp4");
    const DecodedVideo plain = decode_video(folder / "plain.mp4");
    // What this ffmpeg writes for 90 it turns counterclockwise itself.
    for (const auto& [degrees, orientation] : {std::pair{"90", 8U}, {"180", 3U}, {"270", 6U}}) {
        encode("-i '" + (folder / "plain.mp4").string() + "'", std::string("-c copy -metadata:s:v rotate=") + degrees,
               folder / "turned.mp4");
        const DecodedVideo turned = decode_video(folder / "turned.mp4");
        EXPECT_EQ(turned.info.orientation, orientation) << degrees;
        EXPECT_TRUE(turned.frames == plain.frames);
    }
}

TEST(Video, FindsThePicturesBehindTheSound) {
    const TempFolder folder;
    encode("-f lavfi -i sine=duration=1 " + moving_crop(20), "-map 0:a -map 1:v -c:a aac -c:v mpeg4", folder / "a.mp4");
    EXPECT_EQ(decode_video(folder / "a.mp4").frames.size(), 20U);
    encode("-f lavfi -i sine=duration=1", "-c:a aac", folder / "sound.mp4");
    const DecodedVideo sound = decode_video(folder / "sound.mp4");
    EXPECT_EQ(sound.status.code(), StatusCode::unsupported);
    EXPECT_EQ(sound.status.message(), "the mp4 file holds no video");
}

TEST(Video, TakesTheLargestTrackAndNoCover) {
    const TempFolder folder;
    encode(moving_crop(5, 96, 64) + " " + moving_crop(5, 128, 96), "-map 0 -map 1 -c:v mpeg4", folder / "two.mp4");
    const DecodedVideo two = decode_video(folder / "two.mp4");
    EXPECT_EQ(two.info.width, 128U);

    encode(moving_crop(1, 320, 240), "-c:v mjpeg", folder / "cover.jpg");
    encode("-i '" + (folder / "two.mp4").string() + "' -i '" + (folder / "cover.jpg").string() + "'",
           "-map 0:0 -map 1 -c copy -disposition:v:1 attached_pic", folder / "covered.mp4");
    EXPECT_EQ(decode_video(folder / "covered.mp4").info.width, 96U);

    encode("-f lavfi -i sine=duration=1 -i '" + (folder / "cover.jpg").string() + "'",
           "-map 0 -map 1 -c:a aac -c:v copy -disposition:v:0 attached_pic", folder / "song.m4a");
    const DecodedVideo song = decode_video(folder / "song.m4a");
    EXPECT_EQ(song.info.width, 320U) << song.status.to_string();
    EXPECT_EQ(song.frames.size(), 1U);
}

TEST(Video, FollowsASizeThatChanges) {
    const TempFolder folder;
    encode(moving_crop(10), "-c:v mpeg2video", folder / "a.ts");
    encode(moving_crop(10, 240, 160), "-c:v mpeg2video", folder / "b.ts");
    auto bytes = read_file(folder / "a.ts");
    const auto second = read_file(folder / "b.ts");
    bytes.insert(bytes.end(), second.begin(), second.end());
    const DecodedVideo video = decode_video(std::span<const std::uint8_t>(bytes));
    ASSERT_TRUE(video.status.ok()) << video.status.to_string();
    EXPECT_EQ(video.frames.front().width, kClipWidth);
    EXPECT_EQ(video.frames.back().width, 240U);
    EXPECT_EQ(video.frames.back().height, 160U);
    EXPECT_GE(video.frames.size(), 18U);
    for (std::size_t i = 1; i < video.frames.size(); ++i)
        EXPECT_GT(video.frames[i].pts_us, video.frames[i - 1].pts_us) << "the clock was set back, and time goes on";
}

TEST(Video, GivesColoursWhereThereIsNoLuma) {
    const TempFolder folder;
    encode(moving_crop(3), "-c:v qtrle -pix_fmt rgb24", folder / "a.mov");
    const DecodedVideo video = decode_video(folder / "a.mov");
    const auto raw = raw_luma(folder / "a.mov", kClipWidth * kClipHeight * 3, kClipWidth * kClipHeight * 3);
    ASSERT_EQ(video.frames.size(), raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        EXPECT_EQ(video.frames[i].format, PixelFormat::rgb24);
        EXPECT_TRUE(video.frames[i].pixels == raw[i]);
    }
}

TEST(Video, IsNoPicture) {
    const TempFolder folder;
    encode(moving_crop(1), "-c:v mpeg4", folder / "a.mp4");
    const auto bytes = read_file(folder / "a.mp4");
    EXPECT_EQ(open_media(bytes).status().code(), StatusCode::unsupported);
    EXPECT_EQ(decode_video(std::span(bytes).first(0)).status.code(), StatusCode::unsupported);
    EXPECT_EQ(decode_video(std::vector<std::uint8_t>{0xFF, 0xD8, 0xFF, 0xE0}).status.code(), StatusCode::unsupported);
}

}  // namespace
}  // namespace tutela::test
