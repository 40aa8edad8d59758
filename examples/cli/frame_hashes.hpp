// The hashes of all frames of one file: what `tutela hash` makes a known video of.
#pragma once

#include <string>
#include <vector>

#include "tutela/media.hpp"
#include "tutela/vpdq.hpp"

namespace tutela::cli {

struct FrameHashes {
    std::vector<FrameHash> frames;  // whatever their quality; those too small to hash are left out
    // Of a file that was not looked at to its end, or is damaged: why. Empty for one that is whole.
    std::string damage;
    std::string end;
};

// Decodes a file frame by frame. Errors: those of opening, reading and decoding, when there is no frame at all.
Result<FrameHashes> hash_frames(const std::string& path, DecodeMode mode, Isolation isolation);

}  // namespace tutela::cli
