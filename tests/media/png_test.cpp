#include <gtest/gtest.h>

#include "media/decode.hpp"
#include "media/encoders.hpp"
#include "media/pictures.hpp"
#include "media/samples.hpp"

namespace tutela::test {
namespace {

// A PNG is lossless, so every decode has an exact model.
void expect_pixels(const Bytes& png, const FrameView& expected, const char* what) {
    const Decoded decoded = decode(png);
    ASSERT_TRUE(decoded.ok()) << what << ": " << decoded.status.to_string();
    EXPECT_FALSE(decoded.damage.damaged) << what << ": " << decoded.damage.reason;
    EXPECT_EQ(decoded.damage.rows_decoded, expected.height) << what;
    EXPECT_TRUE(same_pixels(decoded.frame.view(), expected)) << what;
}

constexpr std::pair<std::uint32_t, std::uint32_t> kSizes[] = {{1, 1}, {1, 9}, {9, 1}, {5, 5}, {33, 20}};

TEST(Png, GrayAndColourOfEveryDepth) {
    for (const auto& [width, height] : kSizes) {
        const Frame gray = make_picture(width, height, PixelFormat::gray8);
        const Frame rgb = make_picture(width, height, PixelFormat::rgb24);
        for (const bool interlaced : {false, true}) {
            for (const bool alpha : {false, true}) {
                for (const int depth : {8, 16}) {
                    const PngOptions options{.bit_depth = depth, .alpha = alpha, .interlaced = interlaced};
                    expect_pixels(encode_png(gray.view(), options), gray.view(), "gray");
                    expect_pixels(encode_png(rgb.view(), options), rgb.view(), "rgb");
                }
            }
        }
    }
}

TEST(Png, ShallowGrayIsSpreadOverTheFullRange) {
    for (const auto& [width, height] : kSizes) {
        const Frame gray = make_picture(width, height, PixelFormat::gray8);
        for (const int depth : {1, 2, 4}) {
            Frame expected = make_picture(width, height, PixelFormat::gray8);
            const std::uint32_t top = (1U << depth) - 1;
            for (std::size_t i = 0; i < std::size_t{width} * height; ++i)
                expected.data()[i] = static_cast<std::uint8_t>(expected.data()[i] % (top + 1) * 255 / top);
            for (const bool interlaced : {false, true}) {
                expect_pixels(encode_png(gray.view(), {.bit_depth = depth, .interlaced = interlaced}), expected.view(),
                              "gray of few bits");
            }
        }
    }
}

TEST(Png, PalettesAreResolvedAndTransparencyDropped) {
    const Frame indices = make_picture(33, 20, PixelFormat::gray8);
    for (const int depth : {1, 2, 4, 8}) {
        const std::vector<png_color> palette = test_palette(std::size_t{1} << depth);
        Frame expected;
        ASSERT_TRUE(expected.reshape(33, 20, PixelFormat::rgb24).ok());
        for (std::size_t i = 0; i < 33 * 20; ++i) {
            const png_color& color = palette[indices.view().data[i] % palette.size()];
            expected.data()[3 * i] = color.red;
            expected.data()[3 * i + 1] = color.green;
            expected.data()[3 * i + 2] = color.blue;
        }
        for (const bool transparent : {false, true}) {
            const PngOptions options{
                .bit_depth = depth, .transparent_color = transparent && depth > 1, .palette = palette};
            expect_pixels(encode_png(indices.view(), options), expected.view(), "palette");
        }
    }
}

TEST(Png, ATransparentColourIsDropped) {
    const Frame gray = make_picture(33, 20, PixelFormat::gray8);
    const Frame rgb = make_picture(33, 20, PixelFormat::rgb24);
    expect_pixels(encode_png(gray.view(), {.transparent_color = true}), gray.view(), "gray");
    expect_pixels(encode_png(rgb.view(), {.transparent_color = true}), rgb.view(), "rgb");
}

TEST(Png, OtherChunksDoNotMatter) {
    const Frame rgb = make_picture(33, 20, PixelFormat::rgb24);
    const Bytes png = encode_png(rgb.view());
    for (const std::string_view type : {"tEXt", "zTXt", "iTXt", "iCCP", "sRGB", "gAMA", "cHRM", "sPLT", "hIST", "bKGD",
                                        "sBIT", "pHYs", "tIME", "eXIf", "acTL", "fcTL", "caBX", "prVt"}) {
        const std::string name(type);
        expect_pixels(with_png_chunk(png, type, {}), rgb.view(), name.c_str());
        expect_pixels(with_png_chunk(png, type, Bytes(1000, 0xff)), rgb.view(), name.c_str());
    }
}

// 20 MB in one ancillary chunk, which libpng's usual limit refuses.
TEST(Png, AHugeChunkThatMakesNoPixelsIsPassedOver) {
    const Frame rgb = make_picture(33, 20, PixelFormat::rgb24);
    expect_pixels(with_png_chunk(encode_png(rgb.view()), "iTXt", Bytes(20'000'000, 'a')), rgb.view(), "iTXt");
}

// 64 MB of zeros behind 64 kB: as a compressed text, and as far more pixels than the picture has.
TEST(Png, CompressedBombsAreNotInflated) {
    const Bytes zeros(64'000'000, 0);
    uLongf size = compressBound(zeros.size());
    Bytes bomb(size);
    ASSERT_EQ(compress(bomb.data(), &size, zeros.data(), zeros.size()), Z_OK);
    bomb.resize(size);
    const Frame rgb = make_picture(33, 20, PixelFormat::rgb24);
    Bytes text;
    append(text, std::string_view("key\0\0", 5));
    append(text, bomb);
    expect_pixels(with_png_chunk(encode_png(rgb.view()), "zTXt", text), rgb.view(), "zTXt");
    Bytes profile;
    append(profile, std::string_view("name\0\0", 6));
    append(profile, bomb);
    expect_pixels(with_png_chunk(encode_png(rgb.view()), "iCCP", profile), rgb.view(), "iCCP");

    Bytes png = encode_png(rgb.view());
    png.resize(33);
    append(png, png_chunk("IDAT", bomb));
    append(png, png_chunk("IEND", {}));
    const Decoded decoded = decode(png);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded.damage.rows_decoded, 20U);
    EXPECT_TRUE(decoded.damage.damaged) << "data after the last row";
}

TEST(Png, WrongHeadersAreCorrupt) {
    const Bytes png = encode_png(make_picture(8, 8, PixelFormat::gray8).view());
    const auto with_header = [&](std::size_t at, std::uint32_t value, int size) {
        Bytes header(png.begin() + 16, png.begin() + 29);
        Bytes number;
        append_big(number, value, size);
        std::copy(number.begin(), number.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
        Bytes changed = png;
        const Bytes chunk = png_chunk("IHDR", header);
        std::copy(chunk.begin(), chunk.end(), changed.begin() + 8);
        return decode(changed).status.code();
    };
    EXPECT_EQ(with_header(0, 0, 4), StatusCode::corrupt) << "width 0";
    EXPECT_EQ(with_header(4, 0, 4), StatusCode::corrupt) << "height 0";
    EXPECT_EQ(with_header(0, 0x80000000, 4), StatusCode::corrupt) << "width over 2^31 - 1";
    EXPECT_EQ(with_header(8, 3, 1), StatusCode::corrupt) << "depth 3";
    EXPECT_EQ(with_header(9, 1, 1), StatusCode::corrupt) << "colour type 1";
    EXPECT_EQ(with_header(10, 1, 1), StatusCode::corrupt) << "compression 1";
    EXPECT_EQ(with_header(12, 2, 1), StatusCode::corrupt) << "interlace 2";
    EXPECT_EQ(with_header(0, 2'000'000, 4), StatusCode::limit) << "an endless row";
    EXPECT_EQ(with_header(0, 0x7fffffff, 4), StatusCode::limit);
}

TEST(Png, ThePrivateVariantOfAppleIsUnsupported) {
    Bytes png;
    append(png, "\x89PNG\r\n\x1a\n");
    append(png, png_chunk("CgBI", {0x50, 0, 0x20, 6}));
    const Bytes rest = encode_png(make_picture(8, 8, PixelFormat::rgb24).view());
    png.insert(png.end(), rest.begin() + 8, rest.end());
    EXPECT_EQ(decode(png).status.code(), StatusCode::unsupported);
}

TEST(Png, APaletteThatIsMissingIsCorrupt) {
    const Bytes png = encode_png(make_picture(8, 8, PixelFormat::gray8).view(), {.palette = test_palette(256)});
    Bytes without(png.begin(), png.begin() + 33);
    without.insert(without.end(), png.begin() + 33 + 12 + 768, png.end());
    EXPECT_EQ(decode(without).status.code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tutela::test
