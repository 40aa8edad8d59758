// A file of several frames: what all decoders of such files do in the same way.
#pragma once

#include <cstdint>
#include <string>

#include "media/frame_ledger.hpp"
#include "tutela/media.hpp"

namespace tutela {

// Counts frames, keeps the limits, leaves out what cannot be decoded, and words the damage. A format goes through its
// file with advance() and makes() the pixels.
class FrameSequence : public FrameSource {
public:
    Result<bool> next(Frame& frame) final;

protected:
    // Whether frames are laid over those before: then damage goes on into all that follow.
    enum class Layers { apart, over };

    FrameSequence(const DecodeLimits& limits, Layers layers) noexcept : ledger_(limits), layers_(layers) {}

    // Goes to the next frame and fills in `upcoming_`; false at the end of the file. Takes no memory for pixels.
    virtual Result<bool> advance() = 0;
    // Makes the frame that advance() came to. corrupt and unsupported leave it out, other errors end the file.
    virtual Status make(Frame& frame) = 0;

    struct Upcoming {
        std::uint32_t width = 0;  // of the frame as it is given
        std::uint32_t height = 0;
        std::int64_t pts_us = kNoPts;
        std::uint32_t rows_decoded = 0;  // set by make(), with the frame's own damage ("" for none)
        std::string reason = {};
    };
    Upcoming upcoming_;
    std::string file_damage_;  // of no frame alone, once it is known; the first is kept, see blame()

    void blame(const char* reason);
    // Whether frames are named in what is said about damage: not when there is one alone.
    void name_frames(bool yes) noexcept { named_ = yes; }

private:
    Status finish(const Status& status);
    void account();

    FrameLedger ledger_;
    Layers layers_;
    std::uint32_t count_ = 0;  // of frames come to
    std::string sticky_;       // damage of a frame that others lie on
    bool named_ = true;
    bool ended_ = false;
};

}  // namespace tutela
