// Files that are cut off, changed or lengthened: never a silent success, never a lost picture.
#include <gtest/gtest.h>

#include "media/decode.hpp"
#include "media/samples.hpp"

namespace tutela::test {
namespace {

std::span<const std::uint8_t> first(const Bytes& bytes, std::size_t size) {
    return std::span(bytes).first(size);
}

// The cut file is an error or declared damaged, and the rows it claims are the whole file's.
void expect_honest(const Sample& sample, const Decoded& whole, const Decoded& cut, std::size_t size) {
    SCOPED_TRACE(sample.name + " cut to " + std::to_string(size) + " of " + std::to_string(sample.bytes.size()));
    expect_well_formed(cut);
    if (!cut.ok()) return;
    EXPECT_TRUE(cut.damage.damaged);
    if (sample.row_by_row) {
        EXPECT_TRUE(same_rows(cut.frame.view(), whole.frame.view(), cut.damage.rows_decoded))
            << cut.damage.rows_decoded << " rows";
    }
}

TEST(Damage, EveryTruncationIsAnErrorOrDeclared) {
    for (const Sample& sample : all_samples()) {
        const Decoded whole = decode(sample.bytes);
        ASSERT_TRUE(whole.ok()) << sample.name << ": " << whole.status.to_string();
        ASSERT_FALSE(whole.damage.damaged) << sample.name << ": " << whole.damage.reason;
        std::uint32_t rows = 0;
        for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
            const Decoded cut = decode(first(sample.bytes, size));
            expect_honest(sample, whole, cut, size);
            EXPECT_TRUE(cut.ok() || rows == 0) << sample.name << ": more bytes lost the picture at " << size;
            if (cut.ok()) {
                EXPECT_GE(cut.damage.rows_decoded, rows) << sample.name << ": more bytes gave fewer rows at " << size;
                rows = cut.damage.rows_decoded;
            }
        }
        EXPECT_GT(rows, 0U) << sample.name << " gave no row of a cut file";
        if (testing::Test::HasFailure()) return;
    }
}

TEST(Damage, ACutFileKeepsTheRowsThatAreThere) {
    for (const Sample& sample : all_samples(64, 200)) {
        const Decoded cut = decode(first(sample.bytes, sample.bytes.size() * 3 / 4));
        ASSERT_TRUE(cut.ok()) << sample.name << ": " << cut.status.to_string();
        EXPECT_GE(cut.damage.rows_decoded, 100U) << sample.name;
        EXPECT_LE(cut.damage.rows_decoded, sample.row_by_row ? 180U : 200U) << sample.name;
    }
}

TEST(Damage, TheTailAloneCostsNoPixel) {
    for (const Sample& sample : all_samples()) {
        const Decoded whole = decode(sample.bytes);
        for (std::size_t lost = 1; lost <= sample.tail_bytes; ++lost) {
            const Decoded cut = decode(first(sample.bytes, sample.bytes.size() - lost));
            ASSERT_TRUE(cut.ok()) << sample.name;
            EXPECT_TRUE(cut.damage.damaged) << sample.name;
            EXPECT_TRUE(same_pixels(cut.frame.view(), whole.frame.view())) << sample.name;
            if (sample.name.find("arithmetic") == std::string::npos) {
                EXPECT_EQ(cut.damage.rows_decoded, whole.info.height) << sample.name;
            }
        }
    }
}

TEST(Damage, BytesAfterThePictureAreNoDamage) {
    for (const Sample& sample : all_samples()) {
        const Decoded whole = decode(sample.bytes);
        for (const std::string_view more :
             {std::string_view("\0", 1), std::string_view("PK\3\4 appended"),
              std::string_view("\xff\xd8\xff\xe0 another"), std::string_view("\xff\xc4")}) {
            Bytes longer = sample.bytes;
            append(longer, more);
            const Decoded decoded = decode(longer);
            ASSERT_TRUE(decoded.ok()) << sample.name;
            EXPECT_FALSE(decoded.damage.damaged) << sample.name << ": " << decoded.damage.reason;
            EXPECT_TRUE(same_pixels(decoded.frame.view(), whole.frame.view())) << sample.name;
        }
    }
}

TEST(Damage, TheSameBytesGiveTheSamePixels) {
    for (const Sample& sample : all_samples()) {
        for (const std::size_t size : {sample.bytes.size(), sample.bytes.size() * 3 / 4, sample.bytes.size() / 2}) {
            const Decoded one = decode(first(sample.bytes, size));
            Decoded two = decode(sample.bytes);  // leaves other pixels in the memory
            const auto source = open_media(first(sample.bytes, size));
            ASSERT_EQ(one.ok(), source.ok() && source.value()->next(two.frame).ok()) << sample.name;
            if (one.ok()) {
                EXPECT_TRUE(same_pixels(one.frame.view(), two.frame.view())) << sample.name << " of " << size;
            }
        }
    }
}

TEST(Damage, MissingRowsAreFilled) {
    const Frame rgb = make_picture(64, 200, PixelFormat::rgb24);
    const Bytes jpeg = encode_jpeg(rgb.view());
    const Bytes png = encode_png(rgb.view());
    const Bytes webp = encode_webp(rgb.view(), {.lossless = true});
    for (const Bytes* file : {&jpeg, &png, &webp}) {
        const Decoded cut = decode(first(*file, file->size() / 2));
        ASSERT_TRUE(cut.ok());
        EXPECT_GT(cut.damage.rows_decoded, 60U);
        EXPECT_LT(cut.damage.rows_decoded, 140U);
        const std::uint8_t fill = file == &jpeg ? 128 : 0;
        const std::uint8_t* last = cut.frame.view().row(199);
        EXPECT_TRUE(std::all_of(last, last + 64 * 3, [&](std::uint8_t sample) { return sample == fill; }));
    }
}

TEST(Damage, AProgressiveJpegBrokenBetweenItsScansKeepsTheEarlierOnes) {
    const Frame rgb = make_picture(64, 64, PixelFormat::rgb24);
    const Bytes whole = encode_jpeg(rgb.view(), {.progressive = true});
    std::vector<std::size_t> scans;
    for (std::size_t i = 0; i + 1 < whole.size(); ++i)
        if (whole[i] == 0xff && whole[i + 1] == 0xda) scans.push_back(i);
    ASSERT_GE(scans.size(), 4U);
    Bytes broken = whole;
    broken[scans[3] + 5] = 0x77;  // a component that does not exist
    const Decoded decoded = decode(broken);
    ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
    EXPECT_TRUE(decoded.damage.damaged);
    EXPECT_EQ(decoded.damage.rows_decoded, 64U);
    const Decoded cut = decode(first(whole, scans[3]));
    EXPECT_TRUE(same_pixels(decoded.frame.view(), cut.frame.view())) << "as if the file ended before the scan";
}

TEST(Damage, AnEarlyEndMarkerIsDamage) {
    const Frame gray = make_picture(64, 64, PixelFormat::gray8);
    const Bytes whole = encode_jpeg(gray.view());
    Bytes early(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() * 2 / 3));
    append(early, "\xff\xd9");
    const Decoded decoded = decode(early);
    ASSERT_TRUE(decoded.ok());
    EXPECT_TRUE(decoded.damage.damaged);
    EXPECT_LT(decoded.damage.rows_decoded, 64U);
    EXPECT_TRUE(same_rows(decoded.frame.view(), decode(whole).frame.view(), decoded.damage.rows_decoded));
}

TEST(Damage, AMissingColourOfAJpegIsDamage) {
    const Frame rgb = make_picture(64, 64, PixelFormat::rgb24);
    const Bytes whole = encode_jpeg(rgb.view(), {.one_scan_per_component = true});
    std::size_t last_scan = whole.size() - 2;
    while (whole[last_scan] != 0xff || whole[last_scan + 1] != 0xda)
        --last_scan;
    Bytes two_scans(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(last_scan));
    append(two_scans, "\xff\xd9");
    const Decoded decoded = decode(two_scans);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded.damage.reason, "the JPEG lacks a colour component");
}

TEST(Damage, AWrongChecksumInAPngIsDamage) {
    const Frame rgb = make_picture(32, 32, PixelFormat::rgb24);
    Bytes png = with_png_chunk(encode_png(rgb.view()), "tEXt", {'a', 0, 'b'});
    const auto expect_damage = [&](std::size_t at) {
        Bytes changed = png;
        changed[at] ^= 1;
        const Decoded decoded = decode(changed);
        ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
        EXPECT_TRUE(decoded.damage.damaged) << at;
        EXPECT_TRUE(same_pixels(decoded.frame.view(), rgb.view())) << at << ' ' << decoded.damage.reason;
    };
    expect_damage(32);               // the header's
    expect_damage(33 + 8);           // the text itself
    expect_damage(33 + 8 + 3);       // the text's
    expect_damage(png.size() - 16);  // the pixels'
    expect_damage(png.size() - 20);  // the checksum inside the compressed data
    expect_damage(png.size() - 4);   // the end chunk's
}

TEST(Damage, ShortPngDataIsDamage) {
    const Frame rgb = make_picture(32, 20, PixelFormat::rgb24);
    for (const bool interlaced : {false, true}) {
        Bytes png = encode_png(rgb.view(), {.interlaced = interlaced});
        // The header now promises more rows, in a chunk whose checksum is right.
        Bytes header(png.begin() + 16, png.begin() + 29);
        header[7] = 40;
        const Bytes chunk = png_chunk("IHDR", header);
        std::copy(chunk.begin(), chunk.end(), png.begin() + 8);
        const Decoded decoded = decode(png);
        ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
        EXPECT_TRUE(decoded.damage.damaged);
        if (!interlaced) {
            EXPECT_EQ(decoded.damage.rows_decoded, 20U);
        }
    }
}

}  // namespace
}  // namespace tutela::test
