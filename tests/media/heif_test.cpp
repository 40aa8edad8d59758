// HEIF files that libheif refuses. What it decodes is compared with other decoders in tests/python/heif_test.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "media/decode.hpp"

namespace tutela::test {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

// libheif hands out texts that its next call frees.
TEST(Heif, TheReasonIsNotWhatLibheifHasFreed) {
    using namespace std::string_view_literals;
    const auto no_items = bytes_of(
        "\0\0\0\x18"sv
        "ftypavif\0\0\0\0avifmif1\0\0\0\x0c"sv
        "meta\0\0\0\0"sv);
    const Decoded first = decode(no_items);
    ASSERT_EQ(first.status.code(), StatusCode::corrupt);
    const std::string reason = first.status.to_string();
    EXPECT_TRUE(std::ranges::all_of(reason, [](char c) { return c >= ' ' && c <= '~'; })) << reason;
    for (int again = 0; again < 20; ++again)
        EXPECT_EQ(decode(no_items).status.to_string(), reason);
}

}  // namespace
}  // namespace tutela::test
