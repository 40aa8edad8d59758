// The rarer pictures cut off or changed: never a crash, never a silent success, never pixels by chance.
#include <gtest/gtest.h>

#include <random>

#include "media/decode.hpp"
#include "media/still_samples.hpp"

namespace tutela::test {
namespace {

std::span<const std::uint8_t> first(const Bytes& bytes, std::size_t size) {
    return std::span(bytes).first(size);
}

// Sizes to cut a file to: about `count`, and each of the last 40.
std::vector<std::size_t> cuts(std::size_t size, std::size_t count) {
    std::vector<std::size_t> sizes;
    for (std::size_t at = 0; at + 40 < size; at += std::max<std::size_t>(1, size / count))
        sizes.push_back(at);
    for (std::size_t at = size - std::min<std::size_t>(size, 40); at < size; ++at)
        sizes.push_back(at);
    return sizes;
}

TEST(StillsDamage, EveryTruncationIsAnErrorOrDeclared) {
    for (const Sample& sample : still_samples()) {
        const Decoded whole = decode(sample.bytes);
        ASSERT_TRUE(whole.ok()) << sample.name;
        std::uint32_t most = 0;
        for (const std::size_t size : cuts(sample.bytes.size(), 120)) {
            SCOPED_TRACE(sample.name + " cut to " + std::to_string(size) + " of " +
                         std::to_string(sample.bytes.size()));
            const Decoded cut = decode(first(sample.bytes, size));
            expect_well_formed(cut);
            if (!cut.ok()) continue;
            EXPECT_TRUE(cut.damage.damaged);
            most = std::max(most, cut.damage.rows_decoded);
            if (sample.row_by_row) {
                EXPECT_TRUE(same_rows(cut.frame.view(), whole.frame.view(), cut.damage.rows_decoded))
                    << cut.damage.rows_decoded << " rows";
            }
        }
        // A directory that comes last is lost by any cut; a JPEG XL this small is one piece.
        if (sample.name != "tiff_directory_last" && !sample.name.starts_with("jxl")) {
            EXPECT_GT(most, 0U) << sample.name << " gave no row of a cut file";
        }
    }
}

TEST(StillsDamage, ACutFileKeepsTheRowsThatAreThere) {
    for (const Sample& sample : still_samples(64, 200)) {
        if (sample.name == "tiff_directory_last" || sample.name.starts_with("jxl")) continue;  // one group is all of it
        const Decoded cut = decode(first(sample.bytes, sample.bytes.size() * 3 / 4));
        if (sample.name.starts_with("avif") && !cut.ok()) continue;
        ASSERT_TRUE(cut.ok()) << sample.name << ": " << cut.status.to_string();
        EXPECT_GE(cut.damage.rows_decoded, sample.name.starts_with("avif") ? 1U : 100U) << sample.name;
    }
}

TEST(StillsDamage, BytesAfterThePictureAreNoDamage) {
    for (const Sample& sample : still_samples()) {
        const Decoded whole = decode(sample.bytes);
        Bytes longer = sample.bytes;
        // Boxes go on to the end of the file, so that what follows must be one.
        append(longer, std::string_view("\0\0\0\x10"
                                        "freeappended",
                                        16));
        const Decoded decoded = decode(longer);
        ASSERT_TRUE(decoded.ok()) << sample.name;
        EXPECT_FALSE(decoded.damage.damaged) << sample.name << ": " << decoded.damage.reason;
        EXPECT_TRUE(same_pixels(decoded.frame.view(), whole.frame.view())) << sample.name;
    }
}

// What a decode says and gives, the frame having held something else before.
struct Answer {
    std::string status;
    std::string damage;
    Bytes pixels;

    bool operator==(const Answer&) const = default;
};

Answer answer(std::span<const std::uint8_t> bytes, const DecodeLimits& limits, std::uint8_t before) {
    Answer found;
    const auto source = open_media(bytes, limits);
    found.status = source.status().to_string();
    for (int frames = 0; source.ok() && frames < 10; ++frames) {
        Frame frame;
        if (!frame.reshape(200, 200, PixelFormat::rgb24).ok()) break;
        std::memset(frame.data(), before, 200 * 200 * 3);
        const auto more = source.value()->next(frame);
        found.damage += source.value()->damage().reason + ' ' + std::to_string(source.value()->damage().rows_decoded);
        found.status = more.status().to_string();
        if (!more.ok() || !more.value()) break;
        const FrameView view = frame.view();
        found.pixels.insert(found.pixels.end(), view.data, view.data + view.stride_bytes * view.height);
    }
    return found;
}

constexpr DecodeLimits kLimits{.max_bytes = 1 << 20, .max_pixels = 1 << 18, .max_jpeg_scans = 50};

TEST(StillsDamage, TheSameBytesGiveTheSamePixels) {
    std::mt19937 random(5);
    for (const Sample& sample : still_samples()) {
        for (int round = 0; round < 25; ++round) {
            Bytes changed = sample.bytes;
            if (round % 3 != 0) changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
            if (round % 3 != 1) changed.resize(1 + random() % changed.size());
            EXPECT_EQ(answer(changed, kLimits, 0x00), answer(changed, kLimits, 0xee)) << sample.name;
        }
    }
}

void expect_honest(std::span<const std::uint8_t> bytes, DecodeMode mode) {
    const auto source = open_media(bytes, kLimits, mode);
    const auto expect_status = [](const Status& status) {
        const StatusCode code = status.code();
        EXPECT_TRUE(code == StatusCode::corrupt || code == StatusCode::unsupported || code == StatusCode::limit ||
                    code == StatusCode::out_of_memory)
            << status.to_string();
        EXPECT_FALSE(status.message().empty());
    };
    if (!source.ok()) return expect_status(source.status());
    Frame frame;
    for (int frames = 0; frames < 20; ++frames) {
        const auto more = source.value()->next(frame);
        if (!more.ok()) return expect_status(more.status());
        const Damage& damage = source.value()->damage();
        EXPECT_EQ(damage.damaged, !damage.reason.empty());
        if (!more.value()) return;
        EXPECT_TRUE(check(frame.view()).ok());
        EXPECT_GE(damage.rows_decoded, 1U);
        EXPECT_LE(damage.rows_decoded, frame.view().height);
    }
}

TEST(StillsMutation, EveryByteOfTheHeadersChanged) {
    std::mt19937 random(7);
    for (const Sample& sample : still_samples(19, 23)) {
        SCOPED_TRACE(sample.name);
        for (std::size_t at = 0; at < std::min<std::size_t>(sample.bytes.size(), 600); ++at) {
            Bytes changed = sample.bytes;
            for (const std::uint32_t value : {changed[at] + 1 + random() % 255, 0xffUL, 0UL}) {
                changed[at] = static_cast<std::uint8_t>(value);
                expect_honest(changed, kAllModes[random() % 4]);
            }
        }
    }
}

TEST(StillsMutation, RandomBytesChangedAnywhere) {
    std::mt19937 random(11);
    for (const Sample& sample : still_samples(40, 48)) {
        SCOPED_TRACE(sample.name);
        for (int round = 0; round < 150; ++round) {
            Bytes changed = sample.bytes;
            for (std::uint32_t changes = 1 + random() % 4; changes > 0; --changes)
                changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
            if (random() % 4 == 0) changed.resize(random() % changed.size());
            expect_honest(changed, kAllModes[random() % 4]);
        }
    }
}

// Previews and pages, of which some are the same JPEG: many turns that a decoder of one picture has not.
TEST(StillsMutation, RawFilesOfSeveralPictures) {
    std::mt19937 random(17);
    const Frame page = make_picture(150, 140, PixelFormat::rgb24);
    const Frame large = make_picture(150, 160, PixelFormat::rgb24);
    const Frame small = make_picture(130, 128, PixelFormat::gray8);
    for (const bool jpeg : {false, true}) {
        const auto compression = static_cast<std::uint16_t>(jpeg ? COMPRESSION_JPEG : COMPRESSION_LZW);
        Bytes whole =
            encode_tiff({page.view(), page.view()}, {.compression = compression, .rows_per_strip = 140, .dng = true});
        append(whole, encode_jpeg(large.view(), {.quality = 70}));
        append(whole, encode_jpeg(small.view(), {.quality = 70}));
        const Answer all = answer(whole, kLimits, 0);
        EXPECT_EQ(all.status, Status().to_string());
        for (int round = 0; round < 400; ++round) {
            Bytes changed = whole;
            for (std::uint32_t changes = 1 + random() % 8; changes > 0; --changes) {
                const std::size_t header = random() % 2 == 0 ? 16 : changed.size();
                changed[random() % header] = static_cast<std::uint8_t>(random());
            }
            if (round % 4 == 0) changed.resize(1 + random() % changed.size());
            expect_honest(changed, kAllModes[random() % 4]);
            if (round % 8 == 0) {
                EXPECT_EQ(answer(changed, kLimits, 0x00), answer(changed, kLimits, 0xee));
            }
        }
    }
}

TEST(StillsMutation, PiecesOfOneFileInAnother) {
    std::mt19937 random(13);
    const std::vector<Sample> samples = still_samples(24, 24);
    for (int round = 0; round < 2000; ++round) {
        Bytes changed = samples[random() % samples.size()].bytes;
        const Bytes& donor = samples[random() % samples.size()].bytes;
        const std::size_t from = random() % donor.size();
        const std::size_t length = std::min<std::size_t>(random() % 200, donor.size() - from);
        const auto at = changed.begin() + static_cast<std::ptrdiff_t>(random() % changed.size());
        const auto piece = donor.begin() + static_cast<std::ptrdiff_t>(from);
        changed.insert(at, piece, piece + static_cast<std::ptrdiff_t>(length));
        expect_honest(changed, kAllModes[random() % 4]);
    }
}

}  // namespace
}  // namespace tutela::test
