// Variants: each undoes what it says, whatever the frame; names, order, limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hash/changed_picture.hpp"
#include "hash/random_frame.hpp"
#include "tutela/variants.hpp"

namespace tutela {
namespace {

using testing::bordered;
using testing::cropped;
using testing::GrayPicture;
using testing::inverted;
using testing::mirrored;
using testing::on_screen;
using testing::painting;
using testing::RandomFrame;
using testing::transposed;

Hash256 plain_hash(const FrameView& frame) {
    return PdqHasher().hash(frame).value().hash;
}

std::vector<VariantHash> variants_of(const FrameView& frame, Profile profile, std::uint32_t orientation = 0) {
    std::vector<VariantHash> variants;
    EXPECT_TRUE(VariantHasher().hash(frame, orientation, profile, variants).ok());
    return variants;
}

struct Nearest {
    std::uint32_t distance_bits = 256;
    std::string name;
};

Nearest nearest(const std::vector<VariantHash>& variants, const Hash256& hash) {
    Nearest best;
    for (const VariantHash& variant : variants) {
        const std::uint32_t bits = distance(variant.hash, hash);
        if (bits < best.distance_bits) best = {bits, variant.name()};
    }
    return best;
}

TEST(Variants, PlainIsFirstAndExact) {
    std::mt19937 random(1);
    for (int i = 0; i < 30; ++i) {
        const auto format = static_cast<PixelFormat>(1 + i % 5);
        const RandomFrame frame(random, 5 + random() % 700, 5 + random() % 700, format);
        for (const Profile profile : {Profile::plain, Profile::standard, Profile::thorough}) {
            const auto variants = variants_of(frame.view, profile);
            ASSERT_FALSE(variants.empty());
            EXPECT_EQ(variants.front().name(), "plain");
            EXPECT_EQ(variants.front().hash, plain_hash(frame.view));
        }
    }
    const GrayPicture picture = painting(1, 300, 200);
    EXPECT_EQ(variants_of(picture.view(), Profile::plain).size(), 1U);
}

TEST(Variants, UndoMirroringsAndQuarterTurns) {
    for (std::uint32_t seed = 0; seed < 12; ++seed) {
        // One size under the working image's, one over, both ratios.
        const GrayPicture picture = seed % 2 == 0 ? painting(seed, 640, 480) : painting(seed, 190, 250);
        const Hash256 hash = plain_hash(picture.view());
        const auto expect_found = [&](const GrayPicture& changed, const std::string& name) {
            const Nearest found = nearest(variants_of(changed.view(), Profile::standard), hash);
            EXPECT_LE(found.distance_bits, 8U) << name << " of painting " << seed;
            EXPECT_EQ(found.name, name);
        };
        const GrayPicture turned = transposed(picture);
        expect_found(mirrored(picture), "mirror");
        expect_found(turned, "transpose");
        expect_found(mirrored(turned), "rotate90");
        expect_found(transposed(mirrored(turned)), "flip");
        expect_found(transposed(mirrored(picture)), "rotate270");
        expect_found(mirrored(transposed(mirrored(turned))), "rotate180");
        expect_found(mirrored(transposed(mirrored(picture))), "transverse");
    }
}

// How a stored picture lies when it has that EXIF orientation and a viewer shows `upright`.
GrayPicture stored_as(const GrayPicture& upright, std::uint32_t orientation) {
    switch (orientation) {
        case 2: return mirrored(upright);
        case 3: return mirrored(transposed(mirrored(transposed(upright))));
        case 4: return transposed(mirrored(transposed(upright)));
        case 5: return transposed(upright);
        case 6: return transposed(mirrored(upright));
        case 7: return mirrored(transposed(mirrored(upright)));
        case 8: return mirrored(transposed(upright));
        default: return upright;
    }
}

TEST(Variants, ApplyTheOrientation) {
    const GrayPicture upright = painting(3, 640, 400);
    const Hash256 hash = plain_hash(upright.view());
    for (std::uint32_t orientation = 2; orientation <= 8; ++orientation) {
        const GrayPicture stored = stored_as(upright, orientation);
        const auto variants = variants_of(stored.view(), Profile::standard, orientation);
        ASSERT_GE(variants.size(), 8U);
        EXPECT_EQ(variants[1].name(), "exif");
        EXPECT_LE(distance(variants[1].hash, hash), 8U) << "orientation " << orientation;
    }
    for (const std::uint32_t none : {0U, 1U, 9U, 4000000000U})
        EXPECT_EQ(variants_of(upright.view(), Profile::standard, none)[1].name(), "mirror");
}

TEST(Variants, CutBordersOff) {
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
        const GrayPicture picture = painting(seed, 600, 450);
        const Hash256 hash = plain_hash(picture.view());
        const auto margins = std::to_array<testing::Margins>({
            {12, 12, 12, 12},  // a frame
            {0, 300, 0, 300},  // letterbox
            {200, 0, 200, 0},  // pillars
            {7, 31, 90, 3},    // no two alike
            {0, 0, 0, 111},
        });
        for (const testing::Margins& margin : margins) {
            for (const std::uint8_t level : {std::uint8_t{0}, std::uint8_t{255}, std::uint8_t{90}}) {
                const GrayPicture changed = bordered(picture, margin, level, seed);
                const Nearest found = nearest(variants_of(changed.view(), Profile::standard), hash);
                EXPECT_LE(found.distance_bits, 12U) << found.name << ", painting " << seed;
                EXPECT_EQ(found.name.substr(0, 5), "trim_");
                const GrayPicture also = mirrored(changed);
                EXPECT_LE(nearest(variants_of(also.view(), Profile::standard), hash).distance_bits, 12U);
            }
        }
    }
}

TEST(Variants, FindThePictureOnAScreen) {
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
        const GrayPicture picture = painting(seed, 700, 500);
        const GrayPicture screen = on_screen(picture, seed % 2 == 0 ? 250 : 16);
        const Hash256 hash = plain_hash(picture.view());
        EXPECT_LE(nearest(variants_of(screen.view(), Profile::thorough), hash).distance_bits, 16U) << seed;
    }
}

TEST(Variants, GuessWhatWasCroppedOff) {
    int found = 0;
    constexpr int kPictures = 16;
    for (std::uint32_t seed = 0; seed < kPictures; ++seed) {
        const GrayPicture picture = painting(seed, 600, 400);
        const Hash256 hash = plain_hash(picture.view());
        const GrayPicture centre = cropped(picture, {15, 10, 15, 10});
        const GrayPicture left = cropped(picture, {30, 0, 0, 0});
        found += nearest(variants_of(centre.view(), Profile::thorough), hash).distance_bits <= kPdqMatchRadius ? 1 : 0;
        found += nearest(variants_of(left.view(), Profile::thorough), hash).distance_bits <= kPdqMatchRadius ? 1 : 0;
    }
    EXPECT_GE(found, 2 * kPictures * 9 / 10);
}

TEST(Variants, ANegativeIsTheComplement) {
    const GrayPicture picture = painting(5, 400, 400);
    const GrayPicture changed = inverted(picture);
    const Nearest found = nearest(variants_of(changed.view(), Profile::thorough), plain_hash(picture.view()));
    EXPECT_EQ(found.name, "negative");
    EXPECT_LE(found.distance_bits, 2U);
}

TEST(Variants, DifferentPicturesStayApart) {
    std::vector<Hash256> hashes;
    for (std::uint32_t seed = 0; seed < 40; ++seed)
        hashes.push_back(plain_hash(painting(seed, 500, 400).view()));
    for (std::uint32_t seed = 0; seed < 40; seed += 4) {
        const auto variants = variants_of(painting(seed, 500, 400).view(), Profile::thorough);
        for (std::uint32_t other = 0; other < 40; ++other) {
            if (other == seed) continue;
            EXPECT_GT(nearest(variants, hashes[other]).distance_bits, 50U) << seed << " and " << other;
        }
    }
}

TEST(Variants, AreOrderedDistinctNamedAndOfQuality) {
    for (std::uint32_t seed = 0; seed < 6; ++seed) {
        const GrayPicture picture = bordered(painting(seed, 500, 400), {20, 40, 20, 0}, 0, seed);
        const auto variants = variants_of(picture.view(), Profile::thorough, 6);
        EXPECT_GT(variants.size(), 60U);
        EXPECT_LE(variants.size(), kMaxVariants);
        std::set<std::string> names;
        std::set<Hash256> hashes;
        for (std::size_t i = 0; i < variants.size(); ++i) {
            if (i > 0) {
                EXPECT_GE(variants[i].quality, kPdqMinQuality);
                EXPECT_LE(variants[i - 1].id.kind, variants[i].id.kind);
            }
            names.insert(variants[i].name());
            hashes.insert(variants[i].hash);
        }
        EXPECT_EQ(names.size(), variants.size());
        EXPECT_EQ(hashes.size(), variants.size());
        EXPECT_EQ(names.count("unknown"), 0U);
        // Those of a smaller profile come first, and are the same.
        const auto standard = variants_of(picture.view(), Profile::standard, 6);
        ASSERT_LT(standard.size(), variants.size());
        EXPECT_TRUE(std::equal(standard.begin(), standard.end(), variants.begin()));
    }
}

TEST(Variants, DependOnTheArgumentsAlone) {
    std::mt19937 random(4);
    VariantHasher hasher;
    std::vector<VariantHash> again;
    for (int i = 0; i < 12; ++i) {
        const RandomFrame frame(random, 5 + random() % 900, 5 + random() % 900, static_cast<PixelFormat>(1 + i % 5));
        ASSERT_TRUE(hasher.hash(frame.view, 0, Profile::thorough, again).ok());
        EXPECT_EQ(again, variants_of(frame.view, Profile::thorough));
    }
}

TEST(Variants, TakeAnyFrame) {
    std::mt19937 random(5);
    const auto sides = std::to_array<std::pair<std::uint32_t, std::uint32_t>>(
        {{5, 5}, {5, 4000}, {4000, 5}, {6, 31}, {64, 64}, {256, 257}, {511, 512}, {20000, 7}, {1031, 33}});
    for (const auto& [width, height] : sides) {
        for (int format = 1; format <= 5; ++format) {
            const RandomFrame frame(random, width, height, static_cast<PixelFormat>(format));
            EXPECT_LE(variants_of(frame.view, Profile::thorough).size(), kMaxVariants);
        }
    }
    for (const std::uint8_t level : {0, 7, 255}) {
        const GrayPicture flat = testing::flat(300, 200, level);
        EXPECT_EQ(variants_of(flat.view(), Profile::thorough).size(), 1U) << "nothing but the plain hash";
    }
    // All rows alike, all columns alike, a chessboard: edges everywhere.
    for (const int kind : {0, 1, 2}) {
        GrayPicture picture = testing::flat(300, 200, 0);
        for (std::uint32_t y = 0; y < 200; ++y) {
            for (std::uint32_t x = 0; x < 300; ++x) {
                const std::uint32_t cell = (kind != 0 ? x / 10 : 0) + (kind != 1 ? y / 10 : 0);
                picture.at(x, y) = cell % 2 != 0 ? 255 : 0;
            }
        }
        EXPECT_LE(variants_of(picture.view(), Profile::thorough).size(), kMaxVariants);
    }
}

TEST(Variants, RefuseWhatIsNoFrame) {
    const GrayPicture picture = painting(1, 100, 100);
    VariantHasher hasher;
    std::vector<VariantHash> out;
    FrameView frame = picture.view();
    frame.width = 4;
    EXPECT_EQ(hasher.hash(frame, 0, Profile::thorough, out).code(), StatusCode::too_small);
    frame.width = 1;
    EXPECT_EQ(hasher.hash(frame, 0, Profile::standard, out).code(), StatusCode::too_small);
    frame.width = 101;
    EXPECT_EQ(hasher.hash(frame, 0, Profile::standard, out).code(), StatusCode::invalid_argument) << "rows overlap";
    frame = picture.view();
    frame.data = nullptr;
    EXPECT_EQ(hasher.hash(frame, 0, Profile::plain, out).code(), StatusCode::invalid_argument);
    frame = picture.view();
    for (const std::uint32_t profile : {0U, 4U, 4000000000U}) {
        EXPECT_EQ(hasher.hash(frame, 0, static_cast<Profile>(profile), out).code(), StatusCode::invalid_argument);
        EXPECT_EQ(profile_name(static_cast<Profile>(profile)), "unknown");
    }
}

TEST(Variants, TakeTheHashThatIsGiven) {
    const GrayPicture picture = painting(1, 100, 100);
    VariantHasher hasher;
    std::vector<VariantHash> out;
    FrameHash given;
    given.hash.set_bit(77);
    given.quality = 12;
    ASSERT_TRUE(hasher.hash(picture.view(), given, 0, Profile::standard, out).ok());
    EXPECT_EQ(out.front(), (VariantHash{{}, given.hash, 12}));
    EXPECT_EQ(out[1].hash, variants_of(picture.view(), Profile::standard)[1].hash);
    FrameView tiny = picture.view();
    tiny.height = 3;
    ASSERT_TRUE(hasher.hash(tiny, given, 0, Profile::thorough, out).ok());
    EXPECT_EQ(out.size(), 1U);
}

TEST(Variants, HaveStableNames) {
    EXPECT_EQ(variant_name({}), "plain");
    EXPECT_EQ(variant_name({VariantKind::exif, 0, Dihedral::rotate90}), "exif");
    EXPECT_EQ(variant_name({VariantKind::mirror, 0, Dihedral::flip_y}), "mirror");
    EXPECT_EQ(variant_name({VariantKind::rotate90s, 0, Dihedral::flip_x}), "flip");
    EXPECT_EQ(variant_name({VariantKind::rescale, 0, Dihedral::original}), "rescale");
    EXPECT_EQ(variant_name({VariantKind::trim, 0, Dihedral::flip_y}), "trim_1+mirror");
    EXPECT_EQ(variant_name({VariantKind::regions, 3, Dihedral::original}), "region_4");
    EXPECT_EQ(variant_name({VariantKind::caption, 1, Dihedral::original}), "caption_2");
    EXPECT_EQ(variant_name({VariantKind::pad, 0, Dihedral::original}), "pad_all_2.5");
    EXPECT_EQ(variant_name({VariantKind::pad, 1, Dihedral::flip_y}), "pad_left_5+mirror");
    EXPECT_EQ(variant_name({VariantKind::rotate, 0, Dihedral::original}), "rotate_1");
    EXPECT_EQ(variant_name({VariantKind::rotate, 10, Dihedral::original}), "rotate_-2_inside");
    EXPECT_EQ(variant_name({VariantKind::negative, 0, Dihedral::original}), "negative");
    EXPECT_EQ(variant_name({VariantKind::pad, 60000, Dihedral::original}), "unknown");
    EXPECT_EQ(variant_name({VariantKind::rotate, 60000, Dihedral::original}), "unknown");
    EXPECT_EQ(variant_name({static_cast<VariantKind>(77), 0, Dihedral::original}), "unknown");
    EXPECT_EQ(variant_name({VariantKind::trim, 0, static_cast<Dihedral>(9)}), "unknown");
    EXPECT_EQ(variant_name({VariantKind::mirror, 0, static_cast<Dihedral>(9)}), "unknown");
    for (const Profile profile : {Profile::plain, Profile::standard, Profile::thorough})
        EXPECT_EQ(profile_from_name(profile_name(profile)).value(), profile);
    EXPECT_EQ(profile_from_name("Standard").status().code(), StatusCode::invalid_argument);
    EXPECT_EQ(profile_from_name("").status().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela
