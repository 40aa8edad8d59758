#include "text.hpp"

#include <algorithm>
#include <array>

namespace tutela::cli {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::uint8_t byte_at(std::string_view text, std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void append_escaped_byte(std::string& out, std::uint8_t byte) {
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
}

bool steers(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const bool line_separator = code == 0x2028 || code == 0x2029;
    const bool direction = code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                           (code >= 0x2066 && code <= 0x2069);
    return control || line_separator || direction;
}

void append_utf16_escape(std::string& out, std::uint32_t unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += kDigits[(unit >> shift) & 15];
}

void append_json_char(std::string& out, char32_t code) {
    if (code == '"' || code == '\\') {
        out += '\\';
        out += static_cast<char>(code);
    } else if (code >= 0x20 && code < 0x7f) {
        out += static_cast<char>(code);
    } else if (code < 0x10000) {
        append_utf16_escape(out, code);
    } else {
        append_utf16_escape(out, 0xd800 + ((code - 0x10000) >> 10));
        append_utf16_escape(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
    }
}

}  // namespace

Utf8Char first_char(std::string_view text) {
    if (text.empty()) return {};
    const std::uint8_t lead = byte_at(text, 0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
    char32_t code = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte_at(text, i) & 0xc0) != 0x80) return {};
        code = (code << 6) | (byte_at(text, i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < kSmallest[length] || code > 0x10ffff || surrogate) return {};
    return {code, length};
}

std::string inert(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Utf8Char c = first_char(text);
        const std::size_t taken = std::max<std::size_t>(c.length, 1);
        if (c.length == 0 || steers(c.code)) {
            for (std::size_t i = 0; i < taken; ++i)
                append_escaped_byte(out, byte_at(text, i));
        } else {
            out += text.substr(0, taken);
        }
        text.remove_prefix(taken);
    }
    return out;
}

std::string inert_without_hashes(std::string_view text) {
    constexpr std::size_t kLongRun = 32;
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_hex(text[end]))
            ++end;
        if (end - i >= kLongRun) {
            out += "<hex>";
        } else {
            end = std::max(end, i + 1);
            out += text.substr(i, end - i);
        }
        i = end;
    }
    return inert(out);
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const Utf8Char c = first_char(text);
        append_json_char(out, c.length == 0 ? U'\ufffd' : c.code);
        text.remove_prefix(std::max<std::size_t>(c.length, 1));
    }
    out += '"';
    return out;
}

std::string json_text_member(std::string_view name, std::string_view text) {
    std::string out = json_string(name) + ':' + json_string(text);
    std::string hex;
    bool utf8 = true;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t length = first_char(rest).length;
        utf8 = utf8 && length != 0;
        rest.remove_prefix(std::max<std::size_t>(length, 1));
    }
    if (utf8) return out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        hex += kDigits[byte_at(text, i) >> 4];
        hex += kDigits[byte_at(text, i) & 15];
    }
    return out + ',' + json_string(std::string(name) + "_hex") + ":\"" + hex + '"';
}

std::string csv_cell(std::string_view text) {
    constexpr std::string_view kFormulaStarts = "=+-@\t\r";
    const bool formula = !text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos;
    std::string cell = (formula ? "'" : "") + inert(text);
    if (cell.find_first_of(",\"") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3;) {
        i -= 3;
        digits.insert(i, 1, ',');
    }
    return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
    return grouped(number) + ' ' + std::string(noun) + (number == 1 ? "" : "s");
}

std::string readable_bytes(double bytes) {
    constexpr std::array<std::string_view, 6> kUnits = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < kUnits.size()) {
        bytes /= 1000;
        ++unit;
    }
    const auto tenths = static_cast<std::uint64_t>(bytes * 10);
    std::string number = std::to_string(tenths / 10);
    if (unit > 0 && tenths < 1000) number += '.' + std::to_string(tenths % 10);
    return number + ' ' + std::string(kUnits[unit]);
}

}  // namespace tutela::cli
