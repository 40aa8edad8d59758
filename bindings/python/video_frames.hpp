// The frames of a video as Python hands them over.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "tutela/hash.hpp"

namespace tutela::python {

// Hash, quality, time in microseconds.
using FrameTuple = std::tuple<Hash256, std::int32_t, std::int64_t>;

inline std::vector<FrameHash> frames_of(const std::vector<FrameTuple>& tuples) {
    std::vector<FrameHash> frames;
    frames.reserve(tuples.size());
    for (const auto& [hash, quality, pts_us] : tuples)
        frames.push_back({hash, quality, pts_us});
    return frames;
}

}  // namespace tutela::python
