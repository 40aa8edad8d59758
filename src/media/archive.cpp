#include "tutela/media.hpp"

namespace tutela {

Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t>, const ArchiveLimits&) {
    return Status(StatusCode::unsupported, "no archive of a kind that this build reads");
}

}  // namespace tutela
