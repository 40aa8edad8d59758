// Memory that a Python object lends: bytes, bytearray, memoryview, mmap, NumPy arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <nanobind/nanobind.h>

namespace tutela::python {

// Holds the buffer of an object, of any shape and strides, until destroyed. Construct and destroy with the GIL;
// the memory may be read without it. It does not move: a Py_buffer may point into itself.
class Buffer {
public:
    // Throws nb::python_error (TypeError or BufferError) when `object` lends none.
    explicit Buffer(nanobind::handle object);
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer();

    [[nodiscard]] int dimensions() const noexcept { return view_.ndim; }
    [[nodiscard]] std::size_t extent(int dimension) const noexcept {
        return static_cast<std::size_t>(view_.shape[dimension]);
    }
    [[nodiscard]] std::ptrdiff_t stride(int dimension) const noexcept { return view_.strides[dimension]; }
    [[nodiscard]] const std::uint8_t* data() const noexcept { return static_cast<const std::uint8_t*>(view_.buf); }
    [[nodiscard]] bool read_only() const noexcept { return view_.readonly != 0; }
    // Items are unsigned bytes (NumPy's uint8).
    [[nodiscard]] bool is_uint8() const noexcept { return format() == "B"; }
    // Items are single bytes of any signedness.
    [[nodiscard]] bool is_bytes() const noexcept { return view_.itemsize == 1 && format() != "?"; }
    // The item type in the notation of Python's struct module.
    [[nodiscard]] std::string format() const { return view_.format == nullptr ? "B" : view_.format; }

private:
    Py_buffer view_{};
};

// The contents of a file in memory that nobody changes: lent when the object is constant (bytes), else copied, as
// another thread could change the bytes while they are decoded, between a check and the use that it protects.
class FileBytes {
public:
    // Throws nb::python_error when `buffer` is not one-dimensional bytes.
    explicit FileBytes(std::unique_ptr<const Buffer> buffer);

    [[nodiscard]] std::span<const std::uint8_t> get() const noexcept {
        return lent_ ? std::span(lent_->data(), lent_->extent(0)) : std::span<const std::uint8_t>(copy_);
    }

private:
    std::unique_ptr<const Buffer> lent_;
    std::vector<std::uint8_t> copy_;
};

}  // namespace tutela::python
