// Animations, bitmaps and icons that are cut off or changed.
#include <gtest/gtest.h>

#include <random>

#include "media/animation_samples.hpp"

namespace tutela::test {
namespace {

// Small limits keep the worst mutation (a huge size in the header) quick.
constexpr DecodeLimits kSmall{
    .max_bytes = 1 << 20, .max_pixels = 1 << 16, .max_frames = 20, .max_total_pixels = 1 << 18};

void expect_well_formed(const Sequence& sequence) {
    const StatusCode code = sequence.status.code();
    EXPECT_TRUE(code == StatusCode::ok || code == StatusCode::corrupt || code == StatusCode::unsupported ||
                code == StatusCode::limit)
        << sequence.status.to_string();
    EXPECT_TRUE(code != StatusCode::corrupt || sequence.frames.empty()) << "a frame was decoded";
    EXPECT_TRUE(code != StatusCode::ok || !sequence.frames.empty());
    std::uint32_t next = 0;
    for (const GivenFrame& given : sequence.frames) {
        EXPECT_TRUE(check(given.frame.view()).ok());
        EXPECT_GE(given.facts.index, next);
        next = given.facts.index + 1;
        EXPECT_GE(given.damage.rows_decoded, 1U);
        EXPECT_LE(given.damage.rows_decoded, given.frame.view().height);
        EXPECT_EQ(given.damage.damaged, !given.damage.reason.empty());
        EXPECT_TRUE(given.damage.damaged || given.damage.rows_decoded == given.frame.view().height);
    }
}

void expect_the_same(const Sequence& one, const Sequence& two) {
    ASSERT_EQ(one.status.code(), two.status.code());
    ASSERT_EQ(one.frames.size(), two.frames.size());
    EXPECT_EQ(one.damage.reason, two.damage.reason);
    for (std::size_t i = 0; i < one.frames.size(); ++i) {
        EXPECT_TRUE(same_pixels(one.frames[i].frame.view(), two.frames[i].frame.view())) << "frame " << i;
        EXPECT_EQ(one.frames[i].damage.reason, two.frames[i].damage.reason);
    }
}

// Whether the rows that are said to be decoded are those of the whole file.
bool rows_are_right(const SequenceSample& sample, const GivenFrame& cut, const GivenFrame& whole) {
    const FrameView a = cut.frame.view();
    const FrameView b = whole.frame.view();
    if (a.width != b.width || a.height != b.height || a.format != b.format) return false;
    const std::size_t length = std::size_t{a.width} * bytes_per_pixel(a.format);
    for (std::uint32_t i = 0; i < cut.damage.rows_decoded; ++i) {
        const std::uint32_t y = sample.bottom_up ? a.height - 1 - i : i;
        if (std::memcmp(a.row(y), b.row(y), length) != 0) return false;
    }
    return true;
}

TEST(AnimationDamage, TheSamplesAreWhole) {
    for (const SequenceSample& sample : sequence_samples()) {
        const Sequence whole = decode_all(sample.bytes);
        EXPECT_TRUE(whole.status.ok()) << sample.name << ": " << whole.status.to_string();
        EXPECT_FALSE(whole.damaged()) << sample.name << ": " << whole.damage.reason;
        EXPECT_EQ(whole.frames.size(), sample.frames) << sample.name;
        expect_well_formed(whole);
    }
}

TEST(AnimationDamage, EveryTruncationIsAnErrorOrDeclared) {
    for (const SequenceSample& sample : sequence_samples()) {
        const Sequence whole = decode_all(sample.bytes);
        std::size_t frames = 0;
        std::uint32_t rows = 0;
        for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
            SCOPED_TRACE(sample.name + " cut to " + std::to_string(size) + " of " +
                         std::to_string(sample.bytes.size()));
            const Sequence cut = decode_all(std::span(sample.bytes).first(size));
            expect_well_formed(cut);
            EXPECT_TRUE(!cut.status.ok() || cut.damaged());
            EXPECT_GE(cut.frames.size(), frames) << "more bytes gave fewer frames";
            frames = cut.frames.size();
            for (std::size_t i = 0; i < frames && sample.row_by_row; ++i)
                EXPECT_TRUE(rows_are_right(sample, cut.frames[i], whole.frames[i])) << "frame " << i;
            if (frames == 1) rows = std::max(rows, cut.frames[0].damage.rows_decoded);
            if (testing::Test::HasFailure()) return;
        }
        EXPECT_EQ(frames, sample.frames) << sample.name << ": the last frame is lost with the last byte";
        EXPECT_GT(rows, 0U) << sample.name;
    }
}

TEST(AnimationDamage, TheFirstFrameOfACutFileComesInPart) {
    for (const SequenceSample& sample : sequence_samples()) {
        bool partial = false;
        for (std::size_t size = 0; size < sample.bytes.size() && !partial; ++size) {
            const Sequence cut = decode_all(std::span(sample.bytes).first(size));
            partial = cut.frames.size() == 1 && cut.frames[0].damage.rows_decoded < cut.frames[0].frame.view().height;
        }
        EXPECT_TRUE(partial) << sample.name;
    }
}

TEST(AnimationDamage, BytesAfterTheEndAreNone) {
    for (const SequenceSample& sample : sequence_samples()) {
        Bytes longer = sample.bytes;
        append(longer, "PK\3\4 appended");
        const Sequence sequence = decode_all(longer);
        EXPECT_FALSE(sequence.damaged()) << sample.name << ": " << sequence.damage.reason;
        expect_the_same(sequence, decode_all(sample.bytes));
    }
}

// Also: the same bytes give the same pixels, whatever the memory held before.
TEST(AnimationDamage, EveryByteOfTheHeadersChanged) {
    std::mt19937 random(7);
    for (const SequenceSample& sample : sequence_samples()) {
        SCOPED_TRACE(sample.name);
        for (std::size_t at = 0; at < std::min<std::size_t>(sample.bytes.size(), 700); ++at) {
            for (const std::uint64_t value :
                 {std::uint64_t{0}, std::uint64_t{0xff}, sample.bytes[at] + 1 + random() % 255}) {
                Bytes changed = sample.bytes;
                changed[at] = static_cast<std::uint8_t>(value);
                const Sequence sequence = decode_all(changed, kSmall);
                expect_well_formed(sequence);
                expect_the_same(sequence, decode_all(changed, kSmall, 0xa5));
                if (testing::Test::HasFailure()) FAIL() << "byte " << at;
            }
        }
    }
}

TEST(AnimationDamage, RandomBytesChangedAnywhere) {
    std::mt19937 random(11);
    for (const SequenceSample& sample : sequence_samples()) {
        SCOPED_TRACE(sample.name);
        for (int round = 0; round < 300; ++round) {
            Bytes changed = sample.bytes;
            for (std::uint32_t changes = 1 + random() % 4; changes > 0; --changes)
                changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
            if (random() % 4 == 0) changed.resize(random() % changed.size());
            const Sequence sequence = decode_all(changed, kSmall);
            expect_well_formed(sequence);
            expect_the_same(sequence, decode_all(changed, kSmall, 0xa5));
            if (testing::Test::HasFailure()) FAIL() << "round " << round;
        }
    }
}

TEST(AnimationDamage, PiecesOfOneFileInAnother) {
    std::mt19937 random(13);
    const std::vector<SequenceSample> samples = sequence_samples();
    for (int round = 0; round < 3000; ++round) {
        Bytes changed = samples[random() % samples.size()].bytes;
        const Bytes& donor = samples[random() % samples.size()].bytes;
        const std::size_t from = random() % donor.size();
        const std::size_t length = std::min<std::size_t>(random() % 200, donor.size() - from);
        const auto at = changed.begin() + static_cast<std::ptrdiff_t>(random() % changed.size());
        const auto piece = donor.begin() + static_cast<std::ptrdiff_t>(from);
        changed.insert(at, piece, piece + static_cast<std::ptrdiff_t>(length));
        expect_well_formed(decode_all(changed, kSmall));
    }
}

}  // namespace
}  // namespace tutela::test
