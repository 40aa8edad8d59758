// Any bytes as a video, read from memory. The first byte chooses the sampling, the rest is the file: it is refused with
// a reason, or gives well-formed frames whose times grow; and a sampling that decodes every frame gives some of the same
// ones, and ends as `every` does.
//
// FFmpeg itself has no instrumentation here, so of its mistakes only those show that its calls of malloc and memcpy
// make, or that crash. What it leaks is not looked for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "tutela/media.hpp"

// Read by the leak sanitizer when it starts.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
    return "leak:libavformat\nleak:libavcodec\nleak:libavutil\n";
}

namespace {

using tutela::FrameView;
using tutela::Sampling;
using tutela::SamplingKind;
using tutela::StatusCode;

// Small, so that the worst header is quick.
constexpr std::uint32_t kSide = 256;
constexpr std::uint32_t kFrames = 32;
constexpr tutela::DecodeLimits kLimits{.max_pixels = kSide * kSide,
                                       .max_video_bytes = 1 << 20,
                                       .max_video_frames = kFrames,
                                       .max_video_pixels = std::uint64_t{kFrames} * kSide * kSide};

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

// A frame without its pixels: those that a damaged file lacks, FFmpeg may make up of whatever its memory held.
struct Given {
    std::uint32_t index = 0;
    std::int64_t pts_us = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    bool operator==(const Given&) const = default;
};

struct Course {
    StatusCode opened = StatusCode::ok;
    StatusCode ended = StatusCode::ok;
    std::vector<Given> frames;
};

// Every byte is read, so that the sanitizer sees rows that are not there.
void read_pixels(const FrameView& view) noexcept {
    static volatile std::uint8_t sink = 0;
    std::uint8_t sum = sink;
    const std::size_t row_bytes = std::size_t{view.width} * tutela::bytes_per_pixel(view.format);
    for (std::uint32_t y = 0; y < view.height; ++y)
        for (std::size_t x = 0; x < row_bytes; ++x)
            sum ^= view.row(y)[x];
    sink = sum;
}

void check_frame(const tutela::FrameSource& source, const FrameView& view, const std::vector<Given>& before) {
    require(tutela::check(view).ok());
    require(source.facts().denominator == 1);
    require(std::uint64_t{view.width} * view.height <= kLimits.max_pixels);
    require(source.facts().index < kFrames);
    require(source.damage().rows_decoded == view.height);
    require(source.damage().damaged != source.damage().reason.empty());
    if (before.empty()) return;
    require(view.pts_us > before.back().pts_us);
    require(source.facts().index > before.back().index);
}

void decode(std::span<const std::uint8_t> file, const Sampling& sampling, Course& out) {
    const auto source = tutela::open_video({.bytes = file}, kLimits, sampling);
    out.opened = source.status().code();
    if (!source.ok()) {
        require(!source.status().message().empty());
        return;
    }
    tutela::Frame scratch;
    for (;;) {
        FrameView view;
        const auto more = source.value()->next_view(scratch, view);
        out.ended = more.status().code();
        if (!more.ok() || !more.value()) break;
        check_frame(*source.value(), view, out.frames);
        read_pixels(view);
        out.frames.push_back({source.value()->facts().index, view.pts_us, view.width, view.height});
    }
    const auto after = source.value()->next(scratch);
    require(after.ok() && !after.value());
}

// FFmpeg also says that it lacks memory of a packet that says of itself that it has gigabytes.
Course course_of(std::span<const std::uint8_t> file, const Sampling& sampling) {
    Course out;
    try {
        decode(file, sampling, out);
    } catch (const std::bad_alloc&) {
        out.ended = StatusCode::out_of_memory;
    }
    return out;
}

constexpr Sampling kSamplings[] = {{},
                                   {.kind = SamplingKind::per_second, .per_second = 10},
                                   {.kind = SamplingKind::key_frames},
                                   {.kind = SamplingKind::adaptive, .max_gap_us = 500'000}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    // Not a byte more than the file, so that the sanitizer sees all.
    const auto copy = std::make_unique<std::uint8_t[]>(size - 1);
    std::copy(data + 1, data + size, copy.get());
    const std::span<const std::uint8_t> file(copy.get(), size - 1);
    const Sampling& sampling = kSamplings[data[0] % std::size(kSamplings)];
    const Course course = course_of(file, sampling);
    if (sampling.kind == SamplingKind::every || sampling.kind == SamplingKind::key_frames) return 0;
    const Course every = course_of(file, {});
    require(course.opened == every.opened && course.ended == every.ended);
    require(course.frames.empty() == every.frames.empty());
    for (const Given& frame : course.frames)
        require(std::find(every.frames.begin(), every.frames.end(), frame) != every.frames.end());
    return 0;
}
