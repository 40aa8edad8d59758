// A seed for hashes of what others wrote.
#pragma once

#include <sys/random.h>

#include <cstdint>

namespace tutela {

// Unknown to whoever wrote a list, lest its content be chosen to collide. No result depends on it.
[[nodiscard]] inline std::uint64_t random_seed() noexcept {
    std::uint64_t seed = 0;
    (void)getrandom(&seed, sizeof seed, GRND_NONBLOCK);
    return seed;
}

}  // namespace tutela
