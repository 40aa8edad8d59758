// What pixels alone do not show (tests/python compares those): times, limits, frames that are left out, odd headers.
#include <gtest/gtest.h>

#include "media/animation_samples.hpp"

namespace tutela::test {
namespace {

std::vector<std::int64_t> times(const Sequence& sequence) {
    std::vector<std::int64_t> out;
    for (const GivenFrame& given : sequence.frames)
        out.push_back(given.frame.view().pts_us);
    return out;
}

std::vector<std::uint32_t> indices(const Sequence& sequence) {
    std::vector<std::uint32_t> out;
    for (const GivenFrame& given : sequence.frames)
        out.push_back(given.facts.index);
    return out;
}

std::size_t find(const Bytes& bytes, std::string_view text, std::size_t from = 0) {
    while (from < bytes.size() && !has_text(bytes, from, text))
        ++from;
    return from;
}

// The same file with the checksum of the chunk at `at` made right again.
Bytes with_right_checksum(Bytes png, std::size_t at) {
    std::uint32_t length = 0;
    read_uint(png, at, 4, ByteOrder::big, length);
    const Bytes data(png.begin() + static_cast<std::ptrdiff_t>(at + 8),
                     png.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
    const Bytes chunk = png_chunk(std::string(png.begin() + static_cast<std::ptrdiff_t>(at + 4),
                                              png.begin() + static_cast<std::ptrdiff_t>(at + 8)),
                                  data);
    std::copy(chunk.begin(), chunk.end(), png.begin() + static_cast<std::ptrdiff_t>(at));
    return png;
}

TEST(Animation, DelaysAreTakenAsTheyStand) {
    const auto gif = encode_gif(8, 8, {{0, 0, 8, 8, 0, -1, false, 0}, {0, 0, 8, 8, 0, -1, false, 1}, {0, 0, 8, 8}});
    EXPECT_EQ(times(decode_all(gif)), (std::vector<std::int64_t>{0, 0, 10'000}));
    const auto png = encode_apng({{0, 0, 8, 8}, {0, 0, 8, 8}, {0, 0, 8, 8}});
    EXPECT_EQ(times(decode_all(png)), (std::vector<std::int64_t>{0, 40'000, 80'000}));
}

TEST(Animation, FramesBeforeALimitAreGiven) {
    for (const SequenceSample& sample : sequence_samples()) {
        if (sample.frames < 2) continue;
        const Sequence whole = decode_all(sample.bytes);
        const auto last = static_cast<std::uint32_t>(sample.frames - 1);
        const Sequence fewer = decode_all(sample.bytes, {.max_frames = last});
        EXPECT_EQ(fewer.status.code(), StatusCode::limit) << sample.name;
        EXPECT_EQ(fewer.frames.size(), last) << sample.name;
        EXPECT_TRUE(decode_all(sample.bytes, {.max_frames = last + 1}).status.ok()) << sample.name;
        std::uint64_t pixels = 0;
        for (const GivenFrame& given : whole.frames)
            pixels += std::uint64_t{given.frame.view().width} * given.frame.view().height;
        EXPECT_TRUE(decode_all(sample.bytes, {.max_total_pixels = pixels}).status.ok()) << sample.name;
        const Sequence cheaper = decode_all(sample.bytes, {.max_total_pixels = pixels - 1});
        EXPECT_EQ(cheaper.status.code(), StatusCode::limit) << sample.name;
        EXPECT_EQ(cheaper.frames.size(), last) << sample.name;
    }
}

TEST(Animation, PixelsOfAFrameAreLimited) {
    for (const SequenceSample& sample : sequence_samples()) {
        const FrameView view = decode_all(sample.bytes).frames.back().frame.view();
        const std::uint64_t pixels = std::uint64_t{view.width} * view.height;
        EXPECT_EQ(decode_all(sample.bytes, {.max_pixels = pixels - 1}).status.code(), StatusCode::limit) << sample.name;
    }
    const Bytes grows = encode_gif(10, 8, {{0, 0, 10, 8}, {0, 0, 60'000, 1}, {0, 0, 10, 8}});
    const Sequence sequence = decode_all(grows, {.max_pixels = 100});
    EXPECT_EQ(sequence.status.code(), StatusCode::limit);
    EXPECT_EQ(sequence.frames.size(), 1U);
}

TEST(Animation, AnEndlessOneEndsByItsLimit) {
    Bytes gif = gif_header(1, 1);
    append(gif, std::string_view("!\xff\x0bNETSCAPE2.0\3\1\0\0\0", 19));
    const Bytes frame = gif_frame({0, 0, 1, 1}, 1);
    for (int i = 0; i < 20'000; ++i)
        append(gif, frame);
    const Sequence sequence = decode_all(gif);
    EXPECT_EQ(sequence.status.code(), StatusCode::limit);
    EXPECT_EQ(sequence.frames.size(), DecodeLimits{}.max_frames);
}

TEST(Animation, HugeHeadersTakeNoMemory) {
    const Bytes gif = encode_gif(65535, 65535, {{0, 0, 1, 1}});
    EXPECT_EQ(decode_all(gif).status.code(), StatusCode::limit);
    Bytes bmp = encode_bmp(make_picture(4, 4, PixelFormat::rgb24).view());
    for (std::size_t i = 18; i < 26; ++i)
        bmp[i] = i % 4 == 1 ? 0x7f : 0xff;  // 2^31 - 1 on both sides
    EXPECT_EQ(decode_all(bmp).status.code(), StatusCode::limit);
    bmp[25] = 0x80;
    bmp[22] = bmp[23] = bmp[24] = 0;  // -2^31 rows
    EXPECT_EQ(decode_all(bmp).status.code(), StatusCode::limit);
    const Bytes webp = encode_webp_animation(60'000, 60'000, {});
    EXPECT_EQ(decode_all(webp).status.code(), StatusCode::limit);
}

TEST(Animation, AFrameThatCannotBeDecodedIsLeftOut) {
    const Bytes good = webp_frame(0, 0, make_picture(20, 16, PixelFormat::rgb24).view(), 0, {});
    Bytes bad = good;
    std::fill(bad.begin() + 8 + 16 + 8, bad.end(), std::uint8_t{0xee});
    const Bytes outside = webp_frame(10, 0, make_picture(20, 16, PixelFormat::rgb24).view(), 0, {});
    const Sequence webp = decode_all(encode_webp_animation(20, 16, {good, bad, outside, good}));
    EXPECT_TRUE(webp.status.ok());
    EXPECT_EQ(indices(webp), (std::vector<std::uint32_t>{0, 3}));
    EXPECT_EQ(times(webp), (std::vector<std::int64_t>{0, 120'000}));
    EXPECT_FALSE(webp.frames[0].damage.damaged);
    EXPECT_EQ(webp.frames[1].damage.reason.substr(0, 9), "frame 2: ");

    Bytes gif = encode_gif(8, 8, {{0, 0, 8, 8}, {0, 0, 8, 8}, {0, 0, 8, 8}});
    const std::size_t second = find(gif, ",", find(gif, ",", 13 + 768) + 11 + 70);
    gif[second + 10] = 60;  // the code size
    const Sequence sequence = decode_all(gif);
    EXPECT_EQ(indices(sequence), (std::vector<std::uint32_t>{0, 2}));
    EXPECT_EQ(sequence.damage.reason.substr(0, 9), "frame 2: ");
}

TEST(Animation, DamageOfALayerGoesOn) {
    Bytes gif = gif_header(8, 8);
    Bytes half = gif_frame({0, 0, 8, 8}, 1);
    half.resize(8 + 10);
    append(half, gif_data(Bytes(32, 5)));  // codes for 4 of its 8 rows
    append(gif, half);
    append(gif, gif_frame({0, 0, 4, 4}, 2));
    gif.push_back(';');
    const Sequence sequence = decode_all(gif);
    ASSERT_EQ(sequence.frames.size(), 2U);
    EXPECT_EQ(sequence.frames[0].damage.rows_decoded, 4U);
    EXPECT_EQ(sequence.frames[1].damage.rows_decoded, 8U);
    EXPECT_EQ(sequence.frames[1].damage.reason, sequence.frames[0].damage.reason);
    EXPECT_EQ(sequence.frames[0].damage.reason.substr(0, 9), "frame 1: ");
}

TEST(Apng, APlainPngIsNoAnimation) {
    const Frame rgb = make_picture(20, 16, PixelFormat::rgb24);
    const Sequence sequence = decode_all(encode_png(rgb.view()));
    ASSERT_EQ(sequence.frames.size(), 1U);
    EXPECT_EQ(sequence.frames[0].frame.view().pts_us, kNoPts);
    // Nor is one whose frames are not announced: no viewer shows them.
    Bytes apng = encode_apng({{0, 0, 20, 16}, {0, 0, 20, 16}});
    const std::size_t control = find(apng, "acTL") - 4;
    apng.erase(apng.begin() + static_cast<std::ptrdiff_t>(control),
               apng.begin() + static_cast<std::ptrdiff_t>(control + 20));
    EXPECT_EQ(decode_all(apng).frames.size(), 1U);
}

TEST(Apng, GrayStaysGray) {
    const Frame gray = make_picture(20, 16, PixelFormat::gray8);
    Bytes control;
    append_big(control, 1, 4);
    append_big(control, 0, 4);
    const Sequence sequence = decode_all(with_png_chunk(encode_png(gray.view()), "acTL", control));
    ASSERT_EQ(sequence.frames.size(), 1U);
    EXPECT_TRUE(same_pixels(sequence.frames[0].frame.view(), gray.view()));
    EXPECT_TRUE(sequence.damaged()) << "the announced frame is missing";
}

TEST(Apng, ContradictionsAreDamage) {
    const Bytes good = encode_apng({{0, 0, 20, 16}, {2, 2, 8, 8}, {4, 4, 8, 8}});
    const std::size_t second = find(good, "fcTL", find(good, "fcTL") + 4) - 4;
    const auto changed = [&](std::size_t at, std::uint8_t value) {
        Bytes apng = good;
        apng[second + 8 + at] = value;
        return decode_all(with_right_checksum(apng, second));
    };
    const Sequence numbered = changed(3, 7);
    EXPECT_EQ(numbered.frames.size(), 3U) << "a wrong sequence number";
    EXPECT_TRUE(numbered.damaged());
    for (const std::size_t at : {7U, 15U}) {
        const Sequence outside = changed(at, 50);
        EXPECT_EQ(indices(outside), (std::vector<std::uint32_t>{0, 2})) << "a frame outside the picture";
        EXPECT_EQ(outside.damage.reason.substr(0, 9), "frame 2: ");
    }
    EXPECT_EQ(indices(changed(7, 0)), (std::vector<std::uint32_t>{0, 2})) << "a width of 0";
    EXPECT_TRUE(changed(24, 9).damaged()) << "an unknown disposal";
    Bytes announced = good;
    announced[find(good, "acTL") + 7] = 9;
    const Sequence missing = decode_all(with_right_checksum(announced, find(good, "acTL") - 4));
    EXPECT_EQ(missing.frames.size(), 3U);
    EXPECT_EQ(missing.damage.reason, "the PNG has another number of frames than it announces");
    Bytes checksum = good;
    checksum[find(good, "fdAT") + 20] ^= 1;
    EXPECT_TRUE(decode_all(checksum).damaged());
}

TEST(Webp, AnAnimationWithoutFramesIsCorrupt) {
    EXPECT_EQ(decode_all(encode_webp_animation(20, 16, {})).status.code(), StatusCode::corrupt);
}

TEST(Gif, AScreenOfNoSizeIsThatOfItsFirstImage) {
    const Sequence sequence = decode_all(encode_gif(0, 0, {{3, 2, 10, 8}}));
    ASSERT_TRUE(sequence.status.ok());
    EXPECT_EQ(sequence.info.width, 13U);
    EXPECT_EQ(sequence.info.height, 10U);
    EXPECT_EQ(decode_all(encode_gif(0, 0, {})).status.code(), StatusCode::corrupt);
}

TEST(Gif, BytesBetweenBlocksAreDamageUnlessZero) {
    const Bytes good = encode_gif(8, 8, {{0, 0, 8, 8}, {0, 0, 4, 4}});
    Bytes zeros = good;
    zeros.insert(zeros.end() - 1, 5, 0);
    EXPECT_FALSE(decode_all(zeros).damaged());
    Bytes garbage = good;
    garbage.insert(garbage.end() - 1, {'x', 'y'});
    const Sequence sequence = decode_all(garbage);
    EXPECT_EQ(sequence.frames.size(), 2U);
    EXPECT_EQ(sequence.damage.reason, "the GIF has bytes between its blocks");
}

TEST(Bmp, RowsOfACutFileAreTheLowestOnes) {
    const Frame rgb = make_picture(16, 12, PixelFormat::rgb24);
    const Bytes bmp = encode_bmp(rgb.view());
    const Sequence sequence = decode_all(std::span(bmp).first(54 + 48 * 5));
    ASSERT_EQ(sequence.frames.size(), 1U);
    EXPECT_EQ(sequence.frames[0].damage.rows_decoded, 5U);
    const FrameView view = sequence.frames[0].frame.view();
    EXPECT_EQ(std::memcmp(view.row(7), rgb.view().row(7), 48), 0);
    EXPECT_TRUE(std::all_of(view.row(0), view.row(7), [](std::uint8_t sample) { return sample == 0; }));
}

TEST(Ico, TheLargestComesFirst) {
    const Frame small = make_picture(8, 8, PixelFormat::rgb24);
    const Frame large = make_picture(32, 32, PixelFormat::rgb24);
    const Sequence sequence = decode_all(encode_ico({{8, encode_png(small.view())}, {32, encode_png(large.view())}}));
    ASSERT_EQ(sequence.frames.size(), 2U);
    EXPECT_EQ(sequence.info.width, 32U);
    EXPECT_TRUE(same_pixels(sequence.frames[0].frame.view(), large.view()));
    EXPECT_TRUE(same_pixels(sequence.frames[1].frame.view(), small.view()));
    EXPECT_EQ(times(sequence), (std::vector<std::int64_t>{kNoPts, kNoPts}));
}

TEST(Ico, ManyEntriesOfOnePictureEndByTheLimits) {
    const Bytes png = encode_png(make_picture(64, 64, PixelFormat::rgb24).view());
    Bytes ico{0, 0, 1, 0, 0xff, 0xff};
    for (int i = 0; i < 0xffff; ++i) {
        ico.insert(ico.end(), {64, 64, 0, 0, 1, 0, 32, 0});
        append_little(ico, static_cast<std::uint32_t>(png.size()), 4);
        append_little(ico, 6 + 16 * 0xffff, 4);
    }
    append(ico, png);
    const Sequence sequence = decode_all(ico, {.max_total_pixels = 64 * 64 * 10});
    EXPECT_EQ(sequence.status.code(), StatusCode::limit);
    EXPECT_EQ(sequence.frames.size(), 10U);
}

}  // namespace
}  // namespace tutela::test
