#include "core/digest.hpp"
#include "tutela/file_hash.hpp"
#include "tutela/hash.hpp"

namespace tutela {

namespace {

// Of every character, the value of the hex digit, or -1. A table, because the digits of a hash are random: comparing
// for ranges mispredicts every second one.
constexpr std::array<std::int8_t, 256> kHexValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < 10; ++i)
        values['0' + i] = static_cast<std::int8_t>(i);
    for (std::size_t i = 0; i < 6; ++i) {
        values['a' + i] = static_cast<std::int8_t>(10 + i);
        values['A' + i] = static_cast<std::int8_t>(10 + i);
    }
    return values;
}();

int hex_value(char c) noexcept {
    return kHexValues[static_cast<unsigned char>(c)];
}

}  // namespace

std::string bytes_to_hex(std::span<const std::uint8_t> bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        hex += kDigits[byte >> 4];
        hex += kDigits[byte & 15];
    }
    return hex;
}

template <std::size_t Bits>
std::string to_hex(const Hash<Bits>& hash) {
    return bytes_to_hex(hash.bytes);
}

template <std::size_t Bits>
Result<Hash<Bits>> hash_from_hex(std::string_view hex) {
    if (hex.size() != Hash<Bits>::kHexDigits) {
        return Status(StatusCode::invalid_argument, "a hash of " + std::to_string(Bits) + " bits is written with " +
                                                        std::to_string(Hash<Bits>::kHexDigits) + " hex digits, not " +
                                                        std::to_string(hex.size()) + " characters");
    }
    Hash<Bits> hash;
    for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
        const int high = hex_value(hex[2 * i]);
        const int low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return Status(StatusCode::invalid_argument,
                          "character " + std::to_string(2 * i + (high < 0 ? 1 : 2)) + " of the hash is no hex digit");
        }
        hash.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return hash;
}

template <std::size_t Bytes>
bool file_hash_from_hex(std::string_view hex, std::array<std::uint8_t, Bytes>& hash) noexcept {
    if (hex.size() != 2 * Bytes) return false;
    for (std::size_t i = 0; i < Bytes; ++i) {
        const int high = hex_value(hex[2 * i]);
        const int low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        hash[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

template bool file_hash_from_hex<16>(std::string_view, Md5&) noexcept;
template bool file_hash_from_hex<20>(std::string_view, Sha1&) noexcept;
template bool file_hash_from_hex<32>(std::string_view, Sha256&) noexcept;
template std::string to_hex<64>(const Hash<64>&);
template std::string to_hex<256>(const Hash<256>&);
template Result<Hash<64>> hash_from_hex<64>(std::string_view);
template Result<Hash<256>> hash_from_hex<256>(std::string_view);

}  // namespace tutela
