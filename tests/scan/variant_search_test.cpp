// Which variant a match is of.
#include <gtest/gtest.h>

#include <random>

#include "scan/scanning.hpp"
#include "scan/variant_search.hpp"

namespace tutela {
namespace {

using test::encode_png;
using test::hash_of;
using test::list_of;
using test::picture;
using test::scanner_of;

VariantId trim(std::uint16_t step) {
    return {VariantKind::trim, step, Dihedral::original};
}

Hash256 with_bits(unsigned first, unsigned last) {
    Hash256 hash;
    for (unsigned k = first; k < last; ++k)
        hash.set_bit(k);
    return hash;
}

TEST(VariantSearch, KeepsTheNearestVariantOfEachEntry) {
    const std::vector<Hash256> entries = {with_bits(0, 10), with_bits(0, 10), with_bits(100, 140), with_bits(0, 2)};
    const auto index = build_index<256>(entries).value();
    const std::vector<VariantHash> variants = {
        {{}, with_bits(0, 6), 100}, {trim(0), with_bits(0, 9), 100}, {trim(1), with_bits(0, 11), 100}};
    VariantSearch search;
    Finding finding;
    for (int again = 0; again < 2; ++again) {
        ASSERT_TRUE(search.run(*index, variants, 20, finding).ok());
        EXPECT_EQ(finding.neighbors, (std::vector<Neighbor>{{0, 1}, {1, 1}, {3, 4}}));
        EXPECT_EQ(finding.variants, (std::vector<VariantId>{trim(0), trim(0), {}})) << "the first of equally near ones";
    }
    ASSERT_TRUE(search.run(*index, {}, 20, finding).ok());
    EXPECT_TRUE(finding.neighbors.empty());
    EXPECT_TRUE(finding.variants.empty());
}

TEST(VariantSearch, AnswersAsTheNaiveWayDoes) {
    std::mt19937 random(9);
    const auto random_hash = [&] {
        Hash256 hash;
        for (std::uint8_t& byte : hash.bytes)
            byte = static_cast<std::uint8_t>(random() % 4);  // near to each other
        return hash;
    };
    std::vector<Hash256> entries(200);
    std::generate(entries.begin(), entries.end(), random_hash);
    const auto index = build_index<256>(entries).value();
    for (const std::uint32_t radius : {0U, 24U, 30U, 256U}) {
        std::vector<VariantHash> variants;
        for (std::uint16_t i = 0; i < 20; ++i)
            variants.push_back({trim(i), random_hash(), 100});
        std::vector<std::tuple<std::uint32_t, std::uint32_t, VariantId>> expected;
        for (std::uint32_t position = 0; position < entries.size(); ++position) {
            std::uint32_t best = 257;
            VariantId id;
            for (const VariantHash& variant : variants) {
                const std::uint32_t bits = distance(variant.hash, entries[position]);
                if (bits < best) id = variant.id;
                best = std::min(best, bits);
            }
            if (best <= radius) expected.emplace_back(best, position, id);
        }
        std::sort(expected.begin(), expected.end());
        Finding finding;
        ASSERT_TRUE(VariantSearch().run(*index, variants, radius, finding).ok());
        ASSERT_EQ(finding.neighbors.size(), expected.size());
        ASSERT_EQ(finding.variants.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto& [bits, position, id] = expected[i];
            EXPECT_EQ(finding.neighbors[i], (Neighbor{position, bits}));
            EXPECT_EQ(finding.variants[i], id);
        }
    }
}

Frame mirrored(const Frame& frame) {
    const FrameView view = frame.view();
    Frame changed;
    EXPECT_TRUE(changed.reshape(view.width, view.height, view.format).ok());
    for (std::uint32_t y = 0; y < view.height; ++y) {
        for (std::uint32_t x = 0; x < view.width; ++x)
            std::copy_n(view.row(y) + 3 * (view.width - 1 - x), 3, changed.row(y) + 3 * x);
    }
    return changed;
}

Frame framed(const Frame& frame, std::uint32_t margin) {
    const FrameView view = frame.view();
    Frame changed;
    EXPECT_TRUE(changed.reshape(view.width + 2 * margin, view.height + 2 * margin, view.format).ok());
    changed.clear_rows_from(0);
    for (std::uint32_t y = 0; y < view.height; ++y)
        std::copy_n(view.row(y), 3 * view.width, changed.row(y + margin) + 3 * margin);
    return changed;
}

FileRow row_of(const Frame& frame, Profile profile) {
    ScanOptions options;
    options.profile = profile;
    return scanner_of({7}, options).scan_bytes(encode_png(frame.view()), "a");
}

TEST(ScanVariants, AreFoundAndNamed) {
    const FileRow plain = row_of(picture(7), Profile::thorough);
    ASSERT_EQ(plain.matches.size(), 1U);
    EXPECT_EQ(plain.matches[0].variant, "plain");
    EXPECT_EQ(plain.matches[0].distance_bits, 0U);

    const Frame mirror = mirrored(picture(7));
    EXPECT_EQ(row_of(mirror, Profile::plain).outcome, Outcome::clean);
    const FileRow found = row_of(mirror, Profile::standard);
    EXPECT_EQ(found.outcome, Outcome::matched);
    ASSERT_EQ(found.matches.size(), 1U);
    EXPECT_EQ(found.matches[0].entry_id, "s7");
    EXPECT_EQ(found.matches[0].variant, "mirror");
    EXPECT_EQ(found.hash, hash_of(mirror)) << "the row has the picture's own hash";
    EXPECT_EQ(ScanOptions{}.profile, Profile::standard);
}

// A picture of low quality may frame one of quality.
TEST(ScanVariants, AWideFrameHidesNothing) {
    const Frame wide = framed(picture(7), 700);
    EXPECT_EQ(row_of(wide, Profile::plain).outcome, Outcome::low_quality);
    const FileRow matched = row_of(wide, Profile::standard);
    EXPECT_EQ(matched.outcome, Outcome::matched);
    EXPECT_EQ(matched.reason, "");
    ASSERT_FALSE(matched.matches.empty());
    EXPECT_EQ(matched.matches[0].variant.substr(0, 5), "trim_");
    const Frame wider = framed(picture(7), 1400);
    EXPECT_EQ(row_of(wider, Profile::standard).outcome, Outcome::low_quality) << "under a tenth of the side";
}

TEST(ScanVariants, RefusesAnUnknownProfile) {
    ScanOptions options;
    options.profile = static_cast<Profile>(0);
    EXPECT_EQ(Scanner::create(list_of({1}), options).status().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela
