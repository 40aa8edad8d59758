// Values one after the other in a growing buffer, and out again: what the records of a journal are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tutela {

// Little-endian; a text is its length in 8 bytes and its bytes; an optional value is a byte 0, or 1 and the value.
class Packer {
public:
    template <typename Integer>
    requires std::is_integral_v<Integer>
    void number(Integer value) {
        const auto bits = static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<Integer>>(value));
        for (std::size_t i = 0; i < sizeof(Integer); ++i)
            bytes_.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    }
    void flag(bool value) { bytes_.push_back(value ? 1 : 0); }
    void raw(std::span<const std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void text(std::string_view value) {
        number<std::uint64_t>(value.size());
        bytes_.insert(bytes_.end(), value.begin(), value.end());
    }
    template <typename Integer>
    void maybe(const std::optional<Integer>& value) {
        flag(value.has_value());
        if (value) number(*value);
    }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
    void clear() noexcept { bytes_.clear(); }

private:
    std::vector<std::uint8_t> bytes_;
};

// Reads forward, never past the end. A value that is not there or cannot be makes ok() false for good, and is zero.
class Unpacker {
public:
    explicit Unpacker(std::span<const std::uint8_t> bytes) noexcept : rest_(bytes) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
    // Nothing was wrong, and nothing is left.
    [[nodiscard]] bool complete() const noexcept { return ok_ && rest_.empty(); }

    template <typename Integer>
    requires std::is_integral_v<Integer>
    [[nodiscard]] Integer number() noexcept {
        std::uint64_t value = 0;
        const std::span<const std::uint8_t> bytes = raw(sizeof(Integer));
        for (std::size_t i = bytes.size(); i-- > 0;)
            value = value << 8 | bytes[i];
        return static_cast<Integer>(static_cast<std::make_unsigned_t<Integer>>(value));
    }
    [[nodiscard]] bool flag() noexcept {
        const auto value = number<std::uint8_t>();
        if (value > 1) fail();
        return ok_ && value == 1;
    }
    [[nodiscard]] std::string text() {
        const std::span<const std::uint8_t> bytes = raw(number<std::uint64_t>());
        return {bytes.begin(), bytes.end()};
    }
    template <typename Integer>
    [[nodiscard]] std::optional<Integer> maybe() noexcept {
        if (!flag()) return std::nullopt;
        const auto value = number<Integer>();
        return ok_ ? std::optional<Integer>(value) : std::nullopt;
    }
    // Empty when there are not so many.
    [[nodiscard]] std::span<const std::uint8_t> raw(std::uint64_t count) noexcept {
        if (count > rest_.size()) {
            fail();
            return {};
        }
        const auto bytes = rest_.first(static_cast<std::size_t>(count));
        rest_ = rest_.subspan(bytes.size());
        return bytes;
    }
    // A number of things that take at least `least` bytes each: one that cannot be is refused before room is made.
    [[nodiscard]] std::size_t count(std::size_t least) noexcept {
        const auto value = number<std::uint64_t>();
        if (value > rest_.size() / least) fail();
        return ok_ ? static_cast<std::size_t>(value) : 0;
    }
    void fail() noexcept {
        ok_ = false;
        rest_ = {};
    }

private:
    std::span<const std::uint8_t> rest_;
    bool ok_ = true;
};

}  // namespace tutela
