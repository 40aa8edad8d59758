// Finds a hash among sorted ones.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

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

// All records of this hash. Hashes of files are spread evenly, so where one lies can be guessed from its value, and the
// guess is off by some sqrt(n) / 2 (interpolation search; with a second probe that far on, as Perl and Reingold, 1977):
// 100 million hashes take some 6 probes, where halving takes 27. Each round halves what is left at least, so that crafted
// hashes take no more than 4 log2(n) probes. Of records that are out of order some may be missed; nothing else happens.
template <std::size_t Bytes>
[[nodiscard]] std::span<const FileHashRecord<Bytes>> find_hash(std::span<const FileHashRecord<Bytes>> records,
                                                               const std::array<std::uint8_t, Bytes>& hash) noexcept {
    constexpr std::size_t kFew = 128;
    const std::uint64_t wanted = leading_number(hash);
    std::size_t low = 0;                // everything before it is smaller than `hash`
    std::size_t high = records.size();  // nothing from here on is
    std::uint64_t low_number = 0;
    std::uint64_t high_number = ~std::uint64_t{0};
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

}  // namespace tutela
