// The worker's side: opens what the host asks for, and answers.
#pragma once

#include <memory>
#include <span>

#include "media/stepped_source.hpp"
#include "tutela/media.hpp"

namespace tutela::worker {

// The decoders that a worker serves; it has those of pictures and archives, or that of videos. Null for none.
struct Openers {
    Result<std::unique_ptr<FrameSource>> (*picture)(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                                    DecodeMode mode) = nullptr;
    Result<std::unique_ptr<ArchiveSource>> (*archive)(std::span<const std::uint8_t> bytes,
                                                      const ArchiveLimits& limits) = nullptr;
    Result<std::unique_ptr<SteppedSource>> (*video)(const VideoInput& input, const DecodeLimits& limits,
                                                    const Sampling& sampling) = nullptr;
    bool rare = false;  // whether `picture` opens rare formats too
};

// The whole life of a worker, from its first request to its last; answers the exit status.
int run_worker(const Openers& openers);

}  // namespace tutela::worker
