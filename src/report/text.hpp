// Text that nobody vouches for (file names, list entries), made safe for JSON, for terminals and for spreadsheets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutela {

// The code point at the start of `text`, and how many bytes it takes. Strict UTF-8 (nothing overlong, no surrogates,
// nothing over U+10FFFF); a byte that starts no such sequence is `valid == false` and takes 1. Precondition: not empty.
struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 1;
    bool valid = false;
};
[[nodiscard]] CodePoint first_code_point(std::string_view text) noexcept;

// Appends `text` as a JSON string, quotes included, in ASCII alone; a byte that is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Appends `text` with everything that could steer a terminal or reorder a line written byte for byte as \xNN: C0 and C1
// control characters, DEL, line and paragraph separators, bidirectional controls, and bytes that are not UTF-8. A
// backslash before an x is itself written \x5C, so that replacing every \xNN by its byte gives `text` back.
void append_visible(std::string& out, std::string_view text);

// Appends `"name":"…"` and, when `text` is not UTF-8, a second member with its bytes in hex, `"name_hex":"…"`.
void append_json_member(std::string& out, std::string_view name, std::string_view text);

// Appends a number in as few digits as tell it from all others, without a locale; "null" for what is no number.
void append_json_number(std::string& out, double value);

// Appends `text` as one CSV cell: as append_visible(), but for tab, CR and LF, which are kept; quoted when needed;
// never the start of a formula. Such a cell gets an apostrophe in front (a cell that has apostrophes and then a formula
// gets one more, so that dropping one is exact). A formula character after a separator that some spreadsheets split at
// (semicolon, tab, line end) is written \xNN.
enum class LineEnds { kept, escaped };  // escaped: tab, CR and LF as all others, so that a record is one line
void append_csv_cell(std::string& out, std::string_view text, LineEnds line_ends = LineEnds::kept);

}  // namespace tutela
