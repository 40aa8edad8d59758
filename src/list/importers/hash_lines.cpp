// Lines with one or several hashes of a file and its name, and lines of signals.
#include <algorithm>

#include "list/importers/lines.hpp"

namespace tutela {

namespace {

// A bare hash of a file, by its length.
NamedHash file_hash_of_length(std::size_t digits) noexcept {
    if (digits == 32) return {HashName::md5};
    if (digits == 40) return {HashName::sha1};
    if (digits == 64) return {HashName::sha256};
    if (digits == 128) return {HashName::carried, CarriedHash::sha512};
    return {};
}

// A name as coreutils write it when the line begins with a backslash.
std::string unescaped(std::string_view name) {
    std::string plain;
    for (std::size_t i = 0; i < name.size(); ++i) {
        char c = name[i];
        if (c == '\\' && i + 1 < name.size()) {
            c = name[++i];
            if (c == 'n') c = '\n';
            if (c == 'r') c = '\r';
        }
        plain += c;
    }
    return plain;
}

class HashLines final : public LineParser {
public:
    explicit HashLines(ImportTarget& target) noexcept : LineParser(target) {}

private:
    Status line(std::string_view text) override {
        if (text.front() == '#' || text.front() == '%') return {};
        draft_.clear();
        const bool escaped = text.front() == '\\';
        if (escaped) text.remove_prefix(1);
        std::string_view name;
        if (!take_tagged(text, name) && !take_plain(text, name)) {
            skip("the line does not begin with an MD5, SHA-1 or SHA-256");
            return {};
        }
        if (!target().options().harmless) draft_.id = utf8_of(escaped ? std::string_view(unescaped(name)) : name);
        return target().take(draft_, number());
    }

    // `HEX  NAME`, `HEX *NAME` or `HEX`.
    bool take_plain(std::string_view text, std::string_view& name) {
        text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
        const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
        const std::string_view hash = text.substr(0, end);
        const NamedHash kind = file_hash_of_length(hash.size());
        if (kind.name == HashName::none || !is_hex(hash)) return false;
        draft_.add_hash(kind, hash);
        name = text.substr(end);
        if (name.size() > 1) name.remove_prefix(name[1] == ' ' || name[1] == '*' ? 2 : 1);
        return true;
    }

    // `MD5 (NAME) = HEX`
    bool take_tagged(std::string_view text, std::string_view& name) {
        const std::size_t open = text.find(" (");
        const std::size_t close = text.rfind(") = ");
        if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return false;
        const NamedHash kind = hash_of_name(text.substr(0, open));
        if (kind.name == HashName::none) return false;
        draft_.add_hash(kind, text.substr(close + 4));
        name = text.substr(open + 2, close - open - 2);
        return true;
    }

    ItemDraft draft_;
};

class Hashdeep final : public LineParser {
public:
    explicit Hashdeep(ImportTarget& target) noexcept : LineParser(target) {}

private:
    Status line(std::string_view text) override {
        if (text.starts_with("%%%%")) return header(trimmed(text.substr(4)));
        if (text.front() == '#') return {};
        draft_.clear();
        if (columns_.empty()) {
            skip("it comes before a line that names the columns");
            return {};
        }
        for (const NamedHash& column : columns_) {
            const std::size_t comma = text.find(',');
            if (comma == std::string_view::npos) {
                skip("it has fewer columns than the header names");
                return {};
            }
            if (column.name != HashName::none) draft_.add_hash(column, text.substr(0, comma));
            text.remove_prefix(comma + 1);
        }
        if (!target().options().harmless) draft_.id = utf8_of(text);
        return target().take(draft_, number());
    }

    Status header(std::string_view text) {
        if (text.starts_with("HASHDEEP")) {
            if (text.starts_with("HASHDEEP-1.")) return {};
            return Status(StatusCode::version_mismatch, "the hashdeep file is of another version than 1");
        }
        columns_.clear();
        for (std::size_t comma = 0; (comma = text.find(',')) != std::string_view::npos; text.remove_prefix(comma + 1)) {
            NamedHash kind = hash_of_name(text.substr(0, comma));
            if (kind.name == HashName::none && text.substr(0, comma) != "size")
                kind = {HashName::carried, CarriedHash::other};
            columns_.push_back(kind);
        }
        return {};
    }

    std::vector<NamedHash> columns_;  // all but the last, the file's name
    ItemDraft draft_;
};

class SignalLines final : public LineParser {
public:
    explicit SignalLines(ImportTarget& target) noexcept : LineParser(target) {}

private:
    Status line(std::string_view text) override {
        if (text.front() == '#') return {};
        text = trimmed(text);
        draft_.clear();
        const std::size_t blank = text.find_first_of(" \t");
        NamedHash kind;
        if (blank == std::string_view::npos) {
            kind = text.size() == 64 ? NamedHash{HashName::pdq} : file_hash_of_length(text.size());
            if (!is_hex(text)) kind = {};
        } else {
            kind = hash_of_name(text.substr(0, blank));
            text.remove_prefix(blank + 1);
        }
        if (kind.name == HashName::none) {
            skip("the line does not begin with a kind of signal, and is no hash");
            return {};
        }
        draft_.scheme = "threatexchange";
        draft_.add_hash(kind, text);
        return target().take(draft_, number());
    }

    ItemDraft draft_;
};

class SignalCache final : public LineParser {
public:
    explicit SignalCache(ImportTarget& target) noexcept : LineParser(target) {}

private:
    Status line(std::string_view text) override {
        const std::vector<std::string_view>& fields = fields_.split(text, ',');
        draft_.clear();
        const std::string_view hash = fields[0];
        const NamedHash kind = hash.size() == 64 ? NamedHash{HashName::pdq} : file_hash_of_length(hash.size());
        if (kind.name == HashName::none || !is_hex(hash)) {
            skip("the indicator is no MD5, SHA-1 or PDQ");
            return {};
        }
        draft_.scheme = "threatexchange";
        draft_.add_hash(kind, hash);
        if (fields.size() > 1) draft_.id = fields[1];
        if (fields.size() > 2) draft_.set_time(fields[2]);
        if (fields.size() > 3) draft_.label = fields[3];
        return target().take(draft_, number());
    }

    CsvFields fields_;
    ItemDraft draft_;
};

}  // namespace

std::unique_ptr<ListParser> make_hash_lines_parser(ImportTarget& target) {
    return std::make_unique<HashLines>(target);
}

std::unique_ptr<ListParser> make_hashdeep_parser(ImportTarget& target) {
    return std::make_unique<Hashdeep>(target);
}

std::unique_ptr<ListParser> make_signal_lines_parser(ImportTarget& target) {
    return std::make_unique<SignalLines>(target);
}

std::unique_ptr<ListParser> make_signal_cache_parser(ImportTarget& target) {
    return std::make_unique<SignalCache>(target);
}

}  // namespace tutela
