// A record of somebody's list while it is read: hashes of any kind by their names, texts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tutela/import.hpp"
#include "tutela/known_item.hpp"

namespace tutela {

// What a hash's name stands for.
enum class HashName : std::uint8_t { none, md5, sha1, sha256, pdq, carried };

struct NamedHash {
    HashName name = HashName::none;
    CarriedHash carried = CarriedHash::other;  // of HashName::carried
};

// By the names that formats use, whatever their case and punctuation: "SHA-1", "HASH_PDQ", "video_md5", "tmk-pdqf".
[[nodiscard]] NamedHash hash_of_name(std::string_view name) noexcept;

// Without the blanks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
// Whether all are hex digits.
[[nodiscard]] bool is_hex(std::string_view text) noexcept;
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
// yes, y, true, t or 1.
[[nodiscard]] bool is_yes(std::string_view text) noexcept;
// UTF-8 as it is; anything else taken for ISO-8859-1.
[[nodiscard]] std::string utf8_of(std::string_view text);

struct ItemDraft {
    std::optional<Hash256> pdq;
    FileHashes file;
    std::string id;
    std::string category;
    std::string label;
    std::string source;
    std::string region;
    std::string_view scheme;             // static
    std::optional<CarriedHash> carried;  // the first in their order
    const char* problem = nullptr;       // the first malformed hash; static
    bool harmless = false;

    void clear();
    // An empty value is none.
    void add_hash(NamedHash kind, std::string_view value);
    void carry(CarriedHash kind) noexcept;
    // After a separator, unless empty.
    void add_label(std::string_view text);
};

}  // namespace tutela
