// Bulk loading of the BK-tree: every node divides its run of entries in place, breadth first.
#include <array>
#include <utility>

#include "index/bk_tree.hpp"
#include "index/engine.hpp"

namespace tutela {

namespace {

template <std::size_t Bits>
class Builder {
public:
    Builder(std::span<const Hash<Bits>> hashes, std::size_t leaf_size, const kernels::Table& table)
        : leaf_size_(leaf_size), distances_kernel_(distances_kernel<Bits>(table)) {
        arrays_.hashes.assign(hashes.begin(), hashes.end());
        arrays_.positions.resize(hashes.size());
        for (std::size_t i = 0; i < hashes.size(); ++i)
            arrays_.positions[i] = static_cast<std::uint32_t>(i);
        if (hashes.size() <= leaf_size) return;
        distances_.resize(hashes.size());
        arrays_.nodes.push_back({.begin = 0, .end = static_cast<std::uint32_t>(hashes.size())});
    }

    BkArrays<Bits> build() && {
        for (std::size_t i = 0; i < arrays_.nodes.size(); ++i)
            divide(i);
        arrays_.nodes.shrink_to_fit();
        arrays_.ring_begins.shrink_to_fit();
        return std::move(arrays_);
    }

private:
    // The entries at distance d of the pivot are begins[d]..begins[d + 1]-1.
    using Begins = std::array<std::uint32_t, Bits + 2>;

    void divide(std::size_t index) {
        BkNode node = arrays_.nodes[index];
        const Begins begins = order_by_distance(node.begin, node.end);
        add_rings(node, begins);
        node.first_child = static_cast<std::uint32_t>(arrays_.nodes.size());
        for (std::size_t ring = node.first_ring; ring <= node.last_ring; ++ring) {
            if (begins[ring + 1] - begins[ring] <= leaf_size_) continue;
            arrays_.nodes.push_back(
                {.begin = begins[ring], .end = begins[ring + 1], .ring = static_cast<std::uint16_t>(ring)});
            ++node.child_count;
        }
        arrays_.nodes[index] = node;
    }

    // Any entry can be the pivot. The middle one: the list's order then says little about it.
    Begins order_by_distance(std::uint32_t begin, std::uint32_t end) {
        const std::uint32_t count = end - begin;
        const Hash<Bits> pivot = arrays_.hashes[begin + count / 2];
        std::uint16_t* distances = distances_.data() + begin;
        distances_kernel_(pivot.bytes.data(), arrays_.hashes[begin].bytes.data(), count, distances);
        Begins begins{};
        for (std::uint32_t i = 0; i < count; ++i)
            ++begins[distances[i] + 1U];
        begins[0] = begin;
        for (std::size_t d = 1; d < begins.size(); ++d)
            begins[d] += begins[d - 1];
        swap_into_place(begins);
        return begins;
    }

    // Every swap brings one entry home, so this is one pass and needs no second copy.
    void swap_into_place(const Begins& begins) {
        Begins next = begins;
        for (std::size_t d = 0; d <= Bits; ++d) {
            while (next[d] < begins[d + 1]) {
                const std::uint32_t from = next[d];
                const std::size_t home = distances_[from];
                const std::uint32_t to = next[home]++;
                if (from == to) continue;
                std::swap(arrays_.hashes[from], arrays_.hashes[to]);
                std::swap(arrays_.positions[from], arrays_.positions[to]);
                std::swap(distances_[from], distances_[to]);
            }
        }
    }

    // Keeps the begins of the rings from the first to the last that has entries.
    void add_rings(BkNode& node, const Begins& begins) {
        std::size_t first = 1;
        std::size_t last = Bits;
        while (first <= Bits && begins[first] == begins[first + 1])
            ++first;
        while (last >= first && begins[last] == begins[last + 1])
            --last;
        if (first > last) return;
        node.first_ring = static_cast<std::uint16_t>(first);
        node.last_ring = static_cast<std::uint16_t>(last);
        node.ring_begins = arrays_.ring_begins.size();
        for (std::size_t ring = first; ring <= last + 1; ++ring)
            arrays_.ring_begins.push_back(begins[ring]);
    }

    std::size_t leaf_size_;
    kernels::Distances distances_kernel_;
    std::vector<std::uint16_t> distances_;  // of each entry to the pivot of the node that is being divided
    BkArrays<Bits> arrays_;
};

}  // namespace

template <std::size_t Bits>
BkArrays<Bits> build_bk_arrays(std::span<const Hash<Bits>> hashes, std::size_t leaf_size, const kernels::Table& table) {
    return Builder<Bits>(hashes, leaf_size, table).build();
}

template BkArrays<64> build_bk_arrays<64>(std::span<const Hash<64>>, std::size_t, const kernels::Table&);
template BkArrays<256> build_bk_arrays<256>(std::span<const Hash<256>>, std::size_t, const kernels::Table&);

}  // namespace tutela
