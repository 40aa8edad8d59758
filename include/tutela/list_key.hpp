// Lists encrypted at rest: XChaCha20-Poly1305 with a random key of 32 bytes (src/list/ENCRYPTION.md). Layer: list.
//
// The key is what it is: it is no password, and nothing is derived from words. A file that was cut, extended, put
// together anew, changed in a single bit or encrypted with another key is refused whole, with the reason; no byte of
// it is used. The plaintext is never written to a disk by the library: it is decrypted into anonymous, read-only memory
// that core dumps leave out. The system may swap that memory like any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "tutela/export.h"
#include "tutela/list.hpp"
#include "tutela/status.hpp"

namespace tutela {

class SecretBytes;

// A key that lists are encrypted with, in memory that is locked where the system allows it, left out of core dumps and
// wiped with the last copy. A cheap handle. Thread-safe. Errors of all that make one: also unavailable, when libsodium
// cannot be used.
class TUTELA_API ListKey {
public:
    static constexpr std::size_t kBytes = 32;

    // A new one, from the system's random numbers.
    static Result<ListKey> generate();
    // The bytes are copied; those of the caller are the caller's to wipe. invalid_argument unless they are kBytes, and
    // for those that are all equal, which nobody drew at random.
    static Result<ListKey> from_bytes(std::span<const std::uint8_t> bytes);
    // 64 hex digits, or base64 with or without its padding; blanks and line ends around it do not count. Errors
    // likewise; the message does not repeat the text.
    static Result<ListKey> from_text(std::string_view text);
    // A regular file that holds such a text. Errors: those of from_text(), not_found, permission_denied, io_error,
    // unsupported for what is no regular file, limit for one of more than 4 KiB.
    static Result<ListKey> load(const std::filesystem::path& path);

    // Writes it in hex into a new file, which its owner alone can read. invalid_argument when there is a file of that
    // name; not_found, permission_denied, io_error, and then there is no new file.
    Status save(const std::filesystem::path& path) const;

    // For those who encrypt. Valid as long as any copy.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;

private:
    explicit ListKey(std::shared_ptr<const SecretBytes> secret) noexcept;
    std::shared_ptr<const SecretBytes> secret_;
};

// How a list is opened.
struct ListOpenOptions {
    // Of a snapshot; see HashList::load(). An encrypted one is decrypted, and so authenticated, whole in any case.
    LoadCheck check = LoadCheck::everything;
    // For an encrypted list. A list that is not encrypted is opened with or without: the key keeps a secret, and does
    // not say who made the list (see list_signature.hpp).
    std::optional<ListKey> key{};
};

// open_list() of a snapshot, an encrypted snapshot or a text list, told by the first bytes. Errors, besides those:
// permission_denied for an encrypted one without a key or with another key; checksum_mismatch for one that was changed;
// corrupt for one that was cut or extended; version_mismatch.
TUTELA_API Result<HashList> open_list(const std::filesystem::path& path, const ListOpenOptions& options,
                                      TextImport* import = nullptr);

// HashList::load() of a snapshot, encrypted or not. Errors, besides those of load(), as above.
TUTELA_API Result<HashList> load_list(const std::filesystem::path& path, const ListOpenOptions& options);

// Whether these first bytes of a file (8 are enough) begin an encrypted list.
TUTELA_API bool begins_encrypted_list(std::span<const std::uint8_t> first) noexcept;

// HashList::save(), encrypted: 81 bytes more, and 17 for each further 64 KiB. The file differs each time. Takes as much
// memory as the list besides. Errors as save(), unavailable. Throws std::bad_alloc.
TUTELA_API Status save_encrypted(const HashList& list, const std::filesystem::path& path, const ListKey& key);

}  // namespace tutela
