// A Burkhard-Keller tree: exact search that leaves out what the triangle inequality excludes. Layer: index.
//
// W. A. Burkhard and R. M. Keller, "Some approaches to best-match file searching", Communications of the ACM 16(4),
// 1973. A node has one hash of the list as its pivot p. The other hashes x below it are divided into rings by their
// distance d(x, p); each ring is a child, divided again in the same way.
//
// Why a ring can be left out. Let q be the query and k = d(q, p). For every x the triangle inequality says
//     d(q, p) <= d(q, x) + d(x, p)   and   d(x, p) <= d(x, q) + d(q, p),
// so d(q, x) >= |k - d(x, p)|. An x within radius r of q therefore lies in a ring k - r .. k + r, and in no other.
//
// Parity adds nothing to that. d(q, x) + d(q, p) + d(x, p) is even: a bit in which q, x and p are not all equal counts
// in exactly two of the three. So d(q, x) and |k - d(x, p)| are even or odd together: where the bound is within the
// radius, that very distance is possible, and no ring more can be left out. Below the root all entries have one parity,
// so only rings of even numbers have entries; the empty ones between them cost a few bytes a node.
//
// What it costs, honestly. It prunes only when distances to a pivot differ by more than r. Those of random hashes of
// 256 bits lie at 128 +- 8, the difference of two of them has a deviation of 11, and so at radius 31 the tree must
// compare 97 to 99% of the list and is slower than a flat scan, which reads half of each hash. It is the right tool at
// small radii: at radius 4, of 1 million random hashes, it compares 20% on 64 bits and 7% on 256 bits.
//
// Form. No pointers: entries are permuted so that every subtree is one run of one array,
//     pivot and its duplicates | ring 1 | ring 2 | ... | ring Bits,
// and the rings within the radius are neighbours in memory. A ring of at most leaf_size entries is not divided
// further but scanned by a kernel, many at a time in one go where they touch.
//
// Depth, for any list, is at most Bits + 1 nodes. Write a hash as a vector of +1 and -1, so that x.y = Bits - 2 d(x,
// y). Let p1, p2, ... be the pivots on a path downwards. All entries below pi, later pivots included, have one and the
// same product ci with pi, ci < Bits. If pn is a linear combination sum(ai pi) of the pivots above it, then for every x
// below pn: x.pn = sum(ai x.pi) = sum(ai ci) = sum(ai pn.pi) = pn.pn = Bits, that is x = pn. So only the last pivot of
// a path can depend on those above it, and no more than Bits vectors are independent. Hence a crafted list cannot make
// the build slower than (Bits + 1) passes over it, nor a search run out of its fixed stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/aligned_vector.hpp"
#include "kernels/kernels.hpp"
#include "tutela/index.hpp"

namespace tutela {

// A node, its subtree being entries begin..end-1. Children are the rings of more than leaf_size entries; they are
// neighbours in the array of nodes, by rising ring.
struct BkNode {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint64_t ring_begins = 0;  // where the begins of rings first_ring..last_ring + 1 are, in the array of begins
    std::uint32_t first_child = 0;
    std::uint16_t child_count = 0;
    std::uint16_t ring = 0;        // the ring of the parent that this subtree is
    std::uint16_t first_ring = 1;  // none when first_ring > last_ring: all entries equal the pivot
    std::uint16_t last_ring = 0;
};

// The arrays that make a tree.
template <std::size_t Bits>
struct BkArrays {
    AlignedVector<Hash<Bits>> hashes;      // in tree order
    std::vector<std::uint32_t> positions;  // in the list, of each entry
    std::vector<BkNode> nodes;             // the root first; none when the list fits into one leaf
    std::vector<std::uint32_t> ring_begins;
};

// Builds the arrays. Peak memory: the arrays and two bytes a hash. Throws std::bad_alloc.
template <std::size_t Bits>
[[nodiscard]] BkArrays<Bits> build_bk_arrays(std::span<const Hash<Bits>> hashes, std::size_t leaf_size,
                                             const kernels::Table& table);

template <std::size_t Bits>
class BkTree final : public Index<Bits> {
public:
    // Rings up to this size are scanned. Microseconds a search in 10 million uniform hashes of 64 bits, AVX-512, with
    // leaves of 1024, 2048, 4096, 8192, 16384: radius 4: 291, 282, 275, 269, 288; radius 8: 1554, 1431, 1274, 1226,
    // 1225.
    static constexpr std::size_t kLeafSize = 4096;

    // When all but one part in so many of a subtree is within the radius, it is scanned at once: pruning further down
    // would save less than it costs. At radius 16 in the list above: 2,120 us without, 1,880 with (a flat
    // scan: 1,700).
    static constexpr std::size_t kWholeParts = 32;

    // `reason`: why it was chosen automatically; empty when the caller asked for it.
    // Preconditions: check_hash_count(hashes.size()) is ok, leaf_size > 0. Throws std::bad_alloc.
    explicit BkTree(std::span<const Hash<Bits>> hashes, std::string reason = {}, std::size_t leaf_size = kLeafSize,
                    const kernels::Table& table = kernels::table());

    Status search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const override;
    [[nodiscard]] std::size_t size() const noexcept override { return arrays_.hashes.size(); }
    [[nodiscard]] Engine engine() const noexcept override { return Engine::bk_tree; }
    [[nodiscard]] std::size_t memory_bytes() const noexcept override;
    [[nodiscard]] std::string explain() const override;

    // How many hashes a search compares with the query; the rest is pruned.
    [[nodiscard]] std::size_t compared(const Hash<Bits>& query, std::uint32_t radius) const noexcept;
    // Nodes on the longest path: at most Bits + 1.
    [[nodiscard]] std::size_t depth() const;

private:
    // Calls same(begin, end, distance_bits) for entries that equal a pivot, and scan(begin, end) for runs to be
    // compared; what neither is called for is beyond the radius.
    template <typename Same, typename ScanRun>
    void walk(const Hash<Bits>& query, std::uint32_t radius, Same&& same, ScanRun&& scan) const;

    std::string reason_;
    kernels::Scan scan_;
    kernels::Distances distances_;
    BkArrays<Bits> arrays_;
};

}  // namespace tutela
