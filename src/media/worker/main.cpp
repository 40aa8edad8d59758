// tutela-worker: decodes for another process, confined. It is started by make_sandboxed_decoder() alone.
#include "media/archive_reader.hpp"
#include "media/decoders.hpp"
#include "media/worker/server.hpp"

int main() {
    tutela::prepare_archives();
    return tutela::worker::run_worker({&tutela::open_common_media, &tutela::open_archive, false});
}
