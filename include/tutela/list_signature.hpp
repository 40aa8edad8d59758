// Signed lists: who made a list, which version of it this is, and until when it may be used. Ed25519, detached, in a
// small text file beside the list (src/list/SIGNING.md). Layer: list.
//
// What is signed is the digest of the list (HashList::digest_hex), with a name and a version that its publisher gives
// it. Whoever uses a list pins the public keys of the publishers that are trusted, and remembers in a state file which
// version of each list came last, so that nobody can put an older list in the place of a newer one.
//
// The library reads no clock: the time is an argument. A refusal is a Status with a constant sentence:
//   permission_denied  the key is not pinned; the list has another name; expired, or not yet valid; an older version
//   checksum_mismatch  the signature does not fit what it signs, or is of another list
//   corrupt, version_mismatch  the signature file, the file of pinned keys or the state is none
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutela/export.h"
#include "tutela/file_hash.hpp"
#include "tutela/list.hpp"
#include "tutela/status.hpp"

namespace tutela {

class SecretBytes;

// An Ed25519 public key. A plain value; comparable.
struct PublicKey {
    std::array<std::uint8_t, 32> bytes{};
    auto operator<=>(const PublicKey&) const noexcept = default;  // NOLINT(modernize-use-nullptr): generated code
};

// 64 lower-case hex digits.
TUTELA_API std::string to_hex(const PublicKey& key);
// 64 hex digits of either case. invalid_argument for anything else.
TUTELA_API Result<PublicKey> public_key_from_hex(std::string_view hex);

// A second, as in "2026-11-30T11:31:18Z".
using SecondUtc = std::chrono::sys_seconds;
// RFC 3339 in UTC, of whole seconds, with "Z": exactly 20 characters, years 1970 to 9999. invalid_argument for anything
// else, also for a date that does not exist.
TUTELA_API Result<SecondUtc> time_from_text(std::string_view text);
// Precondition: a year from 1970 to 9999.
TUTELA_API std::string to_text(SecondUtc time);

// The secret key of a publisher, in memory that is locked where the system allows it, left out of core dumps and wiped
// with the last copy. A cheap handle. Thread-safe. Errors of all that make one: also unavailable, when libsodium cannot
// be used.
class TUTELA_API SigningKey {
public:
    // A new one, from the system's random numbers.
    static Result<SigningKey> generate();
    // Reads what save() wrote. Errors: not_found, io_error, unsupported for what is no regular file; permission_denied,
    // also when others than its owner may read it; corrupt for no key, which the message does not repeat.
    static Result<SigningKey> load(const std::filesystem::path& path);

    // Writes it into a new file, which its owner alone can read. invalid_argument when there is a file of that name;
    // not_found, permission_denied, io_error, and then there is no new file.
    Status save(const std::filesystem::path& path) const;

    [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }

private:
    friend struct SigningAccess;
    SigningKey(std::shared_ptr<const SecretBytes> secret, const PublicKey& public_key) noexcept;
    std::shared_ptr<const SecretBytes> secret_;
    PublicKey public_key_;
};

inline constexpr std::size_t kMaxListNameBytes = 255;
// Leeway for a clock that is behind that of the publisher.
inline constexpr std::chrono::hours kSignatureLeeway{24};

// What a publisher says of a list.
struct SignedFacts {
    // Which of the publisher's lists it is: UTF-8 of 1 to kMaxListNameBytes bytes without control characters, and
    // without a blank at either end.
    std::string list_name;
    std::uint64_t version = 0;  // rises with every list of that name; at least 1
    Sha256 digest{};            // of the list
    SecondUtc created{};
    std::optional<SecondUtc> expires{};  // from this second on it may not be used; without it there is no such time
    PublicKey publisher;

    bool operator==(const SignedFacts&) const noexcept = default;
};

// Facts, and the signature over them. It may be nobody's: verify_signature() says.
struct ListSignature {
    SignedFacts facts;
    std::array<std::uint8_t, 64> signature{};

    bool operator==(const ListSignature&) const noexcept = default;
};

// The text of a signature file, at most 1 KiB.
TUTELA_API std::string to_text(const ListSignature& signature);
// Only what to_text() writes, byte for byte. corrupt, version_mismatch.
TUTELA_API Result<ListSignature> signature_from_text(std::string_view text);
// The same of a file. Errors: also not_found, permission_denied, io_error, unsupported for what is no regular file.
TUTELA_API Result<ListSignature> load_signature(const std::filesystem::path& path);
// Publishes it as HashList::save() does; errors likewise.
TUTELA_API Status save_signature(const ListSignature& signature, const std::filesystem::path& path);
// LIST.sig: where a list's signature is unless somebody says otherwise.
TUTELA_API std::filesystem::path signature_path(const std::filesystem::path& list);

// Signs a list. `facts` are taken but for digest and publisher, which are the list's and the key's. A list loaded by its
// layout is verified first: errors as HashList::verify(). invalid_argument for facts outside what SignedFacts says, or
// an expiry that is not after the creation.
TUTELA_API Result<ListSignature> sign_list(const HashList& list, SignedFacts facts, const SigningKey& key);

// The publishers that are trusted, by their public keys. A text of lines `name key`: the key in hex after the last
// blank, the name for people before it; blank lines and those that begin with # are comments. A plain container.
class TUTELA_API PinnedKeys {
public:
    static constexpr std::size_t kMaxKeys = 10'000;

    // corrupt for any other line, a key that occurs twice, or no key at all: a mistake must not pass as a decision; limit
    // for more than kMaxKeys.
    static Result<PinnedKeys> from_text(std::string_view text);
    // Errors: also not_found, permission_denied, io_error, unsupported for what is no regular file, limit over 4 MiB.
    static Result<PinnedKeys> load(const std::filesystem::path& path);

    // The publisher's name; null when the key is not pinned. Valid as long as this object.
    [[nodiscard]] const std::string* name_of(const PublicKey& key) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

private:
    std::vector<std::pair<PublicKey, std::string>> keys_;  // ordered
};

// Whether the list may be used `now`: it is the one that was signed, by a pinned key, under the name `list_name` (any,
// when that is empty), not expired, and not created after now by more than kSignatureLeeway. A list loaded by its layout
// is verified first, as its digest is but a claim until then. Whether the version has gone back it does not ask: see
// accept_version().
TUTELA_API Status verify_signature(const HashList& list, const ListSignature& signature, const PinnedKeys& pinned,
                                   SecondUtc now, std::string_view list_name = {});

// Refuses a version lower than the highest that was accepted of the same name by the same key, and the same version
// with another digest; remembers a higher one in the file `state`, which is made when there is none. For a signature
// that verify_signature() has found good, before the list is used. The file appears under its name only when it is whole
// and on the disk; several processes may use it (they take turns by a lock on the file `state` + ".lock").
// permission_denied for what is refused; corrupt or version_mismatch for a file that is no such state: it is not
// overwritten; timeout when another process holds the lock for 10 seconds; not_found, io_error, unsupported; limit for
// more than 10,000 lists. After an error nothing is remembered.
TUTELA_API Status accept_version(const ListSignature& signature, const std::filesystem::path& state);

}  // namespace tutela
