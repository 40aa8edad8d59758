// For 64-bit Arm, where NEON counts the ones of sixteen bytes at once. Built on that architecture only.
#include <arm_neon.h>

#include "kernels/loops.hpp"

namespace tutela::kernels {

namespace {

struct Distance64 {
    static constexpr std::size_t kBytes = 8;
    static std::uint32_t of(const std::uint8_t* a, const std::uint8_t* b) noexcept {
        return vaddlv_u8(vcnt_u8(veor_u8(vld1_u8(a), vld1_u8(b))));
    }
};

// The ones of sixteen bytes, byte by byte.
inline uint8x16_t ones(const std::uint8_t* a, const std::uint8_t* b) noexcept {
    return vcntq_u8(veorq_u8(vld1q_u8(a), vld1q_u8(b)));
}

struct Distance128 {
    static constexpr std::size_t kBytes = 16;
    static std::uint32_t of(const std::uint8_t* a, const std::uint8_t* b) noexcept { return vaddlvq_u8(ones(a, b)); }
};

struct Distance256 {
    static constexpr std::size_t kBytes = 32;
    static std::uint32_t of(const std::uint8_t* a, const std::uint8_t* b) noexcept {
        return vaddlvq_u8(vaddq_u8(ones(a, b), ones(a + 16, b + 16)));
    }
};

struct Popcount {
    static std::uint32_t of(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(__builtin_popcountll(x)); }
};

// The 32 sketches of a line, eight at a time.
struct LineMask {
    uint16x8_t sketch;
    uint16x8_t limit;

    LineMask(std::uint16_t sketch_in, std::uint32_t limit_in) noexcept
        : sketch(vdupq_n_u16(sketch_in)), limit(vdupq_n_u16(static_cast<std::uint16_t>(limit_in))) {}
    [[nodiscard]] std::uint32_t of(const std::uint16_t* line) const noexcept {
        static constexpr std::uint16_t kBits[8] = {1, 2, 4, 8, 16, 32, 64, 128};
        const uint16x8_t bits = vld1q_u16(kBits);
        std::uint32_t mask = 0;
        for (std::uint32_t i = 0; i < 4; ++i) {
            const uint8x16_t ones = vcntq_u8(vreinterpretq_u8_u16(veorq_u16(sketch, vld1q_u16(line + 8 * i))));
            const uint16x8_t within = vcleq_u16(vpaddlq_u8(ones), limit);
            mask |= static_cast<std::uint32_t>(vaddvq_u16(vandq_u16(within, bits))) << (8 * i);
        }
        return mask;
    }
};

}  // namespace

const Table kNeon = {
    .level = Level::neon,
    .name = "neon",
    .scan64 = scan_loop<Distance64>,
    .scan128 = scan_loop<Distance128>,
    .scan_heads = scan_heads_loop<Popcount>,
    .scan256 = scan_loop<Distance256>,
    .distances64 = distances_loop<Distance64>,
    .distances256 = distances_loop<Distance256>,
    .scan_places64 = scan_places_loop<Distance64>,
    .scan_places256 = scan_places_loop<Distance256>,
    .scan_lines = scan_lines_loop<LineMask>,
    .match_runs = match_runs_loop<Popcount>,
    .pdq = &kPdqPortable,
};

}  // namespace tutela::kernels
