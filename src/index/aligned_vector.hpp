// A vector for list hashes: it starts on a page, so that no vector load of a scan straddles two cache lines, and core
// dumps leave it out. A large one takes huge pages: the runs of a BK-tree's scan lie far apart, and with small pages
// each misses the TLB (a tenth of the time of a search in 10 million hashes of 64 bits). Layer: index.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <new>
#include <vector>

namespace tutela {

// Hands out whole pages, marked MADV_DONTDUMP and MADV_HUGEPAGE where the kernel knows them.
template <typename T>
struct SecretPageAllocator {
    using value_type = T;

    SecretPageAllocator() = default;
    template <typename U>
    SecretPageAllocator(const SecretPageAllocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] T* allocate(std::size_t count) {
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
        const std::size_t bytes = count * sizeof(T);
        void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        (void)madvise(memory, bytes, MADV_DONTDUMP);
        (void)madvise(memory, bytes, MADV_HUGEPAGE);
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) noexcept { (void)munmap(memory, count * sizeof(T)); }
    template <typename U>
    bool operator==(const SecretPageAllocator<U>&) const noexcept {
        return true;
    }
};

template <typename T>
using AlignedVector = std::vector<T, SecretPageAllocator<T>>;

}  // namespace tutela
