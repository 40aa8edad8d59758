#include "scan/sequence.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

namespace tutela {

namespace {

constexpr std::size_t kSpareFrames = 1024;
constexpr std::uint32_t kUnused = UINT32_MAX;

// Higher is better; the outcomes that a frame can have.
int rank(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::matched: return 4;
        case Outcome::clean: return 3;
        case Outcome::low_quality: return 2;
        case Outcome::too_small: return 1;
        default: return 0;
    }
}

bool better(const Finding& a, const Finding& b) noexcept {
    if (rank(a.outcome) != rank(b.outcome)) return rank(a.outcome) > rank(b.outcome);
    return a.outcome == Outcome::matched && a.neighbors.front().distance_bits < b.neighbors.front().distance_bits;
}

}  // namespace

void Sequence::add(Finding&& frame) {
    ++looked_at_;
    if (!frame.neighbors.empty()) merge(frame);
    if (!best_ || better(frame, *best_)) best_ = std::move(frame);
}

void Sequence::merge(const Finding& frame) {
    const auto number = static_cast<std::uint32_t>(frames_.size());
    frames_.push_back(frame.matched_frames.front());
    for (std::size_t i = 0; i < frame.neighbors.size(); ++i)
        hits_.push_back({frame.neighbors[i], frame.variants[i], frame.things[i], number});
    if (++with_matches_ == 1) return;
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
        return std::tie(a.thing, a.neighbor.distance_bits, a.frame) <
               std::tie(b.thing, b.neighbor.distance_bits, b.frame);
    });
    const auto same = [](const Hit& a, const Hit& b) { return a.thing == b.thing; };
    hits_.erase(std::unique(hits_.begin(), hits_.end(), same), hits_.end());
    if (frames_.size() > 2 * hits_.size() + kSpareFrames) drop_unused_frames();
}

// Of a long video that matches from its first frame to the last, few frames are the nearest of an entry.
void Sequence::drop_unused_frames() {
    std::vector<std::uint32_t> place(frames_.size(), kUnused);
    for (const Hit& hit : hits_)
        place[hit.frame] = 0;
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < frames_.size(); ++i) {
        if (place[i] == kUnused) continue;
        place[i] = kept;
        frames_[kept++] = frames_[i];
    }
    frames_.resize(kept);
    for (Hit& hit : hits_)
        hit.frame = place[hit.frame];
}

Finding Sequence::finish() {
    Finding finding = *std::exchange(best_, std::nullopt);
    finding.frames = std::exchange(looked_at_, 0);
    if (std::exchange(with_matches_, 0) > 1) {
        std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
            return std::tie(a.neighbor.distance_bits, a.neighbor.position) <
                   std::tie(b.neighbor.distance_bits, b.neighbor.position);
        });
        finding.neighbors.clear();
        finding.variants.clear();
        finding.things.clear();
        finding.frame_of.clear();
        for (const Hit& hit : hits_) {
            finding.neighbors.push_back(hit.neighbor);
            finding.variants.push_back(hit.variant);
            finding.things.push_back(hit.thing);
            finding.frame_of.push_back(hit.frame);
        }
        finding.matched_frames = std::move(frames_);
    }
    hits_.clear();
    frames_.clear();
    return finding;
}

}  // namespace tutela
