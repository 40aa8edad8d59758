// What a stream is showing, and when there is something to say of it; the rules are those of tutela/stream.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "scan/finding.hpp"
#include "tutela/variants.hpp"

namespace tutela {

// A frame that a known thing is near.
struct NearFrame {
    std::uint32_t position = 0;  // the entry
    std::uint32_t distance_bits = 0;
    VariantId variant{};
    std::uint64_t frame = 0;
    std::int64_t pts_us = 0;  // as given, while all other times count from the start of the run
};

// One known thing that is being shown. Times in microseconds, never falling.
struct Sighting {
    NearFrame nearest;  // the first of equals
    std::int64_t start_us = 0;
    std::int64_t end_us = 0;
    std::uint64_t frames = 0;
    std::int64_t said_us = 0;  // when something was said last
    bool has_segment = false;  // and a segment with it, once
    std::int64_t look_us = 0;  // when to look for one again
};

// One thread at a time.
class Sightings {
public:
    using Ended = std::vector<std::pair<ThingId, Sighting>>;  // by thing

    explicit Sightings(std::int64_t repeat_interval_us) : repeat_interval_us_(repeat_interval_us) {}

    enum class Reason {
        none,
        segment,  // the first segment of a known video, if there is one now
        match,
    };
    // The next frame that is near the thing, and why something is to be said of it, if it is. The reference is good
    // until something ends.
    std::pair<Sighting&, Reason> add(const ThingId& thing, const NearFrame& near, std::int64_t now_us);
    // It was said, with a segment or without.
    static void said(Sighting& sighting, bool segment) noexcept;
    // There was no segment yet.
    static void looked(Sighting& sighting) noexcept;

    // Takes out those that are over when a frame comes now, or all.
    [[nodiscard]] Ended take_over(std::int64_t now_us);
    [[nodiscard]] Ended take_all();

    [[nodiscard]] std::size_t open() const noexcept { return sightings_.size(); }
    [[nodiscard]] std::uint64_t begun() const noexcept { return begun_; }

private:
    std::int64_t repeat_interval_us_;
    std::map<ThingId, Sighting> sightings_;
    std::uint64_t begun_ = 0;
    std::int64_t seen_step_ = 0;  // the last one of take_over()
};

}  // namespace tutela
