// Any bytes as a picture. The first byte chooses the mode, the rest is the file: it is refused with a reason, or gives
// well-formed frames, the same ones each time; and the modes agree as their contract says.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "tutela/hasher.hpp"
#include "tutela/media.hpp"

namespace {

using tutela::DecodeMode;
using tutela::FrameView;
using tutela::StatusCode;

// Small, so that the worst header is quick.
constexpr std::uint32_t kSide = 256;
constexpr tutela::DecodeLimits kLimits{.max_bytes = 1 << 20,
                                       .max_pixels = kSide * kSide,
                                       .max_jpeg_scans = 20,
                                       .max_frames = 8,
                                       .max_total_pixels = 8 * kSide * kSide};

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

// What became of the file: its frames but for their pixels, and the pixels.
struct Course {
    StatusCode opened = StatusCode::ok;
    StatusCode ended = StatusCode::ok;
    std::vector<std::string> damage;  // of each frame; empty when whole

    bool operator==(const Course&) const = default;
};

struct Decoded {
    Course course;
    std::vector<tutela::Sha256> pixels;

    bool operator==(const Decoded&) const = default;
};

tutela::Sha256 digest_of(const FrameView& view) {
    const std::size_t row = std::size_t{view.width} * tutela::bytes_per_pixel(view.format);
    std::vector<std::uint8_t> pixels;
    for (std::uint32_t y = 0; y < view.height; ++y)
        pixels.insert(pixels.end(), view.row(y), view.row(y) + row);
    return tutela::sha256(pixels);
}

void check_frame(const tutela::FrameSource& source, const FrameView& view) {
    const std::uint32_t denominator = source.facts().denominator;
    require(tutela::check(view).ok());
    require(denominator == 1 || denominator == 2 || denominator == 4 || denominator == 8);
    require(std::uint64_t{view.width} * view.height <= kLimits.max_pixels);
    require(source.damage().rows_decoded <= view.height);
    require(source.damage().damaged != source.damage().reason.empty());
}

// `fill` is what the memory for the pixels holds before: no pixel may depend on it.
Decoded decode(std::span<const std::uint8_t> file, DecodeMode mode, std::uint8_t fill) {
    Decoded out;
    const auto source = tutela::open_media(file, kLimits, mode);
    out.course.opened = source.status().code();
    if (!source.ok()) {
        require(!source.status().message().empty());
        return out;
    }
    tutela::Frame scratch;
    require(scratch.reshape(kSide, kSide, tutela::PixelFormat::rgb24).ok());
    std::memset(scratch.data(), fill, std::size_t{3} * kSide * kSide);
    for (;;) {
        FrameView view;
        const auto more = source.value()->next_view(scratch, view);
        out.course.ended = more.status().code();
        if (!more.ok() || !more.value()) return out;
        check_frame(*source.value(), view);
        out.course.damage.push_back(source.value()->damage().reason);
        out.pixels.push_back(digest_of(view));
        require(out.pixels.size() <= kLimits.max_frames);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    // Not a byte more than the file, so that the sanitizer sees all.
    const auto copy = std::make_unique<std::uint8_t[]>(size - 1);
    std::copy(data + 1, data + size, copy.get());
    const std::span<const std::uint8_t> file(copy.get(), size - 1);
    const auto mode = static_cast<DecodeMode>(data[0] % 4 + 1);
    const Decoded first = decode(file, mode, 0x00);
    require(first == decode(file, mode, 0xff));
    if (mode == DecodeMode::luma || mode == DecodeMode::scaled)
        require(first.course == decode(file, DecodeMode::exact, 0x55).course);
    return 0;
}
