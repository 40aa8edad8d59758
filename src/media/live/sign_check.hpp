// Whether what a stream's worker says can be: it is not trusted.
#pragma once

#include <cstdint>

#include "media/live/live_protocol.hpp"

namespace tutela::live {

// What the host has seen and asked for so far.
struct Expected {
    bool confined = false;
    bool wished = false;  // a frame
    std::uint64_t max_pixels = 0;
    std::uint64_t output_bytes = 0;
};

[[nodiscard]] bool check_sign(const Sign& sign, const Expected& expected) noexcept;

}  // namespace tutela::live
