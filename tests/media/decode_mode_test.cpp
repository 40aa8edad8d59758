// What each mode gives, where it falls back, and that no mode hides damage.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "media/decode.hpp"
#include "media/jpeg_markers.hpp"
#include "media/samples.hpp"

namespace tutela::test {
namespace {

// The Y plane of a JPEG as libjpeg gives it among the three channels.
Frame y_plane(const Bytes& file, unsigned denominator) {
    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, file.data(), file.size());
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg.scale_num = 1;
    jpeg.scale_denom = denominator;
    jpeg_start_decompress(&jpeg);
    const auto channels = static_cast<std::uint32_t>(jpeg.output_components);
    Frame frame;
    EXPECT_TRUE(frame.reshape(jpeg.output_width, jpeg.output_height, PixelFormat::gray8).ok());
    Bytes row(std::size_t{jpeg.output_width} * channels);
    for (std::uint32_t y = 0; y < jpeg.output_height; ++y) {
        JSAMPROW to = row.data();
        jpeg_read_scanlines(&jpeg, &to, 1);
        for (std::uint32_t x = 0; x < jpeg.output_width; ++x)
            frame.row(y)[x] = row[x * channels];
    }
    jpeg_destroy_decompress(&jpeg);
    return frame;
}

// The luma of a decoded frame of any format, rounded.
Frame luma_of(const FrameView& view) {
    Frame frame;
    EXPECT_TRUE(frame.reshape(view.width, view.height, PixelFormat::gray8).ok());
    for (std::uint32_t y = 0; y < view.height; ++y) {
        for (std::uint32_t x = 0; x < view.width; ++x) {
            const std::uint8_t* pixel = view.row(y) + x * bytes_per_pixel(view.format);
            frame.row(y)[x] =
                view.format == PixelFormat::gray8
                    ? pixel[0]
                    : static_cast<std::uint8_t>(std::lround(0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]));
        }
    }
    return frame;
}

bool starts_with(const std::string& text, std::string_view start) {
    return std::string_view(text).starts_with(start);
}

TEST(DecodeMode, Names) {
    EXPECT_EQ(decode_mode_name(DecodeMode::exact), "exact");
    EXPECT_EQ(decode_mode_name(DecodeMode::luma), "luma");
    EXPECT_EQ(decode_mode_name(DecodeMode::scaled), "scaled");
    EXPECT_EQ(decode_mode_name(DecodeMode::screen), "screen");
    EXPECT_EQ(decode_mode_name(static_cast<DecodeMode>(0)), "unknown");
}

// Small samples: none can be reduced or screened.
TEST(DecodeMode, FallsBackToTheNearestFinerMode) {
    for (const Sample& sample : all_samples()) {
        const bool has_luma = (starts_with(sample.name, "jpeg_") && sample.name != "jpeg_rgb" &&
                               sample.name != "jpeg_cmyk" && sample.name != "jpeg_ycck") ||
                              sample.name == "webp_lossy" || sample.name == "webp_alpha" || sample.name == "webp_exif";
        const Decoded exact = decode(sample.bytes);
        EXPECT_EQ(exact.facts.mode, DecodeMode::exact);
        for (const DecodeMode mode : {DecodeMode::luma, DecodeMode::scaled, DecodeMode::screen}) {
            const Decoded decoded = decode(sample.bytes, mode);
            ASSERT_TRUE(decoded.ok()) << sample.name;
            expect_well_formed(decoded);
            EXPECT_EQ(decoded.facts.mode, has_luma ? DecodeMode::luma : DecodeMode::exact) << sample.name;
            EXPECT_EQ(decoded.facts.denominator, 1U) << sample.name;
            EXPECT_FALSE(decoded.damage.damaged) << sample.name;
            EXPECT_EQ(decoded.info.orientation, exact.info.orientation) << sample.name;
            if (has_luma) {
                EXPECT_EQ(decoded.frame.view().format, PixelFormat::gray8) << sample.name;
                EXPECT_LT(mean_difference(decoded.frame.view(), luma_of(exact.frame.view()).view()), 1.5)
                    << sample.name;
            } else {
                EXPECT_TRUE(same_pixels(decoded.frame.view(), exact.frame.view())) << sample.name;
            }
        }
    }
}

TEST(DecodeMode, LumaOfAJpegIsItsYPlane) {
    for (const Sample& sample : all_samples()) {
        const Decoded decoded = decode(sample.bytes, DecodeMode::luma);
        if (decoded.facts.mode != DecodeMode::luma || decoded.info.format != MediaFormat::jpeg) continue;
        EXPECT_TRUE(same_pixels(decoded.frame.view(), y_plane(sample.bytes, 1).view())) << sample.name;
    }
}

TEST(DecodeMode, LumaOfAWebpHasFullRange) {
    for (const std::uint8_t value : {0, 1, 90, 128, 200, 254, 255}) {
        Frame rgb;
        ASSERT_TRUE(rgb.reshape(33, 17, PixelFormat::rgb24).ok());
        std::fill_n(rgb.data(), std::size_t{33} * 17 * 3, value);
        const Decoded decoded = decode(encode_webp(rgb.view(), {.quality = 100}), DecodeMode::luma);
        ASSERT_EQ(decoded.facts.mode, DecodeMode::luma);
        for (std::uint32_t y = 0; y < 17; ++y)
            EXPECT_NEAR(decoded.frame.view().row(y)[y], value, 1) << y;
    }
}

TEST(DecodeMode, ReducesAsFarAsTheShorterSideAllows) {
    const struct {
        std::uint32_t width, height, denominator;
    } cases[] = {{1022, 1500, 1}, {1023, 1500, 2}, {2044, 2100, 2}, {2045, 2100, 4}, {4089, 4100, 8}, {9000, 700, 1}};
    for (const auto& [width, height, denominator] : cases) {
        Frame gray;
        ASSERT_TRUE(gray.reshape(width, height, PixelFormat::gray8).ok());
        gray.clear_rows_from(0);
        const Decoded decoded = decode(encode_jpeg(gray.view()), DecodeMode::scaled);
        ASSERT_TRUE(decoded.ok());
        expect_well_formed(decoded);
        EXPECT_EQ(decoded.facts.denominator, denominator) << width << " x " << height;
        EXPECT_EQ(decoded.facts.mode, denominator == 1 ? DecodeMode::luma : DecodeMode::scaled);
    }
}

TEST(DecodeMode, AReducedFrameIsTheDecodersOwn) {
    const Frame rgb = make_picture(1037, 1061, PixelFormat::rgb24);
    for (const Sampling sampling : {Sampling::s444, Sampling::s420, Sampling::s440}) {
        for (const bool progressive : {false, true}) {
            const Bytes file = encode_jpeg(rgb.view(), {.sampling = sampling, .progressive = progressive});
            const Decoded decoded = decode(file, DecodeMode::scaled);
            ASSERT_EQ(decoded.facts.mode, DecodeMode::scaled);
            EXPECT_TRUE(same_pixels(decoded.frame.view(), y_plane(file, 2).view()));
        }
    }
}

// --- The first scan alone

Bytes screenable(JpegOptions options = {}) {
    options.progressive = true;
    options.sampling = Sampling::s420;
    return encode_jpeg(make_picture(1060, 1029, PixelFormat::rgb24).view(), options);
}

std::vector<std::size_t> scan_headers(const Bytes& jpeg) {
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i + 1 < jpeg.size(); ++i)
        if (jpeg[i] == 0xff && jpeg[i + 1] == 0xda) at.push_back(i);
    return at;
}

TEST(DecodeMode, AScreenFrameHoldsTheMeansOfBlocks) {
    const Bytes file = screenable({.quality = 95});
    const Decoded screen = decode(file, DecodeMode::screen);
    ASSERT_EQ(screen.facts.mode, DecodeMode::screen);
    expect_well_formed(screen);
    EXPECT_EQ(screen.facts.denominator, 8U);
    const Decoded luma = decode(file, DecodeMode::luma);
    for (std::uint32_t by = 0; by < 1029 / 8; ++by) {
        for (std::uint32_t bx = 0; bx < 1060 / 8; ++bx) {
            double sum = 0;
            for (std::uint32_t i = 0; i < 64; ++i)
                sum += luma.frame.view().row(8 * by + i / 8)[8 * bx + i % 8];
            ASSERT_NEAR(screen.frame.view().row(by)[bx], sum / 64, 2) << bx << ' ' << by;
        }
    }
}

// Nothing that follows the first scan is decoded: a later scan may be anything.
TEST(DecodeMode, AScreenReadsTheFirstScanOnly) {
    const Bytes whole = screenable();
    Bytes other = whole;
    const std::size_t inside = scan_headers(whole)[2] + 40;
    for (std::size_t i = inside; i < inside + 20; ++i)
        other[i] = 0x55;
    const Decoded a = decode(whole, DecodeMode::screen);
    const Decoded b = decode(other, DecodeMode::screen);
    ASSERT_EQ(b.facts.mode, DecodeMode::screen);
    EXPECT_TRUE(same_pixels(a.frame.view(), b.frame.view()));
}

void expect_as_luma(const Bytes& file, const char* what) {
    const Decoded screen = decode(file, DecodeMode::screen);
    const Decoded luma = decode(file, DecodeMode::luma);
    EXPECT_NE(screen.facts.mode, DecodeMode::screen) << what;
    EXPECT_EQ(screen.status.to_string(), luma.status.to_string()) << what;
    EXPECT_EQ(screen.damage.reason, luma.damage.reason) << what;
    EXPECT_EQ(screen.damage.rows_decoded, luma.damage.rows_decoded) << what;
    if (luma.ok()) {
        EXPECT_TRUE(same_pixels(screen.frame.view(), luma.frame.view())) << what;
    }
}

TEST(DecodeMode, WhatIsNotWholeIsNotScreened) {
    const Bytes whole = screenable();
    ASSERT_EQ(decode(whole, DecodeMode::screen).facts.mode, DecodeMode::screen);
    for (std::size_t kept = 1; kept < whole.size(); kept += whole.size() / 40)
        expect_as_luma(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept)), "cut off");
    expect_as_luma(Bytes(whole.begin(), whole.end() - 2), "no end marker");
    const std::vector<std::size_t> scans = scan_headers(whole);
    ASSERT_GE(scans.size(), 4U);

    Bytes broken = whole;
    broken[scans[2] + 3] ^= 4;
    expect_as_luma(broken, "a scan's header of a wrong length");
    broken = whole;
    broken[scans[0] + 30] = 0xff;
    broken[scans[0] + 31] = 0xd9;
    expect_as_luma(broken, "an end marker within the first scan");
    broken = whole;
    broken.insert(broken.begin() + static_cast<std::ptrdiff_t>(scans[1]) - 1, 100, 0x11);
    expect_as_luma(broken, "bytes between two segments");
}

TEST(DecodeMode, OnlyACoarsePictureIsScreened) {
    const Frame rgb = make_picture(1060, 1029, PixelFormat::rgb24);
    expect_as_luma(encode_jpeg(rgb.view()), "not progressive");
    expect_as_luma(encode_jpeg(rgb.view(), {.one_scan_per_component = true}), "scans of whole components");
    expect_as_luma(encode_jpeg(make_picture(1060, 1023, PixelFormat::rgb24).view(), {.progressive = true}),
                   "too small");
    // The first scan again, after the others: what it shows is not what a viewer shows in the end.
    const Bytes whole = screenable();
    const std::vector<std::size_t> scans = scan_headers(whole);
    Bytes again(whole.begin(), whole.end() - 2);
    const auto scans_ended = coarse_first_scans(whole, 3);
    ASSERT_TRUE(scans_ended.has_value());
    EXPECT_EQ(scans_ended->count, scans.size());
    again.insert(again.end(), whole.begin() + static_cast<std::ptrdiff_t>(scans[0]),
                 whole.begin() + static_cast<std::ptrdiff_t>(scans_ended->first_end));
    append(again, "\xff\xd9");
    expect_as_luma(again, "a second picture in later scans");
    // Without its first scan it begins with detail.
    Bytes headless = whole;
    headless.erase(headless.begin() + static_cast<std::ptrdiff_t>(scans[0]),
                   headless.begin() + static_cast<std::ptrdiff_t>(scans_ended->first_end));
    expect_as_luma(headless, "no coarse scan");
}

// --- Damage is the same in every mode

void expect_same_verdict(const Decoded& exact, const Decoded& other, const std::string& what) {
    EXPECT_EQ(other.status.to_string(), exact.status.to_string()) << what;
    EXPECT_EQ(other.damage.damaged, exact.damage.damaged) << what;
    EXPECT_EQ(other.damage.reason, exact.damage.reason) << what;
    expect_well_formed(other);
    if (!exact.ok() || exact.info.format == MediaFormat::webp) return;  // WebP's colours are a few rows behind its luma
    const std::uint32_t rows = exact.damage.rows_decoded / other.facts.denominator;
    EXPECT_GE(other.damage.rows_decoded, std::max(1U, rows)) << what;
    EXPECT_LE(other.damage.rows_decoded, rows + 1) << what;
}

TEST(DecodeMode, EveryTruncationHasTheSameVerdict) {
    for (const Sample& sample : all_samples()) {
        for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
            const auto cut = std::span(sample.bytes).first(size);
            expect_same_verdict(decode(cut), decode(cut, DecodeMode::luma), sample.name + std::to_string(size));
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(DecodeMode, EveryMutationHasTheSameVerdict) {
    constexpr DecodeLimits kLimits{.max_bytes = 1 << 20, .max_pixels = 1 << 20, .max_jpeg_scans = 50};
    std::mt19937 random(5);
    for (const Sample& sample : all_samples(40, 48)) {
        for (int round = 0; round < 200; ++round) {
            Bytes changed = sample.bytes;
            for (std::uint32_t changes = 1 + random() % 3; changes > 0; --changes)
                changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
            expect_same_verdict(decode(changed, kLimits), decode(changed, kLimits, DecodeMode::luma),
                                sample.name + " round " + std::to_string(round));
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(DecodeMode, ReducedFramesHaveTheSameVerdict) {
    const Frame rgb = make_picture(1100, 1040, PixelFormat::rgb24);
    const std::pair<const char*, Bytes> files[] = {
        {"sequential", encode_jpeg(rgb.view(), {.quality = 40, .sampling = Sampling::s420})},
        {"restarts", encode_jpeg(rgb.view(), {.quality = 40, .restart_rows = 2})},
        {"progressive", encode_jpeg(rgb.view(), {.quality = 40, .sampling = Sampling::s420, .progressive = true})},
        {"arithmetic", encode_jpeg(rgb.view(), {.quality = 40, .arithmetic = true})},
    };
    std::mt19937 random(9);
    for (const auto& [name, whole] : files) {
        for (int round = 0; round < 24; ++round) {
            Bytes bytes = whole;
            if (round % 2 == 0) {
                bytes.resize(bytes.size() * static_cast<std::size_t>(round) / 24);
            } else {
                bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
            }
            const Decoded scaled = decode(bytes, DecodeMode::scaled);
            expect_same_verdict(decode(bytes), scaled, name + (" round " + std::to_string(round)));
            if (scaled.ok()) {
                EXPECT_EQ(scaled.facts.denominator, 2U);
            }
        }
    }
}

TEST(DecodeMode, TheSameBytesGiveTheSamePixelsInEveryMode) {
    const Bytes files[] = {screenable(),
                           encode_jpeg(make_picture(1100, 1040, PixelFormat::rgb24).view(), {.progressive = true}),
                           encode_webp(make_picture(60, 50, PixelFormat::rgb24).view())};
    for (const Bytes& file : files) {
        for (const DecodeMode mode : kAllModes) {
            for (const std::size_t size : {file.size(), file.size() / 2}) {
                const auto bytes = std::span(file).first(size);
                const Decoded one = decode(bytes, mode);
                Frame two;
                ASSERT_TRUE(two.reshape(1200, 1200, PixelFormat::rgb24).ok());
                std::fill_n(two.data(), std::size_t{1200} * 1200 * 3, std::uint8_t{0xa5});
                ASSERT_TRUE(open_media(bytes, {}, mode).value()->next(two).ok());
                EXPECT_TRUE(same_pixels(one.frame.view(), two.view())) << decode_mode_name(mode) << ' ' << size;
            }
        }
    }
}

}  // namespace
}  // namespace tutela::test
