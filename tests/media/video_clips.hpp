// Clips that the tests encode, and what the program ffmpeg says of them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "core/temp_folder.hpp"
#include "tutela/media.hpp"

namespace tutela::test {

inline constexpr std::uint32_t kClipWidth = 160;
inline constexpr std::uint32_t kClipHeight = 120;
inline constexpr std::int64_t kFrameUs = 40'000;

// A crop that moves over a larger synthetic picture.
inline std::string moving_crop(int frames, int width = kClipWidth, int height = kClipHeight, int rate = 25) {
    const std::string size = std::to_string(width) + ":" + std::to_string(height);
    return "-f lavfi -i \"testsrc2=size=640x480:rate=" + std::to_string(rate) + ",crop=" + size +
           ":x=n*3:y=n*2,trim=end_frame=" + std::to_string(frames) + "\"";
}

// Runs a program of FFmpeg's, which must succeed; answers its output.
inline std::vector<std::uint8_t> run_program(const std::string& command) {
    std::vector<std::uint8_t> output;
    std::FILE* pipe = ::popen(("timeout 60 " + command + " </dev/null 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) {
        ADD_FAILURE() << command;
        return output;
    }
    std::array<std::uint8_t, 65536> piece{};
    for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) != 0;)
        output.insert(output.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got));
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return output;
}

// Encodes `input` (arguments of ffmpeg) to `path`.
inline void encode(const std::string& input, const std::string& arguments, const std::filesystem::path& path) {
    run_program("ffmpeg -y -v error -threads 1 " + input + " -threads 1 " + arguments + " '" + path.string() + "'");
}

struct GivenFrame {
    std::uint32_t index = 0;
    std::int64_t pts_us = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    PixelFormat format = PixelFormat::gray8;
    bool damaged = false;
    std::vector<std::uint8_t> pixels;

    bool operator==(const GivenFrame&) const = default;
};

struct DecodedVideo {
    Status status;  // of opening, or of the end
    MediaInfo info;
    Damage damage;
    std::vector<GivenFrame> frames;
};

inline DecodedVideo pull_all(Result<std::unique_ptr<FrameSource>> source) {
    DecodedVideo video;
    if (!source.ok()) {
        video.status = source.status();
        return video;
    }
    Frame scratch;
    for (;;) {
        FrameView view;
        const Result<bool> more = source.value()->next_view(scratch, view);
        video.info = source.value()->info();
        video.damage = source.value()->damage();
        if (!more.ok()) video.status = more.status();
        if (!more.ok() || !more.value()) break;
        GivenFrame frame{source.value()->facts().index,    view.pts_us, view.width, view.height, view.format,
                         source.value()->damage().damaged, {}};
        const std::size_t row_bytes = std::size_t{view.width} * bytes_per_pixel(view.format);
        for (std::uint32_t y = 0; y < view.height; ++y)
            frame.pixels.insert(frame.pixels.end(), view.row(y), view.row(y) + row_bytes);
        video.frames.push_back(std::move(frame));
    }
    const Result<bool> after = source.value()->next(scratch);
    EXPECT_TRUE(after.ok() && !after.value()) << "the end stays the end";
    return video;
}

inline DecodedVideo decode_video(std::span<const std::uint8_t> bytes, const Sampling& sampling = {},
                                 const DecodeLimits& limits = {}) {
    return pull_all(open_video({.bytes = bytes}, limits, sampling));
}

inline DecodedVideo decode_video(const std::filesystem::path& path, const Sampling& sampling = {},
                                 const DecodeLimits& limits = {}) {
    const auto bytes = read_file(path);
    return decode_video(std::span<const std::uint8_t>(bytes), sampling, limits);
}

// The frames' times as ffprobe has them, in microseconds from the start of the track; one without is a frame after the
// one before.
inline std::vector<std::int64_t> probe_times(const std::filesystem::path& path) {
    const std::string ffprobe = "ffprobe -v error -select_streams v:0 -of csv=p=0 ";
    const auto text = [](const std::vector<std::uint8_t>& bytes) { return std::string(bytes.begin(), bytes.end()); };
    std::istringstream base(
        text(run_program(ffprobe + "-show_entries stream=time_base,start_pts '" + path.string() + "'")));
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    std::int64_t start = 0;
    char mark = 0;
    base >> numerator >> mark >> denominator >> mark >> start;
    std::istringstream lines(
        text(run_program(ffprobe + "-show_entries frame=best_effort_timestamp '" + path.string() + "'")));
    std::vector<std::int64_t> times;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("N/A")) {
            times.push_back(times.back() + kFrameUs);
            continue;
        }
        const std::int64_t time = (std::strtoll(line.c_str(), nullptr, 10) - start) * numerator;
        const std::int64_t scaled =
            time * 2'000'000 + denominator;  // rounded to the nearest, as times are not negative
        if (!line.empty()) times.push_back(scaled / (2 * denominator));
    }
    return times;
}

// The luma of every frame as ffmpeg gives it, in words of `bytes` bytes; `frame_bytes` of all planes.
inline std::vector<std::vector<std::uint8_t>> raw_luma(const std::filesystem::path& path, std::size_t frame_bytes,
                                                       std::size_t luma_bytes) {
    const auto all = run_program("ffmpeg -v error -threads 1 -flags bitexact -noautorotate -i '" + path.string() +
                                 "' -map 0:v:0 -fps_mode passthrough -f rawvideo -");
    EXPECT_EQ(all.size() % frame_bytes, 0U);
    std::vector<std::vector<std::uint8_t>> frames;
    for (std::size_t at = 0; at + frame_bytes <= all.size(); at += frame_bytes)
        frames.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at),
                            all.begin() + static_cast<std::ptrdiff_t>(at + luma_bytes));
    return frames;
}

}  // namespace tutela::test
