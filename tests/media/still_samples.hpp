// One small file of every kind of rarer picture, each of one frame, and all that a file of several frames says.
#pragma once

#include <string>
#include <vector>

#include "media/samples.hpp"
#include "media/still_encoders.hpp"
#include "tutela/media.hpp"

namespace tutela::test {

// `row_by_row`: as in Sample, the rows of a cut file that are claimed are those of the whole one.
inline std::vector<Sample> tiff_samples(const FrameView& gray, const FrameView& rgb, const FrameView& inks) {
    const auto first = [](const FrameView& view, const TiffOptions& options) {
        return directory_first(encode_tiff({view}, options));
    };
    return {
        {"tiff_gray", first(gray, {}), true, 0},
        {"tiff_rgb_one_strip", first(rgb, {.rows_per_strip = 1000}), true, 0},
        {"tiff_lzw", first(rgb, {.compression = COMPRESSION_LZW, .predictor = true}), true, 0},
        {"tiff_lzw_one_strip", first(rgb, {.compression = COMPRESSION_LZW, .rows_per_strip = 1000}), true, 0},
        {"tiff_deflate_one_strip",
         first(rgb, {.compression = COMPRESSION_ADOBE_DEFLATE, .rows_per_strip = 1000, .predictor = true}), true, 0},
        {"tiff_packbits", first(gray, {.compression = COMPRESSION_PACKBITS, .rows_per_strip = 1000}), true, 0},
        {"tiff_zstd", first(rgb, {.compression = COMPRESSION_ZSTD}), true, 0},
        {"tiff_webp", first(rgb, {.compression = COMPRESSION_WEBP, .rows_per_strip = 16}), false, 0},
        {"tiff_jpeg",
         first(rgb, {.compression = COMPRESSION_JPEG, .rows_per_strip = 16, .photometric = PHOTOMETRIC_YCBCR}), true,
         0},
        {"tiff_jpeg_one_strip",
         first(rgb, {.compression = COMPRESSION_JPEG, .rows_per_strip = 1000, .photometric = PHOTOMETRIC_YCBCR}), true,
         0},
        {"tiff_g4",
         first(gray, {.compression = COMPRESSION_CCITTFAX4,
                      .rows_per_strip = 1000,
                      .bilevel = true,
                      .photometric = PHOTOMETRIC_MINISWHITE}),
         true, 0},
        {"tiff_g3",
         first(gray, {.compression = COMPRESSION_CCITTFAX3, .bilevel = true, .photometric = PHOTOMETRIC_MINISWHITE}),
         true, 0},
        {"tiff_cmyk", first(inks, {.compression = COMPRESSION_LZW, .orientation = 6}), true, 0},
        {"tiff_tiles", first(rgb, {.compression = COMPRESSION_LZW, .tile_side = 16}), false, 0},
        {"tiff_planes", first(rgb, {.planes = true}), false, 0},
        {"tiff_tiled_planes", first(rgb, {.compression = COMPRESSION_LZW, .tile_side = 32, .planes = true}), false, 0},
        {"tiff_directory_last", encode_tiff({rgb}, {.compression = COMPRESSION_LZW}), true, 0},
    };
}

inline std::vector<Sample> still_samples(std::uint32_t width = 37, std::uint32_t height = 53) {
    const Frame gray = make_picture(width, height, PixelFormat::gray8);
    const Frame rgb = make_picture(width, height, PixelFormat::rgb24);
    const Frame inks = make_picture(width, height, PixelFormat::bgra32);
    std::vector<Sample> samples = tiff_samples(gray.view(), rgb.view(), inks.view());
    const std::vector<Sample> others = {
        {"heif_420", encode_heif(rgb.view(), heif_compression_HEVC, false), true, 0},
        {"heif_444", encode_heif(rgb.view(), heif_compression_HEVC, true), true, 0},
        {"heif_alpha", encode_heif(inks.view(), heif_compression_HEVC, true), true, 0},
        {"avif_420", encode_heif(rgb.view(), heif_compression_AV1, false), false, 0},
        {"avif_alpha", encode_heif(inks.view(), heif_compression_AV1, false), false, 0},
        {"jxl_lossless", encode_jxl({rgb.view()}), false, 0},
        {"jxl_gray", encode_jxl({gray.view()}), false, 0},
        {"jxl_lossy", encode_jxl({rgb.view()}, {.lossless = false}), false, 0},
        {"jxl_container", encode_jxl({rgb.view()}, {.lossless = false, .container = true}), false, 0},
        {"psd_raw", encode_psd(gray.view(), false), true, 0},
        {"psd_packed", encode_psd(rgb.view(), true), false, 0},
        {"psd_large", encode_psd(rgb.view(), true, true), false, 0},
        {"raw_fuji", raw_file(encode_jpeg(rgb.view(), {.quality = 70})), true, 0},
    };
    samples.insert(samples.end(), others.begin(), others.end());
    return samples;
}

// All that a file gives, and how it ends.
struct Sequence {
    Status status;
    MediaInfo info;
    std::vector<Frame> frames;
    std::vector<std::uint32_t> indices;
    std::vector<Damage> damages;  // as said with each frame
    Damage damage;                // as said at the end
};

inline Sequence decode_sequence(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {}) {
    Sequence sequence;
    const auto source = open_media(bytes, limits);
    sequence.status = source.status();
    if (!source.ok()) return sequence;
    sequence.info = source.value()->info();
    while (true) {
        Frame frame;
        const auto more = source.value()->next(frame);
        sequence.damage = source.value()->damage();
        if (!more.ok() || !more.value()) {
            sequence.status = more.status();
            return sequence;
        }
        sequence.frames.push_back(std::move(frame));
        sequence.indices.push_back(source.value()->facts().index);
        sequence.damages.push_back(source.value()->damage());
    }
}

}  // namespace tutela::test
