#include "core/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tutela {
namespace {

// The encoding as it is defined: the shortest that holds the code point's bits.
std::string encode(std::uint32_t point) {
    const auto tail = [point](int shift) { return static_cast<char>(0x80U | ((point >> shift) & 0x3fU)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xc0U | point >> 6), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xe0U | point >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xf0U | point >> 18), tail(12), tail(6), tail(0)};
}

// The slow model: reads a code point by its bits alone, and asks whether that code point would be written so.
bool is_utf8_by_encoding_again(const std::string& text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (text.size() - i < length) return false;
        std::uint32_t point = lead & (length == 1 ? 0x7fU : 0xffU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k)
            point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
        if (encode(point) != text.substr(i, length)) return false;
        i += length;
    }
    return true;
}

TEST(Utf8, AcceptsEveryCodePoint) {
    std::string all;
    for (std::uint32_t point = 0; point < 0x110000; ++point) {
        const bool surrogate = point >= 0xd800 && point < 0xe000;
        const std::string text = encode(point);
        ASSERT_EQ(is_utf8(text), !surrogate) << point;
        if (!surrogate) all += text;
    }
    EXPECT_TRUE(is_utf8(all));
}

TEST(Utf8, AgreesWithTheModelOnEveryShortRunOfTellingBytes) {
    const std::vector<unsigned char> telling = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                                0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
                                                0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff};
    const std::size_t n = telling.size();
    for (std::size_t number = 0; number < n * n * n * n; ++number) {
        std::string text;
        for (std::size_t rest = number, k = 0; k < 4; rest /= n, ++k)
            text += static_cast<char>(telling[rest % n]);
        for (std::size_t length = 0; length <= 4; ++length) {
            const std::string part = text.substr(0, length);
            ASSERT_EQ(is_utf8(part), is_utf8_by_encoding_again(part)) << testing::PrintToString(part);
        }
    }
}

TEST(Utf8, FindsABadByteAtEveryPlaceOfALongText) {
    const std::string good =
        "plain ASCII that is longer than a word, \xc3\xa9t\xc3\xa9, \xf0\x9f\x8c\xb2 and more ASCII";
    ASSERT_TRUE(is_utf8(good));
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = '\xff';
        EXPECT_FALSE(is_utf8(bad)) << i;
        EXPECT_EQ(is_utf8(good.substr(0, i)), is_utf8_by_encoding_again(good.substr(0, i))) << i;
    }
}

}  // namespace
}  // namespace tutela
