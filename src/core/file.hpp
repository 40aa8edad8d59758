// Files: read without being led astray, and published so that a reader sees the old or the new one whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tutela/status.hpp"

namespace tutela {

// The Status of a failed system call: not_found (ENOENT, ENOTDIR), permission_denied (EACCES, EPERM, EROFS), else
// io_error; the message is `what` and the system's own words.
[[nodiscard]] Status errno_status(int error, std::string_view what);

// A descriptor, closed at the end of its life.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool valid() const noexcept { return number_ >= 0; }

private:
    int number_;
};

// A regular file open for reading. Not thread-safe.
class InputFile {
public:
    // Never waits (a FIFO is opened without a writer and refused) and never passes the descriptor on to a program that
    // the process starts. Errors: not_found, permission_denied, io_error; unsupported for what is no regular file.
    [[nodiscard]] static Result<InputFile> open(const std::filesystem::path& path);

    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    // In bytes, when it was opened.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    // Fills `into` from `offset` on, as far as the file goes: fewer bytes than asked for mean its end.
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;

private:
    InputFile(Descriptor descriptor, std::uint64_t size) noexcept : descriptor_(std::move(descriptor)), size_(size) {}

    Descriptor descriptor_;
    std::uint64_t size_;
};

// Puts `bytes` at `path` by way of a temporary file in the same folder: write, fsync, rename, fsync of the folder. The
// temporary's name cannot be guessed and it is created exclusively, with mode 0600. When `path` is a regular file
// already, its mode is kept, and its owner and group where the system lets us; where the group cannot be kept, the
// group is given no access. A symbolic link at `path` is replaced, not followed.
// Errors: not_found (no such folder), permission_denied, io_error; then no temporary file is left.
// With `like`, mode, owner and group are those of that file, if it is one, and not those of what is at `path`.
[[nodiscard]] Status publish_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                                  const std::filesystem::path* like = nullptr);

}  // namespace tutela
