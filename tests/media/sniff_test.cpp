#include <gtest/gtest.h>

#include "media/decode.hpp"
#include "media/samples.hpp"

namespace tutela::test {
namespace {

MediaFormat sniff(std::string_view text) {
    Bytes bytes;
    append(bytes, text);
    return sniff_format(bytes);
}

TEST(Sniff, NamesFormats) {
    EXPECT_EQ(format_name(MediaFormat::jpeg), "jpeg");
    EXPECT_EQ(format_name(MediaFormat::png), "png");
    EXPECT_EQ(format_name(MediaFormat::webp), "webp");
    EXPECT_EQ(format_name(MediaFormat::unknown), "unknown");
    EXPECT_EQ(format_name(static_cast<MediaFormat>(77)), "unknown");
}

TEST(Sniff, TellsEverySampleByItsFirstBytes) {
    for (const Sample& sample : all_samples()) {
        const std::span<const std::uint8_t> bytes(sample.bytes);
        const std::string format = sample.name.substr(0, sample.name.find('_'));
        EXPECT_EQ(format_name(sniff_format(bytes)), format);
        EXPECT_EQ(sniff_format(bytes.first(kSniffBytes)), sniff_format(bytes));
        EXPECT_EQ(format_name(decode(bytes).info.format), format);
    }
}

TEST(Sniff, OtherBytesAreUnknown) {
    for (const std::string_view text :
         {std::string_view(""), std::string_view("\xff"), std::string_view("\xff\xd8"), std::string_view("\x89PN"),
          std::string_view("RIFF\x10\0\0\0WEB", 11), std::string_view("RIFF\x10\0\0\0WAVEfmt ", 16),
          std::string_view("GIF88a"), std::string_view("BM was here, and more text"), std::string_view("%PDF-1.7"),
          std::string_view("a text about .jpg files"), std::string_view("\xd8\xff\xff\xd8\xff")}) {
        EXPECT_EQ(sniff(text), MediaFormat::unknown) << text;
    }
}

TEST(Sniff, TellsVideos) {
    const std::string_view asf("\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C", 16);
    for (const auto& [text, format] : {std::pair{std::string_view("\0\0\0\x18"
                                                                  "ftyp",
                                                                  8),
                                                 MediaFormat::mp4},
                                       {std::string_view("\0\0\0\x08wide\0\1\0\0mdat", 16), MediaFormat::mp4},
                                       {std::string_view("\0\1\0\0moov", 8), MediaFormat::mp4},
                                       {"\x1A\x45\xDF\xA3\x93\x42\x82\x88matroska", MediaFormat::matroska},
                                       {"\x1A\x45\xDF\xA3\x93\x42\x82\x84webm", MediaFormat::matroska},
                                       {std::string_view("RIFF\x10\0\0\0AVI ", 12), MediaFormat::avi},
                                       {std::string_view("FLV\1\5\0\0\0\x09", 9), MediaFormat::flv},
                                       {asf, MediaFormat::asf},
                                       {std::string_view("OggS\0", 5), MediaFormat::ogg},
                                       {std::string_view("\0\0\1\xBA", 4), MediaFormat::mpegps}}) {
        EXPECT_EQ(sniff(text), format) << format_name(format);
        EXPECT_TRUE(is_video(sniff(text)));
        EXPECT_EQ(sniff(text.substr(0, text.size() - 1)), MediaFormat::unknown) << format_name(format);
    }
    for (const std::size_t distance : {188U, 192U, 204U}) {
        Bytes packets(512);
        for (std::size_t at = distance == 192 ? 4 : 0; at < packets.size(); at += distance)
            packets[at] = 0x47;
        EXPECT_EQ(sniff_format(packets), MediaFormat::mpegts);
        EXPECT_EQ(sniff_format(std::span(packets).first(300)), MediaFormat::unknown) << "two may be chance";
    }
    EXPECT_EQ(sniff(std::string_view("\0\0\0\4free of charge", 18)), MediaFormat::unknown);
}

TEST(Sniff, TellsArchives) {
    for (const auto& [text, format] : {std::pair{std::string_view("PK\3\4"), MediaFormat::zip},
                                       {"PK\5\6", MediaFormat::zip},
                                       {"PK\7\10", MediaFormat::zip},
                                       {"7z\xBC\xAF\x27\x1C", MediaFormat::seven_zip},
                                       {"\x1F\x8B\x08", MediaFormat::gzip},
                                       {"BZh91AY&SY", MediaFormat::bzip2},
                                       {std::string_view("\xFD\x37zXZ\0", 6), MediaFormat::xz},
                                       {"\x28\xB5\x2F\xFD", MediaFormat::zstd},
                                       {std::string_view("Rar!\x1A\7\0", 7), MediaFormat::rar},
                                       {std::string_view("Rar!\x1A\7\1\0", 8), MediaFormat::rar},
                                       {std::string_view("MSCF\0\0\0\0", 8), MediaFormat::cab},
                                       {"070701", MediaFormat::cpio},
                                       {"070702", MediaFormat::cpio},
                                       {"070707", MediaFormat::cpio}}) {
        EXPECT_EQ(sniff(text), format) << format_name(format);
        EXPECT_TRUE(is_archive(sniff(text)));
        EXPECT_EQ(sniff(text.substr(0, text.size() - 1)), MediaFormat::unknown);
    }
    EXPECT_EQ(sniff("\xff\xd8\xffPK\3\4"), MediaFormat::jpeg);
    EXPECT_EQ(sniff("BZh is how it begins"), MediaFormat::unknown);
}

TEST(Sniff, UnknownBytesAreUnsupported) {
    const Bytes empty;
    EXPECT_EQ(decode(empty).status.code(), StatusCode::unsupported);
    EXPECT_EQ(decode({}).status.code(), StatusCode::unsupported);
    const Bytes text(5000, 'x');
    EXPECT_EQ(decode(text).status.code(), StatusCode::unsupported);
    EXPECT_EQ(decode(text, {.max_bytes = 10}).status.code(), StatusCode::unsupported)
        << "no picture, whatever its size";
}

TEST(Sniff, AnnouncedButEmptyIsCorrupt) {
    for (const std::string_view text :
         {std::string_view("\xff\xd8\xff"), std::string_view("\xff\xd8\xff\xd9"), std::string_view("\x89PNG\r\n\x1a\n"),
          std::string_view("\x89PNG\n\x1a\n"), std::string_view("RIFF\4\0\0\0WEBP", 12)}) {
        Bytes bytes;
        append(bytes, text);
        EXPECT_EQ(decode(bytes).status.code(), StatusCode::corrupt);
        bytes.resize(400, 0);
        EXPECT_EQ(decode(bytes).status.code(), StatusCode::corrupt);
    }
}

// The content decides: a signature of one format before the body of another is no picture.
TEST(Sniff, ASwappedSignatureIsCorrupt) {
    const Frame rgb = make_picture(16, 16, PixelFormat::rgb24);
    Bytes png = encode_png(rgb.view());
    std::copy_n("\xff\xd8\xff\xe0", 4, png.begin());
    EXPECT_EQ(sniff_format(png), MediaFormat::jpeg);
    EXPECT_EQ(decode(png).status.code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tutela::test
