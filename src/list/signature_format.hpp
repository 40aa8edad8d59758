// The texts of signing: signature, secret key, pinned keys, state. SIGNING.md, beside this file, specifies them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/list_signature.hpp"
#include "tutela/status.hpp"

namespace tutela {

inline constexpr std::uint64_t kSignatureFormatVersion = 1;
inline constexpr std::size_t kMaxSignatureFileBytes = 1024;

// Whether a list can have this name.
[[nodiscard]] bool is_list_name(std::string_view name) noexcept;
// The whole number that `digits` write in the one way it is written, without a sign or leading zeroes.
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view digits) noexcept;
// Exactly lower-case hex.
template <std::size_t Bytes>
[[nodiscard]] bool strict_hex(std::string_view hex, std::array<std::uint8_t, Bytes>& bytes) noexcept;

// What is signed: a text that no other use of the key signs.
[[nodiscard]] std::string signed_message(const SignedFacts& facts);

// The next line of `text`, which is cut off, without its LF; nothing when there is no LF any more.
[[nodiscard]] std::optional<std::string_view> next_line(std::string_view& text) noexcept;
// A text file of at most `most` bytes, as a whole.
[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t most);

// What a state file remembers.
struct AcceptedVersion {
    PublicKey publisher;
    std::string list_name;
    std::uint64_t version = 0;
    Sha256 digest{};
};
[[nodiscard]] std::string to_text(const std::vector<AcceptedVersion>& state);
// Only what to_text() writes. corrupt, version_mismatch, limit.
[[nodiscard]] Result<std::vector<AcceptedVersion>> state_from_text(std::string_view text);

}  // namespace tutela
