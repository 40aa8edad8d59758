// The inner loops, in several machine codes behind one table of function pointers. Layer: kernels.
//
// table() is chosen once, at its first call, from what the processor can do; callers keep the reference and pick
// functions outside their loops. All levels give equal results, bit for bit, and a test compares them.
//
// The environment variable TUTELA_KERNELS, the only one the library reads, forces a level by its name ("portable",
// "popcnt", "avx2", "avx512", "neon"). A name that is unknown, or a level that this build or this processor lacks,
// leaves the choice as it would be without the variable: a library that must not print cannot complain, and the
// answers are the same.
//
// To add a function: a member here, then its entry in every level's file; a level without a faster way takes the
// generic loop of loops.hpp. This header is included by files compiled for newer processors, so it must stay free of
// inline functions and of standard headers that have any: the linker could keep their copy for all callers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/pdq_kernels.hpp"

namespace tutela::kernels {

// From the plainest to the best, on each kind of processor.
enum class Level : std::uint32_t {
    portable = 0,  // any processor
    popcnt = 1,    // x86 with POPCNT
    avx2 = 2,      // x86 with AVX2 and POPCNT
    avx512 = 3,    // x86 with AVX-512 F, BW, VL, VPOPCNTDQ and BITALG
    neon = 4,      // 64-bit Arm
};

inline constexpr Level kLevels[] = {Level::portable, Level::popcnt, Level::avx2, Level::avx512, Level::neon};

// A hash that a scan found. Without initial values on purpose: scans fill arrays of it.
struct Hit {
    std::uint32_t position;  // in the array that was scanned
    std::uint32_t distance_bits;
};

// Compares `query` with `count` hashes that lie end to end at `hashes` (no alignment needed; 64 bytes is fastest).
// Writes those within `radius`, inclusive, to `hits` in rising order and returns their number.
// `hits` must have room for `count`; count < 2^32.
using Scan = std::size_t (*)(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count,
                             std::uint32_t radius, Hit* hits);

// Writes the distance of `query` to each of `count` hashes to `distances`.
using Distances = void (*)(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t count,
                           std::uint16_t* distances);

// A line: 32 sketches of 16 bits, one cache line.
inline constexpr std::size_t kLineSketches = 32;

// A line in which a sketch passed, and which: bit j for sketch j.
struct LineHit {
    std::uint32_t line;
    std::uint32_t mask;
};

// How far past `count` scan_lines reads `lines`, to fetch the memory it will soon need.
inline constexpr std::size_t kLineLookAhead = 112;

// Compares `sketch` with the lines lines[0..count) of `sketches` (line n begins at 32 n, on a cache line). Writes the
// lines that have a sketch within `limit` bits to `hits`, in the order given, and returns their number. `lines` is
// readable for kLineLookAhead elements past `count`, each the number of a line; `hits` must have room for `count` + 1.
using ScanLines = std::size_t (*)(std::uint16_t sketch, const std::uint16_t* sketches, const std::uint32_t* lines,
                                  std::size_t count, std::uint32_t limit, LineHit* hits);

// Elements begin .. end - 1 of an array.
struct Run {
    std::uint32_t begin;
    std::uint32_t end;
};

// Writes the places in `values` of those values of the runs that differ from `value` in exactly `distance` bits to
// `places`, run by run, rising within each, and returns their number. `places` must have room for all values of the
// runs, and one more.
using MatchRuns = std::size_t (*)(std::uint16_t value, const std::uint16_t* values, const Run* runs,
                                  std::size_t run_count, std::uint32_t distance, std::uint32_t* places);

// As Scan, over the hashes at places[0..count) of an array; a hit's position is its number in `places`.
using ScanPlaces = std::size_t (*)(const std::uint8_t* query, const std::uint8_t* hashes, const std::uint32_t* places,
                                   std::size_t count, std::uint32_t radius, Hit* hits);

// Heads, the first halves of PDQ hashes, lie in blocks of eight: the first 64-bit words of all eight, then their second
// words. So a vector holds the same word of eight hashes, and no step is spent on bringing words together. The last
// block is whole in memory.
inline constexpr std::size_t kHeadBlock = 8;

struct Table {
    Level level;
    const char* name;

    Scan scan64;
    Scan scan128;     // half a PDQ hash
    Scan scan_heads;  // as scan128, over heads in blocks (kHeadBlock); `hashes` is the start of a block
    Scan scan256;
    Distances distances64;
    Distances distances256;
    ScanPlaces scan_places64;
    ScanPlaces scan_places256;
    ScanLines scan_lines;
    MatchRuns match_runs;
    const PdqKernels* pdq;
};

// The table that the library uses. Thread-safe.
const Table& table() noexcept;

// A certain level, or null when this build or this processor lacks it. Level::portable is always there. Thread-safe.
const Table* table(Level level) noexcept;

// What table() would choose if TUTELA_KERNELS were `forced` (null: not set). Thread-safe.
const Table& choose(const char* forced) noexcept;

// One definition in each level's file; use table().
extern const Table kPortable;
extern const Table kPopcnt;
extern const Table kAvx2;
extern const Table kAvx512;
extern const Table kNeon;

}  // namespace tutela::kernels
