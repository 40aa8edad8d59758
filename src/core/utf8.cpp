#include "core/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tutela {

namespace {

// What may follow a lead byte: how many bytes, and the range of the first of them (the others are 80..bf).
struct Follow {
    std::size_t count;
    unsigned char low;
    unsigned char high;
};

// {0, ...} for a byte that leads nothing.
Follow follow_of(unsigned char lead) noexcept {
    if (lead < 0xc2) return {0, 0, 0};
    if (lead < 0xe0) return {1, 0x80, 0xbf};
    if (lead == 0xe0) return {2, 0xa0, 0xbf};
    if (lead == 0xed) return {2, 0x80, 0x9f};
    if (lead < 0xf0) return {2, 0x80, 0xbf};
    if (lead == 0xf0) return {3, 0x90, 0xbf};
    if (lead < 0xf4) return {3, 0x80, 0xbf};
    if (lead == 0xf4) return {3, 0x80, 0x8f};
    return {0, 0, 0};
}

// Length of the character of several bytes at the start of `text`; 0 when there is none.
std::size_t long_character(std::string_view text) noexcept {
    const Follow follow = follow_of(static_cast<unsigned char>(text[0]));
    if (follow.count == 0 || text.size() <= follow.count) return 0;
    const auto first = static_cast<unsigned char>(text[1]);
    if (first < follow.low || first > follow.high) return 0;
    for (std::size_t i = 2; i <= follow.count; ++i) {
        if (begins_utf8_character(text[i])) return 0;
    }
    return follow.count + 1;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
    std::size_t i = 0;
    while (i < text.size()) {
        std::uint64_t word = 0;
        if (text.size() - i >= sizeof word) {
            std::memcpy(&word, text.data() + i, sizeof word);
            if ((word & kHighBits) == 0) {
                i += sizeof word;
                continue;
            }
        }
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            ++i;
            continue;
        }
        const std::size_t length = long_character(text.substr(i));
        if (length == 0) return false;
        i += length;
    }
    return true;
}

}  // namespace tutela
