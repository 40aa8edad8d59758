#include "scan/video_match.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <tuple>
#include <utility>

#include "core/digest.hpp"
#include "core/try.hpp"

namespace tutela {

namespace {

std::uint64_t short_digest(const Hash256& hash) {
    const Xxh3_128 digest = xxh3_128(hash.bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | digest[i];
    return value;
}

// Whether a segment goes on where the one before was cut.
bool goes_on(const Segment& before, const Segment& after, const AlignOptions& options) noexcept {
    const std::int64_t gap = after.query_start_us - before.query_end_us;
    const std::int64_t bend = std::abs(after.known_start_us - before.known_end_us - gap);
    return gap >= 0 && gap <= options.max_gap_us && after.known_start_us >= before.known_end_us &&
           static_cast<double>(bend) <=
               options.speed_change * static_cast<double>(gap) + static_cast<double>(options.jitter_us);
}

double percent_of(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole == 0 ? 0 : static_cast<double>(part * 100) / static_cast<double>(whole);
}

}  // namespace

VideoMatcher::VideoMatcher(HashList list, const VideoMatchOptions& options)
    : list_(std::move(list)), options_(options) {}

void VideoMatcher::push(const FrameHash& frame, std::span<const FrameHit> hits) {
    if (frame.pts_us != kNoPts) now_us_ = std::max(now_us_, std::min(frame.pts_us, kMaxFrameTimeUs));
    const bool full = distinct_.size() >= options_.max_distinct;
    const bool is_new = full || distinct_.insert(short_digest(frame.hash)).second;
    const bool counts = is_new && frame.quality >= options_.min_quality;
    counted_ += counts ? 1 : 0;
    for (const FrameHit& hit : hits) {
        const std::optional<FramePlace> place = list_.frame_at(hit.position);
        if (place && static_cast<std::int32_t>(place->quality) < options_.min_quality) continue;
        Known& known = known_of(hit, place);
        KnownMatch& match = known.match;
        const bool again = match.frames > 0 && known.last_frame == frames_;
        if (!again) {
            ++match.frames;
            match.last_us = now_us_;
            known.last_frame = frames_;
        }
        if (hit.distance_bits < match.distance_bits) {
            match.position = hit.position;
            match.distance_bits = hit.distance_bits;
            match.variant = hit.variant;
            match.frame = frames_;
            match.pts_us = now_us_;
        }
        if (!place) continue;
        if (counts && known.counted[place->frame] && hit.distance_bits <= options_.percent_radius) {
            known.met[place->frame] = true;
            known.query_met += known.met_frame == frames_ + 1 ? 0 : 1;
            known.met_frame = frames_ + 1;
        }
        add_pair(known, {now_us_, place->pts_us, hit.distance_bits});
    }
    ++frames_;
    if (pairs_ <= options_.max_pairs) return;
    for (auto& [number, known] : videos_)
        settle(known);
}

// The known thing that the entry is or belongs to, begun when it is met for the first time.
VideoMatcher::Known& VideoMatcher::known_of(const FrameHit& hit, const std::optional<FramePlace>& place) {
    const auto [at, is_new] = place ? videos_.try_emplace(place->video) : stills_.try_emplace(hit.position);
    Known& known = at->second;
    if (!is_new) return known;
    known.match.distance_bits = Hash256::kBits + 1;
    known.match.first_us = now_us_;
    if (place) begin_video(known, place->video);
    return known;
}

void VideoMatcher::begin_video(Known& known, std::size_t number) const {
    known.match.video = number;
    const VideoView video = list_.video(number);
    known.met.resize(video.hashes.size());
    known.counted.resize(video.hashes.size());
    std::vector<std::uint32_t> order(video.hashes.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const auto &left = video.hashes[a].bytes, &right = video.hashes[b].bytes;
        return left != right ? left < right : a < b;
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool again = i > 0 && video.hashes[order[i]] == video.hashes[order[i - 1]];
        if (again || video.qualities[order[i]] < options_.min_quality) continue;
        known.counted[order[i]] = true;
        ++known.countable;
    }
}

void VideoMatcher::add_pair(Known& known, const FramePair& pair) {
    const std::int64_t step = align_step_of(pair.query_us);
    if (!known.step.empty() && known.last_step != step) end_step(known);
    if (begins_run(known.last_step, step, options_.align)) settle(known);
    known.last_step = step;
    known.step.push_back(pair);
    ++pairs_;
    if (known.step.size() > 4 * options_.max_pairs_each_step) {
        pairs_ -= known.step.size();
        thin_step(known);
        pairs_ += known.step.size();
    }
}

// Keeps of each step of the known video the nearest pair, and of these as many as may be.
void VideoMatcher::thin_step(Known& known) const {
    std::vector<FramePair>& step = known.step;
    const auto place = [](const FramePair& pair) { return pair.known_us / kAlignStepUs; };
    std::sort(step.begin(), step.end(), [&](const FramePair& a, const FramePair& b) {
        return std::tuple(place(a), a.distance_bits, a.query_us, a.known_us) <
               std::tuple(place(b), b.distance_bits, b.query_us, b.known_us);
    });
    const auto same = [&](const FramePair& a, const FramePair& b) { return place(a) == place(b); };
    step.erase(std::unique(step.begin(), step.end(), same), step.end());
    const auto off = [&](const FramePair& pair) { return std::abs(pair.known_us - pair.query_us - known.lead_us); };
    std::sort(step.begin(), step.end(), [&](const FramePair& a, const FramePair& b) {
        return std::tuple(a.distance_bits, off(a), a.known_us) < std::tuple(b.distance_bits, off(b), b.known_us);
    });
    if (step.size() > options_.max_pairs_each_step) step.resize(options_.max_pairs_each_step);
}

void VideoMatcher::end_step(Known& known) {
    pairs_ -= known.step.size();
    thin_step(known);
    pairs_ += known.step.size();
    known.lead_us = known.step.front().known_us - known.step.front().query_us;
    known.pairs.insert(known.pairs.end(), known.step.begin(), known.step.end());
    known.step.clear();
    if (known.pairs.size() >= options_.max_pairs_each) settle(known);
}

void VideoMatcher::settle(Known& known) {
    add_segments(known, known.match.segments);
    pairs_ -= known.pairs.size() + known.step.size();
    known.pairs = {};
    known.step.clear();
}

void VideoMatcher::add_segments(const Known& known, std::vector<Segment>& segments) const {
    std::vector<FramePair> pairs = known.pairs;
    pairs.insert(pairs.end(), known.step.begin(), known.step.end());
    const std::vector<Segment> found = align(pairs, options_.align);
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i == 0 && !segments.empty() && goes_on(segments.back(), found[0], options_.align)) {
            Segment& last = segments.back();
            last.query_end_us = found[0].query_end_us;
            last.known_end_us = found[0].known_end_us;
            last.frames += found[0].frames;
            last.least_distance_bits = std::min(last.least_distance_bits, found[0].least_distance_bits);
        } else {
            segments.push_back(found[i]);
        }
    }
}

KnownMatch VideoMatcher::finished(const Known& known) const {
    KnownMatch match = settled(known);
    if (match.video) add_segments(known, match.segments);
    return match;
}

KnownMatch VideoMatcher::settled(const Known& known) const {
    KnownMatch match = known.match;
    if (!match.video) return match;
    std::uint64_t met = 0;
    for (const bool frame_met : known.met)
        met += frame_met ? 1 : 0;
    match.query_match_percent = percent_of(known.query_met, counted_);
    match.compared_match_percent = percent_of(met, known.countable);
    return match;
}

std::vector<KnownMatch> VideoMatcher::matches() const {
    std::vector<KnownMatch> all;
    for (const auto* known_things : {&videos_, &stills_}) {
        for (const auto& [key, known] : *known_things)
            all.push_back(finished(known));
    }
    std::sort(all.begin(), all.end(), [](const KnownMatch& a, const KnownMatch& b) {
        return std::tie(a.distance_bits, a.position) < std::tie(b.distance_bits, b.position);
    });
    return all;
}

std::optional<KnownMatch> VideoMatcher::match_of_video(std::size_t number) const {
    const auto found = videos_.find(number);
    return found == videos_.end() ? std::nullopt : std::optional(finished(found->second));
}

std::optional<KnownMatch> VideoMatcher::take_segments(std::size_t number, bool over) {
    const auto found = videos_.find(number);
    if (found == videos_.end()) return std::nullopt;
    Known& known = found->second;
    if (over) settle(known);
    std::vector<Segment>& segments = known.match.segments;
    const std::size_t open = over || segments.empty() ? 0 : 1;
    if (segments.size() == open) return std::nullopt;
    KnownMatch match = settled(known);
    match.segments.resize(segments.size() - open);
    segments.erase(segments.begin(), segments.end() - static_cast<std::ptrdiff_t>(open));
    return match;
}

Result<VideoComparison> compare_videos(std::span<const FrameHash> query, std::span<const FrameHash> known,
                                       const VpdqOptions& options) {
    VideoComparison comparison;
    TUTELA_ASSIGN(comparison.percent, compare_vpdq(query, known, options));
    TUTELA_TRY(ListBuilder().add_video(query, {}));
    ListBuilder builder;
    TUTELA_TRY(builder.add_video(known, {}));
    TUTELA_ASSIGN(const HashList list, builder.build());
    IndexOptions how;
    how.radius = options.radius;
    TUTELA_ASSIGN(const auto index, list.open_index(how));
    VideoMatchOptions matching;
    matching.min_quality = options.min_quality;
    VideoMatcher matcher(list, matching);
    std::vector<Neighbor> near;
    std::vector<FrameHit> hits;
    for (const FrameHash& frame : query) {
        if (frame.quality < options.min_quality) continue;
        TUTELA_TRY(index->search(frame.hash, options.radius, near));
        hits.clear();
        for (const Neighbor& neighbor : near)
            hits.push_back({neighbor.position, neighbor.distance_bits, {}});
        matcher.push(frame, hits);
    }
    if (const std::optional<KnownMatch> match = matcher.match_of_video(0)) comparison.segments = match->segments;
    return comparison;
}

}  // namespace tutela
