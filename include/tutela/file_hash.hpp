// Hashes of whole files: MD5, SHA-1 and SHA-256, as lists of known files hold them. Layer: core.
//
// They know a file again only when no bit of it has changed. MD5 and SHA-1 can be forged: two files of equal MD5 can be
// made at will, so that a match by MD5 alone is a strong hint, and one by SHA-256 a fact.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tutela/export.h"

namespace tutela {

using Md5 = std::array<std::uint8_t, 16>;  // most significant byte first, as written in hex; so are the next two
using Sha1 = std::array<std::uint8_t, 20>;
using Sha256 = std::array<std::uint8_t, 32>;

// The numbers are part of the C ABI. A larger one is harder to forge.
enum class FileHashKind : std::uint32_t { md5 = 1, sha1 = 2, sha256 = 3 };

// "md5", "sha1", "sha256"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view file_hash_name(FileHashKind kind) noexcept;

// What is known of one file.
struct FileHashes {
    std::optional<Md5> md5{};
    std::optional<Sha1> sha1{};
    std::optional<Sha256> sha256{};

    bool operator==(const FileHashes&) const noexcept = default;
};

// All three of these bytes. Thread-safe. Throws std::bad_alloc.
TUTELA_API FileHashes hash_file_bytes(std::span<const std::uint8_t> bytes);

// Whether any of them is the hash of an empty file: lists are full of it, and it knows nothing again. Thread-safe.
TUTELA_API bool names_empty_file(const FileHashes& hashes) noexcept;

// Reads hex digits of either case into `hash`: exactly two a byte, nothing else. False, and `hash` unspecified, for
// anything else. For the three sizes above. Thread-safe.
template <std::size_t Bytes>
[[nodiscard]] TUTELA_API bool file_hash_from_hex(std::string_view hex, std::array<std::uint8_t, Bytes>& hash) noexcept;

}  // namespace tutela
