// For any processor: ones are counted with shifts and additions.
#include "kernels/loops.hpp"

namespace tutela::kernels {

namespace {

struct Popcount {
    // Sums of pairs, of nibbles, of bytes; the multiplication adds the bytes up.
    static std::uint32_t of(std::uint64_t x) noexcept {
        x -= (x >> 1) & 0x5555555555555555U;
        x = (x & 0x3333333333333333U) + ((x >> 2) & 0x3333333333333333U);
        x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fU;
        return static_cast<std::uint32_t>((x * 0x0101010101010101U) >> 56);
    }
};

}  // namespace

const Table kPortable = {
    .level = Level::portable,
    .name = "portable",
    .scan64 = scan_loop<WordDistance<64, Popcount>>,
    .scan128 = scan_loop<WordDistance<128, Popcount>>,
    .scan_heads = scan_heads_loop<Popcount>,
    .scan256 = scan_loop<WordDistance<256, Popcount>>,
    .distances64 = distances_loop<WordDistance<64, Popcount>>,
    .distances256 = distances_loop<WordDistance<256, Popcount>>,
    .scan_places64 = scan_places_loop<WordDistance<64, Popcount>>,
    .scan_places256 = scan_places_loop<WordDistance<256, Popcount>>,
    .scan_lines = scan_lines_loop<WordLineMask<Popcount>>,
    .match_runs = match_runs_loop<Popcount>,
    .pdq = &kPdqPortable,
};

}  // namespace tutela::kernels
