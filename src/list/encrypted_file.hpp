// The one owner of the format of encrypted files. ENCRYPTION.md, beside this file, specifies it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/file.hpp"
#include "core/mapping.hpp"
#include "tutela/list_key.hpp"
#include "tutela/status.hpp"

namespace tutela {

inline constexpr std::string_view kEncryptedMagic{"\x89TUTELX\n"};
inline constexpr std::uint32_t kEncryptedVersion = 1;
inline constexpr std::size_t kEncryptedHeaderBytes = 64;
inline constexpr std::size_t kEncryptedChunkBytes = 65536;  // of plaintext
inline constexpr std::size_t kEncryptedChunkMore = 17;  // a tag of what the chunk is, and 16 bytes that vouch for it

// The bytes of a list's file, or of one beside it: mapped as they lie or, when it is encrypted, decrypted into sealed
// memory. Errors: limit over 1 TiB, io_error; of an encrypted one see open_list(). Throws std::bad_alloc.
[[nodiscard]] Result<Mapping> map_list_file(const InputFile& file, const ListKey* key);

// The plaintext of an encrypted file's bytes. Errors likewise; unsupported when they are none.
[[nodiscard]] Result<Mapping> decrypt(std::span<const std::uint8_t> file, const ListKey* key);

// publish_file() of the encrypted bytes. Errors likewise, limit over 1 TiB, unavailable. Throws std::bad_alloc.
[[nodiscard]] Status publish_encrypted(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                                       const ListKey& key, const std::filesystem::path* like = nullptr);

}  // namespace tutela
