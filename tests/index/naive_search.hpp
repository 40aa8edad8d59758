// The model of every index: compare everything, bit by bit, sort. And the lists and queries that indexes are tried on.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tutela/index.hpp"

namespace tutela::testing {

template <std::size_t Bits>
std::uint32_t naive_distance(const Hash<Bits>& a, const Hash<Bits>& b) {
    std::uint32_t sum = 0;
    for (std::size_t k = 0; k < Bits; ++k)
        sum += a.bit(k) != b.bit(k) ? 1U : 0U;
    return sum;
}

// All entries, nearest first: an answer for a radius is a beginning of it.
template <std::size_t Bits>
std::vector<Neighbor> naive_order(const std::vector<Hash<Bits>>& list, const Hash<Bits>& query) {
    std::vector<Neighbor> all;
    for (std::size_t i = 0; i < list.size(); ++i)
        all.push_back({static_cast<std::uint32_t>(i), naive_distance(list[i], query)});
    std::stable_sort(all.begin(), all.end(),
                     [](const Neighbor& a, const Neighbor& b) { return a.distance_bits < b.distance_bits; });
    return all;
}

inline std::vector<Neighbor> within(const std::vector<Neighbor>& order, std::uint32_t radius) {
    std::vector<Neighbor> answer;
    for (const Neighbor& neighbor : order) {
        if (neighbor.distance_bits <= radius) answer.push_back(neighbor);
    }
    return answer;
}

template <std::size_t Bits>
class HashMaker {
public:
    explicit HashMaker(std::uint64_t seed) : random_(seed) {}

    Hash<Bits> random() {
        Hash<Bits> hash;
        for (std::uint8_t& byte : hash.bytes)
            byte = static_cast<std::uint8_t>(random_());
        return hash;
    }
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
    // Flips `count` different bits.
    Hash<Bits> flipped(Hash<Bits> hash, std::size_t count) {
        std::array<std::size_t, Bits> order{};
        for (std::size_t k = 0; k < Bits; ++k)
            order[k] = k;
        std::shuffle(order.begin(), order.end(), random_);
        for (std::size_t i = 0; i < count; ++i)
            flip(hash, order[i]);
        return hash;
    }
    static void flip(Hash<Bits>& hash, std::size_t bit) {
        hash.bytes[bit / 8] = static_cast<std::uint8_t>(hash.bytes[bit / 8] ^ (1U << (bit % 8)));
    }
    static Hash<Bits> complement(Hash<Bits> hash) {
        for (std::uint8_t& byte : hash.bytes)
            byte = static_cast<std::uint8_t>(~byte);
        return hash;
    }

private:
    std::mt19937_64 random_;
};

template <std::size_t Bits>
using NamedList = std::pair<std::string, std::vector<Hash<Bits>>>;

// Hashes of which every two differ in the same number of bits (Bits / 2): rows of a Hadamard matrix. Whatever pivot a
// tree takes, all others are in one ring.
template <std::size_t Bits>
std::vector<Hash<Bits>> equidistant_list() {
    std::vector<Hash<Bits>> list(Bits);
    for (std::size_t row = 0; row < Bits; ++row) {
        for (std::size_t column = 0; column < Bits; ++column) {
            if (std::popcount(row & column) % 2 == 1) list[row].set_bit(column);
        }
    }
    return list;
}

// Zero, one bit, two bits and so on: long thin trees.
template <std::size_t Bits>
std::vector<Hash<Bits>> staircase_list() {
    std::vector<Hash<Bits>> list(1);
    for (std::size_t bit = 0; bit < Bits; ++bit) {
        list.push_back(list.back());
        list.back().set_bit(bit);
    }
    return list;
}

// One bit each: every two differ in two bits, all in one ring of zero.
template <std::size_t Bits>
std::vector<Hash<Bits>> one_bit_list() {
    std::vector<Hash<Bits>> list(Bits + 1);
    for (std::size_t bit = 0; bit < Bits; ++bit)
        list[bit].set_bit(bit);
    return list;
}

// Seeds with 0..40 flipped bits.
template <std::size_t Bits>
std::vector<Hash<Bits>> clustered_list(std::size_t count, std::uint64_t seed) {
    HashMaker<Bits> make(seed);
    std::vector<Hash<Bits>> seeds;
    for (std::size_t i = 0; i < 1 + count / 50; ++i)
        seeds.push_back(make.random());
    std::vector<Hash<Bits>> list;
    while (list.size() < count)
        list.push_back(make.flipped(seeds[make.below(seeds.size())], make.below(41)));
    return list;
}

template <std::size_t Bits>
std::vector<Hash<Bits>> random_list(std::size_t count, std::uint64_t seed) {
    HashMaker<Bits> make(seed);
    std::vector<Hash<Bits>> list(count);
    for (Hash<Bits>& hash : list)
        hash = make.random();
    return list;
}

// Few different hashes, each many times.
template <std::size_t Bits>
std::vector<Hash<Bits>> duplicated_list(std::size_t count, std::uint64_t seed) {
    HashMaker<Bits> make(seed);
    const std::vector<Hash<Bits>> different = clustered_list<Bits>(12, seed);
    std::vector<Hash<Bits>> list(count);
    for (Hash<Bits>& hash : list)
        hash = different[make.below(different.size())];
    return list;
}

template <std::size_t Bits>
std::vector<NamedList<Bits>> test_lists() {
    return {{"empty", {}},
            {"one entry", random_list<Bits>(1, 1)},
            {"two entries", random_list<Bits>(2, 2)},
            {"random", random_list<Bits>(1500, 3)},
            {"clustered", clustered_list<Bits>(1500, 4)},
            {"duplicated", duplicated_list<Bits>(700, 5)},
            {"all equal", std::vector<Hash<Bits>>(600, random_list<Bits>(1, 6)[0])},
            {"equidistant", equidistant_list<Bits>()},
            {"staircase", staircase_list<Bits>()},
            {"one bit", one_bit_list<Bits>()}};
}

// Members, near-members, the complement of one, strangers, and the two extremes.
template <std::size_t Bits>
std::vector<Hash<Bits>> test_queries(const std::vector<Hash<Bits>>& list) {
    HashMaker<Bits> make(7);
    std::vector<Hash<Bits>> queries = {Hash<Bits>{}, HashMaker<Bits>::complement({}), make.random(), make.random()};
    if (list.empty()) return queries;
    const Hash<Bits>& member = list[make.below(list.size())];
    queries.push_back(member);
    queries.push_back(HashMaker<Bits>::complement(member));
    for (const std::size_t flips : {1U, 4U, 15U, 31U, 32U})
        queries.push_back(make.flipped(list[make.below(list.size())], flips));
    return queries;
}

}  // namespace tutela::testing
