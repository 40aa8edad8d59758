// Memory straight from the kernel that is left out of core dumps: list hashes live in nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tutela/status.hpp"

namespace tutela {

// A region of pages, unmapped at the end of its life. Page-aligned. Movable, not copyable; thread-compatible.
// Every region is marked MADV_DONTDUMP where the kernel knows it.
class Mapping {
public:
    // An empty region.
    Mapping() noexcept = default;
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    // The first `size` bytes of an open regular file, read-only; the pages are shared with every process that maps
    // the file. The descriptor may be closed afterwards. The file must be that long and must not shrink while mapped.
    [[nodiscard]] static Result<Mapping> of_file(int descriptor, std::size_t size);
    // `size` zero bytes of private memory, writable until seal(). Throws std::bad_alloc.
    [[nodiscard]] static Mapping of_zeroes(std::size_t size);

    // Makes a region of of_zeroes() (or an empty one) longer, keeping its content; the new bytes are zero. It may
    // move. Throws std::bad_alloc, and then nothing has changed. Precondition: not sealed, size >= bytes().size().
    void grow(std::size_t size);
    // Asks for large pages, which spare look-ups of addresses when reads jump about in much memory. A wish: never
    // fails.
    void prefer_huge_pages() noexcept;
    // From here on a write faults.
    void seal() noexcept;

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {data_, size_}; }
    // Precondition: of of_zeroes() and not sealed.
    [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {data_, size_}; }

private:
    Mapping(std::uint8_t* data, std::size_t size) noexcept : data_(data), size_(size) {}

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tutela
