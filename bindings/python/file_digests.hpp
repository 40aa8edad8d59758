// Hashes of files as Python has them: hex digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "errors.hpp"
#include "tutela/file_hash.hpp"

namespace tutela::python {

template <std::size_t Bytes>
std::optional<std::array<std::uint8_t, Bytes>> digest_of(const std::optional<std::string>& hex) {
    if (!hex) return std::nullopt;
    std::array<std::uint8_t, Bytes> digest{};
    if (file_hash_from_hex(*hex, digest)) return digest;
    throw StatusError(Status(StatusCode::invalid_argument,
                             "a hash of a file of this kind has " + std::to_string(2 * Bytes) + " hex digits"));
}

// Throws StatusError for what are no such digits.
inline FileHashes file_hashes_of(const std::optional<std::string>& md5, const std::optional<std::string>& sha1,
                                 const std::optional<std::string>& sha256) {
    return {digest_of<16>(md5), digest_of<20>(sha1), digest_of<32>(sha256)};
}

}  // namespace tutela::python
