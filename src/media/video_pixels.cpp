#include "media/video_pixels.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/try.hpp"

namespace tutela {

namespace {

constexpr unsigned kFloor = 16;   // black in limited range
constexpr unsigned kRange = 219;  // from black to white

// round(x * 255 / 219) is x + round(x * 12 / 73); the division is a multiplication that fits in 16 bits twice, so that
// compilers make vectors of it.
constexpr std::uint8_t stretch(std::uint8_t luma) noexcept {
    const unsigned clamped = luma < kFloor ? kFloor : luma > kFloor + kRange ? kFloor + kRange : luma;
    const unsigned x = clamped - kFloor;
    const auto scaled = static_cast<std::uint16_t>(x * 12 + 36);
    return static_cast<std::uint8_t>(x + ((scaled * 898U) >> 16));
}

constexpr bool stretches_exactly() {
    for (unsigned luma = 0; luma < 256; ++luma) {
        const unsigned x = std::clamp(luma, kFloor, kFloor + kRange) - kFloor;
        if (stretch(static_cast<std::uint8_t>(luma)) != (x * 255 * 2 + kRange) / (2 * kRange)) return false;
    }
    return true;
}
static_assert(stretches_exactly());

// How one component of a format lies in memory.
struct Samples {
    const std::uint8_t* data = nullptr;
    std::ptrdiff_t line_bytes = 0;
    int step = 1;  // bytes from pixel to pixel
    int shift = 0;
    int depth = 8;
    bool limited = false;
};

Samples samples_of(const AVFrame& picture, const AVComponentDescriptor& component, bool limited) noexcept {
    return {picture.data[component.plane] + component.offset,
            picture.linesize[component.plane],
            component.step,
            component.shift,
            component.depth,
            limited};
}

// Every value of `depth` bits as one of 8.
std::uint8_t to_8_bits(std::uint32_t value, const Samples& samples) noexcept {
    const std::uint32_t most = (1U << samples.depth) - 1;
    if (!samples.limited) return static_cast<std::uint8_t>((value * 255U * 2 + most) / (2 * most));
    const std::uint32_t floor = kFloor << (samples.depth - 8);
    const std::uint32_t range = kRange << (samples.depth - 8);
    const std::uint32_t x = std::clamp(value, floor, floor + range) - floor;
    return static_cast<std::uint8_t>((x * 255U * 2 + range) / (2 * range));
}

void stretch_row(const std::uint8_t* __restrict row, std::uint32_t width, std::uint8_t* __restrict out) noexcept {
    for (std::uint32_t x = 0; x < width; ++x)
        out[x] = stretch(row[x]);
}

void put_bytes(const Samples& samples, std::uint32_t y, std::uint32_t width, std::uint8_t* out, int out_step) noexcept {
    const std::uint8_t* row = samples.data + samples.line_bytes * static_cast<std::ptrdiff_t>(y);
    if (samples.step == 1 && out_step == 1 && samples.limited) return stretch_row(row, width, out);
    if (samples.step != 1 || out_step != 1) {
        for (std::uint32_t x = 0; x < width; ++x)
            out[static_cast<std::size_t>(x) * static_cast<unsigned>(out_step)] =
                samples.limited ? stretch(row[static_cast<std::size_t>(x) * static_cast<unsigned>(samples.step)])
                                : row[static_cast<std::size_t>(x) * static_cast<unsigned>(samples.step)];
    } else {
        std::memcpy(out, row, width);
    }
}

// Samples of two bytes each, of which some bits count.
void put_words(const Samples& samples, const std::uint8_t* table, std::uint32_t y, std::uint32_t width,
               std::uint8_t* out, int out_step) noexcept {
    const std::uint8_t* row = samples.data + samples.line_bytes * static_cast<std::ptrdiff_t>(y);
    const std::uint32_t mask = (1U << samples.depth) - 1;
    for (std::uint32_t x = 0; x < width; ++x) {
        std::uint16_t word = 0;
        std::memcpy(&word, row + static_cast<std::size_t>(x) * static_cast<unsigned>(samples.step), sizeof(word));
        out[static_cast<std::size_t>(x) * static_cast<unsigned>(out_step)] =
            table[(static_cast<std::uint32_t>(word) >> samples.shift) & mask];
    }
}

// The component of all pixels, every `out_step` bytes.
void put_component(const Samples& samples, Frame& frame, unsigned offset, int out_step) {
    const FrameView view = frame.view();
    if (samples.depth == 8) {
        for (std::uint32_t y = 0; y < view.height; ++y)
            put_bytes(samples, y, view.width, frame.row(y) + offset, out_step);
        return;
    }
    std::vector<std::uint8_t> table(std::size_t{1} << samples.depth);
    for (std::size_t value = 0; value < table.size(); ++value)
        table[value] = to_8_bits(static_cast<std::uint32_t>(value), samples);
    for (std::uint32_t y = 0; y < view.height; ++y)
        put_words(samples, table.data(), y, view.width, frame.row(y) + offset, out_step);
}

void put_palette(const AVFrame& picture, Frame& frame) noexcept {
    const FrameView view = frame.view();
    for (std::uint32_t y = 0; y < view.height; ++y) {
        const std::uint8_t* row = picture.data[0] + std::ptrdiff_t{picture.linesize[0]} * y;
        std::uint8_t* out = frame.row(y);
        for (std::uint32_t x = 0; x < view.width; ++x) {
            std::uint32_t argb = 0;
            std::memcpy(&argb, picture.data[1] + std::size_t{row[x]} * 4, sizeof(argb));
            for (const unsigned shift : {16U, 8U, 0U})
                *out++ = static_cast<std::uint8_t>(argb >> shift);
        }
    }
}

// 8 bits in bytes, or up to 16 in words of this machine's order.
bool readable(const AVPixFmtDescriptor& format, int components) noexcept {
    constexpr std::uint64_t kStrange =
        AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
    const bool big = (format.flags & AV_PIX_FMT_FLAG_BE) != 0;
    if ((format.flags & kStrange) != 0) return false;
    for (int i = 0; i < components; ++i) {
        const AVComponentDescriptor& component = format.comp[i];
        const bool bytes = component.depth == 8 && component.shift == 0;
        const bool words = component.depth > 8 && component.depth <= 16 && component.depth + component.shift <= 16 &&
                           component.step >= 2 && big == (std::endian::native == std::endian::big);
        if (!bytes && !words) return false;
    }
    return true;
}

bool is_colored(const AVPixFmtDescriptor& format) noexcept {
    return (format.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
}

// JPEG's formats are of full range whatever else is said.
bool is_limited(const AVFrame& picture) noexcept {
    switch (picture.format) {
        case AV_PIX_FMT_YUVJ420P:
        case AV_PIX_FMT_YUVJ422P:
        case AV_PIX_FMT_YUVJ444P:
        case AV_PIX_FMT_YUVJ440P:
        case AV_PIX_FMT_YUVJ411P: return false;
        default: return picture.color_range != AVCOL_RANGE_JPEG;
    }
}

Status unknown_pixels(const AVPixFmtDescriptor* format) {
    const std::string name = format != nullptr ? format->name : "unknown";
    return Status(StatusCode::unsupported,
                  "the video's pixels are of a kind that this build does not read (" + name + ")");
}

}  // namespace

bool has_luma(const FfmpegCalls& av, const AVFrame& picture) noexcept {
    const AVPixFmtDescriptor* format = av.pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
    return format != nullptr && !is_colored(*format);
}

Status take_pixels(const FfmpegCalls& av, const AVFrame& picture, Frame& frame) {
    const AVPixFmtDescriptor* format = av.pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
    if (format == nullptr || picture.width <= 0 || picture.height <= 0) return unknown_pixels(format);
    const auto width = static_cast<std::uint32_t>(picture.width);
    const auto height = static_cast<std::uint32_t>(picture.height);
    if ((format->flags & AV_PIX_FMT_FLAG_PAL) != 0) {
        TUTELA_TRY(frame.reshape(width, height, PixelFormat::rgb24));
        put_palette(picture, frame);
        return {};
    }
    const bool colored = is_colored(*format);
    if (!readable(*format, colored ? 3 : 1) || (colored && format->nb_components < 3)) return unknown_pixels(format);
    TUTELA_TRY(frame.reshape(width, height, colored ? PixelFormat::rgb24 : PixelFormat::gray8));
    if (!colored) {
        put_component(samples_of(picture, format->comp[0], is_limited(picture)), frame, 0, 1);
        return {};
    }
    for (unsigned i = 0; i < 3; ++i)
        put_component(samples_of(picture, format->comp[i], false), frame, i, 3);
    return {};
}

}  // namespace tutela
