// Judges what a worker says. A worker that a crafted file has taken over can say anything.
#pragma once

#include <cstdint>

#include "media/worker/protocol.hpp"

namespace tutela::worker {

// Whether `reply` can be the answer to `request`: every number is one that the contract allows, every place lies
// within the `output_bytes` of the output region, every text within its room.
[[nodiscard]] bool check_reply(const Request& request, const Reply& reply, std::uint64_t output_bytes) noexcept;

// The same for what open_pictures answers to one of the pictures: nothing, or its one frame, whole and small, in the
// room for these.
[[nodiscard]] bool check_batch_reply(const Request& request, const Reply& reply) noexcept;

// Whether a frame can lie there: its sides are some, its pixels no more than `max_pixels`, all of it within the region.
[[nodiscard]] bool check_place(const Place& place, std::uint64_t max_pixels, std::uint64_t output_bytes) noexcept;

}  // namespace tutela::worker
