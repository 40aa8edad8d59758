// pHash as OpenCV's contrib module img_hash defines it, by OpenCV's own operations.
#pragma once

#include "tutela/frame.hpp"
#include "tutela/hash.hpp"
#include "tutela/status.hpp"

namespace tutela::hash64 {

// Precondition: a frame that check() lets through. Throws std::bad_alloc.
Result<Hash64> phash_opencv(const FrameView& frame);

}  // namespace tutela::hash64
