// Lists of hashes and queries for benchmarks, the same in every run.
//
// uniform: every bit is a fair coin. clustered: as real lists are. The bits of a PDQ hash are signs of DCT
// coefficients against their median, so each is a little biased, neighbours in the 16x16 matrix agree more often than
// not, and a fifth of the list are versions of the same pictures: groups of 10 to 1,000 hashes within 20 bits of a
// centre.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "tutela/hash.hpp"

namespace tutela::bench {

enum class ListKind { uniform, clustered };

inline std::string_view list_kind_name(ListKind kind) {
    return kind == ListKind::uniform ? "uniform" : "clustered";
}

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

// Makes hashes of one kind.
template <std::size_t Bits>
class HashSource {
public:
    HashSource(ListKind kind, std::uint64_t seed) : kind_(kind), random_(seed) {
        // The bias belongs to the kind of list, not to the seed: queries must have the same.
        Random bias(1);
        for (double& threshold : thresholds_)
            threshold = std::uniform_real_distribution<>(-0.4, 0.4)(bias);
    }

    Hash<Bits> next() { return kind_ == ListKind::uniform ? uniform() : biased(); }

    // Flips `count` different bits.
    Hash<Bits> flipped(Hash<Bits> hash, std::size_t count) {
        std::array<bool, Bits> used{};
        while (count > 0) {
            const std::size_t bit = below(random_, Bits);
            if (std::exchange(used[bit], true)) continue;
            hash.bytes[bit / 8] = static_cast<std::uint8_t>(hash.bytes[bit / 8] ^ (1U << (bit % 8)));
            --count;
        }
        return hash;
    }

    Random& random() { return random_; }

private:
    static constexpr std::size_t kSide = Bits == 256 ? 16 : 8;

    Hash<Bits> uniform() {
        Hash<Bits> hash;
        for (std::size_t i = 0; i < hash.bytes.size(); i += 8) {
            const std::uint64_t word = random_();
            for (std::size_t j = 0; j < 8; ++j)
                hash.bytes[i + j] = static_cast<std::uint8_t>(word >> (8 * j));
        }
        return hash;
    }

    // Near enough to a normal distribution: the ones among 64 fair bits.
    double normal() { return (std::popcount(random_()) - 32) / 4.0; }

    // A normal field over the matrix whose neighbours correlate by kCorrelation along rows and columns, cut at each
    // bit's threshold.
    Hash<Bits> biased() {
        static constexpr double kCorrelation = 0.35;
        const double fresh = std::sqrt(1 - kCorrelation * kCorrelation);
        Hash<Bits> hash;
        std::array<double, kSide> above{};
        for (std::size_t y = 0; y < kSide; ++y) {
            double left = 0;
            for (std::size_t x = 0; x < kSide; ++x) {
                left = x == 0 ? normal() : kCorrelation * left + fresh * normal();
                above[x] = y == 0 ? left : kCorrelation * above[x] + fresh * left;
                if (above[x] > thresholds_[y * kSide + x]) hash.set_bit(y * kSide + x);
            }
        }
        return hash;
    }

    ListKind kind_;
    Random random_;
    std::array<double, Bits> thresholds_{};
};

// A list of `count` hashes.
template <std::size_t Bits>
std::vector<Hash<Bits>> make_list(ListKind kind, std::size_t count) {
    HashSource<Bits> source(kind, 2);
    std::vector<Hash<Bits>> list;
    list.reserve(count);
    const std::size_t in_groups = kind == ListKind::clustered ? count / 5 : 0;
    while (list.size() < in_groups) {
        const Hash<Bits> centre = source.next();
        const double size = 10 * std::pow(100.0, std::uniform_real_distribution<>()(source.random()));
        for (auto left = static_cast<std::size_t>(size); left > 0 && list.size() < in_groups; --left)
            list.push_back(source.flipped(centre, below(source.random(), 21)));
    }
    while (list.size() < count)
        list.push_back(source.next());
    for (std::size_t i = count; i > 1; --i)
        std::swap(list[i - 1], list[below(source.random(), i)]);
    return list;
}

// Queries that are in no list: fresh hashes of the same kind. Most have no match.
template <std::size_t Bits>
std::vector<Hash<Bits>> make_queries(ListKind kind, std::size_t count) {
    HashSource<Bits> source(kind, 3);
    std::vector<Hash<Bits>> queries;
    for (std::size_t i = 0; i < count; ++i)
        queries.push_back(source.next());
    return queries;
}

}  // namespace tutela::bench
