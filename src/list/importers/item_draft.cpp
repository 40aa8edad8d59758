#include "list/importers/item_draft.hpp"

#include <algorithm>
#include <charconv>

#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "list/record_columns.hpp"

namespace tutela {

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct KnownName {
    std::string_view name;  // letters and digits alone
    NamedHash hash;
};

constexpr KnownName kNames[] = {
    {"md5", {HashName::md5}},
    {"videomd5", {HashName::md5}},
    {"sha1", {HashName::sha1}},
    {"sha256", {HashName::sha256}},
    {"sha2256", {HashName::sha256}},
    {"pdq", {HashName::pdq}},
    {"imagepdq", {HashName::pdq}},
    {"photodna", {HashName::carried, CarriedHash::photodna}},
    {"pdna", {HashName::carried, CarriedHash::photodna}},
    {"tmk", {HashName::carried, CarriedHash::tmk}},
    {"tmkpdqf", {HashName::carried, CarriedHash::tmk}},
    {"videotmk", {HashName::carried, CarriedHash::tmk}},
    {"videotmkpdqf", {HashName::carried, CarriedHash::tmk}},
    {"sha512", {HashName::carried, CarriedHash::sha512}},
    {"edonkey", {HashName::carried, CarriedHash::edonkey}},
    {"ed2k", {HashName::carried, CarriedHash::edonkey}},
    {"netclean", {HashName::carried, CarriedHash::netclean}},
    {"videntifier", {HashName::carried, CarriedHash::videntifier}},
    {"ssvhpdna", {HashName::carried, CarriedHash::safer}},
    {"ssvhsaferhash", {HashName::carried, CarriedHash::safer}},
    {"text", {HashName::carried, CarriedHash::text}},
    {"rawtext", {HashName::carried, CarriedHash::text}},
    {"trendquery", {HashName::carried, CarriedHash::text}},
    {"url", {HashName::carried, CarriedHash::url}},
    {"urlmd5", {HashName::carried, CarriedHash::url}},
    {"vpdq", {HashName::carried, CarriedHash::other}},
};

template <typename Hash>
void take_file_hash(std::string_view value, std::optional<Hash>& into, const char*& problem, const char* why) {
    Hash hash;
    if (file_hash_from_hex(value, hash)) {
        into = hash;
    } else if (problem == nullptr) {
        problem = why;
    }
}

// 144 decimals with commas in between.
bool append_decimals(std::string& bytes, std::string_view text) {
    for (std::size_t i = 0; i < kPhotoDnaBytes; ++i) {
        const std::size_t comma = text.find(',');
        const std::string_view digits = trimmed(text.substr(0, comma));
        std::uint8_t byte = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte);
        const bool last = i + 1 == kPhotoDnaBytes;
        if (error != std::errc() || end != digits.data() + digits.size() || last != (comma == std::string_view::npos))
            return false;
        bytes += static_cast<char>(byte);
        text.remove_prefix(last ? text.size() : comma + 1);
    }
    return true;
}

// The bytes of a PhotoDNA in any of its spellings: base64, hex or decimals.
bool append_photodna(std::string& bytes, std::string_view text) {
    if (text.size() == 2 * kPhotoDnaBytes && is_hex(text)) {
        for (std::size_t i = 0; i < text.size(); i += 2) {
            std::uint8_t byte = 0;
            std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
            bytes += static_cast<char>(byte);
        }
        return true;
    }
    if (append_base64_bytes(bytes, text)) return bytes.size() == kPhotoDnaBytes;
    return append_decimals(bytes, text);
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool is_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        c = lower(c);
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_yes(std::string_view text) noexcept {
    for (const std::string_view yes : {"y", "yes", "t", "true", "1"}) {
        if (equals_ignoring_case(text, yes)) return true;
    }
    return false;
}

std::string utf8_of(std::string_view text) {
    if (is_utf8(text)) return std::string(text);
    std::string utf8;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            utf8 += c;
        } else {
            utf8 += static_cast<char>(0xc0U | (byte >> 6U));
            utf8 += static_cast<char>(0x80U | (byte & 0x3fU));
        }
    }
    return utf8;
}

NamedHash hash_of_name(std::string_view name) noexcept {
    KindName spelled;
    for (char c : name) {
        c = lower(c);
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) continue;
        if (spelled.size == spelled.letters.size()) break;
        spelled.letters[spelled.size++] = c;
    }
    std::string_view plain = spelled.view();
    if (plain.starts_with("hash") && plain.size() > 4) plain.remove_prefix(4);
    NamedHash hash;
    for (const KnownName& known : kNames) {
        if (known.name == plain) hash = known.hash;
    }
    hash.spelled = spelled;
    return hash;
}

void ItemDraft::clear() {
    pdq.reset();
    frames.clear();
    file = {};
    id.clear();
    category.clear();
    label.clear();
    source.clear();
    region.clear();
    scheme.clear();
    phash.reset();
    updated_us.reset();
    carried.reset();
    carried_.clear();
    problem = nullptr;
    harmless = false;
}

void ItemDraft::carry(CarriedHash kind) noexcept {
    if (!carried || kind < *carried) carried = kind;
}

bool ItemDraft::carry(std::string_view kind, std::string_view value, bool binary) {
    const CarriedHashView view{kind, value, binary};
    if (!check_carried({&view, 1}).ok()) return false;
    Carried one{std::string(kind), std::string(value), binary};
    if (std::find(carried_.begin(), carried_.end(), one) == carried_.end()) carried_.push_back(std::move(one));
    return true;
}

std::span<const CarriedHashView> ItemDraft::carried_values() {
    views_.clear();
    for (const Carried& one : carried_)
        views_.push_back({one.kind, one.value, one.binary});
    return views_;
}

void ItemDraft::carry_value(NamedHash kind, std::string_view value) {
    const CarriedHash which = kind.name == HashName::none ? CarriedHash::other : kind.carried;
    carry(which);
    // Those that formats name differently are named alike.
    std::string_view name = kind.spelled.view();
    if (which < CarriedHash::safer || name.empty()) name = carried_hash_name(which);
    std::string photodna;
    const bool binary = which == CarriedHash::photodna && append_photodna(photodna, value);
    if (!carry(name, binary ? std::string_view(photodna) : value, binary) && problem == nullptr)
        problem = "a hash that it carries is longer than 65535 bytes or no text";
}

void ItemDraft::add_hash(NamedHash kind, std::string_view value) {
    value = trimmed(value);
    if (value.empty()) return;
    switch (kind.name) {
        case HashName::none:
        case HashName::carried: carry_value(kind, value); return;
        case HashName::md5: take_file_hash(value, file.md5, problem, "the MD5 is not 32 hex digits"); return;
        case HashName::sha1: take_file_hash(value, file.sha1, problem, "the SHA-1 is not 40 hex digits"); return;
        case HashName::sha256: take_file_hash(value, file.sha256, problem, "the SHA-256 is not 64 hex digits"); return;
        case HashName::phash:
            if (const Result<Hash64> hash = hash_from_hex<64>(value); hash.ok()) {
                phash = hash.value();
            } else if (problem == nullptr) {
                problem = "the pHash is not 16 hex digits";
            }
            return;
        case HashName::pdq: break;
    }
    if (const Result<Hash256> hash = hash_from_hex<256>(value); hash.ok()) {
        pdq = hash.value();
    } else if (problem == nullptr) {
        problem = "the PDQ is not 64 hex digits";
    }
}

void ItemDraft::add_label(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return;
    if (!label.empty()) label += "; ";
    label += text;
}

}  // namespace tutela
