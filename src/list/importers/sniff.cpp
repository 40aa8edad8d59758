// What a file is, by its first bytes.
#include <algorithm>

#include "list/importers/csv_columns.hpp"
#include "list/importers/lines.hpp"
#include "tutela/import.hpp"

namespace tutela {

namespace {

bool contains(std::string_view text, std::string_view what) noexcept {
    return text.find(what) != std::string_view::npos;
}

ListFormat sniff_sqlite(std::string_view first) noexcept {
    if (contains(first, "HASHES_PROPERTIES")) return ListFormat::iped_sqlite;
    if (contains(first, "db_properties") && contains(first, "sha2_256")) return ListFormat::sleuthkit_sqlite;
    return contains(first, "package_id") && contains(first, "FILE") ? ListFormat::nsrl_sqlite : ListFormat::automatic;
}

ListFormat sniff_json(std::string_view first) noexcept {
    // The first key of an object tells; other documents of JSON have the same keys further in.
    std::string_view rest = first.substr(1);
    rest = rest.substr(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    if (first.front() == '{') {
        if (rest.starts_with("\"odata.metadata\"") || rest.starts_with("\"@odata.context\"")) return ListFormat::vics;
        if (rest.starts_with("\"tutela_list\"")) return ListFormat::jsonl;
        if (contains(first, "\"hashRecords\"")) return ListFormat::stopncii_json;
        if (rest.starts_with("\"data\"") && contains(first, "\"raw_indicator\""))
            return ListFormat::threatexchange_json;
    } else if (rest.starts_with('{') && contains(first, "\"raw_indicator\"")) {
        return ListFormat::threatexchange_json;
    }
    return ListFormat::automatic;
}

bool is_number(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// HEX,descriptor,2024-01-02T03:04…; a date alone could be the category of a text list.
bool is_cache_row(const std::vector<std::string_view>& fields) noexcept {
    const auto hash = [](std::string_view text) {
        return (text.size() == 32 || text.size() == 40 || text.size() == 64) && is_hex(text);
    };
    return fields.size() >= 3 && hash(fields[0]) && is_number(fields[1]) && fields[2].size() >= 16 &&
           is_number(fields[2].substr(0, 4)) && fields[2][4] == '-';
}

bool is_hash_line(std::string_view line) noexcept {
    const std::size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
    const bool file_hash = digits == 32 || digits == 40;
    if (digits == line.size()) return file_hash;  // a bare one of 64 digits is a PDQ of a text list
    if (file_hash || digits == 64) return line[digits] == ' ' || line[digits] == '\t';
    for (const std::string_view tag : {"MD5 (", "SHA1 (", "SHA256 ("}) {
        if (line.starts_with(tag)) return true;
    }
    return false;
}

bool is_signal_line(std::string_view line) noexcept {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos || line.substr(0, blank).find_first_of("(,") != std::string_view::npos)
        return false;
    const std::string_view value = trimmed(line.substr(blank + 1));
    const NamedHash kind = hash_of_name(line.substr(0, blank));
    return kind.name == HashName::carried ? kind.carried != CarriedHash::other
                                          : kind.name != HashName::none && is_hex(value);
}

ListFormat sniff_line(std::string_view line) {
    if (line.starts_with("%%%%")) return ListFormat::hashdeep;
    std::string_view hash_line = line;
    if (hash_line.starts_with('\\')) hash_line.remove_prefix(1);
    if (is_hash_line(hash_line)) return ListFormat::hash_lines;
    if (is_signal_line(line)) return ListFormat::threatexchange_lines;
    CsvFields fields;
    if (is_cache_row(fields.split(line, ','))) return ListFormat::threatexchange_cache;
    return csv_format_of(fields.split(line, csv_separator(line)));
}

}  // namespace

ListFormat sniff_list_format(std::string_view first) {
    first = first.substr(0, std::size_t{64} << 10);
    if (first.starts_with(std::string_view("SQLite format 3\0", 16))) return sniff_sqlite(first);
    if (first.starts_with("\xef\xbb\xbf")) first.remove_prefix(3);
    first = first.substr(std::min(first.find_first_not_of(" \t\r\n"), first.size()));
    if (first.empty()) return ListFormat::automatic;
    if (first.front() == '{' || first.front() == '[') return sniff_json(first);
    if (first.front() == '<')
        return contains(first, "<queryResult") || contains(first, ":queryResult") ? ListFormat::ncmec_xml
                                                                                  : ListFormat::automatic;
    while (!first.empty()) {
        std::string_view line = first.substr(0, first.find('\n'));
        first.remove_prefix(std::min(line.size() + 1, first.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (trimmed(line).empty() || line.starts_with('#')) continue;
        return sniff_line(line);
    }
    return ListFormat::automatic;
}

}  // namespace tutela
