// Limits hold before memory is taken. A crafted header of the greatest size shows it: the sanitizers' and the
// machine's limits on memory would end a test that took it.
#include <gtest/gtest.h>

#include <limits>

#include "media/decode.hpp"
#include "media/samples.hpp"

namespace tutela::test {
namespace {

TEST(Limits, BytesAreInclusive) {
    for (const Sample& sample : all_samples(16, 16)) {
        for (const DecodeMode mode : kAllModes) {
            EXPECT_TRUE(decode(sample.bytes, {.max_bytes = sample.bytes.size()}, mode).ok()) << sample.name;
            EXPECT_EQ(decode(sample.bytes, {.max_bytes = sample.bytes.size() - 1}, mode).status.code(),
                      StatusCode::limit)
                << sample.name;
        }
    }
}

TEST(Limits, PixelsAreInclusive) {
    for (const Sample& sample : all_samples(17, 19)) {
        for (const DecodeMode mode : kAllModes) {
            EXPECT_TRUE(decode(sample.bytes, {.max_pixels = 17 * 19}, mode).ok()) << sample.name;
            EXPECT_EQ(decode(sample.bytes, {.max_pixels = 17 * 19 - 1}, mode).status.code(), StatusCode::limit)
                << sample.name;
        }
    }
}

TEST(Limits, NoLimitIsFine) {
    constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
    for (const Sample& sample : all_samples(17, 19)) {
        EXPECT_TRUE(decode(sample.bytes, {.max_bytes = kNone, .max_pixels = kNone, .max_jpeg_scans = 0xffffffff}).ok())
            << sample.name;
    }
}

TEST(Limits, AHugeJpegHeaderTakesNoMemory) {
    Bytes jpeg = encode_jpeg(make_picture(16, 16, PixelFormat::rgb24).view(), {.progressive = true});
    std::size_t header = 0;
    while (jpeg[header] != 0xff || jpeg[header + 1] != 0xc2)
        ++header;
    for (std::size_t i = 5; i < 9; ++i)
        jpeg[header + i] = 0xff;  // 65535 x 65535; the library itself stops at 65500
    EXPECT_EQ(decode(jpeg).status.code(), StatusCode::limit);
    jpeg[header + 5] = jpeg[header + 7] = 0xf0;
    EXPECT_EQ(decode(jpeg).status.code(), StatusCode::limit);
}

// Refinement scans that add nothing, repeated: small files, endless work.
void expect_scans_limited(std::uint32_t side, DecodeMode mode) {
    const Bytes jpeg = encode_jpeg(make_picture(side, side, PixelFormat::gray8).view(), {.progressive = true});
    std::uint32_t scans = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i + 1 < jpeg.size(); ++i) {
        if (jpeg[i] != 0xff || jpeg[i + 1] != 0xda) continue;
        ++scans;
        last = i;
    }
    EXPECT_TRUE(decode(jpeg, {.max_jpeg_scans = scans}, mode).ok());
    EXPECT_EQ(decode(jpeg, {.max_jpeg_scans = scans - 1}, mode).status.code(), StatusCode::limit);

    const Bytes scan(jpeg.begin() + static_cast<std::ptrdiff_t>(last), jpeg.end() - 2);
    Bytes attack(jpeg.begin(), jpeg.end() - 2);
    for (int i = 0; i < 1000; ++i)
        append(attack, scan);
    append(attack, "\xff\xd9");
    EXPECT_EQ(decode(attack, mode).status.code(), StatusCode::limit);
    EXPECT_EQ(decode(attack, {.max_pixels = side * side, .max_jpeg_scans = 2000}, mode).status.code(),
              StatusCode::limit)
        << "the greatest picture may have 40 scans";
    if (side > 16) return;
    EXPECT_TRUE(decode(attack, {.max_jpeg_scans = 2000}, mode).ok());
}

TEST(Limits, ScansOfAProgressiveJpeg) {
    for (const DecodeMode mode : kAllModes) {
        SCOPED_TRACE(decode_mode_name(mode));
        expect_scans_limited(16, mode);
    }
    expect_scans_limited(kScreenMinSide, DecodeMode::screen);
    expect_scans_limited(2 * kScaledMinSide, DecodeMode::scaled);
}

}  // namespace
}  // namespace tutela::test
