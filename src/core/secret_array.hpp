// A growing array in memory that core dumps leave out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <new>
#include <span>
#include <type_traits>

#include "core/mapping.hpp"

namespace tutela {

// Grows by remapping pages, so growing copies nothing and old copies of the content are not left behind in the heap.
// Not thread-safe.
template <typename T>
class SecretArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    SecretArray() = default;
    SecretArray(const SecretArray&) = delete;
    SecretArray& operator=(const SecretArray&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T* data() noexcept { return reinterpret_cast<T*>(memory_.writable().data()); }
    [[nodiscard]] const T* data() const noexcept { return reinterpret_cast<const T*>(memory_.bytes().data()); }
    [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return data()[i]; }
    [[nodiscard]] std::span<const T> span() const noexcept { return {data(), size_}; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
        return memory_.bytes().first(size_ * sizeof(T));
    }

    // Makes room for `more` elements beyond size(). Throws std::bad_alloc, and then nothing has changed.
    void reserve_more(std::size_t more) {
        if (capacity() - size_ >= more) return;
        if (more > kMaxElements - size_) throw std::bad_alloc();
        const std::size_t doubled = std::min(kMaxElements, std::max(2 * capacity(), kFirstBytes / sizeof(T)));
        memory_.grow(std::max(doubled, size_ + more) * sizeof(T));
    }
    // Throws std::bad_alloc unless there is room, and then nothing has changed.
    void push_back(const T& value) {
        reserve_more(1);
        data()[size_++] = value;
    }
    void append(std::span<const T> values) {
        if (values.empty()) return;
        reserve_more(values.size());
        std::memcpy(data() + size_, values.data(), values.size_bytes());
        size_ += values.size();
    }
    // Keeps the first `size` elements. Precondition: there are as many.
    void truncate(std::size_t size) noexcept { size_ = size; }
    // Keeps the memory.
    void clear() noexcept { size_ = 0; }

private:
    static constexpr std::size_t kFirstBytes = 65536;
    static constexpr std::size_t kMaxElements = std::numeric_limits<std::size_t>::max() / 4 / sizeof(T);

    [[nodiscard]] std::size_t capacity() const noexcept { return memory_.bytes().size() / sizeof(T); }

    Mapping memory_;
    std::size_t size_ = 0;
};

}  // namespace tutela
