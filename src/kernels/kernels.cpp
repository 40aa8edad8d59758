// Which levels this build has, which of them this processor can run, and the choice.
#include "kernels/kernels.hpp"

#include <cstdlib>
#include <cstring>

namespace tutela::kernels {

namespace {

// Whether the processor, and the operating system that must save its registers, can run the level.
#if defined(TUTELA_KERNELS_POPCNT)
bool has_popcnt() noexcept {
    return __builtin_cpu_supports("popcnt") != 0;
}
#endif
#if defined(TUTELA_KERNELS_AVX2)
bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("popcnt") != 0;
}
#endif
#if defined(TUTELA_KERNELS_AVX512)
bool has_avx512() noexcept {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vpopcntdq") != 0 &&
           __builtin_cpu_supports("avx512bitalg") != 0 && __builtin_cpu_supports("popcnt") != 0;
}
#endif

const Table& best() noexcept {
    const Table* best = &kPortable;
    for (const Level level : kLevels) {
        if (const Table* candidate = table(level); candidate != nullptr) best = candidate;
    }
    return *best;
}

}  // namespace

const Table* table(Level level) noexcept {
    switch (level) {
        case Level::portable: return &kPortable;
#if defined(TUTELA_KERNELS_POPCNT)
        case Level::popcnt: return has_popcnt() ? &kPopcnt : nullptr;
#endif
#if defined(TUTELA_KERNELS_AVX2)
        case Level::avx2: return has_avx2() ? &kAvx2 : nullptr;
#endif
#if defined(TUTELA_KERNELS_AVX512)
        case Level::avx512: return has_avx512() ? &kAvx512 : nullptr;
#endif
#if defined(TUTELA_KERNELS_NEON)
        case Level::neon: return &kNeon;
#endif
        default: return nullptr;
    }
}

const Table& choose(const char* forced) noexcept {
    if (forced != nullptr) {
        for (const Level level : kLevels) {
            const Table* candidate = table(level);
            if (candidate != nullptr && std::strcmp(candidate->name, forced) == 0) return *candidate;
        }
    }
    return best();
}

const Table& table() noexcept {
    static const Table& chosen = choose(std::getenv("TUTELA_KERNELS"));
    return chosen;
}

}  // namespace tutela::kernels
