// Small animations, bitmaps and icons, and all that a source says of a file.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "media/bytes.hpp"
#include "media/decode.hpp"
#include "media/encoders.hpp"
#include "media/pictures.hpp"

namespace tutela::test {

// --- GIF

struct GifFrame {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t disposal = 0;
    int transparent = -1;
    bool interlaced = false;
    std::uint32_t delay = 10;  // hundredths of a second
};

// Codes of 9 bits; the table is cleared before they grow.
inline Bytes gif_data(const Bytes& indices) {
    Bytes packed;
    std::uint64_t bits = 0;
    unsigned count = 0;
    const auto put = [&](std::uint32_t code) {
        bits |= std::uint64_t{code} << count;
        for (count += 9; count >= 8; count -= 8, bits >>= 8)
            packed.push_back(static_cast<std::uint8_t>(bits));
    };
    for (std::size_t i = 0; i < indices.size(); ++i) {
        if (i % 250 == 0) put(256);
        put(indices[i]);
    }
    put(257);
    if (count > 0) packed.push_back(static_cast<std::uint8_t>(bits));
    Bytes data{8};
    for (std::size_t at = 0; at < packed.size(); at += 255) {
        const std::size_t size = std::min<std::size_t>(255, packed.size() - at);
        data.push_back(static_cast<std::uint8_t>(size));
        data.insert(data.end(), packed.begin() + static_cast<std::ptrdiff_t>(at),
                    packed.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
    data.push_back(0);
    return data;
}

inline Bytes gif_frame(const GifFrame& frame, std::uint32_t seed) {
    const Frame picture = make_picture(frame.width, frame.height, PixelFormat::gray8, seed);
    Bytes out{'!', 0xf9, 4};
    out.push_back(static_cast<std::uint8_t>(frame.disposal << 2 | (frame.transparent >= 0 ? 1U : 0U)));
    append_little(out, frame.delay, 2);
    out.push_back(static_cast<std::uint8_t>(std::max(frame.transparent, 0)));
    out.insert(out.end(), {0, ','});
    for (const std::uint32_t number : {frame.x, frame.y, frame.width, frame.height})
        append_little(out, number, 2);
    out.push_back(frame.interlaced ? 0x40 : 0);
    Bytes indices;
    const std::pair<std::uint32_t, std::uint32_t> passes[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    const std::pair<std::uint32_t, std::uint32_t> one[] = {{0, 1}};
    for (const auto& [start, step] : frame.interlaced ? std::span(passes, 4) : std::span(one, 1))
        for (std::uint32_t y = start; y < frame.height; y += step)
            indices.insert(indices.end(), picture.view().row(y), picture.view().row(y) + frame.width);
    append(out, gif_data(indices));
    return out;
}

// A screen with a palette of 256 colours.
inline Bytes gif_header(std::uint32_t width, std::uint32_t height) {
    Bytes gif;
    append(gif, "GIF89a");
    append_little(gif, width, 2);
    append_little(gif, height, 2);
    gif.insert(gif.end(), {0x87, 0, 0});
    for (std::uint32_t i = 0; i < 256; ++i)
        gif.insert(gif.end(), {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(255 - i),
                               static_cast<std::uint8_t>(i * 7)});
    return gif;
}

inline Bytes encode_gif(std::uint32_t width, std::uint32_t height, const std::vector<GifFrame>& frames) {
    Bytes gif = gif_header(width, height);
    for (std::size_t i = 0; i < frames.size(); ++i)
        append(gif, gif_frame(frames[i], static_cast<std::uint32_t>(i + 1)));
    gif.push_back(';');
    return gif;
}

// --- APNG

struct ApngFrame {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t disposal = 0;
    std::uint32_t blend = 0;
    PngOptions options = {.alpha = true};
};

inline Bytes frame_control(std::uint32_t sequence, const ApngFrame& frame) {
    Bytes data;
    for (const std::uint32_t number : {sequence, frame.width, frame.height, frame.x, frame.y})
        append_big(data, number, 4);
    append_big(data, 1, 2);  // delay: 1/25 s
    append_big(data, 25, 2);
    append_big(data, frame.disposal, 1);
    append_big(data, frame.blend, 1);
    return png_chunk("fcTL", data);
}

// The data of all IDAT chunks.
inline Bytes png_pixels(const Bytes& png) {
    Bytes data;
    std::size_t at = 8;
    std::uint32_t length = 0;
    while (read_uint(png, at, 4, ByteOrder::big, length)) {
        const ByteSpan chunk = slice(png, at + 8, length);
        if (has_text(png, at + 4, "IDAT")) data.insert(data.end(), chunk.begin(), chunk.end());
        at += 12 + std::size_t{length};
    }
    return data;
}

// The first frame must have the picture's size. With a default image that is no frame when `hidden`.
inline Bytes encode_apng(const std::vector<ApngFrame>& frames, bool hidden = false) {
    const ApngFrame& whole = frames.front();
    const auto encode = [](const ApngFrame& frame, std::uint32_t seed) {
        return encode_png(make_picture(frame.width, frame.height, PixelFormat::rgb24, seed).view(), frame.options);
    };
    const Bytes first = encode(whole, 1);
    Bytes apng(first.begin(), first.begin() + 33);
    Bytes control;
    append_big(control, static_cast<std::uint32_t>(frames.size()), 4);
    append_big(control, 0, 4);
    append(apng, png_chunk("acTL", control));
    if (hidden) append(apng, png_chunk("IDAT", png_pixels(encode(whole, 99))));
    std::uint32_t sequence = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        append(apng, frame_control(sequence++, frames[i]));
        const Bytes pixels = png_pixels(encode(frames[i], static_cast<std::uint32_t>(i + 1)));
        if (i == 0 && !hidden) {
            append(apng, png_chunk("IDAT", pixels));
            continue;
        }
        Bytes data;
        append_big(data, sequence++, 4);
        append(data, pixels);
        append(apng, png_chunk("fdAT", data));
    }
    append(apng, png_chunk("IEND", {}));
    return apng;
}

// --- WebP

inline Bytes webp_frame(std::uint32_t x, std::uint32_t y, const FrameView& view, std::uint32_t flags,
                        const WebpOptions& options) {
    const Bytes still = encode_webp(view, options);
    Bytes data;
    for (const std::uint32_t number : {x / 2, y / 2, view.width - 1, view.height - 1, 40U})
        append_little(data, number, 3);
    append_little(data, flags, 1);
    const std::ptrdiff_t image = has_text(still, 12, "VP8X") ? 12 + 18 : 12;
    data.insert(data.end(), still.begin() + image, still.end());
    return riff_chunk("ANMF", data);
}

inline Bytes encode_webp_animation(std::uint32_t width, std::uint32_t height, const std::vector<Bytes>& frames) {
    std::vector<Bytes> chunks{webp_header_chunk(0x12, width, height), riff_chunk("ANIM", Bytes(6, 0))};
    chunks.insert(chunks.end(), frames.begin(), frames.end());
    return webp_file(chunks);
}

// --- BMP and ICO

struct BmpOptions {
    std::uint32_t bits = 24;  // 8: of a gray8 picture
    bool top_down = false;
    bool runs = false;  // RLE8: of single pixels
    bool icon = false;  // no file header, twice the height, and a mask
};

inline Bytes encode_bmp(const FrameView& view, const BmpOptions& options = {}) {
    Bytes pixels;
    for (std::uint32_t i = 0; i < view.height; ++i) {
        const std::uint8_t* row = view.row(options.top_down ? i : view.height - 1 - i);
        for (std::uint32_t x = 0; x < view.width; ++x) {
            if (options.runs) pixels.push_back(1);
            if (options.bits == 8) {
                pixels.push_back(row[x]);
            } else {
                pixels.insert(pixels.end(), {row[3 * x + 2], row[3 * x + 1], row[3 * x]});
            }
        }
        if (options.runs) pixels.insert(pixels.end(), {0, 0});
        while (!options.runs && pixels.size() % 4 != 0)
            pixels.push_back(0);
    }
    if (options.runs) pixels.insert(pixels.end(), {0, 1});
    if (options.icon) pixels.resize(pixels.size() + (view.width + 31) / 32 * 4 * view.height, 0xff);
    const std::uint32_t palette_bytes = options.bits == 8 ? 1024 : 0;
    Bytes bmp;
    if (!options.icon) {
        append(bmp, "BM");
        append_little(bmp, static_cast<std::uint32_t>(54 + palette_bytes + pixels.size()), 4);
        append_little(bmp, 0, 4);
        append_little(bmp, 54 + palette_bytes, 4);
    }
    const std::uint32_t height = options.icon ? 2 * view.height : view.height;
    append_little(bmp, 40, 4);
    append_little(bmp, view.width, 4);
    append_little(bmp, options.top_down ? 0U - height : height, 4);
    append_little(bmp, 1, 2);
    append_little(bmp, options.bits, 2);
    append_little(bmp, options.runs ? 1 : 0, 4);
    append(bmp, Bytes(20, 0));
    for (std::uint32_t i = 0; i < palette_bytes / 4; ++i)
        append_little(bmp, i * 0x10301 & 0xffffff, 4);
    append(bmp, pixels);
    return bmp;
}

inline Bytes encode_ico(const std::vector<std::pair<std::uint32_t, Bytes>>& pictures) {
    Bytes ico;
    for (const auto number : {std::size_t{0}, std::size_t{1}, pictures.size()})
        append_little(ico, static_cast<std::uint32_t>(number), 2);
    std::size_t offset = 6 + 16 * pictures.size();
    for (const auto& [side, bytes] : pictures) {
        ico.insert(ico.end(), {static_cast<std::uint8_t>(side), static_cast<std::uint8_t>(side), 0, 0, 1, 0, 32, 0});
        append_little(ico, static_cast<std::uint32_t>(bytes.size()), 4);
        append_little(ico, static_cast<std::uint32_t>(offset), 4);
        offset += bytes.size();
    }
    for (const auto& [side, bytes] : pictures)
        append(ico, bytes);
    return ico;
}

// --- All of them

struct SequenceSample {
    std::string name;
    Bytes bytes;
    std::size_t frames = 1;
    bool row_by_row = true;  // a row that has come is final
    bool bottom_up = false;
};

inline std::vector<SequenceSample> sequence_samples() {
    const Frame rgb = make_picture(29, 23, PixelFormat::rgb24);
    const Frame gray = make_picture(29, 23, PixelFormat::gray8);
    const Frame small = make_picture(16, 12, PixelFormat::rgb24, 5);
    const Frame icon = make_picture(24, 24, PixelFormat::rgb24);
    const Bytes lossless = webp_frame(0, 0, rgb.view(), 0, {.lossless = true, .alpha = true});
    const Bytes lossy = webp_frame(6, 4, small.view(), 1, {.alpha = true});
    const Bytes replacing = webp_frame(2, 8, small.view(), 2, {.lossless = true, .alpha = true});
    return {
        {"gif_one", encode_gif(29, 23, {{0, 0, 29, 23}}), 1},
        {"gif_disposals",
         encode_gif(29, 23, {{0, 0, 29, 23, 1}, {4, 5, 10, 8, 2, 120}, {8, 2, 9, 9, 3, 100}, {0, 0, 29, 23, 0, 130}}),
         4},
        {"gif_interlaced", encode_gif(29, 23, {{0, 0, 29, 23, 1, -1, true}, {3, 2, 20, 19, 1, 128, true}}), 2, false},
        {"gif_grows", encode_gif(10, 8, {{0, 0, 12, 8}, {5, 5, 20, 18}}), 2},
        {"apng", encode_apng({{0, 0, 29, 23}, {3, 4, 11, 12, 1, 1}, {5, 2, 20, 9, 2, 1}, {0, 0, 29, 23, 0, 1}}), 4},
        {"apng_hidden", encode_apng({{0, 0, 29, 23}, {3, 4, 11, 12, 0, 1}}, true), 3},
        {"apng_interlaced",
         encode_apng({{0, 0, 29, 23, 0, 0, {.interlaced = true}}, {3, 4, 11, 12, 0, 1, {.interlaced = true}}}), 2,
         false},
        {"webp", encode_webp_animation(29, 23, {lossless, lossy, replacing, lossless}), 4},
        {"bmp_24", encode_bmp(rgb.view()), 1, true, true},
        {"bmp_8_top_down", encode_bmp(gray.view(), {.bits = 8, .top_down = true}), 1},
        {"bmp_runs", encode_bmp(gray.view(), {.bits = 8, .runs = true}), 1, true, true},
        {"ico",
         encode_ico(
             {{24, encode_png(icon.view())},
              {16, encode_bmp(make_picture(16, 16, PixelFormat::rgb24).view(), {.top_down = true, .icon = true})},
              {8, encode_png(make_picture(8, 8, PixelFormat::gray8).view())}}),
         3},
    };
}

struct GivenFrame {
    Frame frame;
    FrameFacts facts;
    Damage damage;
};

struct Sequence {
    Status status;  // of opening, or the end
    MediaInfo info;
    std::vector<GivenFrame> frames;
    Damage damage;  // at the end

    [[nodiscard]] bool damaged() const {
        return damage.damaged ||
               std::any_of(frames.begin(), frames.end(), [](const GivenFrame& f) { return f.damage.damaged; });
    }
};

// Every frame; `fill` is what the memory that they are decoded into holds before.
inline Sequence decode_all(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {},
                           std::uint8_t fill = 0) {
    Sequence sequence;
    auto source = open_media(bytes, limits);
    if (!source.ok()) {
        sequence.status = source.status();
        return sequence;
    }
    sequence.info = source.value()->info();
    while (true) {
        GivenFrame given;
        if (given.frame.reshape(200, 200, PixelFormat::rgb24).ok()) std::fill_n(given.frame.data(), 120'000, fill);
        const Result<bool> more = source.value()->next(given.frame);
        if (!more.ok() || !more.value()) {
            sequence.status = more.status();
            break;
        }
        given.facts = source.value()->facts();
        given.damage = source.value()->damage();
        sequence.frames.push_back(std::move(given));
    }
    sequence.damage = source.value()->damage();
    Frame after;
    const Result<bool> more = source.value()->next(after);
    EXPECT_TRUE(more.ok() && !more.value()) << "the end stays the end";
    return sequence;
}

}  // namespace tutela::test
