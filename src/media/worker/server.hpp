// The worker's side: opens what the host asks for, and answers.
#pragma once

#include <memory>
#include <span>

#include "tutela/media.hpp"

namespace tutela::worker {

// The decoders that a worker serves.
struct Openers {
    Result<std::unique_ptr<FrameSource>> (*picture)(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                                    DecodeMode mode);
    Result<std::unique_ptr<ArchiveSource>> (*archive)(std::span<const std::uint8_t> bytes, const ArchiveLimits& limits);
    bool rare;  // whether `picture` opens rare formats too
};

// The whole life of a worker, from its first request to its last; answers the exit status.
int run_worker(const Openers& openers);

}  // namespace tutela::worker
