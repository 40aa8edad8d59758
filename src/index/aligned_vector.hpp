// A vector whose elements start on a cache line, so that no vector load of a scan straddles two. Layer: index.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace tutela {

inline constexpr std::size_t kCacheLineBytes = 64;

// Hands out memory that starts on a cache line.
template <typename T>
struct CacheLineAllocator {
    using value_type = T;

    CacheLineAllocator() = default;
    template <typename U>
    CacheLineAllocator(const CacheLineAllocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] T* allocate(std::size_t count) {
        if (count > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_alloc();
        return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kCacheLineBytes}));
    }
    void deallocate(T* memory, std::size_t) noexcept { ::operator delete (memory, std::align_val_t{kCacheLineBytes}); }
    template <typename U>
    bool operator==(const CacheLineAllocator<U>&) const noexcept {
        return true;
    }
};

template <typename T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

}  // namespace tutela
