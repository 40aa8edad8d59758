#include "media/exif.hpp"

#include <gtest/gtest.h>

#include <random>

#include "media/decode.hpp"
#include "media/encoders.hpp"
#include "media/pictures.hpp"

namespace tutela::test {
namespace {

// An entry of a little-endian directory.
Bytes exif_with_entry(std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
    Bytes block;
    append(block, "II");
    append_little(block, 42, 2);
    append_little(block, 8, 4);
    append_little(block, 1, 2);
    append_little(block, tag, 2);
    append_little(block, type, 2);
    append_little(block, count, 4);
    append_little(block, value, 4);
    append_little(block, 8, 4);  // the next directory is this one: a loop, if anybody followed it
    return block;
}

TEST(Exif, ReadsBothByteOrders) {
    for (std::uint32_t orientation = 1; orientation <= 8; ++orientation) {
        EXPECT_EQ(exif_orientation(exif_block(orientation, false)), orientation);
        EXPECT_EQ(exif_orientation(exif_block(orientation, true)), orientation);
        EXPECT_EQ(exif_orientation(exif_app1(orientation)), orientation);
    }
}

TEST(Exif, NonsenseIsNoOrientation) {
    EXPECT_EQ(exif_orientation({}), 0U);
    EXPECT_EQ(exif_orientation(exif_block(0)), 0U);
    EXPECT_EQ(exif_orientation(exif_block(9)), 0U);
    EXPECT_EQ(exif_orientation(exif_block(65535)), 0U);
    EXPECT_EQ(exif_orientation(exif_with_entry(0x0112, 3, 1, 5)), 5U);
    EXPECT_EQ(exif_orientation(exif_with_entry(0x0112, 4, 1, 5)), 5U) << "written as a long";
    EXPECT_EQ(exif_orientation(exif_with_entry(0x0112, 4, 1, 0xffffffff)), 0U);
    EXPECT_EQ(exif_orientation(exif_with_entry(0x0112, 3, 2, 5)), 0U) << "two values";
    EXPECT_EQ(exif_orientation(exif_with_entry(0x0112, 2, 1, 5)), 0U) << "text";
    EXPECT_EQ(exif_orientation(exif_with_entry(0x0113, 3, 1, 5)), 0U) << "another tag";
    Bytes wrong_magic = exif_block(6);
    wrong_magic[2] = 43;
    EXPECT_EQ(exif_orientation(wrong_magic), 0U);
}

TEST(Exif, ACutBlockIsNoOrientation) {
    const Bytes block = exif_block(7);
    const std::size_t value_ends = block.size() - 4 - 2;
    for (std::size_t size = 0; size <= block.size(); ++size) {
        EXPECT_EQ(exif_orientation(std::span(block).first(size)), size < value_ends ? 0U : 7U) << size;
    }
}

TEST(Exif, AnyBytesEnd) {
    std::mt19937 random(3);
    const Bytes block = exif_block(6, true);
    for (int round = 0; round < 20'000; ++round) {
        Bytes changed = block;
        for (int i = 0; i < 3; ++i)
            changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
        EXPECT_LE(exif_orientation(changed), 8U);
    }
    Bytes far = block;  // the directory starts at 2^32 - 1
    std::fill(far.begin() + 4, far.begin() + 8, std::uint8_t{0xff});
    EXPECT_EQ(exif_orientation(far), 0U);
}

TEST(Exif, IsAFactInEveryContainer) {
    const Frame rgb = make_picture(24, 16, PixelFormat::rgb24);
    for (std::uint32_t orientation = 1; orientation <= 8; ++orientation) {
        const Decoded jpeg = decode(encode_jpeg(rgb.view(), {.app1 = {exif_app1(orientation)}}));
        const Decoded png = decode(encode_png(rgb.view(), {.orientation = orientation}));
        const Decoded webp = decode(encode_webp(rgb.view(), {.lossless = true, .orientation = orientation}));
        for (const Decoded* decoded : {&jpeg, &png, &webp}) {
            ASSERT_TRUE(decoded->ok()) << decoded->status.to_string();
            EXPECT_EQ(decoded->info.orientation, orientation);
            EXPECT_EQ(decoded->frame.view().width, 24U) << "frames come as they are stored";
            EXPECT_EQ(decoded->frame.view().height, 16U);
        }
        EXPECT_TRUE(same_pixels(png.frame.view(), rgb.view()));
        EXPECT_TRUE(same_pixels(webp.frame.view(), rgb.view()));
    }
}

TEST(Exif, IsFoundBehindOtherSegments) {
    const Frame rgb = make_picture(16, 16, PixelFormat::rgb24);
    Bytes xmp;
    append(xmp, std::string_view("http://ns.adobe.com/xap/1.0/\0<x/>", 33));
    const auto orientation = [&](const std::vector<Bytes>& segments) {
        return decode(encode_jpeg(rgb.view(), {.app1 = segments})).info.orientation;
    };
    EXPECT_EQ(orientation({}), 0U);
    EXPECT_EQ(orientation({xmp}), 0U);
    EXPECT_EQ(orientation({xmp, exif_app1(6)}), 6U);
    EXPECT_EQ(orientation({Bytes(65000, 0xff), xmp, exif_app1(8)}), 8U);
    EXPECT_EQ(orientation({exif_app1(3), exif_app1(8)}), 3U) << "the first counts";
}

}  // namespace
}  // namespace tutela::test
