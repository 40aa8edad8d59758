// Thousands of files with one wrong byte, or a few: any answer is fine as long as it is a well-formed one.
#include <gtest/gtest.h>

#include <random>

#include "media/decode.hpp"
#include "media/samples.hpp"

namespace tutela::test {
namespace {

// Small limits keep the worst mutation (a huge size in the header) quick.
constexpr DecodeLimits kLimits{.max_bytes = 1 << 20, .max_pixels = 1 << 20, .max_jpeg_scans = 50};

TEST(Mutation, EveryByteOfTheHeadersChanged) {
    std::mt19937 random(7);
    for (const Sample& sample : all_samples(19, 23)) {
        SCOPED_TRACE(sample.name);
        for (std::size_t at = 0; at < std::min<std::size_t>(sample.bytes.size(), 700); ++at) {
            Bytes changed = sample.bytes;
            changed[at] = static_cast<std::uint8_t>(changed[at] + 1 + random() % 255);
            expect_well_formed(decode(changed, kLimits, kAllModes[random() % 4]));
            changed[at] = 0xff;
            expect_well_formed(decode(changed, kLimits, kAllModes[random() % 4]));
            changed[at] = 0;
            expect_well_formed(decode(changed, kLimits, kAllModes[random() % 4]));
        }
    }
}

TEST(Mutation, RandomBytesChangedAnywhere) {
    std::mt19937 random(11);
    for (const Sample& sample : all_samples(40, 48)) {
        SCOPED_TRACE(sample.name);
        for (int round = 0; round < 150; ++round) {
            Bytes changed = sample.bytes;
            for (std::uint32_t changes = 1 + random() % 4; changes > 0; --changes)
                changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
            if (random() % 4 == 0) changed.resize(random() % changed.size());
            expect_well_formed(decode(changed, kLimits, kAllModes[random() % 4]));
        }
    }
}

TEST(Mutation, PiecesOfOneFileInAnother) {
    std::mt19937 random(13);
    const std::vector<Sample> samples = all_samples(24, 24);
    for (int round = 0; round < 3000; ++round) {
        Bytes changed = samples[random() % samples.size()].bytes;
        const Bytes& donor = samples[random() % samples.size()].bytes;
        const std::size_t from = random() % donor.size();
        const std::size_t length = std::min<std::size_t>(random() % 200, donor.size() - from);
        const auto at = changed.begin() + static_cast<std::ptrdiff_t>(random() % changed.size());
        const auto piece = donor.begin() + static_cast<std::ptrdiff_t>(from);
        changed.insert(at, piece, piece + static_cast<std::ptrdiff_t>(length));
        expect_well_formed(decode(changed, kLimits, kAllModes[random() % 4]));
    }
}

}  // namespace
}  // namespace tutela::test
