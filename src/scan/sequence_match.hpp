// What a list knows of the frames of one file: stills and videos, and, where the frames have times, when.
#pragma once

#include <optional>
#include <vector>

#include "scan/finding.hpp"
#include "scan/timeline.hpp"
#include "scan/video_match.hpp"
#include "tutela/list.hpp"

namespace tutela {

// Given the frames of a file in their order. Memory: as VideoMatcher and Timeline, whatever the length. One thread at a
// time. Throws std::bad_alloc.
class SequenceMatch {
public:
    explicit SequenceMatch(const VideoMatchOptions& options = {}) : options_(options) {}

    // The next frame, and in `finding` all entries that are near it. Takes out of that the frames of known videos whose
    // quality is too low to be relied on, and leaves of each known video the nearest frame.
    void take(const HashList& list, const FrameHash& frame, Finding& finding);
    // Adds segments and timeline to what the frames showed together. The object is as new then.
    void finish(Finding& finding);
    // What a stream asks in between; null before the first frame with a time, and when the list has no videos.
    [[nodiscard]] VideoMatcher* matcher() noexcept { return matcher_ ? &*matcher_ : nullptr; }

private:
    void drop_poor_frames(const HashList& list, Finding& finding);
    void name_things(const HashList& list, Finding& finding);
    void push(const HashList& list, const FrameHash& frame, const Finding& finding);

    VideoMatchOptions options_;
    std::optional<VideoMatcher> matcher_;  // from the first frame with a time on, when the list has videos
    Timeline timeline_;
    std::vector<FrameHit> hits_;
};

}  // namespace tutela
