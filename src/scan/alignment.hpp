// Where two videos run together: from frames that match to stretches of time that do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tutela/video.hpp"

namespace tutela {

// One frame of the video at hand that is near one frame of a known video. Times in microseconds, not negative.
struct FramePair {
    std::int64_t query_us = 0;
    std::int64_t known_us = 0;
    std::uint32_t distance_bits = 0;
};

// Pairs are looked at on a grid of this step, in both videos: of several in a cell the nearest counts, then the
// earliest. When more than kMaxAlignCells cells are taken, the step is doubled until they are not.
inline constexpr std::int64_t kAlignStepUs = 250'000;
inline constexpr std::size_t kMaxAlignCells = std::size_t{1} << 19;
// So often the segments found are set aside and the rest is looked at again.
inline constexpr int kMaxAlignRounds = 8;

struct AlignOptions {
    // How much faster or slower the known video may run in the query.
    double speed_change = 0.10;
    // How far apart in the query two neighbouring matches of a segment may be.
    std::int64_t max_gap_us = 8'000'000;
    // By how much the times of two neighbouring matches may disagree beside the speed, and by half of how much those of
    // the ends may: the distance of frames that were hashed, in the coarser of the two videos.
    std::int64_t jitter_us = 1'000'000;
    // Segments of fewer frames, of either video, or shorter in the query are left out: chance, or a still.
    std::uint32_t min_frames = 3;
    std::int64_t min_length_us = 2'000'000;
    // How many segments by chance among all that the pairs of a run could make are put up with: where many pairs lie
    // about that belong together with no others, a segment needs more frames than min_frames.
    double chance = 1e-3;
};

// Pairs make runs: a new one begins after more steps of the query without a pair than max_gap_us, rounded up, has. No
// segment goes over the end of a run, and each run is looked at by itself, as if there were no other: so a stream, which
// has to forget the runs that are over, finds what a whole video shows.
[[nodiscard]] std::int64_t align_step_of(std::int64_t query_us) noexcept;
[[nodiscard]] bool begins_run(std::int64_t step_before, std::int64_t step, const AlignOptions& options) noexcept;

// The segments that the pairs of one known video explain, by their start in the query, in which none overlap. Each is a
// chain of pairs that rises in the query, does not fall in the known video and keeps to the speed: first the chain of
// most frames and fewest bends in all the run, then that in what is left, and so on. Missing, cut and wrong frames
// break a chain only where nothing matches for max_gap_us. One or two matches before or after the rest, by over a second
// and three times the usual distance, that are three quarters of jitter_us off its line, are not part of it. Content that the
// known video has twice is found once, where more of it fits; content that the query has twice is found twice.
//
// Times are those of frames that match. So the true boundaries lie less than the distance of two frames of the query
// outside, and the known video's are known to half the distance of its frames less well.
//
// The result depends on the set of pairs alone, not on their order. Time for n pairs: n log n to sort them, then
// kMaxAlignRounds rounds at most, in each of which each cell of a run, at most kMaxAlignCells, is compared with those in
// a window before it: at most 360 with the default options. Memory: 64 bytes a pair and 32 a cell.
// Throws std::bad_alloc.
[[nodiscard]] std::vector<Segment> align(std::span<const FramePair> pairs, const AlignOptions& options = {});

}  // namespace tutela
