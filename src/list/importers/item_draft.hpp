// A record of somebody's list while it is read: hashes of any kind by their names, texts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/hash.hpp"
#include "tutela/import.hpp"
#include "tutela/known_item.hpp"

namespace tutela {

// What a hash's name stands for.
enum class HashName : std::uint8_t { none, md5, sha1, sha256, pdq, phash, carried };

// A name of a carried hash's kind, as CarriedHashView has it.
struct KindName {
    std::array<char, 32> letters{};
    std::uint8_t size = 0;

    [[nodiscard]] std::string_view view() const noexcept { return {letters.data(), size}; }
};

struct NamedHash {
    HashName name = HashName::none;
    CarriedHash carried = CarriedHash::other;  // of HashName::carried
    KindName spelled{};                        // its own letters and digits, in lower case
};

// By the names that formats use, whatever their case and punctuation: "SHA-1", "HASH_PDQ", "video_md5", "tmk-pdqf". A
// name that nobody knows is `none`.
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
    std::vector<FrameHash> frames;  // of a video
    FileHashes file;
    std::string id;
    std::string category;
    std::string label;
    std::string source;
    std::string region;
    std::string scheme;
    std::optional<Hash64> phash;
    std::optional<std::int64_t> updated_us;
    std::optional<CarriedHash> carried;  // the first in their order
    const char* problem = nullptr;       // the first malformed hash; static
    bool harmless = false;

    void clear();
    // An empty value is none.
    void add_hash(NamedHash kind, std::string_view value);
    void carry(CarriedHash kind) noexcept;
    // The value of one, which is kept. False, and nothing is, for one that cannot be in a list.
    bool carry(std::string_view kind, std::string_view value, bool binary);
    [[nodiscard]] bool carries() const noexcept { return !carried_.empty(); }
    // All of them, as views into the draft that live until it is changed.
    [[nodiscard]] std::span<const CarriedHashView> carried_values();
    // As lists write times. What cannot be read is none.
    void set_time(std::string_view text) noexcept { updated_us = parse_record_time(trimmed(text)); }
    // After a separator, unless empty.
    void add_label(std::string_view text);

private:
    struct Carried {
        std::string kind;
        std::string value;
        bool binary = false;
        bool operator==(const Carried&) const noexcept = default;
    };
    void carry_value(NamedHash kind, std::string_view value);

    std::vector<Carried> carried_;
    std::vector<CarriedHashView> views_;
};

}  // namespace tutela
