// What a list can know of one thing: its hashes, and who says what of it. Layer: list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tutela/carried_hash.hpp"
#include "tutela/export.h"
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
    // When its source changed what it says: microseconds from 1970 in UTC. kMinRecordTimeUs..kMaxRecordTimeUs.
    std::optional<std::int64_t> updated_us{};
    std::span<const CarriedHashView> carried{};
};

// Times of records: the years 1 to 9999.
inline constexpr std::int64_t kMinRecordTimeUs = -62'135'596'800'000'000;
inline constexpr std::int64_t kMaxRecordTimeUs = 253'402'300'799'999'999;

// Reads a time as lists write it: 2026-01-02[T03:04[:05[.678]]] with Z, an offset such as +01:00 or, taken for UTC,
// none; 1/2/2026[ 3:04[:05][ PM]], month first; /Date(milliseconds)/; or ten digits, seconds from 1970. Nothing for
// anything else. Thread-safe.
TUTELA_API std::optional<std::int64_t> parse_record_time(std::string_view text) noexcept;
// The time as 2026-01-02T03:04:05Z, with a fraction where there is one. Precondition: in range. Thread-safe.
TUTELA_API std::string record_time_text(std::int64_t updated_us);

// A thing that a list knows by hashes of its file, or of which it only carries some. The texts are views into the list
// and live as long as any copy of it.
struct FileEntryView {
    std::string_view id;  // as given; may be empty (see HashList::file_entry_name)
    std::string_view category;
    std::string_view label;
    OriginView origin;
    bool harmless = false;
    std::optional<std::size_t> position{};  // of the entry of the same thing that has its PDQ
    // It has no hash by which it could be found, so it never is: it is in the list for whoever gets the list next.
    bool unmatchable = false;
    std::optional<std::int64_t> updated_us{};  // as in KnownItem; of its entry, where it has one, and so is the next
    CarriedHashes carried{};
};

// A file entry that a file's hash was found in.
struct FileMatch {
    std::uint32_t entry = 0;                // its number
    FileHashKind kind = FileHashKind::md5;  // the strongest of the hashes that are equal

    bool operator==(const FileMatch&) const noexcept = default;
};

}  // namespace tutela
