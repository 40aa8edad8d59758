#include "list/importers/lines.hpp"

#include "core/try.hpp"
#include "core/utf8.hpp"

namespace tutela {

namespace {}  // namespace

Status LineParser::feed(std::string_view chunk) {
    while (!chunk.empty()) {
        const std::size_t end = chunk.find('\n');
        const std::string_view part = chunk.substr(0, end);
        if (inside_ || end == std::string_view::npos) keep(part);
        if (end == std::string_view::npos) return {};
        if (inside_) {
            TUTELA_TRY(end_kept());
        } else {
            TUTELA_TRY(end_line(part, part.size() > target_.options().max_line_bytes));
        }
        chunk.remove_prefix(end + 1);
    }
    return {};
}

Status LineParser::finish() {
    TUTELA_TRY(end_kept());
    return end();
}

Status LineParser::end_kept() {
    if (!inside_) return {};
    inside_ = false;
    const bool too_long = too_long_;
    too_long_ = false;
    Status status = end_line({kept_.data(), kept_.size()}, too_long);
    kept_.clear();
    return status;
}

void LineParser::keep(std::string_view part) {
    inside_ = true;
    if (too_long_ || part.size() > target_.options().max_line_bytes - kept_.size()) {
        too_long_ = true;
        return;
    }
    kept_.append(part);
}

Status LineParser::end_line(std::string_view text, bool too_long) {
    ++number_;
    if (too_long) {
        skip("the line is too long");
        return {};
    }
    if (number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (trimmed(text).empty()) return {};
    if (text.find('\0') != std::string_view::npos) {
        skip("the line contains NUL");
        return {};
    }
    return line(text);
}

const std::vector<std::string_view>& CsvFields::split(std::string_view line, char separator) {
    fields_.clear();
    unquoted_.clear();
    unquoted_.reserve(line.size());  // so that views into it stay
    for (;;) {
        std::string_view rest = trimmed(line);
        if (separator == '\t') rest = line;
        if (!rest.starts_with('"')) {
            const std::size_t end = line.find(separator);
            fields_.push_back(trimmed(line.substr(0, end)));
            if (end == std::string_view::npos) return fields_;
            line.remove_prefix(end + 1);
            continue;
        }
        const std::size_t begin = unquoted_.size();
        std::size_t i = line.find('"') + 1;
        for (; i < line.size(); ++i) {
            if (line[i] == '"') {
                if (i + 1 >= line.size() || line[i + 1] != '"') break;
                ++i;
            }
            unquoted_ += line[i];
        }
        fields_.push_back(trimmed(std::string_view(unquoted_).substr(begin)));
        const std::size_t end = line.find(separator, i);
        if (i >= line.size() || end == std::string_view::npos) return fields_;
        line.remove_prefix(end + 1);
    }
}

}  // namespace tutela
