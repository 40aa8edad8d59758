#include "scan/sightings.hpp"

#include <algorithm>

#include "scan/alignment.hpp"

namespace tutela {

namespace {

// While no segment is seen, one is looked for again after this share of the time since the start: looking costs more
// the longer it is.
constexpr std::int64_t kLookShare = 8;

}  // namespace

std::pair<Sighting&, Sightings::Reason> Sightings::add(const ThingId& thing, const NearFrame& near,
                                                       std::int64_t now_us) {
    const auto [at, is_new] = sightings_.try_emplace(thing);
    Sighting& sighting = at->second;
    begun_ += is_new ? 1 : 0;
    ++sighting.frames;
    sighting.end_us = now_us;
    if (is_new) {
        sighting.nearest = near;
        sighting.start_us = sighting.said_us = now_us;
        sighting.look_us = now_us + AlignOptions().min_length_us;
        return {sighting, Reason::match};
    }
    if (near.distance_bits < sighting.nearest.distance_bits) {
        sighting.nearest = near;
        return {sighting, Reason::match};
    }
    if (now_us - sighting.said_us >= repeat_interval_us_) return {sighting, Reason::match};
    const bool look = thing.is_video && !sighting.has_segment && now_us >= sighting.look_us;
    return {sighting, look ? Reason::segment : Reason::none};
}

void Sightings::said(Sighting& sighting, bool segment) noexcept {
    sighting.said_us = sighting.end_us;
    sighting.has_segment = sighting.has_segment || segment;
}

void Sightings::looked(Sighting& sighting) noexcept {
    sighting.look_us = sighting.end_us + std::max(kAlignStepUs, (sighting.end_us - sighting.start_us) / kLookShare);
}

Sightings::Ended Sightings::take_over(std::int64_t now_us) {
    Ended ended;
    const std::int64_t step = align_step_of(now_us);
    if (step == seen_step_) return ended;  // nothing more can be over than before
    seen_step_ = step;
    for (const auto& [thing, sighting] : sightings_) {
        if (begins_run(align_step_of(sighting.end_us), step, AlignOptions())) ended.emplace_back(thing, sighting);
    }
    for (const auto& [thing, sighting] : ended)
        sightings_.erase(thing);
    return ended;
}

Sightings::Ended Sightings::take_all() {
    Ended ended(sightings_.begin(), sightings_.end());
    sightings_.clear();
    return ended;
}

}  // namespace tutela
