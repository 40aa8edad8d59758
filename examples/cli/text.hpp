// Text for people: made safe for a terminal, and numbers as they are read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tutela::cli {

// `text` safe for a terminal: see visible_text().
std::string inert(std::string_view text);

// inert(), and every run of at least 32 hex digits replaced by "<hex>": for what a user typed, which may be a hash of
// a list. Not for names of files that exist: many stores name files by their SHA-256.
std::string inert_without_hashes(std::string_view text);

// 1234567 -> "1,234,567"
std::string grouped(std::uint64_t number);
// "1 file", "2 files"
std::string counted(std::uint64_t number, std::string_view noun);
// 1536000 -> "1.5 MB"
std::string readable_bytes(double bytes);

}  // namespace tutela::cli
