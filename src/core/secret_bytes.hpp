// Keys: a few bytes in memory that is locked, guarded on both sides, left out of core dumps and wiped when it is freed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "tutela/status.hpp"

namespace tutela {

// Makes libsodium usable; to be called before any function of it. Cheap when it was called before. Thread-safe.
// unavailable when it cannot be.
[[nodiscard]] Status ready_sodium() noexcept;

// Movable, not copyable; thread-compatible. Locking is best effort: a system that allows no locked memory may swap it.
class SecretBytes {
public:
    // None.
    SecretBytes() noexcept = default;
    // `size` zero bytes. unavailable as ready_sodium(). Throws std::bad_alloc.
    [[nodiscard]] static Result<SecretBytes> of_zeroes(std::size_t size);
    // `size` random bytes. Errors likewise.
    [[nodiscard]] static Result<SecretBytes> of_random(std::size_t size);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {data_.get(), size_}; }
    [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {data_.get(), size_}; }
    [[nodiscard]] std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data_.get()), size_}; }

private:
    struct Free {
        void operator()(std::uint8_t* data) const noexcept;
    };
    SecretBytes(std::uint8_t* data, std::size_t size) noexcept : data_(data), size_(size) {}

    std::unique_ptr<std::uint8_t, Free> data_;
    std::size_t size_ = 0;
};

// Lower-case hex. Errors as of_zeroes().
[[nodiscard]] Result<SecretBytes> secret_hex(std::span<const std::uint8_t> bytes);
// The `size` bytes that a text of hex digits or base64 (with or without its padding) stands for; blanks and line ends
// around it do not count. invalid_argument for anything else; the message does not repeat the text.
[[nodiscard]] Result<SecretBytes> secret_of_text(std::string_view text, std::size_t size);

inline constexpr std::size_t kMaxSecretFileBytes = 4096;
// Who may read a file of secrets.
enum class SecretFileMode { any, owner_alone };
// A small regular file. Errors: those of InputFile::open(), limit over kMaxSecretFileBytes, permission_denied when its
// mode lets others read it although only its owner should.
[[nodiscard]] Result<SecretBytes> read_secret_file(const std::filesystem::path& path, SecretFileMode mode);
// A new file that its owner alone can read and write, on the disk when this returns. invalid_argument when there is
// something of that name; other errors as publish_file(), and then there is no new file.
[[nodiscard]] Status create_secret_file(const std::filesystem::path& path, std::string_view text);

}  // namespace tutela
