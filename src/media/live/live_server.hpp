// The worker's side of a live source.
#pragma once

namespace tutela::live {

// The whole life of tutela-stream; answers the exit status.
int run_stream_worker();

}  // namespace tutela::live
