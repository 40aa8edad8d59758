// Texts of lists, which nobody vouches for, as JSON and CSV have them. They are UTF-8 without NUL.
#pragma once

#include <string>
#include <string_view>

namespace tutela {

// As a JSON string, quotes included. Control characters and what some readers take for the end of a line are escaped.
void append_json_text(std::string& out, std::string_view text);

// Members of one JSON object, in the order in which they are called for.
class JsonMembers {
public:
    explicit JsonMembers(std::string& out) : out_(out) { out_ += '{'; }

    // `name` is a key without anything to escape. The value is appended by the caller.
    void begin(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        out_.append("\"").append(name).append("\":");
    }
    void text(std::string_view name, std::string_view value) {
        begin(name);
        append_json_text(out_, value);
    }
    void text_if_any(std::string_view name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }
    // Number, true, false or null.
    void raw(std::string_view name, std::string_view value) {
        begin(name);
        out_ += value;
    }
    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

// As a field of RFC 4180: in quotes where it needs them.
void append_csv_field(std::string& out, std::string_view text);

// Whether a spreadsheet may take a field for a formula.
[[nodiscard]] bool starts_formula(std::string_view text) noexcept;

// The escapes of ExportFormat::csv, and their undoing, which takes anything that was not made by the first as it is.
[[nodiscard]] std::string escaped_cell(std::string_view text);
[[nodiscard]] std::string unescaped_cell(std::string_view cell);

// The header of ExportFormat::csv, by which it is known.
inline constexpr std::string_view kCsvHeader =
    "pdq,phash,md5,sha1,sha256,id,category,label,source,scheme,region,harmless,updated,carried";

}  // namespace tutela
