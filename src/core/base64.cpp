#include "core/base64.hpp"

#include <cstddef>

namespace tutela {

namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// 0..63, or 64 for what is no digit.
std::uint32_t value_of(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

}  // namespace

std::string base64_of(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k)
            three = three << 8 | (i + k < bytes.size() ? bytes[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            text += i + k <= bytes.size() ? kDigits[three >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

bool append_base64_bytes(std::string& bytes, std::string_view text) {
    if (text.size() % 4 != 0) return false;
    const std::size_t before = bytes.size();
    const auto refuse = [&] {
        bytes.resize(before);
        return false;
    };
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::uint32_t bits = 0;
    std::uint32_t kept = 0;
    for (const char c : text) {
        const std::uint32_t value = value_of(c);
        if (value > 63) return refuse();
        bits = bits << 6 | value;
        kept += 6;
        if (kept < 8) continue;
        kept -= 8;
        bytes += static_cast<char>(bits >> kept);
        bits &= (1U << kept) - 1;
    }
    return bits == 0 ? true : refuse();  // what is left over is zero
}

}  // namespace tutela
