// A source that can be asked for a little at a time.
#pragma once

#include "tutela/media.hpp"

namespace tutela {

// For those who must answer in between: of a video, many frames may be decoded for one that is given.
class SteppedSource : public FrameSource {
public:
    enum class Step { frame, none, end };

    // As next(), but it may also answer `none` after some work: there is more to come.
    virtual Result<Step> step(Frame& frame) = 0;

    Result<bool> next(Frame& frame) final {
        for (;;) {
            const Result<Step> done = step(frame);
            if (!done.ok()) return done.status();
            if (done.value() != Step::none) return done.value() == Step::frame;
        }
    }
};

}  // namespace tutela
