// By how many bits each decode mode moves the hash of a photograph: the figures and bounds of tutela/media.hpp.
//
// The photographs are taken as they are, and once more as JPEG of quality 85 with halved colour, as most files are.
#include <gtest/gtest.h>

#include <algorithm>
#include <iomanip>
#include <iostream>

#include "media/decode.hpp"
#include "media/transcode.hpp"
#include "photos/photos.hpp"
#include "tutela/hasher.hpp"

namespace tutela {
namespace {

using test::as_progressive;
using test::Bytes;
using test::Decoded;
using test::encode_jpeg;
using test::Sampling;

// Sanitizers make decoders ten times slower.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TUTELA_TEST_SANITIZED
#endif
#endif
#ifdef TUTELA_TEST_SANITIZED
constexpr std::size_t kStep = 8;
#else
constexpr std::size_t kStep = 1;
#endif

FrameHash hash_of(const Decoded& decoded) {
    static PdqHasher hasher;
    const FrameView view = decoded.frame.view();
    const FrameFacts& facts = decoded.facts;
    const Result<FrameHash> hash =
        facts.denominator == 1 ? hasher.hash(view)
                               : hasher.hash_reduced(view, decoded.info.width, decoded.info.height, facts.denominator);
    EXPECT_TRUE(hash.ok()) << hash.status().to_string();
    return hash.ok() ? hash.value() : FrameHash{};
}

class Drift {
public:
    explicit Drift(std::string name) : name_(std::move(name)) {}

    void add(std::uint32_t bits) {
        most_ = std::max(most_, bits);
        sum_ += bits;
        equal_ += bits == 0 ? 1 : 0;
        ++count_;
    }
    void expect(std::size_t count, std::uint32_t most, double mean) const {
        std::cout << std::setprecision(2) << std::fixed << name_ << ": " << count_ << " pictures, equal "
                  << 100.0 * static_cast<double>(equal_) / static_cast<double>(count_) << "%, mean " << this->mean()
                  << ", most " << most_ << '\n';
        EXPECT_GE(count_, count / kStep) << name_;
        EXPECT_LE(most_, most) << name_;
        EXPECT_LE(this->mean(), mean) << name_;
    }

private:
    [[nodiscard]] double mean() const { return static_cast<double>(sum_) / static_cast<double>(count_); }

    std::string name_;
    std::uint32_t most_ = 0;
    std::size_t sum_ = 0;
    std::size_t equal_ = 0;
    std::size_t count_ = 0;
};

class DriftTest : public ::testing::Test {
protected:
    // Every photograph, and it again as a JPEG unless it is large.
    template <typename Look>
    static void each_file(const Look& look) {
        constexpr std::uint64_t kLarge = 4'000'000;
        for (std::size_t i = 0; i < all_photos().size(); i += kStep) {
            const Photo& photo = all_photos()[i];
            const Bytes bytes = photo_bytes(photo);
            const Decoded exact = test::decode(bytes);
            ASSERT_TRUE(exact.ok()) << photo.path;
            look(photo.file, bytes, exact);
            if (std::uint64_t{photo.width} * photo.height > kLarge) continue;
            const Bytes again = encode_jpeg(exact.frame.view(), {.quality = 85, .sampling = Sampling::s420});
            look(photo.file + " as JPEG", again, test::decode(again));
        }
    }
};

TEST_F(DriftTest, LumaAndScaledStayWithinTheirBounds) {
    Drift jpeg("luma of JPEG");
    Drift webp("luma of WebP");
    Drift scaled("scaled");
    each_file([&](const std::string& name, const Bytes& bytes, const Decoded& exact) {
        const FrameHash published = hash_of(exact);
        for (const DecodeMode mode : {DecodeMode::luma, DecodeMode::scaled}) {
            const Decoded decoded = test::decode(bytes, mode);
            ASSERT_TRUE(decoded.ok()) << name;
            if (decoded.facts.mode != mode) continue;
            const std::uint32_t bits = distance(published.hash, hash_of(decoded).hash);
            EXPECT_LE(bits, mode == DecodeMode::luma ? kLumaDriftBits : kScaledDriftBits) << name;
            Drift& drift = mode == DecodeMode::scaled ? scaled : decoded.info.format == MediaFormat::jpeg ? jpeg : webp;
            drift.add(bits);
        }
    });
    jpeg.expect(300, kLumaDriftBits, 0.5);
    webp.expect(200, kLumaDriftBits, 0.6);
    scaled.expect(30, kScaledDriftBits, 0.6);
}

// Luma is what a picture that was not screened out is compared in, so luma is what the drift counts from.
TEST_F(DriftTest, AScreenStaysWithinTheBitsThatItsSearchIsWidenedBy) {
    Drift screen("screen");
    each_file([&](const std::string& name, const Bytes& bytes, const Decoded& exact) {
        if (exact.info.format != MediaFormat::jpeg) return;
        const Bytes progressive = as_progressive(bytes);
        ASSERT_FALSE(progressive.empty()) << name;
        const Decoded decoded = test::decode(progressive, DecodeMode::screen);
        if (decoded.facts.mode != DecodeMode::screen) return;
        const Decoded luma = test::decode(bytes, DecodeMode::luma);
        const std::uint32_t bits = distance(hash_of(luma).hash, hash_of(decoded).hash);
        EXPECT_LE(bits, kScreenDriftBits) << name;
        screen.add(bits);
    });
    screen.expect(60, kScreenDriftBits, 3);
}

}  // namespace
}  // namespace tutela
