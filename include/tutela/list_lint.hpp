// What is wrong with the entries of a list, as lists come from many hands. Layer: list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "tutela/executor.hpp"
#include "tutela/export.h"
#include "tutela/hash.hpp"
#include "tutela/hasher.hpp"
#include "tutela/list.hpp"
#include "tutela/status.hpp"

namespace tutela {

enum class LintKind : std::uint32_t {
    low_quality = 1,    // a frame of a known video of a quality below LintOptions::min_quality
    flat = 2,           // a hash of a picture without content: see is_flat_hash()
    duplicate = 3,      // the same hash as an earlier entry of another thing, or as an earlier file entry
    conflict = 4,       // the same hash as another, and a different category of the same scheme and region
    near_harmless = 5,  // within the radius of a picture known to be harmless
    dense = 6,          // within the radius of very many other things of the list
};

// "low_quality", "flat", …; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view lint_name(LintKind kind) noexcept;

// Whether an entry of that kind is poison: it matches, or may, what it should not. The others are untidy.
[[nodiscard]] constexpr bool is_poison(LintKind kind) noexcept {
    return kind == LintKind::flat || kind == LintKind::near_harmless || kind == LintKind::dense;
}

// Whether a PDQ hash can hardly be that of a picture with content. A bit is set where a coefficient is above the median
// of all 256, so a photograph has 128 ones; a blank picture, a stripe or a gray ramp has many equal coefficients, and
// fewer ones. Flat is
//   - what has 96 ones or fewer, or 160 or more: it is further than 31 bits from every hash that has 128;
//   - what has 8 or fewer different rows, or columns, among the 16 of its matrix: periodic patterns.
// Chance makes one in 10,000 random hashes flat, by the ones. A ramp from left to right often passes: its bits are
// those of rounding errors, and different ones in every size. Thread-safe.
TUTELA_API bool is_flat_hash(const Hash256& hash) noexcept;

// One thing that is wrong. Nothing in it is a hash.
struct LintFinding {
    LintKind kind = LintKind::flat;
    bool is_file = false;        // `position` and `other` are numbers of file entries, for HashList::file_entry()
    std::uint32_t position = 0;  // of the entry
    // duplicate: the first entry with that hash. conflict: the first one of another category. near_harmless: the
    // nearest of LintOptions::harmless, the first of equals.
    std::optional<std::uint32_t> other{};
    // low_quality: the quality. flat: how many ones. near_harmless: the distance in bits. dense: so many other things,
    // or more; that is LintOptions::dense_things.
    std::uint32_t value = 0;

    bool operator==(const LintFinding&) const noexcept = default;
};

struct LintOptions {
    std::uint32_t radius = kPdqMatchRadius;     // 0..256 bits: what a match is
    std::int32_t min_quality = kPdqMinQuality;  // 0..100
    std::uint32_t dense_things = 1000;          // at least 1; a still is a thing, and so is a known video
    std::span<const Hash256> harmless{};        // of pictures known to be harmless; PDQ
    Executor* executor = nullptr;               // where the searches run; null: in the calling thread
};

// Tells `sink` what is wrong with a list: by kind, then entries before file entries, then by rising position, whatever
// the executor. Only what is active is looked at and compared. An entry can be wrong in several ways, and has one
// finding for each. Frames of low quality are told as such and not as flat: a video has blank frames. Categories are
// compared within one scheme and region only, as the same number means different things in others; an empty category
// says nothing. Two entries whose origins have no scheme are compared when their sources are the same.
//
// Takes, beside the list, 16 bytes an entry and an index (a stored one is opened; else one is built, see
// HashList::open_index()), 4 for each hash of a file, and what the searches in hand find. Every entry is searched for,
// but for those whose neighbours settle it: a heap of entries takes few searches. A
// list of a million takes seconds. `sink` is called in the calling thread; its error ends it and is returned.
// invalid_argument for options out of range; errors of open_index(). Throws std::bad_alloc. Thread-safe.
TUTELA_API Status lint_list(const HashList& list, const LintOptions& options,
                            const std::function<Status(const LintFinding&)>& sink);

}  // namespace tutela
