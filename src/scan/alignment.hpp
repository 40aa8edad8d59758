// Where two videos run together: from frames that match to stretches of time that do.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tutela {

// One frame of the video at hand that is near one frame of a known video. Times in microseconds, not negative.
struct FramePair {
    std::int64_t query_us = 0;
    std::int64_t known_us = 0;
    std::uint32_t distance_bits = 0;
};

// Times of the first and the last frame of a stretch that both videos show in the same order.
struct Segment {
    std::int64_t query_start_us = 0;
    std::int64_t query_end_us = 0;
    std::int64_t known_start_us = 0;
    std::int64_t known_end_us = 0;
    std::uint32_t frames = 0;  // of the query that matched within it, at most one each kAlignStepUs
    std::uint32_t least_distance_bits = 0;

    bool operator==(const Segment&) const = default;
};

// Pairs are looked at on a grid of this step, in both videos: of several in a cell the nearest counts.
inline constexpr std::int64_t kAlignStepUs = 250'000;

struct AlignOptions {
    // How much faster or slower the known video may run in the query.
    double speed_change = 0.10;
    // How far apart in the query two neighbouring matches of a segment may be.
    std::int64_t max_gap_us = 8'000'000;
    // By how much the times of two neighbouring matches may disagree beside the speed: the distance of frames that were
    // hashed, in the coarser of the two videos.
    std::int64_t jitter_us = 1'000'000;
    // Segments of fewer frames, or shorter in the query, are left out: chance, or a still.
    std::uint32_t min_frames = 3;
    std::int64_t min_length_us = 2'000'000;
};

// The segments that the pairs of one known video explain, strongest first; none overlap in the query. Each is a chain
// of pairs that rises in both times and keeps to the speed, the one of the most frames, and of those the straightest.
// Frames that are missing, cut out or wrong break a chain only where nothing matches for max_gap_us. The order of
// `pairs` does not matter. Time: about the number of pairs times that of frames within the gap.
std::vector<Segment> align(std::span<const FramePair> pairs, const AlignOptions& options = {});

}  // namespace tutela
