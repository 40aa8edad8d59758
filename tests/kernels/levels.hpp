// The levels to run a test for.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/kernels.hpp"

namespace tutela::kernels {

inline std::string level_name(const testing::TestParamInfo<Level>& info) {
    switch (info.param) {
        case Level::portable: return "portable";
        case Level::popcnt: return "popcnt";
        case Level::avx2: return "avx2";
        case Level::avx512: return "avx512";
        case Level::neon: return "neon";
    }
    return "unknown";
}

// Those that this build has and this processor can run.
inline std::vector<Level> available_levels() {
    std::vector<Level> levels;
    for (const Level level : kLevels) {
        if (table(level) != nullptr) levels.push_back(level);
    }
    return levels;
}

}  // namespace tutela::kernels
