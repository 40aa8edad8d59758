#include <gtest/gtest.h>

#include "media/decode.hpp"
#include "media/encoders.hpp"
#include "media/jpeg_markers.hpp"
#include "media/pictures.hpp"

namespace tutela::test {
namespace {

// Where the start-of-frame marker stands.
std::size_t frame_header(const Bytes& jpeg) {
    for (std::size_t i = 0; i + 1 < jpeg.size(); ++i)
        if (jpeg[i] == 0xff && (jpeg[i + 1] == 0xc0 || jpeg[i + 1] == 0xc2)) return i;
    return 0;
}

Bytes gray_jpeg() {
    return encode_jpeg(make_picture(32, 32, PixelFormat::gray8).view());
}

TEST(Jpeg, GrayStaysGray) {
    const Frame gray = make_picture(61, 47, PixelFormat::gray8);
    const Decoded decoded = decode(encode_jpeg(gray.view(), {.quality = 100}));
    ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
    EXPECT_EQ(decoded.frame.view().format, PixelFormat::gray8);
    EXPECT_LT(mean_difference(decoded.frame.view(), gray.view()), 1);
}

TEST(Jpeg, ColourComesAsRgbInEveryCoding) {
    const Frame rgb = make_picture(61, 47, PixelFormat::rgb24);
    for (const bool progressive : {false, true}) {
        for (const bool arithmetic : {false, true}) {
            const Decoded decoded =
                decode(encode_jpeg(rgb.view(), {.quality = 100, .progressive = progressive, .arithmetic = arithmetic}));
            ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
            EXPECT_EQ(decoded.frame.view().format, PixelFormat::rgb24);
            EXPECT_LT(mean_difference(decoded.frame.view(), rgb.view()), 2);
        }
    }
    const Decoded stored_rgb = decode(encode_jpeg(rgb.view(), {.quality = 100, .keep_rgb = true}));
    ASSERT_TRUE(stored_rgb.ok());
    EXPECT_LT(mean_difference(stored_rgb.frame.view(), rgb.view()), 1);
}

// The entropy coding of the same coefficients must not show in the pixels.
TEST(Jpeg, ScansAndRestartsDoNotChangePixels) {
    const Frame rgb = make_picture(75, 66, PixelFormat::rgb24);
    for (const Sampling sampling : {Sampling::s444, Sampling::s422, Sampling::s420, Sampling::s440}) {
        const Decoded plain = decode(encode_jpeg(rgb.view(), {.sampling = sampling}));
        ASSERT_TRUE(plain.ok());
        for (const JpegOptions& options : {JpegOptions{.sampling = sampling, .progressive = true},
                                           JpegOptions{.sampling = sampling, .arithmetic = true},
                                           JpegOptions{.sampling = sampling, .one_scan_per_component = true},
                                           JpegOptions{.sampling = sampling, .restart_rows = 1}}) {
            EXPECT_TRUE(same_pixels(decode(encode_jpeg(rgb.view(), options)).frame.view(), plain.frame.view()));
        }
    }
}

// Inks are stored inverted: 255 is none. Flat fields, so that coding loses nothing.
TEST(Jpeg, InksAreMultipliedOut) {
    const struct {
        std::uint8_t inks[4];
        std::uint8_t rgb[3];
    } fields[] = {
        {{255, 255, 255, 255}, {255, 255, 255}},  // no ink: white
        {{255, 255, 255, 0}, {0, 0, 0}},          // black alone
        {{0, 0, 0, 255}, {0, 0, 0}},              // all three colours
        {{0, 255, 255, 255}, {0, 255, 255}},      // cyan
        {{255, 128, 0, 128}, {128, 64, 0}},       // 128 - 127 * 128 / 255 = 64.25
    };
    for (const auto& field : fields) {
        Frame picture;
        ASSERT_TRUE(picture.reshape(16, 16, PixelFormat::bgra32).ok());
        for (std::size_t i = 0; i < 16 * 16 * 4; ++i)
            picture.data()[i] = field.inks[i % 4];
        const Decoded decoded = decode(encode_jpeg(picture.view(), {.quality = 100}));
        ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
        EXPECT_EQ(decoded.frame.view().format, PixelFormat::rgb24);
        for (int i = 0; i < 3; ++i)
            EXPECT_NEAR(decoded.frame.view().row(7)[i], field.rgb[i], 1);
    }
}

TEST(Jpeg, YcckIsCmykInAnotherCoat) {
    const Frame inks = make_picture(48, 40, PixelFormat::bgra32);
    const Decoded cmyk = decode(encode_jpeg(inks.view(), {.quality = 100}));
    const Decoded ycck = decode(encode_jpeg(inks.view(), {.quality = 100, .ycck = true}));
    ASSERT_TRUE(cmyk.ok() && ycck.ok());
    EXPECT_LT(mean_difference(cmyk.frame.view(), ycck.frame.view()), 2);
}

TEST(Jpeg, KindsThatAreNotRead) {
    const auto code_with = [](std::size_t offset, std::uint8_t value) {
        Bytes jpeg = gray_jpeg();
        jpeg[frame_header(jpeg) + offset] = value;
        return decode(jpeg).status.code();
    };
    EXPECT_EQ(code_with(1, 0xc3), StatusCode::unsupported) << "lossless";
    EXPECT_EQ(code_with(1, 0xc5), StatusCode::unsupported) << "hierarchical";
    EXPECT_EQ(code_with(4, 12), StatusCode::unsupported) << "12 bits";
    EXPECT_EQ(code_with(4, 77), StatusCode::corrupt) << "77 bits";
}

TEST(Jpeg, SidesOfZero) {
    const auto code_with_zero_at = [](std::size_t offset) {
        Bytes jpeg = gray_jpeg();
        const std::size_t header = frame_header(jpeg);
        jpeg[header + offset] = jpeg[header + offset + 1] = 0;
        return decode(jpeg).status.code();
    };
    EXPECT_EQ(code_with_zero_at(7), StatusCode::corrupt);
    EXPECT_EQ(code_with_zero_at(5), StatusCode::corrupt);
    Bytes later = gray_jpeg();
    const std::size_t header = frame_header(later);
    later[header + 5] = later[header + 6] = 0;
    const std::string_view dnl("\xff\xdc\0\4\0\x20", 6);
    later.insert(later.end() - 2, dnl.begin(), dnl.end());
    EXPECT_EQ(decode(later).status.code(), StatusCode::unsupported) << "the height comes after the pixels";
}

TEST(Jpeg, TwoComponentsAreUnsupported) {
    const Frame rgb = make_picture(16, 16, PixelFormat::rgb24);
    Bytes jpeg = encode_jpeg(rgb.view(), {.one_scan_per_component = true});  // the first scan names the first one only
    const std::size_t header = frame_header(jpeg);
    jpeg[header + 3] = 8 + 2 * 3;
    jpeg[header + 9] = 2;
    const auto third = jpeg.begin() + static_cast<std::ptrdiff_t>(header) + 10 + 2 * 3;
    jpeg.erase(third, third + 3);
    EXPECT_EQ(decode(jpeg).status.code(), StatusCode::unsupported);
}

TEST(Jpeg, OfSeveralPicturesTheFirst) {
    const Frame one = make_picture(32, 24, PixelFormat::rgb24, 1);
    const Frame two = make_picture(16, 16, PixelFormat::rgb24, 2);
    const Bytes first = encode_jpeg(one.view());
    Bytes both = first;
    append(both, encode_jpeg(two.view()));
    const Decoded decoded = decode(both);
    ASSERT_TRUE(decoded.ok());
    EXPECT_FALSE(decoded.damage.damaged);
    EXPECT_TRUE(same_pixels(decoded.frame.view(), decode(first).frame.view()));
}

TEST(JpegMarkers, LastMarkerBefore) {
    const Bytes bytes = {0xff, 0xd8, 0xff, 0xc4, 0, 2, 0xff, 0x00, 0xff, 0xd3, 0xff, 0xda, 1, 2};
    EXPECT_EQ(last_jpeg_marker_before(bytes, 14), 10U);
    EXPECT_EQ(last_jpeg_marker_before(bytes, 12), 10U);
    EXPECT_EQ(last_jpeg_marker_before(bytes, 11), 2U) << "half of a marker, stuffing and restarts do not count";
    EXPECT_EQ(last_jpeg_marker_before(bytes, 4), 2U);
    EXPECT_EQ(last_jpeg_marker_before(bytes, 3), 0U);
    EXPECT_EQ(last_jpeg_marker_before({}, 3), 0U);
}

}  // namespace
}  // namespace tutela::test
