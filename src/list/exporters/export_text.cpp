#include "list/exporters/export_text.hpp"

#include <algorithm>

namespace tutela {

namespace {

// Next line, line separator, paragraph separator: the end of a line to some.
constexpr std::pair<std::string_view, std::string_view> kLineEnds[] = {
    {"\xc2\x85", "\\u0085"}, {"\xe2\x80\xa8", "\\u2028"}, {"\xe2\x80\xa9", "\\u2029"}};

// = + - @ as East Asian full-width forms.
constexpr std::string_view kFullWidth[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += text[i];
        } else if (byte < 0x20 || byte == 0x7f) {
            out.append("\\u00") += kDigits[byte >> 4U];
            out += kDigits[byte & 15U];
        } else {
            const auto* const end = std::find_if(std::begin(kLineEnds), std::end(kLineEnds), [&](const auto& known) {
                return text.substr(i).starts_with(known.first);
            });
            if (byte < 0x80 || end == std::end(kLineEnds)) {
                out += text[i];
            } else {
                out += end->second;
                i += end->first.size() - 1;
            }
        }
    }
    out += '"';
}

void append_csv_field(std::string& out, std::string_view text) {
    if (text.find_first_of("\",;\r\n\t ") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

bool starts_formula(std::string_view text) noexcept {
    if (text.empty()) return false;
    return std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos ||
           std::any_of(std::begin(kFullWidth), std::end(kFullWidth),
                       [text](std::string_view form) { return text.starts_with(form); });
}

std::string escaped_cell(std::string_view text) {
    std::string cell;
    if (starts_formula(text) || text.starts_with('\'')) cell += '\'';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool at_end = i == 0 || i + 1 == text.size();
        switch (text[i]) {
            case '\\': cell += "\\\\"; break;
            case '\n': cell += "\\n"; break;
            case '\r': cell += "\\r"; break;
            case '\t': cell += "\\t"; break;
            case ' ': cell += at_end ? "\\s" : " "; break;
            default: cell += text[i];
        }
    }
    return cell;
}

std::string unescaped_cell(std::string_view cell) {
    std::string text;
    if (cell.starts_with('\'')) cell.remove_prefix(1);
    for (std::size_t i = 0; i < cell.size(); ++i) {
        static constexpr std::string_view kCodes = "\\nrts";
        static constexpr std::string_view kMeant = "\\\n\r\t ";
        const std::size_t code =
            cell[i] == '\\' && i + 1 < cell.size() ? kCodes.find(cell[i + 1]) : std::string_view::npos;
        if (code != std::string_view::npos) ++i;
        text += code == std::string_view::npos ? cell[i] : kMeant[code];
    }
    return text;
}

}  // namespace tutela
