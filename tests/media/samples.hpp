// One small file of every kind that is read, for the tests that go through all of them.
#pragma once

#include <string>
#include <vector>

#include "media/encoders.hpp"
#include "media/pictures.hpp"

namespace tutela::test {

struct Sample {
    std::string name = {};
    Bytes bytes = {};
    // Rows come from top to bottom, each final when it comes. Otherwise the whole picture comes coarse, then finer.
    bool row_by_row = true;
    std::size_t tail_bytes = 0;  // the end marker alone
};

inline std::vector<png_color> test_palette(std::size_t colors) {
    std::vector<png_color> palette;
    for (std::size_t i = 0; i < colors; ++i) {
        palette.push_back(
            {static_cast<png_byte>(i * 7), static_cast<png_byte>(255 - i), static_cast<png_byte>(i * 31)});
    }
    return palette;
}

inline std::vector<Sample> jpeg_samples(const FrameView& gray, const FrameView& rgb, const FrameView& inks) {
    return {
        {"jpeg_gray", encode_jpeg(gray, {.quality = 70}), true, 2},
        {"jpeg_444", encode_jpeg(rgb, {.quality = 70, .app1 = {exif_app1(6)}}), true, 2},
        {"jpeg_422", encode_jpeg(rgb, {.quality = 70, .sampling = Sampling::s422}), true, 2},
        {"jpeg_420", encode_jpeg(rgb, {.quality = 70, .sampling = Sampling::s420}), true, 2},
        {"jpeg_440", encode_jpeg(rgb, {.quality = 70, .sampling = Sampling::s440}), true, 2},
        {"jpeg_rgb", encode_jpeg(rgb, {.quality = 70, .keep_rgb = true}), true, 2},
        {"jpeg_restart", encode_jpeg(rgb, {.quality = 70, .sampling = Sampling::s420, .restart_rows = 1}), true, 2},
        {"jpeg_cmyk", encode_jpeg(inks, {.quality = 70}), true, 2},
        {"jpeg_ycck", encode_jpeg(inks, {.quality = 70, .sampling = Sampling::s420, .ycck = true}), true, 2},
        {"jpeg_arithmetic", encode_jpeg(rgb, {.quality = 70, .sampling = Sampling::s420, .arithmetic = true}), true, 2},
        {"jpeg_progressive", encode_jpeg(rgb, {.quality = 70, .sampling = Sampling::s420, .progressive = true}), false,
         2},
        {"jpeg_progressive_gray", encode_jpeg(gray, {.quality = 70, .progressive = true}), false, 2},
        {"jpeg_scans", encode_jpeg(rgb, {.quality = 70, .one_scan_per_component = true}), false, 2},
        {"jpeg_progressive_arithmetic", encode_jpeg(rgb, {.quality = 70, .progressive = true, .arithmetic = true}),
         false, 2},
    };
}

inline std::vector<Sample> png_samples(const FrameView& gray, const FrameView& rgb) {
    return {
        {"png_gray", encode_png(gray), true, 12},
        {"png_gray_1", encode_png(gray, {.bit_depth = 1}), true, 12},
        {"png_gray_alpha", encode_png(gray, {.alpha = true}), true, 12},
        {"png_gray_16", encode_png(gray, {.bit_depth = 16}), true, 12},
        {"png_rgb", encode_png(rgb, {.orientation = 3}), true, 12},
        {"png_rgb_alpha_16", encode_png(rgb, {.bit_depth = 16, .alpha = true}), true, 12},
        {"png_palette", encode_png(gray, {.transparent_color = true, .palette = test_palette(256)}), true, 12},
        {"png_palette_4", encode_png(gray, {.bit_depth = 4, .palette = test_palette(16)}), true, 12},
        {"png_interlaced", encode_png(rgb, {.interlaced = true}), false, 12},
        {"png_interlaced_palette_2", encode_png(gray, {.bit_depth = 2, .interlaced = true, .palette = test_palette(4)}),
         false, 12},
    };
}

inline std::vector<Sample> webp_samples(const FrameView& rgb) {
    return {
        {"webp_lossy", encode_webp(rgb), true, 0},
        {"webp_lossless", encode_webp(rgb, {.lossless = true}), true, 0},
        {"webp_alpha", encode_webp(rgb, {.alpha = true}), true, 0},
        {"webp_lossless_alpha", encode_webp(rgb, {.lossless = true, .alpha = true}), true, 0},
        {"webp_exif", encode_webp(rgb, {.orientation = 8}), true, 22 + 8 + 12},
    };
}

inline std::vector<Sample> all_samples(std::uint32_t width = 37, std::uint32_t height = 53) {
    const Frame gray = make_picture(width, height, PixelFormat::gray8);
    const Frame rgb = make_picture(width, height, PixelFormat::rgb24);
    const Frame inks = make_picture(width, height, PixelFormat::bgra32);
    std::vector<Sample> samples = jpeg_samples(gray.view(), rgb.view(), inks.view());
    for (Sample& sample : png_samples(gray.view(), rgb.view()))
        samples.push_back(std::move(sample));
    for (Sample& sample : webp_samples(rgb.view()))
        samples.push_back(std::move(sample));
    return samples;
}

}  // namespace tutela::test
