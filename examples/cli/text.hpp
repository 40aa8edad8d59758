// Text made safe for where it goes: a terminal, JSON, CSV.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tutela::cli {

// One character at the start of `text`. `length` is 0 when the first byte starts no valid UTF-8.
struct Utf8Char {
    char32_t code = 0;
    std::size_t length = 0;
};
Utf8Char first_char(std::string_view text);

// `text` with everything that could steer a terminal or hide what follows written as \xNN: control characters, bytes
// that are no UTF-8, line separators and marks that turn the direction of writing.
std::string inert(std::string_view text);

// inert(), and every run of at least 32 hex digits replaced by "<hex>": for what a user typed, which may be a hash of
// a list. Not for names of files that exist: many stores name files by their SHA-256.
std::string inert_without_hashes(std::string_view text);

// A JSON string with its quotes, ASCII only. Each byte that is no UTF-8 becomes U+FFFD.
std::string json_string(std::string_view text);

// A JSON member `"name":"…"` and, when `text` is not UTF-8, a second one with the bytes in hex, `"name_hex":"…"`.
std::string json_text_member(std::string_view name, std::string_view text);

// An inert CSV cell as RFC 4180 quotes it. One that a spreadsheet could take for a formula starts with an apostrophe.
std::string csv_cell(std::string_view text);

// 1234567 -> "1,234,567"
std::string grouped(std::uint64_t number);
// "1 file", "2 files"
std::string counted(std::uint64_t number, std::string_view noun);
// 1536000 -> "1.5 MB"
std::string readable_bytes(double bytes);

}  // namespace tutela::cli
