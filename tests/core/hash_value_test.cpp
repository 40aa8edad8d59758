#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tutela/hash.hpp"

namespace tutela {
namespace {

template <typename H>
class HashValue : public ::testing::Test {
public:
    static constexpr std::size_t kBits = H::kBits;
    static H random_hash(std::mt19937& random) {
        H hash;
        for (auto& byte : hash.bytes)
            byte = static_cast<std::uint8_t>(random());
        return hash;
    }
};
using Widths = ::testing::Types<Hash64, Hash256>;
TYPED_TEST_SUITE(HashValue, Widths);

TYPED_TEST(HashValue, HexComesBack) {
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
        const TypeParam hash = TestFixture::random_hash(random);
        const std::string hex = to_hex(hash);
        EXPECT_EQ(hex.size(), TestFixture::kBits / 4);
        const auto back = hash_from_hex<TestFixture::kBits>(hex);
        ASSERT_TRUE(back.ok());
        EXPECT_EQ(back.value(), hash);
        std::string upper = hex;
        for (char& c : upper)
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        EXPECT_EQ(hash_from_hex<TestFixture::kBits>(upper).value(), hash);
    }
}

TYPED_TEST(HashValue, HexIsTheNumberMostSignificantDigitFirst) {
    TypeParam hash;
    hash.set_bit(0);
    EXPECT_EQ(to_hex(hash), std::string(TestFixture::kBits / 4 - 1, '0') + "1");
    hash = {};
    hash.set_bit(TestFixture::kBits - 1);
    EXPECT_EQ(to_hex(hash), "8" + std::string(TestFixture::kBits / 4 - 1, '0'));
    for (std::size_t k = 0; k < TestFixture::kBits; ++k)
        EXPECT_EQ(hash.bit(k), k == TestFixture::kBits - 1);
}

TYPED_TEST(HashValue, HexIsStrict) {
    const std::string good(TestFixture::kBits / 4, 'a');
    EXPECT_TRUE(hash_from_hex<TestFixture::kBits>(good).ok());
    const auto refused = [](const std::string& text) {
        return hash_from_hex<TestFixture::kBits>(text).status().code() == StatusCode::invalid_argument;
    };
    EXPECT_TRUE(refused(""));
    EXPECT_TRUE(refused(good.substr(1)));
    EXPECT_TRUE(refused(good + "a"));
    EXPECT_TRUE(refused("0x" + good.substr(2)));
    EXPECT_TRUE(refused(good + "\n"));
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char bad : {'g', 'G', ' ', '/', ':', '@', '`', '-', '\0', '\xff'}) {
            std::string text = good;
            text[i] = bad;
            EXPECT_TRUE(refused(text)) << i;
        }
    }
}

TYPED_TEST(HashValue, ErrorsDoNotRepeatTheText) {
    std::string text(TestFixture::kBits / 4, 'c');
    text.back() = 'x';
    EXPECT_EQ(hash_from_hex<TestFixture::kBits>(text).status().message().find("cccc"), std::string::npos);
}

TYPED_TEST(HashValue, DistanceCountsTheBitsThatDiffer) {
    std::mt19937 random(2);
    for (int i = 0; i < 200; ++i) {
        const TypeParam a = TestFixture::random_hash(random);
        TypeParam b = a;
        EXPECT_EQ(distance(a, b), 0U);
        std::set<std::size_t> flipped;
        const std::size_t flips = random() % (TestFixture::kBits + 1);
        while (flipped.size() < flips)
            flipped.insert(random() % TestFixture::kBits);
        for (const std::size_t k : flipped)
            b.bytes[TypeParam::kBytes - 1 - k / 8] ^= static_cast<std::uint8_t>(1U << (k % 8));
        EXPECT_EQ(distance(a, b), flips);
        EXPECT_EQ(distance(b, a), flips);
    }
}

}  // namespace
}  // namespace tutela
