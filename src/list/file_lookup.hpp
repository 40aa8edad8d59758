// Finds a hash among sorted ones.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "list/snapshot_format.hpp"

namespace tutela {

// The first 8 bytes as a number, whose order is that of the hashes.
template <std::size_t Bytes>
[[nodiscard]] constexpr std::uint64_t leading_number(const std::array<std::uint8_t, Bytes>& hash) noexcept {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i)
        number = number << 8 | hash[i];
    return number;
}

// Where a hash may lie among sorted ones: records from `low` on and before `high`, whose leading numbers are from
// `low_number` to `high_number`.
struct HashRange {
    std::size_t low = 0;
    std::size_t high = 0;
    std::uint64_t low_number = 0;
    std::uint64_t high_number = ~std::uint64_t{0};
};

// All records of this hash. Hashes of files are spread evenly, so where one lies can be guessed from its value, and the
// guess is off by some sqrt(n) / 2 (interpolation search; with a second probe that far on, as Perl and Reingold, 1977):
// 100 million hashes take some 6 probes, where halving takes 27. Each round halves what is left at least, so that crafted
// hashes take no more than 4 log2(n) probes. Of records that are out of order some may be missed; nothing else happens.
template <std::size_t Bytes>
[[nodiscard]] std::span<const FileHashRecord<Bytes>> find_hash(std::span<const FileHashRecord<Bytes>> records,
                                                               const std::array<std::uint8_t, Bytes>& hash,
                                                               const HashRange& range) noexcept {
    constexpr std::size_t kFew = 128;
    const std::uint64_t wanted = leading_number(hash);
    std::size_t low = range.low;    // everything before it is smaller than `hash`
    std::size_t high = range.high;  // nothing from here on is
    std::uint64_t low_number = range.low_number;
    std::uint64_t high_number = range.high_number;
    const auto lies_before = [&](std::size_t i) { return records[i].hash < hash; };
    const auto probe = [&](std::size_t i) {
        const bool before = lies_before(i);
        (before ? low : high) = before ? i + 1 : i;
        (before ? low_number : high_number) = leading_number(records[i].hash);
        return before;
    };
    // Precondition: low < high.
    const auto guess = [&] {
        if (high_number <= low_number || wanted <= low_number) return low;
        const double share = static_cast<double>(wanted - low_number) / static_cast<double>(high_number - low_number);
        const auto size = static_cast<double>(high - low);
        return low + std::min(static_cast<std::size_t>(share * size), high - low - 1);
    };
    while (high - low > kFew) {  // NOLINT(bugprone-infinite-loop): probe() moves them
        const std::size_t size = high - low;
        const std::size_t near = guess();
        const auto step = static_cast<std::size_t>(std::sqrt(static_cast<double>(size)) / 2);
        if (probe(near)) {
            if (near + step < high) (void)probe(near + step);
        } else if (near >= low + step + 1) {
            (void)probe(near - step - 1);
        }
        if (high - low > size / 2) (void)probe(low + (high - low) / 2);
    }
    // The few that are left lie side by side.
    std::size_t at = low < high ? guess() : low;
    while (at > low && !lies_before(at - 1))
        --at;
    while (at < high && lies_before(at))
        ++at;
    low = at;
    std::size_t end = low;
    while (end < records.size() && records[end].hash == hash)
        ++end;
    return records.subspan(low, end - low);
}

template <std::size_t Bytes>
[[nodiscard]] std::span<const FileHashRecord<Bytes>> find_hash(std::span<const FileHashRecord<Bytes>> records,
                                                               const std::array<std::uint8_t, Bytes>& hash) noexcept {
    return find_hash(records, hash, HashRange{.high = records.size()});
}

// Where the hashes of each prefix begin, so that one of ten million takes two or three misses of the cache and not one a
// probe: 4 bytes for every 8 to 16 hashes, in memory alone. Making it reads all hashes once, which costs some 2 ns each;
// so it is made when look-ups have been so many that it pays, and never for what a cache holds anyway. Thread-safe.
class PrefixDirectory {
public:
    PrefixDirectory() = default;
    PrefixDirectory(const PrefixDirectory&) = delete;
    PrefixDirectory& operator=(const PrefixDirectory&) = delete;

    // The same records at each call. Throws std::bad_alloc.
    template <std::size_t Bytes>
    [[nodiscard]] HashRange range_of(std::span<const FileHashRecord<Bytes>> records,
                                     const std::array<std::uint8_t, Bytes>& hash) {
        HashRange range{.high = records.size()};
        if (records.size() < kFewest) return range;
        if (state_.load(std::memory_order_acquire) != State::made) {
            const std::uint64_t before = lookups_.fetch_add(1, std::memory_order_relaxed);
            if (before < records.size() / kHashesALookUp || !make(records)) return range;
        }
        const std::size_t prefix = static_cast<std::size_t>(leading_number(hash) >> shift_);
        range.low = starts_[prefix];
        range.high = starts_[prefix + 1];
        range.low_number = std::uint64_t{prefix} << shift_;
        range.high_number = range.low_number | ((std::uint64_t{1} << shift_) - 1);
        return range;
    }

    static constexpr std::size_t kFewest = std::size_t{1} << 18;
    static constexpr std::size_t kHashesALookUp = 256;

private:
    enum class State : std::uint8_t { none, in_the_making, made };

    // False while another thread is at it.
    template <std::size_t Bytes>
    bool make(std::span<const FileHashRecord<Bytes>> records) {
        State none = State::none;
        if (!state_.compare_exchange_strong(none, State::in_the_making)) return none == State::made;
        const auto bits = static_cast<unsigned>(std::bit_width(std::max(records.size(), kFewest)) - 4);
        const std::size_t prefixes = std::size_t{1} << bits;
        try {
            starts_.resize(prefixes + 1);
        } catch (...) {
            state_.store(State::none);
            throw;
        }
        shift_ = 64 - bits;
        // Where they are out of order, in a file that nobody has checked, starts rise all the same.
        std::size_t next = 0;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const auto prefix = static_cast<std::size_t>(leading_number(records[i].hash) >> shift_);
            while (next <= prefix)
                starts_[next++] = static_cast<std::uint32_t>(i);
        }
        while (next <= prefixes)
            starts_[next++] = static_cast<std::uint32_t>(records.size());
        state_.store(State::made, std::memory_order_release);
        return true;
    }

    std::atomic<State> state_ = State::none;
    std::atomic<std::uint64_t> lookups_ = 0;
    unsigned shift_ = 0;
    std::vector<std::uint32_t> starts_;
};

// Of each kind.
struct FileDirectories {
    PrefixDirectory md5s;
    PrefixDirectory sha1s;
    PrefixDirectory sha256s;
};

}  // namespace tutela
