// The outermost boxes of a file in the ISO base media format (HEIF, AVIF, JPEG XL, Canon's CR3).
#pragma once

#include <cstdint>
#include <string_view>

#include "media/bytes.hpp"

namespace tutela {

// Where the file should end by the sizes of its boxes. More than it has bytes: it was cut off. A last box that goes on
// to the end, whatever that is, says nothing. Linear in the number of boxes.
[[nodiscard]] std::uint64_t announced_bytes(ByteSpan file) noexcept;

// Whether the file type box names this brand, as the major or a compatible one, within the bytes given.
[[nodiscard]] bool has_brand(ByteSpan first_bytes, std::string_view brand) noexcept;

}  // namespace tutela
