#include "scan/sequence_match.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace tutela {

namespace {

ThingId thing_at(const HashList& list, std::uint32_t position) {
    const std::optional<FramePlace> place = list.frame_at(position);
    return place ? ThingId{true, static_cast<std::uint32_t>(place->video)} : ThingId{false, position};
}

// Keeps of the neighbors those that `keep` answers true for, by their number.
template <typename Keep>
void keep_neighbors(Finding& finding, const Keep& keep) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < finding.neighbors.size(); ++i) {
        if (!keep(i)) continue;
        finding.neighbors[kept] = finding.neighbors[i];
        finding.variants[kept++] = finding.variants[i];
    }
    finding.neighbors.resize(kept);
    finding.variants.resize(kept);
}

}  // namespace

void SequenceMatch::take(const HashList& list, const FrameHash& frame, Finding& finding) {
    const bool has_time = frame.pts_us != kNoPts;
    if (list.video_count() > 0) {
        drop_poor_frames(list, finding);
        if (has_time) push(list, frame, finding);
    }
    name_things(list, finding);
    if (!has_time) return;
    std::optional<NearestThing> nearest;
    if (!finding.neighbors.empty()) nearest = {finding.things.front(), finding.neighbors.front().distance_bits};
    timeline_.add(frame.pts_us, frame.quality, nearest);
}

void SequenceMatch::drop_poor_frames(const HashList& list, Finding& finding) {
    keep_neighbors(finding, [&](std::size_t i) {
        const std::optional<FramePlace> place = list.frame_at(finding.neighbors[i].position);
        return !place || static_cast<std::int32_t>(place->quality) >= kPdqMinQuality;
    });
}

void SequenceMatch::push(const HashList& list, const FrameHash& frame, const Finding& finding) {
    if (!matcher_) matcher_.emplace(list, options_);
    hits_.clear();
    for (std::size_t i = 0; i < finding.neighbors.size(); ++i) {
        const Neighbor& neighbor = finding.neighbors[i];
        if (!list.frame_at(neighbor.position)) continue;
        hits_.push_back({neighbor.position, neighbor.distance_bits, finding.variants[i]});
    }
    matcher_->push(frame, hits_);
}

void SequenceMatch::name_things(const HashList& list, Finding& finding) {
    finding.things.clear();
    if (list.video_count() == 0) {
        for (const Neighbor& neighbor : finding.neighbors)
            finding.things.push_back({false, neighbor.position});
        return;
    }
    std::set<std::uint32_t> videos;
    keep_neighbors(finding, [&](std::size_t i) {
        const ThingId thing = thing_at(list, finding.neighbors[i].position);
        if (thing.is_video && !videos.insert(thing.number).second) return false;
        finding.things.push_back(thing);
        return true;
    });
}

void SequenceMatch::finish(Finding& finding) {
    if (finding.outcome == Outcome::matched) finding.timeline = timeline_.finish(finding.things);
    if (matcher_) {
        for (const KnownMatch& match : matcher_->matches()) {
            for (const Segment& segment : match.segments) {
                finding.segments.push_back({static_cast<std::uint32_t>(*match.video), segment, match.variant,
                                            static_cast<std::uint32_t>(match.query_match_percent),
                                            static_cast<std::uint32_t>(match.compared_match_percent)});
            }
        }
        std::sort(finding.segments.begin(), finding.segments.end(), [](const FoundSegment& a, const FoundSegment& b) {
            return std::tie(a.segment.query_start_us, a.video) < std::tie(b.segment.query_start_us, b.video);
        });
    }
    *this = SequenceMatch(options_);
}

}  // namespace tutela
