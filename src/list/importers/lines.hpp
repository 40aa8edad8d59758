// Lines of text, and what stands between separators in them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret_array.hpp"
#include "list/importers/list_parser.hpp"

namespace tutela {

// Cuts chunks into lines: LF or CR LF; a byte order mark at the start is passed over. Too long a line, and one with a
// NUL, is a bad record. Holds one line.
class LineParser : public ListParser {
public:
    [[nodiscard]] Status feed(std::string_view chunk) final;
    [[nodiscard]] Status finish() final;

protected:
    explicit LineParser(ImportTarget& target) noexcept : target_(target) { target.report().counts_lines = true; }

    // A line that is not blank.
    [[nodiscard]] virtual Status line(std::string_view text) = 0;
    // After the last line.
    [[nodiscard]] virtual Status end() { return {}; }

    [[nodiscard]] ImportTarget& target() noexcept { return target_; }
    // Of this line, from 1.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    void skip(std::string reason) { target_.skip(number_, std::move(reason)); }

private:
    void keep(std::string_view part);
    [[nodiscard]] Status end_kept();
    [[nodiscard]] Status end_line(std::string_view text, bool too_long);

    ImportTarget& target_;
    SecretArray<char> kept_;  // the beginning of a line
    std::uint64_t number_ = 0;
    bool inside_ = false;
    bool too_long_ = false;
};

// Cuts a line of CSV into fields. A field may be in quotes, in which a doubled quote is one; a quoted field that does
// not end with the line goes to its end, so that one stray quote costs no other line. The views live until the next
// call.
class CsvFields {
public:
    [[nodiscard]] const std::vector<std::string_view>& split(std::string_view line, char separator);

private:
    std::vector<std::string_view> fields_;
    std::string unquoted_;
};

}  // namespace tutela
