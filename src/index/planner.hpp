// Which engine Engine::automatic stands for. Layer: index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tutela/index.hpp"

namespace tutela {

// What one search without a match takes in one thread, in microseconds: for comparing, not for promising.
struct SearchCost {
    double flat = 0;
    double bk_tree = 0;
    double bk_forest = 0;
};

// For `count` hashes of `bits` bits (64 or 256), uniform ones, as real lists cost about as much.
[[nodiscard]] SearchCost search_cost(std::size_t bits, std::size_t count, std::uint32_t radius) noexcept;

// The radius that is planned for when nobody says: PDQ's for 256 bits; for 64 bits, where each hash has its own, a
// small one.
[[nodiscard]] constexpr std::uint32_t usual_radius(std::size_t bits) noexcept {
    return bits == 256 ? 31 : 4;
}

// A list smaller than this has no forest, however fast it would be: a posting list takes at least a line, so a forest
// holds 1,650 bytes a hash of 100,000, 240 of a million, 138 of ten million (256 bits), and a scan is quick there.
inline constexpr std::size_t kForestFrom = 500'000;

struct Plan {
    Engine engine = Engine::flat;
    std::string reason;  // for explain(); empty when the caller chose
};

// The engine to build for `count` hashes of `bits` bits. `asked` other than automatic is kept.
[[nodiscard]] Plan plan_engine(Engine asked, std::size_t bits, std::size_t count,
                               std::optional<std::uint32_t> radius = std::nullopt);

}  // namespace tutela
