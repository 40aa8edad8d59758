// Whether bytes are UTF-8, and its byte order mark.
#pragma once

#include <string_view>

namespace tutela {

// What some programs write before UTF-8 text.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Strict, as in Unicode's table of well-formed sequences: no overlong forms, no surrogates, nothing past U+10FFFF, no
// sequence cut short. NUL is a character like any other. Linear; runs of ASCII at several bytes a cycle. Thread-safe.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// Whether a character may begin with this byte (in text that is UTF-8: whether one does).
[[nodiscard]] constexpr bool begins_utf8_character(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

}  // namespace tutela
