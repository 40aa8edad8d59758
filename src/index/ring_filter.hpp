// Which bands can find an entry within a radius, and what their neighbours must look like. Layer: index.
//
// The claim. A hash has m bands in a ring, d_i is the distance of query and entry in band i, and the whole distance is
// the sum of the d_i. Give band i a threshold t_i >= -1 so that the sum of all (t_i + 1) is r + 1. If the distance is
// at most r, then some band i has
//     d_i <= t_i   and   d_i + d_(i+1) <= t_i + t_(i+1) + 1.
//
// The proof. Let x_i = t_i + 1 - d_i. These integers sum to r + 1 - distance >= 1. Walk around the ring adding them up,
// and start anew just behind the last place where the running sum is lowest. From there every partial sum is at least
// 1: before the walk wraps, as no later place is as low; after it wraps, as the total is at least 1 and the earlier
// places are no lower than the lowest. So x_i >= 1, which is d_i <= t_i, and x_i + x_(i+1) >= 1, which is the second
// condition. A band with t_i = -1 has x_i <= 0 and never is the start.
//
// That is the pigeonring of Qin and Xiao ("Pigeonring: A Principle for Faster Thresholded Similarity Search",
// PVLDB 12(1), 2018), cut after two bands, because the second is what a posting can carry beside the entry (16 bits).
//
// An entry may satisfy the claim in several bands. It is reported from the lowest of them: no set of seen entries.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "index/spread.hpp"

namespace tutela {

// The largest threshold of a band. Radii that need more are left to a flat scan, which is faster by then.
inline constexpr int kMaxBandRadius = 4;

template <std::size_t Bits>
class RingFilter {
public:
    static constexpr std::size_t kBands = Bits / 16;

    // The largest radius that bands can bear.
    static constexpr std::uint32_t kMaxRadius = kBands * (kMaxBandRadius + 1) - 1;

    // Thresholds as even as can be. Precondition: radius <= kMaxRadius.
    explicit RingFilter(std::uint32_t radius) noexcept {
        for (std::size_t i = 0; i < kBands; ++i) {
            const std::size_t share = (radius + 1) / kBands + (i < (radius + 1) % kBands ? 1 : 0);
            thresholds_[i] = static_cast<int>(share) - 1;
        }
    }

    // The largest distance at which band i may find an entry; -1 when it finds none.
    [[nodiscard]] int threshold(std::size_t band) const noexcept { return thresholds_[band]; }

    // The largest distance in the next band of an entry that lies at `distance` in this one. Precondition:
    // distance <= threshold(band).
    [[nodiscard]] std::uint32_t next_limit(std::size_t band, int distance) const noexcept {
        return static_cast<std::uint32_t>(thresholds_[band] + thresholds_[(band + 1) % kBands] + 1 - distance);
    }

    // Whether `band` is the lowest that satisfies the claim, given that it does.
    [[nodiscard]] bool is_first(std::size_t band, const SpreadHash<Bits>& a, const SpreadHash<Bits>& b) const noexcept {
        for (std::size_t i = 0; i < band; ++i) {
            const int distance = std::popcount(static_cast<std::uint16_t>(a.bands[i] ^ b.bands[i]));
            if (distance > thresholds_[i]) continue;
            const int next = std::popcount(static_cast<std::uint16_t>(a.bands[i + 1] ^ b.bands[i + 1]));
            if (next <= static_cast<int>(next_limit(i, distance))) return false;
        }
        return true;
    }

private:
    std::array<int, kBands> thresholds_{};
};

}  // namespace tutela
