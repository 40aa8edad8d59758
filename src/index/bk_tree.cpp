#include "index/bk_tree.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/try.hpp"
#include "index/engine.hpp"

namespace tutela {

template <std::size_t Bits>
BkTree<Bits>::BkTree(std::span<const Hash<Bits>> hashes, std::string reason, std::size_t leaf_size,
                     const kernels::Table& table)
    : reason_(std::move(reason)),
      scan_(scan_kernel<Bits>(table)),
      distances_(distances_kernel<Bits>(table)),
      arrays_(build_bk_arrays<Bits>(hashes, leaf_size, table)) {}

template <std::size_t Bits>
template <typename Same, typename ScanRun>
void BkTree<Bits>::walk(const Hash<Bits>& query, std::uint32_t radius, Same&& same, ScanRun&& scan) const {
    if (arrays_.nodes.empty()) return scan(std::size_t{0}, arrays_.hashes.size());

    // Nodes still to be visited, a run of brothers for each level of the path: as many as the tree is deep.
    struct Brothers {
        const BkNode* next;
        const BkNode* end;
    };
    std::array<Brothers, Bits + 1> path;
    path[0] = {arrays_.nodes.data(), arrays_.nodes.data() + 1};
    for (std::size_t level = 1; level > 0;) {
        Brothers& brothers = path[level - 1];
        const BkNode& node = *brothers.next++;
        if (brothers.next == brothers.end) --level;  // its place is free for its children

        std::uint16_t to_pivot = 0;
        distances_(query.bytes.data(), arrays_.hashes[node.begin].bytes.data(), 1, &to_pivot);
        const bool has_rings = node.first_ring <= node.last_ring;
        const std::uint32_t* begins = has_rings ? arrays_.ring_begins.data() + node.ring_begins : nullptr;
        same(std::size_t{node.begin}, std::size_t{has_rings ? begins[0] : node.end}, std::uint32_t{to_pivot});

        const std::uint32_t low = std::max<std::uint32_t>(node.first_ring, to_pivot > radius ? to_pivot - radius : 0);
        const std::uint32_t high = std::min<std::uint32_t>(node.last_ring, to_pivot + radius);
        if (low > high) continue;

        const std::size_t begin = begins[low - node.first_ring];
        const std::size_t end = begins[high + 1 - node.first_ring];
        if (end - begin > (node.end - node.begin) / kWholeParts * (kWholeParts - 1)) {
            scan(begin, end);
            continue;
        }
        // Scans what lies between the children within the radius; those come next.
        const BkNode* children = arrays_.nodes.data() + node.first_child;
        const BkNode* first =
            std::lower_bound(children, children + node.child_count, low,
                             [](const BkNode& child, std::uint32_t ring) { return child.ring < ring; });
        const BkNode* last = first;
        std::size_t unscanned = begin;
        for (; last != children + node.child_count && last->ring <= high; ++last) {
            scan(unscanned, std::size_t{last->begin});
            unscanned = last->end;
        }
        scan(unscanned, end);
        if (first != last) path[level++] = {first, last};
    }
}

template <std::size_t Bits>
Status BkTree<Bits>::search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const {
    TUTELA_TRY(check_radius(radius, Bits));
    out.clear();
    const auto found = [&](std::size_t entry, std::uint32_t distance_bits) {
        out.push_back({arrays_.positions[entry], distance_bits});
    };
    const auto same = [&](std::size_t begin, std::size_t end, std::uint32_t distance_bits) {
        if (distance_bits > radius) return;
        for (std::size_t entry = begin; entry < end; ++entry)
            found(entry, distance_bits);
    };
    const auto* hashes = reinterpret_cast<const std::uint8_t*>(arrays_.hashes.data());
    walk(query, radius, same, [&](std::size_t begin, std::size_t end) {
        scan_range(scan_, query.bytes.data(), hashes, Hash<Bits>::kBytes, begin, end, radius, found);
    });
    sort_answer(out);
    return {};
}

template <std::size_t Bits>
std::size_t BkTree<Bits>::compared(const Hash<Bits>& query, std::uint32_t radius) const noexcept {
    std::size_t count = 0;
    walk(
        query, radius, [&](std::size_t, std::size_t, std::uint32_t) { ++count; },
        [&](std::size_t begin, std::size_t end) { count += end - begin; });
    return count;
}

template <std::size_t Bits>
std::size_t BkTree<Bits>::depth() const {
    // Parents come before their children in the array.
    std::vector<std::size_t> depths(arrays_.nodes.size(), 1);
    std::size_t deepest = 0;
    for (std::size_t i = 0; i < depths.size(); ++i) {
        const BkNode& node = arrays_.nodes[i];
        deepest = std::max(deepest, depths[i]);
        for (std::size_t child = 0; child < node.child_count; ++child)
            depths[node.first_child + child] = depths[i] + 1;
    }
    return deepest;
}

template <std::size_t Bits>
std::size_t BkTree<Bits>::memory_bytes() const noexcept {
    return arrays_.hashes.capacity() * sizeof(Hash<Bits>) + arrays_.positions.capacity() * sizeof(std::uint32_t) +
           arrays_.nodes.capacity() * sizeof(BkNode) + arrays_.ring_begins.capacity() * sizeof(std::uint32_t);
}

template <std::size_t Bits>
std::string BkTree<Bits>::explain() const {
    return explain_engine(engine(), size(), Bits, reason_);
}

template class BkTree<64>;
template class BkTree<256>;

}  // namespace tutela
