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

}  // namespace

const Table kNeon = {
    .level = Level::neon,
    .name = "neon",
    .scan64 = scan_loop<Distance64>,
    .scan128 = scan_loop<Distance128>,
    .scan256 = scan_loop<Distance256>,
    .distances64 = distances_loop<Distance64>,
    .distances256 = distances_loop<Distance256>,
};

}  // namespace tutela::kernels
