// The second opinion on matches: the pHash that an entry carries against the picture's own.
#include <gtest/gtest.h>

#include "scan/scanning.hpp"

namespace tutela {
namespace {

using test::encode_png;
using test::encode_webp;
using test::hash_of;
using test::picture;

Hash64 hash64_of(const Frame& frame, Hash64Kind kind) {
    return Hash64Hasher().hash(frame.view(), kind).value();
}

// The list: picture 1 thrice, with its pHash, without one, and with one in which all bits but three differ.
HashList list_of_three() {
    const Hash64 phash = hash64_of(picture(1), Hash64Kind::phash);
    Hash64 other = phash;
    for (std::uint8_t& byte : other.bytes)
        byte = static_cast<std::uint8_t>(~byte);
    other.bytes[0] ^= 0x07;
    ListBuilder builder;
    EXPECT_TRUE(builder.add({hash_of(picture(1)), "right", "", "", phash}).ok());
    EXPECT_TRUE(builder.add({hash_of(picture(1)), "none", "", ""}).ok());
    EXPECT_TRUE(builder.add({hash_of(picture(1)), "wrong", "", "", other}).ok());
    return builder.build().value();
}

FileRow scan_one(const ScanOptions& options, const std::vector<std::uint8_t>& file) {
    Result<Scanner> scanner = Scanner::create(list_of_three(), options);
    EXPECT_TRUE(scanner.ok()) << scanner.status().to_string();
    return scanner.value().scan_bytes(file, "a");
}

TEST(Confirm, SaysTheDistanceOfEachEntryThatCarriesAPhash) {
    for (const std::uint32_t radius : {0U, 10U, 64U}) {
        ScanOptions options;
        options.confirm_phash_radius = radius;
        const FileRow row = scan_one(options, encode_png(picture(1).view()));
        ASSERT_EQ(row.outcome, Outcome::matched);
        ASSERT_EQ(row.matches.size(), 3U);  // nor does a bad opinion take a match away
        EXPECT_EQ(row.matches[0].confirm, 0U);
        EXPECT_EQ(row.matches[1].confirm, std::nullopt);
        EXPECT_EQ(row.matches[2].confirm, 61U);
    }
}

TEST(Confirm, IsOfTheDecodedPicture) {
    ScanOptions options;
    options.confirm_phash_radius = 10;
    const FileRow row = scan_one(options, encode_webp(picture(1).view()));
    ASSERT_EQ(row.matches.size(), 3U);
    EXPECT_LE(row.matches[0].confirm.value(), 4U);
    EXPECT_GE(row.matches[2].confirm.value(), 57U);
}

TEST(Confirm, IsNotThereUnlessAskedFor) {
    for (const MatchFact& match : scan_one({}, encode_png(picture(1).view())).matches)
        EXPECT_EQ(match.confirm, std::nullopt);
}

TEST(Confirm, MakesNoMatch) {
    ScanOptions options;
    options.confirm_phash_radius = 64;
    EXPECT_EQ(scan_one(options, encode_png(picture(2).view())).outcome, Outcome::clean);
    EXPECT_EQ(scan_one(options, encode_webp(picture(2).view())).outcome, Outcome::clean);
}

TEST(Confirm, ARadiusIsANumberOfBits) {
    ScanOptions options;
    options.confirm_phash_radius = 65;
    EXPECT_EQ(Scanner::create(list_of_three(), options).status().code(), StatusCode::invalid_argument);
    options.confirm_phash_radius.reset();
    options.hash64 = static_cast<Hash64Kind>(7);
    EXPECT_EQ(Scanner::create(list_of_three(), options).status().code(), StatusCode::invalid_argument);
}

TEST(Hash64Row, HoldsTheKindThatWasAskedFor) {
    for (const Hash64Kind kind : {Hash64Kind::phash, Hash64Kind::dhash, Hash64Kind::ahash, Hash64Kind::phash_opencv}) {
        ScanOptions options;
        options.hash64 = kind;
        for (const std::uint32_t seed : {1U, 2U})
            EXPECT_EQ(scan_one(options, encode_png(picture(seed).view())).hash64, hash64_of(picture(seed), kind));
    }
    EXPECT_EQ(scan_one({}, encode_png(picture(1).view())).hash64, std::nullopt);
}

}  // namespace
}  // namespace tutela
