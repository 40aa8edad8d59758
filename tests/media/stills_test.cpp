// The rarer pictures when whole, within limits and beyond. That their pixels are right is tested against other readers
// (tests/python/tiff_test.py and its like).
#include <gtest/gtest.h>

#include <limits>

#include "media/decode.hpp"
#include "media/still_samples.hpp"

// The encoder that writes the HEIC samples does not give back all of its memory. LeakSanitizer asks for this.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier,cert-dcl51-cpp)
    return "leak:libx265\n";
}

namespace tutela::test {
namespace {

TEST(Stills, EverySampleIsWhatItWasMadeOf) {
    for (const Sample& sample : still_samples()) {
        SCOPED_TRACE(sample.name);
        for (const DecodeMode mode : kAllModes) {
            const Decoded decoded = decode(sample.bytes, mode);
            ASSERT_TRUE(decoded.ok()) << decoded.status.to_string();
            expect_well_formed(decoded);
            EXPECT_FALSE(decoded.damage.damaged) << decoded.damage.reason;
            const std::string format = sample.name.substr(0, sample.name.find('_'));
            EXPECT_EQ(format_name(sniff_format(sample.bytes)), format);
            EXPECT_EQ(format_name(decoded.info.format), format);
            EXPECT_EQ(decoded.frame.view().pts_us, kNoPts);
        }
    }
}

TEST(Stills, LosslessOnesAreExact) {
    const Frame rgb = make_picture(37, 53, PixelFormat::rgb24);
    for (const Sample& sample : still_samples()) {
        const bool lossy = sample.name.find("jpeg") != std::string::npos || sample.name == "tiff_webp" ||
                           sample.name == "jxl_lossy" || sample.name == "jxl_container";
        const Decoded decoded = decode(sample.bytes);
        if (sample.name.starts_with("heif") || sample.name.starts_with("avif") || sample.name.starts_with("raw") ||
            sample.name == "tiff_cmyk" || decoded.frame.view().format == PixelFormat::gray8) {
            continue;
        }
        if (lossy) {
            EXPECT_LT(mean_difference(decoded.frame.view(), rgb.view()), 12) << sample.name;
        } else {
            EXPECT_TRUE(same_pixels(decoded.frame.view(), rgb.view())) << sample.name;
        }
    }
}

TEST(Stills, OtherFilesOfTheSameContainerAreNone) {
    const auto sniff = [](std::string_view text) {
        Bytes bytes;
        append(bytes, text);
        return sniff_format(bytes);
    };
    // A file type box of this size, with what follows its first eight bytes.
    const auto boxed = [&](std::uint8_t size, std::string_view brands) {
        Bytes bytes{0, 0, 0, size};
        append(bytes, "ftyp");
        append(bytes, brands);
        return sniff_format(bytes);
    };
    EXPECT_EQ(boxed(24, "heic1234mif1heic"), MediaFormat::heif);
    EXPECT_EQ(boxed(24, "mif11234avifmif1"), MediaFormat::avif);
    EXPECT_EQ(boxed(24, "crx 1234crx isom"), MediaFormat::raw);
    EXPECT_EQ(boxed(24, "crx 1234heicmif1"), MediaFormat::heif) << "a viewer shows the picture";
    EXPECT_EQ(boxed(24, "isom1234isommp41"), MediaFormat::mp4);
    EXPECT_EQ(boxed(16, "isom1234heic"), MediaFormat::mp4) << "brands end with their box";
    EXPECT_EQ(sniff(std::string_view("8BPS\0\3", 6)), MediaFormat::unknown);
    EXPECT_EQ(sniff("II*"), MediaFormat::unknown);
}

TEST(Stills, PixelLimitsAreInclusive) {
    for (const Sample& sample : still_samples(40, 32)) {
        EXPECT_TRUE(decode(sample.bytes, {.max_pixels = 40 * 32}).ok()) << sample.name;
        EXPECT_EQ(decode(sample.bytes, {.max_pixels = 40 * 32 - 1}).status.code(), StatusCode::limit) << sample.name;
    }
}

TEST(Stills, NoLimitIsFine) {
    constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
    for (const Sample& sample : still_samples()) {
        const DecodeLimits limits{.max_bytes = kNone,
                                  .max_pixels = kNone,
                                  .max_jpeg_scans = 0xffffffff,
                                  .max_frames = 0xffffffff,
                                  .max_total_pixels = kNone,
                                  .max_memory = kNone};
        EXPECT_TRUE(decode(sample.bytes, limits).ok()) << sample.name;
    }
}

// --- Several pages

std::vector<Frame> pages_of(std::initializer_list<std::uint32_t> widths) {
    std::vector<Frame> pages;
    for (const std::uint32_t width : widths)
        pages.push_back(make_picture(width, 20, PixelFormat::rgb24, width));
    return pages;
}

std::vector<FrameView> views(const std::vector<Frame>& frames) {
    std::vector<FrameView> all;
    for (const Frame& frame : frames)
        all.push_back(frame.view());
    return all;
}

TEST(TiffPages, ComeInTheirOrder) {
    const std::vector<Frame> pages = pages_of({20, 33, 7});
    const Sequence sequence = decode_sequence(encode_tiff(views(pages)));
    EXPECT_TRUE(sequence.status.ok());
    ASSERT_EQ(sequence.frames.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_TRUE(same_pixels(sequence.frames[i].view(), pages[i].view())) << i;
    EXPECT_FALSE(sequence.damage.damaged) << sequence.damage.reason;
}

TEST(TiffPages, LimitsEndTheSequenceAfterThePagesBefore) {
    const std::vector<Frame> pages = pages_of({20, 33, 7});
    const Bytes tiff = encode_tiff(views(pages));
    for (const DecodeLimits& limits : {DecodeLimits{.max_frames = 1}, DecodeLimits{.max_pixels = 20 * 20},
                                       DecodeLimits{.max_total_pixels = 53 * 20 - 1}}) {
        const Sequence sequence = decode_sequence(tiff, limits);
        EXPECT_EQ(sequence.status.code(), StatusCode::limit);
        EXPECT_EQ(sequence.frames.size(), 1U);
    }
    EXPECT_EQ(decode_sequence(tiff, {.max_frames = 3, .max_total_pixels = 60 * 20}).frames.size(), 3U);
}

// Where the second of two directories is named by the first.
std::size_t next_pointer(const Bytes& tiff) {
    const std::size_t directory = detail::little(tiff, 4, 4);
    return directory + 2 + 12 * std::size_t{detail::little(tiff, directory, 2)};
}

void set_little(Bytes& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

TEST(TiffPages, ACircleOfDirectoriesEnds) {
    const std::vector<Frame> pages = pages_of({20, 33});
    Bytes tiff = encode_tiff(views(pages));
    const std::uint32_t first = detail::little(tiff, 4, 4);
    const std::uint32_t second = detail::little(tiff, next_pointer(tiff), 4);
    const std::size_t last = second + 2 + 12 * std::size_t{detail::little(tiff, second, 2)};
    for (const std::uint32_t back : {first, second}) {
        set_little(tiff, last, back);
        const Sequence sequence = decode_sequence(tiff);
        EXPECT_EQ(sequence.frames.size(), 2U);
        EXPECT_EQ(sequence.damage.reason, "page 3: the TIFF's directories run in a circle");
    }
}

TEST(TiffPages, ADirectoryBeyondTheEndIsDamage) {
    const std::vector<Frame> pages = pages_of({20, 33});
    Bytes tiff = encode_tiff(views(pages));
    set_little(tiff, next_pointer(tiff), 0x7ffffff0);
    const Sequence sequence = decode_sequence(tiff);
    EXPECT_EQ(sequence.frames.size(), 1U);
    EXPECT_FALSE(sequence.damages[0].damaged);
    EXPECT_EQ(sequence.damage.reason, "page 2: the TIFF ends before its directory");
}

// 70,000 directories without a page: each one 6 bytes of a count, an entry shared with others, and a pointer.
TEST(TiffPages, SeventyThousandEmptyDirectoriesEnd) {
    Bytes tiff{'I', 'I', 42, 0, 8, 0, 0, 0};
    for (std::uint32_t i = 0; i < 70'000; ++i) {
        append_little(tiff, 1, 2);
        append_little(tiff, 254, 2);  // the kind of page, of no consequence
        append_little(tiff, 4, 2);
        append_little(tiff, 1, 4);
        append_little(tiff, 0, 4);
        append_little(tiff, static_cast<std::uint32_t>(tiff.size() + 4), 4);
    }
    const Sequence sequence = decode_sequence(tiff);
    EXPECT_TRUE(sequence.frames.empty());
    EXPECT_EQ(sequence.status.code(), StatusCode::limit) << sequence.status.to_string();
}

TEST(TiffPages, HugeSidesStripsAndTilesTakeNoMemory) {
    const Frame rgb = make_picture(16, 16, PixelFormat::rgb24);
    const auto changed = [](Bytes tiff, std::uint32_t tag, std::uint32_t value) {
        const std::size_t directory = detail::little(tiff, 4, 4);
        for (std::size_t i = 0; i < detail::little(tiff, directory, 2); ++i) {
            const std::size_t at = directory + 2 + 12 * i;
            if (detail::little(tiff, at, 2) != tag) continue;
            tiff[at + 2] = 4;
            tiff[at + 3] = 0;
            set_little(tiff, at + 8, value);
        }
        return tiff;
    };
    const Bytes strips = encode_tiff({rgb.view()}, {.rows_per_strip = 16});
    const Bytes tiles = encode_tiff({rgb.view()}, {.tile_side = 16});
    for (const std::uint32_t huge : {0xffffffffU, 0x80000000U, 0x10000000U}) {
        EXPECT_EQ(decode(changed(strips, TIFFTAG_IMAGEWIDTH, huge)).status.code(), StatusCode::limit);
        EXPECT_EQ(decode(changed(strips, TIFFTAG_IMAGELENGTH, huge)).status.code(), StatusCode::limit);
        EXPECT_FALSE(decode(changed(tiles, TIFFTAG_TILEWIDTH, huge)).ok());
        EXPECT_FALSE(decode(changed(tiles, TIFFTAG_TILELENGTH, huge)).ok());
    }
    const Bytes packed = encode_tiff({rgb.view()}, {.compression = COMPRESSION_LZW, .rows_per_strip = 16});
    const Decoded fewer = decode(changed(packed, TIFFTAG_STRIPBYTECOUNTS, 0x7fffffff));
    EXPECT_TRUE(!fewer.ok() || fewer.damage.damaged) << "a strip of 2 GiB in a small file";
    EXPECT_FALSE(decode(changed(strips, TIFFTAG_SAMPLESPERPIXEL, 0xffff)).ok());
}

// --- JPEG XL

TEST(Jxl, AnAnimationTellsItsTimes) {
    std::vector<Frame> frames;
    for (std::uint32_t seed = 1; seed <= 3; ++seed)
        frames.push_back(make_picture(40, 30, PixelFormat::rgb24, seed));
    const Bytes file = encode_jxl(views(frames), {.ticks = 40});
    const Sequence sequence = decode_sequence(file);
    EXPECT_TRUE(sequence.status.ok());
    ASSERT_EQ(sequence.frames.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(sequence.frames[i].view().pts_us, static_cast<std::int64_t>(i) * 40'000);
        EXPECT_TRUE(same_pixels(sequence.frames[i].view(), frames[i].view())) << i;
    }
    const Sequence cut = decode_sequence(std::span(file).first(file.size() / 2));
    EXPECT_GE(cut.frames.size(), 1U);
    EXPECT_LT(cut.frames.size(), 3U);
    EXPECT_TRUE(cut.damage.damaged);
    EXPECT_TRUE(same_pixels(cut.frames[0].view(), frames[0].view()));
    EXPECT_EQ(decode_sequence(file, {.max_total_pixels = 40 * 30 * 2}).status.code(), StatusCode::limit);
    EXPECT_EQ(decode_sequence(file, {.max_frames = 2}).frames.size(), 2U);
}

TEST(Jxl, TheOrientationOfTheHeaderIsDone) {
    const Frame rgb = make_picture(40, 30, PixelFormat::rgb24);
    const Decoded decoded = decode(encode_jxl({rgb.view()}, {.orientation = 6}));
    ASSERT_TRUE(decoded.ok());
    ASSERT_EQ(decoded.frame.view().width, 30U);
    ASSERT_EQ(decoded.frame.view().height, 40U);
    for (std::uint32_t y = 0; y < 40; ++y)
        for (std::uint32_t x = 0; x < 30; ++x)
            ASSERT_EQ(std::memcmp(decoded.frame.view().row(y) + 3 * x, rgb.view().row(29 - x) + 3 * y, 3), 0);
}

}  // namespace
}  // namespace tutela::test
