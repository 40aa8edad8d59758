// The findings of a file's frames, made one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scan/finding.hpp"

namespace tutela {

// The finding of the best frame (the highest outcome of matched, clean, low_quality, too_small; then the nearest match;
// then the first), with the matches of all: each entry once, from the frame and variant that is nearest, the first of
// equals. A known video counts as one entry. Holds one hit for each entry matched, however many frames there are. One thread at a time.
class Sequence {
public:
    // The finding of the next frame.
    void add(Finding&& frame);
    [[nodiscard]] bool empty() const noexcept { return !best_.has_value(); }
    [[nodiscard]] bool matched() const noexcept { return best_ && best_->outcome == Outcome::matched; }
    // Precondition: not empty(). The object is empty then.
    [[nodiscard]] Finding finish();

private:
    struct Hit {
        Neighbor neighbor;
        VariantId variant;
        ThingId thing;
        std::uint32_t frame;  // indexes frames_
    };

    void merge(const Finding& frame);
    void drop_unused_frames();

    std::optional<Finding> best_;
    std::vector<Hit> hits_;  // by thing, once there are several frames with matches
    std::vector<MatchedFrame> frames_;
    std::uint32_t looked_at_ = 0;
    std::uint32_t with_matches_ = 0;
};

}  // namespace tutela
