// For x86 with the POPCNT instruction. Compiled with -mpopcnt (CMakeLists.txt).
#include "kernels/loops.hpp"

namespace tutela::kernels {

namespace {

struct Popcount {
    static std::uint32_t of(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(__builtin_popcountll(x)); }
};

}  // namespace

const Table kPopcnt = {
    .level = Level::popcnt,
    .name = "popcnt",
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
