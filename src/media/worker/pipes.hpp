// Pipes between a host and its workers.
#pragma once

#include "core/file.hpp"
#include "tutela/status.hpp"

namespace tutela::worker {

// A pipe, both ends above the numbers that a worker's descriptors get. io_error.
Status make_pipe(Descriptor& reader, Descriptor& writer);

}  // namespace tutela::worker
