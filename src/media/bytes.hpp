// Numbers out of borrowed bytes, bounds checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tutela {

using ByteSpan = std::span<const std::uint8_t>;

enum class ByteOrder { little, big };

// The unsigned number in `size` bytes (1..4) at `offset`. False, and `value` untouched, when they do not all exist.
inline bool read_uint(ByteSpan bytes, std::size_t offset, std::size_t size, ByteOrder order,
                      std::uint32_t& value) noexcept {
    if (offset > bytes.size() || bytes.size() - offset < size) return false;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t at = order == ByteOrder::big ? i : size - 1 - i;
        number = number << 8 | bytes[offset + at];
    }
    value = number;
    return true;
}

// The number of `size` bytes, at most 4, at `offset`; 0 when the bytes end before.
inline std::uint32_t little(ByteSpan bytes, std::size_t offset, std::size_t size) noexcept {
    std::uint32_t value = 0;
    read_uint(bytes, offset, size, ByteOrder::little, value);
    return value;
}

// The bytes [offset, offset + size), cut where the span ends.
inline ByteSpan slice(ByteSpan bytes, std::size_t offset, std::size_t size) noexcept {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, size < bytes.size() - offset ? size : bytes.size() - offset);
}

// Whether `text` stands at `offset`.
inline bool has_text(ByteSpan bytes, std::size_t offset, std::string_view text) noexcept {
    const ByteSpan there = slice(bytes, offset, text.size());
    return there.size() == text.size() && std::memcmp(there.data(), text.data(), text.size()) == 0;
}

}  // namespace tutela
