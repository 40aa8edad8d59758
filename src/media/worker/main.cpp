// tutela-worker: decodes pictures and archives for another process, confined. It is started by make_sandboxed_decoder() alone.
#include "media/archive_reader.hpp"
#include "media/decoders.hpp"
#include "media/worker/server.hpp"

int main() {
    tutela::prepare_archives();
    return tutela::worker::run_worker({.picture = &tutela::open_common_media, .archive = &tutela::open_archive});
}
