// The columns of a list in the making that hold times of records and carried hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/secret_array.hpp"
#include "list/snapshot_format.hpp"
#include "list/text_pool.hpp"
#include "tutela/carried_hash.hpp"
#include "tutela/status.hpp"

namespace tutela {

// Whether a value can be carried: invalid_argument says why not.
[[nodiscard]] Status check_carried(std::span<const CarriedHashView> carried);
// Whether `kind` is as CarriedHashView says.
[[nodiscard]] bool is_carried_kind(std::string_view kind) noexcept;

// A time for each thing, from the first one that has one on.
class TimeColumn {
public:
    // Makes room for all things up to `things`, when one of them has a time. Throws std::bad_alloc, and then nothing has
    // changed.
    void reserve(std::size_t things, bool present);
    // Of thing `place`; those before that have got none have none. Precondition: room was made.
    void set(std::size_t place, const std::optional<std::int64_t>& time) noexcept;
    // Of so many things; empty when none has one. Throws std::bad_alloc.
    [[nodiscard]] std::span<const std::int64_t> all(std::size_t things);

private:
    SecretArray<std::int64_t> times_;
};

// Not thread-safe.
class CarriedColumns {
public:
    // Makes room here and in `texts`. Throws std::bad_alloc, and then nothing has changed.
    void reserve(std::span<const CarriedHashView> carried, TextPool& texts);
    // Precondition, also of the next: room was made, and the owner is not below the one before.
    void add_of_entry(std::size_t position, std::span<const CarriedHashView> carried, TextPool& texts) noexcept {
        add(entries_, position, carried, texts);
    }
    void add_of_file(std::size_t number, std::span<const CarriedHashView> carried, TextPool& texts) noexcept {
        add(files_, number, carried, texts);
    }

    [[nodiscard]] std::span<const CarriedRecord> entries() const noexcept { return entries_.span(); }
    [[nodiscard]] std::span<const CarriedRecord> files() const noexcept { return files_.span(); }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return bytes_.span(); }

private:
    void add(SecretArray<CarriedRecord>& into, std::size_t owner, std::span<const CarriedHashView> carried,
             TextPool& texts) noexcept;

    SecretArray<CarriedRecord> entries_;
    SecretArray<CarriedRecord> files_;
    SecretArray<char> bytes_;
};

}  // namespace tutela
