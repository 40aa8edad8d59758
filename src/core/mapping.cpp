#include "core/mapping.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <utility>

#include "core/file.hpp"

namespace tutela {

namespace {

// Best effort: a kernel without the flag leaves the region as it was.
void leave_out_of_cores(void* data, std::size_t size) noexcept {
    (void)madvise(data, size, MADV_DONTDUMP);
}

}  // namespace

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    if (this != &other) {
        if (data_ != nullptr) (void)munmap(data_, size_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Mapping::~Mapping() {
    if (data_ != nullptr) (void)munmap(data_, size_);
}

Result<Mapping> Mapping::of_file(int descriptor, std::size_t size) {
    if (size == 0) return Mapping();
    void* data = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (data == MAP_FAILED) {  // NOLINT(performance-no-int-to-ptr): the macro is an integer cast
        if (errno == ENOMEM) throw std::bad_alloc();
        return errno_status(errno, "the file cannot be mapped");
    }
    leave_out_of_cores(data, size);
    return Mapping(static_cast<std::uint8_t*>(data), size);
}

Mapping Mapping::of_zeroes(std::size_t size) {
    if (size == 0) return {};
    void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) throw std::bad_alloc();  // NOLINT(performance-no-int-to-ptr)
    leave_out_of_cores(data, size);
    return {static_cast<std::uint8_t*>(data), size};
}

void Mapping::grow(std::size_t size) {
    if (size == size_) return;
    if (data_ == nullptr) {
        *this = of_zeroes(size);
        return;
    }
    void* data = mremap(data_, size_, size, MREMAP_MAYMOVE);
    if (data == MAP_FAILED) throw std::bad_alloc();  // NOLINT(performance-no-int-to-ptr)
    data_ = static_cast<std::uint8_t*>(data);
    size_ = size;
}

void Mapping::prefer_huge_pages() noexcept {
    if (size_ != 0) (void)madvise(data_, size_, MADV_HUGEPAGE);
}

void Mapping::seal() noexcept {
    if (data_ != nullptr) (void)mprotect(data_, size_, PROT_READ);
}

}  // namespace tutela
