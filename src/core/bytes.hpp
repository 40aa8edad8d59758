// Numbers and byte runs read from and written to a span, little-endian, never past its end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tutela {

// Reads forward. A read past the end yields zeroes and makes ok() false for good, so that a run of fields is checked
// once, after the last one.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes) noexcept : rest_(bytes) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

    [[nodiscard]] std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number<4>()); }
    [[nodiscard]] std::uint64_t u64() noexcept { return number<8>(); }

    template <std::size_t N>
    [[nodiscard]] std::array<std::uint8_t, N> array() noexcept {
        std::array<std::uint8_t, N> bytes{};
        if (rest_.size() < N) {
            ok_ = false;
            rest_ = {};
        } else {
            std::copy_n(rest_.begin(), N, bytes.begin());
            rest_ = rest_.subspan(N);
        }
        return bytes;
    }

private:
    template <std::size_t N>
    std::uint64_t number() noexcept {
        const std::array<std::uint8_t, N> bytes = array<N>();
        std::uint64_t value = 0;
        for (std::size_t i = N; i-- > 0;)
            value = value << 8 | bytes[i];
        return value;
    }

    std::span<const std::uint8_t> rest_;
    bool ok_ = true;
};

// Writes forward. A write past the end writes nothing and makes ok() false for good.
class ByteWriter {
public:
    explicit ByteWriter(std::span<std::uint8_t> bytes) noexcept : rest_(bytes) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

    void u32(std::uint32_t value) noexcept { number<4>(value); }
    void u64(std::uint64_t value) noexcept { number<8>(value); }

    void put(std::span<const std::uint8_t> bytes) noexcept {
        if (rest_.size() < bytes.size()) {
            ok_ = false;
            rest_ = {};
            return;
        }
        std::copy(bytes.begin(), bytes.end(), rest_.begin());
        rest_ = rest_.subspan(bytes.size());
    }

private:
    template <std::size_t N>
    void number(std::uint64_t value) noexcept {
        std::array<std::uint8_t, N> bytes;
        for (std::size_t i = 0; i < N; ++i)
            bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
        put(bytes);
    }

    std::span<std::uint8_t> rest_;
    bool ok_ = true;
};

}  // namespace tutela
