#include "index/planner.hpp"

#include "index/bk_tree.hpp"

namespace tutela {

// Microseconds a search, uniform lists, AVX-512, flat against BK-tree (bench/bench_index.cpp):
//     64 bits, radius 4:       10,000: 0.4 / 0.25    1 million: 80 / 16    10 million: 1,780 / 353
//     64 bits, radius 10:      10,000: 0.4 / 0.45    1 million: 80 / 73    10 million: 1,780 / 2,200
//     256 bits, radius 31:                           1 million: 132 / 870
// The radius is not known before the search, so the usual one decides: 31 for PDQ, up to 10 on 64 bits.
Plan plan_engine(Engine asked, std::size_t bits, std::size_t count) noexcept {
    if (asked != Engine::automatic) return {asked, {}};
    if (bits == 256) return {Engine::flat, "at PDQ's radius of 31 a BK-tree compares nearly the whole list"};
    if (count <= BkTree<64>::kLeafSize) return {Engine::flat, "a list so small is one leaf of a BK-tree"};
    return {Engine::bk_tree, "at the small radii of 64-bit hashes a BK-tree leaves most of the list out"};
}

}  // namespace tutela
