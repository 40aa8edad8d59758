// tutela-worker: decodes for another process, confined. It is started by make_sandboxed_decoder() alone.
#include "media/worker/server.hpp"

int main() {
    return tutela::worker::run_worker({&tutela::open_media, &tutela::open_archive});
}
