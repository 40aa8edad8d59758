#include "report/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "core/digest.hpp"
#include "core/utf8.hpp"
#include "tutela/report.hpp"

namespace tutela {

namespace {

void append_hex(std::string& out, std::uint32_t value, int digits) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        out += kDigits[(value >> shift) & 15];
}

void append_byte_escapes(std::string& out, std::string_view bytes) {
    for (const char byte : bytes) {
        out += "\\x";
        append_hex(out, static_cast<unsigned char>(byte), 2);
    }
}

void append_json_unit(std::string& out, std::uint32_t unit) {
    out += "\\u";
    append_hex(out, unit, 4);
}

bool steers(char32_t c) noexcept {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F)          // C0, DEL, C1
           || c == 0x061C || c == 0x200E || c == 0x200F  // direction marks
           || c == 0x2028 || c == 0x2029                 // line and paragraph separator
           || (c >= 0x202A && c <= 0x202E)               // bidirectional embeddings and overrides
           || (c >= 0x2066 && c <= 0x2069);              // bidirectional isolates
}

// What a spreadsheet may take for the start of a formula, the full-width forms included.
bool starts_formula(char32_t c) noexcept {
    switch (c) {
        case U'=':
        case U'+':
        case U'-':
        case U'@':
        case U'\t':
        case U'\r':
        case U'\n':
        case 0xFF1D:  // full-width =
        case 0xFF0B:  // full-width +
        case 0xFF0D:  // full-width -
        case 0xFF20:  // full-width @
            return true;
        default: return false;
    }
}

bool separates(char32_t c) noexcept {
    return c == U';' || c == U'\t' || c == U'\r' || c == U'\n';
}

bool backslash_before_x(std::string_view text) noexcept {
    return text.starts_with("\\x");
}

}  // namespace

CodePoint first_code_point(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const CodePoint bad{lead, 1, false};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return bad;
    char32_t value = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return bad;
        value = value << 6 | (byte(i) & 0x3F);
    }
    static constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return bad;
    return {value, length, true};
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const CodePoint c = first_code_point(text);
        text.remove_prefix(c.bytes);
        if (!c.valid) {
            append_json_unit(out, 0xFFFD);
        } else if (c.value == U'"' || c.value == U'\\') {
            out += '\\';
            out += static_cast<char>(c.value);
        } else if (c.value >= 0x20 && c.value < 0x7F) {
            out += static_cast<char>(c.value);
        } else if (c.value < 0x10000) {
            append_json_unit(out, c.value);
        } else {
            append_json_unit(out, 0xD800 + ((c.value - 0x10000) >> 10));
            append_json_unit(out, 0xDC00 + ((c.value - 0x10000) & 0x3FF));
        }
    }
    out += '"';
}

void append_visible(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const CodePoint c = first_code_point(text);
        const std::string_view bytes = text.substr(0, c.bytes);
        if (!c.valid || steers(c.value) || backslash_before_x(text)) {
            append_byte_escapes(out, bytes);
        } else {
            out += bytes;
        }
        text.remove_prefix(c.bytes);
    }
}

void append_json_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 32> digits{};
    const std::to_chars_result end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end.ptr);
}

void append_json_member(std::string& out, std::string_view name, std::string_view text) {
    append_json_string(out, name);
    out += ':';
    append_json_string(out, text);
    if (is_utf8(text)) return;
    out += ',';
    append_json_string(out, std::string(name) + "_hex");
    out += ":\"" + bytes_to_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}) + '"';
}

void append_csv_cell(std::string& out, std::string_view text, LineEnds line_ends) {
    const bool keep_lines = line_ends == LineEnds::kept;
    const auto kept_control = [&](char32_t c) { return keep_lines && (c == U'\t' || c == U'\r' || c == U'\n'); };
    const auto formula = [&](char32_t c) { return starts_formula(c) && (!steers(c) || keep_lines); };
    std::string cell;
    const std::size_t first = text.find_first_not_of('\'');
    if (first != std::string_view::npos && formula(first_code_point(text.substr(first)).value)) cell += '\'';
    bool quote = text.starts_with(' ') || text.ends_with(' ');
    bool after_separator = false;
    while (!text.empty()) {
        const CodePoint c = first_code_point(text);
        const std::string_view bytes = text.substr(0, c.bytes);
        const bool kept = kept_control(c.value);
        if (!c.valid || (steers(c.value) && !kept) || backslash_before_x(text) ||
            (after_separator && starts_formula(c.value) && !kept)) {
            append_byte_escapes(cell, bytes);
        } else {
            if (c.value == U'"') cell += '"';
            cell += bytes;
        }
        after_separator = separates(c.value);
        quote = quote || after_separator || c.value == U',' || c.value == U'"';
        text.remove_prefix(c.bytes);
    }
    if (quote) out += '"';
    out += cell;
    if (quote) out += '"';
}

std::string visible_text(std::string_view text) {
    std::string out;
    append_visible(out, text);
    return out;
}

std::string json_text(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string json_member(std::string_view name, std::string_view text) {
    std::string out;
    append_json_member(out, name, text);
    return out;
}

std::string csv_text(std::string_view text) {
    std::string out;
    append_csv_cell(out, text, LineEnds::escaped);
    return out;
}

}  // namespace tutela
