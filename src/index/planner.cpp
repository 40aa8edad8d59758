#include "index/planner.hpp"

namespace tutela {

Plan plan_engine(Engine asked, std::size_t bits, std::size_t count) noexcept {
    if (asked != Engine::automatic) return {asked, {}};
    if (bits == 256) return {Engine::flat, "at PDQ's radius of 31 a BK-tree compares nearly the whole list"};
    if (count < 10000) return {Engine::flat, "so small a list is scanned in a microsecond"};
    return {Engine::bk_tree, "at the small radii of 64-bit hashes a BK-tree leaves most of the list out"};
}

}  // namespace tutela
