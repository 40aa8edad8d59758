// What a list can know of one thing: its hashes, and who says what of it. Layer: list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tutela/file_hash.hpp"
#include "tutela/hash.hpp"

namespace tutela {

// Who says so, in which words. A category means nothing without it: one and the same number is abuse in one scheme and
// harmless in another. Texts as in Entry; empty when unknown.
struct OriginView {
    std::string_view source;  // an organisation, a data base, a file
    std::string_view scheme;  // of the categories, such as "vics" or "ncmec"
    std::string_view region;  // of the scheme, such as "US"

    bool operator==(const OriginView&) const noexcept = default;
};

// A thing to be put into a list, by any of its hashes. The texts are copied when it is added; they are as in Entry.
struct KnownItem {
    std::optional<Hash256> pdq{};
    std::optional<Hash64> phash{};  // of the picture that `pdq` is of
    FileHashes file{};
    std::string_view id{};
    std::string_view category{};
    std::string_view label{};
    OriginView origin{};
    // A file known to be harmless, such as one of an operating system: it is no match. Its PDQ is not put into the list,
    // as pictures that look like it need not be harmless.
    bool harmless = false;
};

// A thing that a list knows by hashes of its file. The texts are views into the list and live as long as any copy of it.
struct FileEntryView {
    std::string_view id;  // as given; may be empty (see HashList::file_entry_name)
    std::string_view category;
    std::string_view label;
    OriginView origin;
    bool harmless = false;
    std::optional<std::size_t> position{};  // of the entry of the same thing that has its PDQ
};

// A file entry that a file's hash was found in.
struct FileMatch {
    std::uint32_t entry = 0;                // its number
    FileHashKind kind = FileHashKind::md5;  // the strongest of the hashes that are equal

    bool operator==(const FileMatch&) const noexcept = default;
};

}  // namespace tutela
