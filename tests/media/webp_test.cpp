#include <gtest/gtest.h>

#include "media/decode.hpp"
#include "media/encoders.hpp"
#include "media/pictures.hpp"

namespace tutela::test {
namespace {

TEST(Webp, LosslessIsExactAndAlphaDropped) {
    for (const auto& [width, height] : {std::pair{1U, 1U}, {1U, 40U}, {40U, 1U}, {61U, 47U}}) {
        const Frame rgb = make_picture(width, height, PixelFormat::rgb24);
        for (const bool alpha : {false, true}) {
            const Decoded decoded = decode(encode_webp(rgb.view(), {.lossless = true, .alpha = alpha}));
            ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
            EXPECT_FALSE(decoded.damage.damaged) << decoded.damage.reason;
            EXPECT_EQ(decoded.damage.rows_decoded, height);
            EXPECT_TRUE(same_pixels(decoded.frame.view(), rgb.view()));
        }
    }
}

TEST(Webp, LossyIsNear) {
    const Frame rgb = make_picture(61, 47, PixelFormat::rgb24);
    for (const bool alpha : {false, true}) {
        const Decoded decoded = decode(encode_webp(rgb.view(), {.quality = 100, .alpha = alpha}));
        ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
        EXPECT_LT(mean_difference(decoded.frame.view(), rgb.view()), 12) << "colour has half the rows and columns";
    }
}

TEST(Webp, UnknownChunksDoNotMatter) {
    const Frame rgb = make_picture(16, 16, PixelFormat::rgb24);
    const Bytes still = encode_webp(rgb.view(), {.lossless = true});
    const Bytes image(still.begin() + 12, still.end());
    const Bytes file = webp_file({webp_header_chunk(8, 16, 16), riff_chunk("abcd", Bytes(33, 1)), image,
                                  riff_chunk("XMP ", Bytes(9, ' ')), riff_chunk("EXIF", exif_app1(5))});
    const Decoded decoded = decode(file);
    ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
    EXPECT_FALSE(decoded.damage.damaged) << decoded.damage.reason;
    EXPECT_EQ(decoded.info.orientation, 5U) << "with the signature that some writers put before the block";
    EXPECT_TRUE(same_pixels(decoded.frame.view(), rgb.view()));
}

TEST(Webp, AMissingLastPaddingByteIsNoDamage) {
    const Frame rgb = make_picture(16, 16, PixelFormat::rgb24);
    const Bytes still = encode_webp(rgb.view(), {.lossless = true});
    const Bytes image(still.begin() + 12, still.end());
    Bytes odd = riff_chunk("XMP ", Bytes(9, ' '));
    odd.pop_back();
    const Decoded decoded = decode(webp_file({webp_header_chunk(4, 16, 16), image, odd}));
    ASSERT_TRUE(decoded.ok());
    EXPECT_FALSE(decoded.damage.damaged) << decoded.damage.reason;
}

TEST(Webp, ACanvasOfAnotherSizeIsCorrupt) {
    const Bytes still = encode_webp(make_picture(16, 16, PixelFormat::rgb24).view());
    const Bytes image(still.begin() + 12, still.end());
    EXPECT_EQ(decode(webp_file({webp_header_chunk(0, 16, 17), image})).status.code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tutela::test
