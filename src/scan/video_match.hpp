// From the matches of single frames to what a video shows: which known videos, from when to when, and which stills.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "scan/alignment.hpp"
#include "tutela/hash.hpp"
#include "tutela/hasher.hpp"
#include "tutela/list.hpp"
#include "tutela/variants.hpp"
#include "tutela/video.hpp"

namespace tutela {

// An entry that a frame, or a variant of it, is near.
struct FrameHit {
    std::uint32_t position = 0;
    std::uint32_t distance_bits = 0;
    VariantId variant{};
};

// A known still or a known video that the frames show.
struct KnownMatch {
    std::size_t position = 0;          // the entry that is nearest; of a video, its frame
    std::optional<std::size_t> video;  // its number in the list; nothing for a still
    // The nearest match, the first of equals.
    std::uint32_t distance_bits = 0;
    VariantId variant{};
    std::uint64_t frame = 0;  // which of the frames pushed, from 0
    std::int64_t pts_us = 0;
    // All of them.
    std::uint64_t frames = 0;  // of the query
    std::int64_t first_us = 0;
    std::int64_t last_us = 0;
    // Of a video, the rest. The percentages are as compare_vpdq() has them, but frames whose variants match count too.
    std::vector<Segment> segments;
    double query_match_percent = 0;
    double compared_match_percent = 0;
};

struct VideoMatchOptions {
    std::int32_t min_quality = kPdqMinQuality;            // frames of known videos below it match nothing
    std::uint32_t percent_radius = VpdqOptions().radius;  // matches beyond it count in no percentage
    AlignOptions align;
    // When a run of matches of a known video is over (see begins_run()), its segments are settled and its pairs
    // forgotten: what comes of it is what align() finds in all pairs. They are also when it has so many pairs, or all
    // together have. A segment cut so goes on as one.
    std::size_t max_pairs_each = std::size_t{1} << 16;
    std::size_t max_pairs = std::size_t{1} << 22;
    // Of one known video, in each step of kAlignStepUs of the query, so many pairs are kept: the nearest, of equals
    // those that go on where the last ones led to.
    std::size_t max_pairs_each_step = 64;
    // Equal frames are counted once as long as there are not more different ones than this.
    std::size_t max_distinct = std::size_t{1} << 21;
};

// Takes the frames of one video, or of a stream without an end, in the order of their times. The matches so far can be
// asked for at any time; those of a whole video are the same whether they were asked for in between or not.
//
// Memory, whatever the length: 24 bytes for each pair kept (100 MiB by default), 16 for each different frame (at most 2
// million), two bits for each frame of the known videos that matched, some 300 bytes for each known thing that did, and 40
// for each segment found. A push takes time for each hit. Not thread-safe. Throws std::bad_alloc.
class VideoMatcher {
public:
    explicit VideoMatcher(HashList list, const VideoMatchOptions& options = {});

    // The next frame and what is near it or its variants. A time that is not there, or before that of the frame before,
    // stands for the latter. The quality is that of the frame as it stands: below the minimum it counts in no
    // percentage, but its hits do.
    void push(const FrameHash& frame, std::span<const FrameHit> hits);

    // All known things so far, nearest first, of equals by position; segments may still grow. Time: as align(), for the
    // videos that had a match lately.
    [[nodiscard]] std::vector<KnownMatch> matches() const;
    // The same of one known video: what a stream says when a frame has matched.
    [[nodiscard]] std::optional<KnownMatch> match_of_video(std::size_t number) const;
    // Takes out the segments of one known video that are final, so that a stream without an end holds few: all when
    // its run of matches is `over`, that is when no frame to come will be within it; else those settled, but the last,
    // which may go on. Nothing when there are none.
    [[nodiscard]] std::optional<KnownMatch> take_segments(std::size_t number, bool over);

    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
    [[nodiscard]] std::size_t pairs() const noexcept { return pairs_; }

private:
    struct Known {
        KnownMatch match;
        std::uint64_t last_frame = 0;  // of the query that matched
        // Of a video, the rest.
        std::vector<bool> counted;     // its frames that count in its percentage
        std::size_t countable = 0;     // so many
        std::vector<bool> met;         // those of them that were matched
        std::uint64_t met_frame = 0;   // the last query frame that matched one of these, counted from 1
        std::uint64_t query_met = 0;   // query frames that match and count in the query's percentage
        std::vector<FramePair> pairs;  // not settled, in the order of the query
        std::vector<FramePair> step;   // those of the query's present step
        std::int64_t last_step = 0;    // of the query, of the last pair
        std::int64_t lead_us = 0;      // by how much the nearest of the last step was ahead in the known video
    };

    [[nodiscard]] Known& known_of(const FrameHit& hit, const std::optional<FramePlace>& place);
    void begin_video(Known& known, std::size_t number) const;
    void add_pair(Known& known, const FramePair& pair);
    void thin_step(Known& known) const;
    void end_step(Known& known);
    void settle(Known& known);
    // Adds what the pairs that are not settled show.
    void add_segments(const Known& known, std::vector<Segment>& segments) const;
    // Its match, with the settled segments alone.
    [[nodiscard]] KnownMatch settled(const Known& known) const;
    [[nodiscard]] KnownMatch finished(const Known& known) const;

    HashList list_;
    VideoMatchOptions options_;
    std::map<std::size_t, Known> videos_;  // by number
    std::map<std::size_t, Known> stills_;  // by position
    std::unordered_set<std::uint64_t> distinct_;
    std::uint64_t frames_ = 0;
    std::uint64_t counted_ = 0;  // of sufficient quality, equal ones once
    std::int64_t now_us_ = 0;
    std::size_t pairs_ = 0;
};

}  // namespace tutela
