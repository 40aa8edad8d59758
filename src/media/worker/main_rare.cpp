// tutela-worker-rare: as tutela-worker, for pictures of rare formats.
#include "media/worker/server.hpp"

namespace {

tutela::Result<std::unique_ptr<tutela::ArchiveSource>> open_no_archive(std::span<const std::uint8_t> /*bytes*/,
                                                                       const tutela::ArchiveLimits& /*limits*/) {
    return tutela::Status(tutela::StatusCode::unsupported, "archives are opened by another worker");
}

}  // namespace

int main() {
    return tutela::worker::run_worker({.picture = &tutela::open_media, .archive = &open_no_archive, .rare = true});
}
