#include "index/planner.hpp"

#include "index/bk_tree.hpp"

namespace tutela {

// Microseconds a search without a match, one thread, AVX-512 (bench/bench_index.cpp), uniform lists:
//                                    flat    bk_tree    bk_forest
//     64 bits, radius 4, 10,000      0.4       0.25
//     64 bits, radius 4, 1 million    62         17         0.19
//     64 bits, radius 8, 1 million    61         40          1.2
//     64 bits, radius 4, 10 million  1,780      353         0.38
//     256 bits, radius 31, 1 million  127       870          2.5
//     256 bits, radius 31, 10 million 3,500   13,400         6.8
// A forest is ahead from some 20,000 hashes on, but a posting list takes at least a line: it holds 1,650 bytes a hash of
// 100,000, 240 of a million, 138 of ten million (256 bits). So it is chosen where speed begins to matter.
Plan plan_engine(Engine asked, std::size_t bits, std::size_t count) noexcept {
    static constexpr std::size_t kForestFrom = 500'000;
    if (asked != Engine::automatic) return {asked, {}};
    if (count >= kForestFrom) return {Engine::bk_forest, "a list so large pays for the memory of a forest"};
    if (bits == 256) return {Engine::flat, "at PDQ's radius of 31 a BK-tree compares nearly the whole list"};
    if (count <= BkTree<64>::kLeafSize) return {Engine::flat, "a list so small is one leaf of a BK-tree"};
    return {Engine::bk_tree, "at the small radii of 64-bit hashes a BK-tree leaves most of the list out"};
}

}  // namespace tutela
