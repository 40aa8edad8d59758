// Which engine Engine::automatic stands for. Layer: index.
#pragma once

#include <cstddef>
#include <string_view>

#include "tutela/index.hpp"

namespace tutela {

struct Plan {
    Engine engine = Engine::flat;
    std::string_view reason;  // static text, for explain(); empty when the caller chose
};

// The engine to build for `count` hashes of `bits` bits. `asked` other than automatic is kept.
[[nodiscard]] Plan plan_engine(Engine asked, std::size_t bits, std::size_t count) noexcept;

}  // namespace tutela
