// Videos that are cut, altered or unlike what they announce: limits, reasons, and all that can still be decoded.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "core/file.hpp"
#include "media/video_clips.hpp"
#include "media/video_clock.hpp"

namespace tutela::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Container {
    const char* file;
    const char* arguments;
    bool tells_cuts;  // in the middle of a packet or not
};

constexpr Container kContainers[] = {
    {"a.mp4", "-c:v libx264 -preset veryfast -bf 2 -g 12 -movflags faststart", true},
    {"b.mp4", "-c:v libx264 -preset veryfast -g 12 -movflags frag_keyframe+empty_moov", true},
    {"a.mkv", "-c:v libx264 -preset veryfast -bf 2 -g 12", true},
    {"a.avi", "-c:v mpeg4 -g 12", true},
    {"a.ts", "-c:v mpeg2video -g 12", false},
    {"a.mpg", "-c:v mpeg2video -g 12", false},
    {"a.flv", "-c:v flv -g 12", false},
    {"a.wmv", "-c:v wmv2 -g 12", false},
    {"a.ogv", "-c:v libtheora", false},
};

Bytes make(const Container& container) {
    const TempFolder folder;
    encode(moving_crop(48), container.arguments, folder / container.file);
    return read_file(folder / container.file);
}

void expect_well_formed(const DecodedVideo& video) {
    if (!video.status.ok()) {
        const StatusCode code = video.status.code();
        EXPECT_TRUE(code == StatusCode::corrupt || code == StatusCode::unsupported || code == StatusCode::limit)
            << video.status.to_string();
        EXPECT_FALSE(video.status.message().empty());
    }
    EXPECT_EQ(video.damage.damaged, !video.damage.reason.empty());
    for (std::size_t i = 1; i < video.frames.size(); ++i) {
        EXPECT_GT(video.frames[i].pts_us, video.frames[i - 1].pts_us);
        EXPECT_GT(video.frames[i].index, video.frames[i - 1].index);
    }
}

TEST(VideoDamage, ACutFileGivesTheFramesBeforeTheCut) {
    for (const Container& container : kContainers) {
        SCOPED_TRACE(container.file);
        const Bytes bytes = make(container);
        const DecodedVideo whole = decode_video(std::span(bytes));
        ASSERT_FALSE(whole.damage.damaged) << whole.damage.reason;
        ASSERT_GE(whole.frames.size(), 47U);
        std::size_t most = 0;
        for (const unsigned percent : {1U, 10U, 35U, 60U, 85U, 97U}) {
            SCOPED_TRACE(percent);
            const DecodedVideo cut = decode_video(std::span(bytes).first(bytes.size() * percent / 100));
            expect_well_formed(cut);
            EXPECT_LE(cut.frames.size(), whole.frames.size());
            EXPECT_GE(cut.frames.size(), most) << "more bytes, no fewer frames";
            most = cut.frames.size();
            // A decoder may give the last one, or the last few that wait for what came no more, in pieces.
            for (std::size_t i = 0; i + 4 < cut.frames.size(); ++i)
                EXPECT_TRUE(cut.frames[i].pixels == whole.frames[i].pixels) << "frame " << i;
            if (container.tells_cuts) {
                EXPECT_TRUE(cut.damage.damaged || !cut.status.ok());
            }
        }
        EXPECT_GE(most, 36U);
    }
}

TEST(VideoDamage, AnIndexAtTheEndIsFoundAndAMissingOneSaid) {
    const TempFolder folder;
    encode(moving_crop(30), "-c:v mpeg4", folder / "a.mp4");
    const Bytes bytes = read_file(folder / "a.mp4");
    EXPECT_EQ(decode_video(std::span(bytes)).frames.size(), 30U);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t index = text.find("moov");
    ASSERT_GT(index, bytes.size() / 2);
    for (const std::size_t end : {index - 4, index + 40}) {
        const DecodedVideo headless = decode_video(std::span(bytes).first(end));
        EXPECT_EQ(headless.status.code(), StatusCode::corrupt);
        EXPECT_FALSE(headless.status.message().empty());
    }
}

TEST(VideoDamage, BareHeadersAreCorrupt) {
    for (const Container& container : kContainers) {
        SCOPED_TRACE(container.file);
        const Bytes bytes = make(container);
        for (const std::size_t size : {std::size_t{13}, std::size_t{48}}) {
            const DecodedVideo bare = decode_video(std::span(bytes).first(size));
            EXPECT_TRUE(bare.frames.empty());
            EXPECT_FALSE(bare.status.ok());
            expect_well_formed(bare);
        }
    }
}

TEST(VideoDamage, AlteredBytesCostNoMoreThanTheirFrames) {
    for (const Container& container : kContainers) {
        SCOPED_TRACE(container.file);
        const Bytes bytes = make(container);
        for (unsigned seed = 0; seed < 6; ++seed) {
            SCOPED_TRACE(seed);
            std::minstd_rand random(seed + 1);
            Bytes altered = bytes;
            for (int i = 0; i < 12; ++i)
                altered[altered.size() / 2 + random() % (altered.size() / 4)] ^=
                    static_cast<std::uint8_t>(1 + random() % 255);
            const DecodedVideo video = decode_video(std::span(altered));
            expect_well_formed(video);
            EXPECT_GE(video.frames.size(), 8U) << video.status.to_string();
        }
        for (unsigned seed = 0; seed < 20; ++seed) {
            SCOPED_TRACE(seed);
            std::minstd_rand random(seed + 100);
            Bytes altered = bytes;
            for (int i = 0; i < 8; ++i)
                altered[random() % std::min<std::size_t>(altered.size(), 2048)] = static_cast<std::uint8_t>(random());
            expect_well_formed(decode_video(std::span(altered), {}, {.max_pixels = 1'000'000}));
        }
    }
}

TEST(VideoDamage, LimitsEndAVideoAndKeepWhatCameBefore) {
    const TempFolder folder;
    encode(moving_crop(20), "-c:v mpeg4", folder / "a.mp4");
    DecodeLimits limits;
    limits.max_video_frames = 7;
    const DecodedVideo few = decode_video(folder / "a.mp4", {}, limits);
    EXPECT_EQ(few.status.code(), StatusCode::limit);
    EXPECT_EQ(few.frames.size(), 7U);
    limits = {};
    limits.max_video_pixels = std::uint64_t{kClipWidth} * kClipHeight * 3;
    const DecodedVideo small = decode_video(folder / "a.mp4", {}, limits);
    EXPECT_EQ(small.status.code(), StatusCode::limit);
    EXPECT_EQ(small.frames.size(), 3U);
    limits = {};
    limits.max_pixels = std::uint64_t{kClipWidth} * kClipHeight - 1;
    EXPECT_EQ(decode_video(folder / "a.mp4", {}, limits).status.code(), StatusCode::limit);
    limits = {};
    limits.max_video_bytes = 1000;
    EXPECT_EQ(decode_video(folder / "a.mp4", {}, limits).status.code(), StatusCode::limit);
    limits = {};
    limits.max_bytes = 10;  // those of pictures are none of a video's
    limits.max_frames = 1;
    limits.max_total_pixels = 1;
    EXPECT_EQ(decode_video(folder / "a.mp4", {}, limits).frames.size(), 20U);
}

TEST(VideoDamage, ASizeThatGrowsOverTheLimitIsTheLimit) {
    const TempFolder folder;
    encode(moving_crop(10), "-c:v mpeg2video", folder / "a.ts");
    encode(moving_crop(10, 320, 240), "-c:v mpeg2video", folder / "b.ts");
    Bytes bytes = read_file(folder / "a.ts");
    const Bytes second = read_file(folder / "b.ts");
    bytes.insert(bytes.end(), second.begin(), second.end());
    const DecodedVideo video = decode_video(std::span(bytes), {}, {.max_pixels = kClipWidth * kClipHeight});
    EXPECT_EQ(video.status.code(), StatusCode::limit) << video.status.to_string();
    EXPECT_GE(video.frames.size(), 8U);
}

// Ten gigabytes, of which hardly any are there: the index lies at the end.
TEST(VideoDamage, AHugeFileIsReadInPlace) {
    const TempFolder folder;
    encode(moving_crop(30), "-c:v mpeg4", folder / "a.mp4");
    const Bytes bytes = read_file(folder / "a.mp4");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t index = text.find("moov") - 4;
    constexpr std::uint64_t kHole = 10ULL << 30;
    Bytes filler = {0, 0, 0, 1, 'f', 'r', 'e', 'e', 0, 0, 0, 0, 0, 0, 0, 0};
    for (unsigned i = 0; i < 8; ++i)
        filler[8 + i] = static_cast<std::uint8_t>(kHole >> (8 * (7 - i)));
    const auto path = folder / "huge.mp4";
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    const auto end = static_cast<off_t>(index + kHole);
    ASSERT_EQ(::pwrite(file.get(), bytes.data(), index, 0), static_cast<ssize_t>(index));
    ASSERT_EQ(::pwrite(file.get(), filler.data(), filler.size(), static_cast<off_t>(index)), 16);
    ASSERT_EQ(::pwrite(file.get(), bytes.data() + index, bytes.size() - index, end),
              static_cast<ssize_t>(bytes.size() - index));
    const DecodedVideo video = pull_all(open_video({.descriptor = file.get(), .size_bytes = kHole + bytes.size()}));
    EXPECT_TRUE(video.status.ok()) << video.status.to_string();
    EXPECT_EQ(video.frames.size(), 30U);
    EXPECT_FALSE(video.damage.damaged) << video.damage.reason;
    EXPECT_TRUE(video.frames == decode_video(std::span(bytes)).frames);
}

TEST(VideoDamage, AFileThatCannotBeReadIsAnIoError) {
    const TempFolder folder;
    const Descriptor none(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    EXPECT_EQ(open_video({.descriptor = none.get(), .size_bytes = 5000}).status().code(), StatusCode::io_error);
}

TEST(VideoClock, GrowsWhateverIsStated) {
    VideoClock clock;
    EXPECT_EQ(clock.next(0, 40), 0);
    EXPECT_EQ(clock.next(40, 40), 40);
    EXPECT_EQ(clock.next(std::nullopt, 40), 80);
    EXPECT_EQ(clock.next(130, 40), 130);
    EXPECT_EQ(clock.next(20, 40), 170) << "one wrong time";
    EXPECT_EQ(clock.next(210, 40), 210) << "does not move the others";
    EXPECT_EQ(clock.next(0, 40), 250) << "the clock was set back";
    EXPECT_EQ(clock.next(40, 40), 290);
    EXPECT_EQ(clock.next(120, 40), 370) << "and goes on from there";
    EXPECT_EQ(clock.next(120, 40), 410) << "twice the same time";
    const std::int64_t far = clock.next(INT64_MAX, 40);
    EXPECT_GT(clock.next(INT64_MAX, 40), far);
    EXPECT_GT(clock.next(INT64_MIN, INT64_MAX), 0);
}

}  // namespace
}  // namespace tutela::test
