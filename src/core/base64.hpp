// Bytes as base64 with padding (RFC 4648).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tutela {

[[nodiscard]] std::string base64_of(std::span<const std::uint8_t> bytes);
[[nodiscard]] inline std::string base64_of(std::string_view bytes) {
    return base64_of(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

// Appends the bytes to `bytes`. False, and nothing appended, for what is not exactly what base64_of() makes.
[[nodiscard]] bool append_base64_bytes(std::string& bytes, std::string_view text);

}  // namespace tutela
