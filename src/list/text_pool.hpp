// The texts of a list that is being built, numbered in the order of their coming. Text 0 is the empty one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/secret_array.hpp"

namespace tutela {

// Not thread-safe.
class TextPool {
public:
    TextPool();

    [[nodiscard]] std::uint64_t count() const noexcept { return offsets_.size() - 1; }
    // The format's two sections.
    [[nodiscard]] std::span<const std::uint64_t> offsets() const noexcept { return offsets_.span(); }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return bytes_.span(); }

    // Makes room for `texts` more texts of `size` bytes together, so that adding them cannot fail. Throws
    // std::bad_alloc, and then nothing has changed.
    void reserve_more(std::size_t texts, std::size_t size);
    // Adds a text under a number of its own (the empty text: 0). Precondition: room was made.
    std::uint32_t append(std::string_view text) noexcept;
    // The number of an equal text that was interned before, or of the text, added now. Precondition: room was made.
    std::uint32_t intern(std::string_view text) noexcept;

private:
    // Open addressing; number 0 marks a free slot, as the empty text is never looked up. At most half full.
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = 0;
    };

    [[nodiscard]] std::string_view text(std::uint32_t number) const noexcept;
    [[nodiscard]] std::uint64_t hash_of(std::string_view text) const noexcept;
    void grow_slots();

    SecretArray<std::uint64_t> offsets_;
    SecretArray<char> bytes_;
    std::vector<Slot> slots_;
    std::size_t interned_ = 0;
    std::uint64_t seed_;
};

}  // namespace tutela
