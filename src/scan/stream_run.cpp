#include "scan/stream_run.hpp"

#include <algorithm>
#include <utility>

#include "scan/alignment.hpp"
#include "scan/scanned_file.hpp"

namespace tutela {

namespace {

VideoMatchOptions matching_of_streams() {
    VideoMatchOptions options;  // many streams run at once: they hold less each than a scan does
    options.max_pairs = std::size_t{1} << 20;
    options.max_distinct = std::size_t{1} << 18;
    return options;
}

// Times count from 0, as those of a file do. Only a run that begins before 0 has another origin, on the alignment's
// grid.
std::int64_t base_of(std::int64_t first_us) noexcept {
    return first_us >= 0 ? 0 : first_us / kAlignStepUs * kAlignStepUs - kAlignStepUs;
}

}  // namespace

StreamRun::StreamRun(HashList list, const StreamOptions& options, std::uint64_t number, std::int64_t first_us)
    : list_(std::move(list)),
      options_(options),
      number_(number),
      base_us_(base_of(first_us)),
      now_us_(first_us - base_us_),
      sequence_(matching_of_streams()),
      sightings_(options.repeat_interval_us) {}

std::int64_t StreamRun::step_to(std::int64_t pts_us) const noexcept {
    return pts_us - base_us_ - now_us_;
}

bool StreamRun::goes_on(std::int64_t pts_us) const noexcept {
    return step_to(pts_us) >= -kStreamStepBackUs && step_to(pts_us) <= kStreamJumpUs;
}

void StreamRun::take(const FrameHash& frame, Finding& finding, std::vector<StreamEvent>& events) {
    now_us_ = std::max(now_us_, frame.pts_us - base_us_);
    end(sightings_.take_over(now_us_), events);
    sequence_.take(list_, {frame.hash, frame.quality, now_us_}, finding);
    for (std::size_t i = 0; i < finding.neighbors.size(); ++i) {
        const Neighbor& neighbor = finding.neighbors[i];
        const NearFrame near{neighbor.position, neighbor.distance_bits, finding.variants[i], frames_, frame.pts_us};
        say(finding.things[i], near, events);
    }
    ++frames_;
}

void StreamRun::finish(std::vector<StreamEvent>& events) {
    end(sightings_.take_all(), events);
}

// What a frame shows of one thing, if it is to be said.
void StreamRun::say(const ThingId& thing, const NearFrame& near, std::vector<StreamEvent>& events) {
    const auto [sighting, reason] = sightings_.add(thing, near, now_us_);
    if (thing.is_video) end_segments(thing.number, sighting.nearest.variant, false, events);
    if (reason == Sightings::Reason::none) return;
    std::optional<MatchSegment> segment = segment_so_far(thing, sighting);
    if (!segment) Sightings::looked(sighting);
    if (!segment && reason == Sightings::Reason::segment) return;
    Sightings::said(sighting, segment.has_value());
    StreamEvent match = event(StreamEventKind::match);
    match.match = name(near);
    match.sighting = shown(sighting);
    match.segment = std::move(segment);
    events.push_back(std::move(match));
}

void StreamRun::end(const Sightings::Ended& ended, std::vector<StreamEvent>& events) {
    for (const auto& [thing, sighting] : ended) {
        if (thing.is_video) end_segments(thing.number, sighting.nearest.variant, true, events);
        StreamEvent end = event(StreamEventKind::sighting_ended);
        end.match = name(sighting.nearest);
        end.sighting = shown(sighting);
        events.push_back(std::move(end));
    }
}

void StreamRun::end_segments(std::size_t video, VariantId variant, bool over, std::vector<StreamEvent>& events) {
    const std::optional<KnownMatch> match = sequence_.matcher()->take_segments(video, over);
    if (!match) return;
    for (const Segment& segment : match->segments) {
        StreamEvent end = event(StreamEventKind::segment_ended);
        end.segment = name(segment, *match, variant);
        events.push_back(std::move(end));
        ++segments_;
    }
}

std::optional<MatchSegment> StreamRun::segment_so_far(const ThingId& thing, const Sighting& sighting) {
    if (!thing.is_video || sighting.end_us - sighting.start_us < AlignOptions().min_length_us) return std::nullopt;
    const std::optional<KnownMatch> match = sequence_.matcher()->match_of_video(thing.number);
    if (!match || match->segments.empty()) return std::nullopt;
    return name(match->segments.back(), *match, sighting.nearest.variant);
}

StreamEvent StreamRun::event(StreamEventKind kind) const {
    StreamEvent event;
    event.kind = kind;
    event.stream = options_.name;
    event.run = number_;
    return event;
}

StreamMatch StreamRun::name(const NearFrame& near) const {
    const EntryView entry = list_.entry(near.position);
    StreamMatch match;
    match.entry_id = list_.entry_name(near.position);
    match.distance_bits = near.distance_bits;
    match.variant = variant_name(near.variant);
    match.frame = near.frame;
    match.pts_us = near.pts_us;
    if (const std::optional<FramePlace> place = list_.frame_at(near.position)) match.known_us = place->pts_us;
    match.category = entry.category;
    match.label = entry.label;
    return match;
}

MatchSegment StreamRun::name(const Segment& segment, const KnownMatch& match, VariantId variant) const {
    MatchSegment named = name_segment({static_cast<std::uint32_t>(*match.video), segment, variant,
                                       static_cast<std::uint32_t>(match.query_match_percent),
                                       static_cast<std::uint32_t>(match.compared_match_percent)},
                                      list_);
    named.start_us += base_us_;
    named.end_us += base_us_;
    return named;
}

StreamSighting StreamRun::shown(const Sighting& sighting) const noexcept {
    return {sighting.start_us + base_us_, sighting.end_us + base_us_, sighting.frames};
}

}  // namespace tutela
