// One run of a stream: frames whose times rise, compared with one list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scan/finding.hpp"
#include "scan/sequence_match.hpp"
#include "scan/sightings.hpp"
#include "tutela/list.hpp"
#include "tutela/stream.hpp"

namespace tutela {

// One thread at a time. Throws std::bad_alloc.
class StreamRun {
public:
    // Frames from `first_us` on; `options` live as long as the run.
    StreamRun(HashList list, const StreamOptions& options, std::uint64_t number, std::int64_t first_us);

    // Whether a frame of that time still belongs to it.
    [[nodiscard]] bool goes_on(std::int64_t pts_us) const noexcept;
    // By how much it is later than the frame before.
    [[nodiscard]] std::int64_t step_to(std::int64_t pts_us) const noexcept;

    // The next frame and what is near it; adds what there is to say. Takes `finding` as SequenceMatch::take().
    void take(const FrameHash& frame, Finding& finding, std::vector<StreamEvent>& events);
    // Everything is over.
    void finish(std::vector<StreamEvent>& events);

    [[nodiscard]] std::size_t open() const noexcept { return sightings_.open(); }
    [[nodiscard]] std::uint64_t sightings() const noexcept { return sightings_.begun(); }
    [[nodiscard]] std::uint64_t segments() const noexcept { return segments_; }

private:
    void say(const ThingId& thing, const NearFrame& near, std::vector<StreamEvent>& events);
    void end(const Sightings::Ended& ended, std::vector<StreamEvent>& events);
    void end_segments(std::size_t video, VariantId variant, bool over, std::vector<StreamEvent>& events);
    [[nodiscard]] std::optional<MatchSegment> segment_so_far(const ThingId& thing, const Sighting& sighting);
    [[nodiscard]] StreamEvent event(StreamEventKind kind) const;
    [[nodiscard]] StreamMatch name(const NearFrame& near) const;
    [[nodiscard]] MatchSegment name(const Segment& segment, const KnownMatch& match, VariantId variant) const;
    [[nodiscard]] StreamSighting shown(const Sighting& sighting) const noexcept;

    HashList list_;
    const StreamOptions& options_;
    std::uint64_t number_;
    std::int64_t base_us_;     // the run's times count from here
    std::int64_t now_us_ = 0;  // the latest of them
    std::uint64_t frames_ = 0;
    std::uint64_t segments_ = 0;
    SequenceMatch sequence_;
    Sightings sightings_;
};

}  // namespace tutela
