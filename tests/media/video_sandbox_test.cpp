// Videos in the sandbox: the same frames, and its own ends.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "core/file.hpp"
#include "media/video_clips.hpp"

namespace tutela::test {
namespace {

std::unique_ptr<Decoder> sandboxed() {
    auto decoder = make_sandboxed_decoder({TUTELA_WORKER, TUTELA_VIDEO_WORKER});
    EXPECT_TRUE(decoder.ok()) << decoder.status().to_string();
    return std::move(decoder).value();
}

void expect_same(const DecodedVideo& here, const DecodedVideo& there) {
    EXPECT_EQ(here.status.code(), there.status.code());
    EXPECT_EQ(here.status.message(), there.status.message());
    EXPECT_EQ(here.info.format, there.info.format);
    EXPECT_EQ(here.info.width, there.info.width);
    EXPECT_EQ(here.info.height, there.info.height);
    EXPECT_EQ(here.info.orientation, there.info.orientation);
    EXPECT_EQ(here.damage.damaged, there.damage.damaged);
    EXPECT_EQ(here.damage.reason, there.damage.reason);
    ASSERT_EQ(here.frames.size(), there.frames.size());
    EXPECT_TRUE(here.frames == there.frames);
}

constexpr std::pair<const char*, const char*> kClips[] = {
    {"a.mp4", "-c:v libx264 -preset veryfast -bf 2 -g 12"},
    {"a.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=none -pix_fmt yuv420p10le"},
    {"a.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"},
    {"b.mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime"},
    {"a.avi", "-c:v mpeg4 -g 12"},
    {"a.ts", "-c:v mpeg2video -g 12"},
    {"a.mov", "-c:v qtrle -pix_fmt rgb24"},
    {"a.wmv", "-c:v wmv2"},
};

TEST(VideoSandbox, GivesTheSameFramesAsThisProcess) {
    const auto decoder = sandboxed();
    for (const auto& [file, arguments] : kClips) {
        SCOPED_TRACE(file);
        const TempFolder folder;
        encode(moving_crop(40), arguments, folder / file);
        const auto bytes = read_file(folder / file);
        const auto opened = InputFile::open(folder / file);
        ASSERT_TRUE(opened.ok());
        const VideoInput in_place{.descriptor = opened.value().descriptor(), .size_bytes = opened.value().size()};
        for (const Sampling& sampling :
             {Sampling{}, Sampling{SamplingKind::per_second, 3}, Sampling{.kind = SamplingKind::key_frames},
              Sampling{SamplingKind::adaptive, 1, 500'000}}) {
            SCOPED_TRACE(sampling_name(sampling.kind));
            const DecodedVideo here = decode_video(std::span(bytes), sampling);
            expect_same(here, pull_all(decoder->open_video({.bytes = bytes}, {}, sampling)));
            expect_same(here, pull_all(decoder->open_video(in_place, {}, sampling)));
        }
        expect_same(decode_video(std::span(bytes).first(bytes.size() / 2)),
                    pull_all(decoder->open_video({.bytes = std::span(bytes).first(bytes.size() / 2)}, {}, {})));
    }
}

TEST(VideoSandbox, KeepsLimitsAndGoesOn) {
    const TempFolder folder;
    encode(moving_crop(20), "-c:v mpeg4", folder / "a.mp4");
    const auto bytes = read_file(folder / "a.mp4");
    const auto decoder = sandboxed();
    DecodeLimits limits;
    limits.max_video_frames = 7;
    const DecodedVideo few = pull_all(decoder->open_video({.bytes = bytes}, limits, {}));
    EXPECT_EQ(few.status.code(), StatusCode::limit);
    EXPECT_EQ(few.frames.size(), 7U);
    limits = {};
    limits.max_pixels = 100;
    EXPECT_EQ(decoder->open_video({.bytes = bytes}, limits, {}).status().code(), StatusCode::limit);
    limits = {};
    limits.max_video_bytes = 100;
    EXPECT_EQ(decoder->open_video({.bytes = bytes}, limits, {}).status().code(), StatusCode::limit);
    EXPECT_EQ(decoder->open_video({.bytes = bytes}, {}, {.per_second = 0}).status().code(),
              StatusCode::invalid_argument);
    EXPECT_EQ(pull_all(decoder->open_video({.bytes = bytes}, {}, {})).frames.size(), 20U);
}

TEST(VideoSandbox, TimeOfItsOwnEndsAVideo) {
    const TempFolder folder;
    encode(moving_crop(200, 640, 480), "-c:v mpeg4", folder / "a.mp4");
    const auto bytes = read_file(folder / "a.mp4");
    const auto decoder = sandboxed();
    DecodeLimits limits;
    limits.max_video_seconds = 0;
    EXPECT_EQ(pull_all(decoder->open_video({.bytes = bytes}, limits, {})).status.code(), StatusCode::timeout);
    limits = {};
    limits.max_file_seconds = 0;  // that of pictures
    EXPECT_EQ(pull_all(decoder->open_video({.bytes = bytes}, limits, {})).frames.size(), 200U);
}

TEST(VideoSandbox, WhatWasOpenedBeforeIsAtItsEnd) {
    const TempFolder folder;
    encode(moving_crop(5), "-c:v mpeg4", folder / "a.mp4");
    const auto bytes = read_file(folder / "a.mp4");
    const auto decoder = sandboxed();
    auto first = decoder->open_video({.bytes = bytes}, {}, {});
    ASSERT_TRUE(first.ok());
    auto second = decoder->open_video({.bytes = bytes}, {}, {});
    ASSERT_TRUE(second.ok());
    Frame frame;
    EXPECT_FALSE(first.value()->next(frame).value());
    EXPECT_TRUE(second.value()->next(frame).value());
    decoder->trim();
    EXPECT_FALSE(second.value()->next(frame).value());
}

TEST(VideoSandbox, TakesNoFileThatCouldBeWritten) {
    const TempFolder folder;
    encode(moving_crop(5), "-c:v mpeg4", folder / "a.mp4");
    const Descriptor file(::open((folder / "a.mp4").c_str(), O_RDWR | O_CLOEXEC));
    const auto decoder = sandboxed();
    const VideoInput input{.descriptor = file.get(), .size_bytes = 1000};
    EXPECT_EQ(decoder->open_video(input, {}, {}).status().code(), StatusCode::invalid_argument);
    EXPECT_EQ(decoder->open_video({.descriptor = 1000, .size_bytes = 1000}, {}, {}).status().code(),
              StatusCode::invalid_argument);
}

TEST(VideoSandbox, AHugeFileTakesLittleMemory) {
    const TempFolder folder;
    encode(moving_crop(30), "-c:v mpeg4", folder / "a.ts");
    const auto bytes = read_file(folder / "a.ts");
    write_file(folder / "huge.ts", std::span<const std::uint8_t>(bytes));
    constexpr std::uint64_t kHuge = 10ULL << 30;
    std::filesystem::resize_file(folder / "huge.ts", kHuge);
    const auto file = InputFile::open(folder / "huge.ts");
    ASSERT_TRUE(file.ok());
    const auto decoder = sandboxed();
    DecodeLimits limits;
    limits.max_memory = 256U << 20;
    auto source = decoder->open_video({.descriptor = file.value().descriptor(), .size_bytes = kHuge}, limits, {});
    ASSERT_TRUE(source.ok()) << source.status().to_string();
    Frame frame;
    for (int i = 0; i < 28; ++i) {
        const auto more = source.value()->next(frame);
        ASSERT_TRUE(more.ok() && more.value()) << i << " " << more.status().to_string();
    }
}

TEST(VideoSandbox, AMissingProgramIsSaidOfVideosAlone) {
    auto decoder = make_sandboxed_decoder({TUTELA_WORKER, "/nowhere/tutela-video-worker"});
    ASSERT_TRUE(decoder.ok());
    const std::vector<std::uint8_t> bytes(1000);
    EXPECT_EQ(decoder.value()->open_video({.bytes = bytes}, {}, {}).status().code(), StatusCode::unavailable);
    EXPECT_EQ(decoder.value()->open(bytes, {}, DecodeMode::luma).status().code(), StatusCode::unsupported);
}

}  // namespace
}  // namespace tutela::test
