// Where two videos are the same: stretches of time. Layer: scan.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tutela/export.h"
#include "tutela/hash.hpp"
#include "tutela/status.hpp"
#include "tutela/vpdq.hpp"

namespace tutela {

// Times of the first and the last frame of a stretch that both videos show in the same order, in microseconds.
struct Segment {
    std::int64_t query_start_us = 0;
    std::int64_t query_end_us = 0;
    std::int64_t known_start_us = 0;
    std::int64_t known_end_us = 0;
    std::uint32_t frames = 0;  // of the query that matched within it, at most one each quarter of a second
    std::uint32_t least_distance_bits = 0;

    bool operator==(const Segment&) const = default;
};

// Two videos, compared: how much, and where.
struct VideoComparison {
    VpdqComparison percent;
    // By their start in the query; none overlap there. A stretch counts when three frames or more, over two seconds or
    // more, follow each other in both videos at speeds within 10% of each other; pauses of up to 8 seconds without a
    // match are put up with. Times are those of frames: true boundaries lie less than one frame's distance outside.
    std::vector<Segment> segments;
};

// Compares the frames of two videos: percentages as compare_vpdq(), segments of the frames of sufficient quality. The
// frames are in the order of time. invalid_argument for a radius over 256, for no frames, and for times or qualities
// that ListBuilder::add_video() refuses. Throws std::bad_alloc.
TUTELA_API Result<VideoComparison> compare_videos(std::span<const FrameHash> query, std::span<const FrameHash> known,
                                                  const VpdqOptions& options = {});

}  // namespace tutela
