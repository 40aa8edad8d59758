// Checksums: XXH3-128 to notice accidents and find equal bytes, SHA-256 where somebody may want to deceive, MD5 and
// SHA-1 for lists of known files that have no other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "tutela/file_hash.hpp"

namespace tutela {

using Xxh3_128 = std::array<std::uint8_t, 16>;  // canonical (big-endian) form

[[nodiscard]] Sha256 sha256(std::span<const std::uint8_t> bytes);
[[nodiscard]] Xxh3_128 xxh3_128(std::span<const std::uint8_t> bytes);

// Lower-case hex of any bytes.
[[nodiscard]] std::string bytes_to_hex(std::span<const std::uint8_t> bytes);

// What a StreamDigest computes beside XXH3-128 and SHA-256.
struct MoreDigests {
    bool md5 = false;
    bool sha1 = false;
};

// The digests of a stream, in one read. Not thread-safe. reset() makes it ready for the next stream without
// allocating; a fresh object is ready.
class StreamDigest {
public:
    explicit StreamDigest(MoreDigests more = {});
    StreamDigest(StreamDigest&&) noexcept;
    StreamDigest& operator=(StreamDigest&&) noexcept;
    ~StreamDigest();

    void reset();
    void update(std::span<const std::uint8_t> bytes);
    // Ends the stream. Call once, then reset().
    struct Digests {
        Sha256 sha256;
        Xxh3_128 xxh3;
        std::optional<Md5> md5{};
        std::optional<Sha1> sha1{};
    };
    [[nodiscard]] Digests finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tutela
