#include "media/worker/pipes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tutela::worker {

Status make_pipe(Descriptor& reader, Descriptor& writer) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return Status(StatusCode::io_error, "no pipe to a sandboxed decoder: " + std::system_category().message(errno));
    }
    const Descriptor low_reader(ends[0]);
    const Descriptor low_writer(ends[1]);
    reader = Descriptor(::fcntl(ends[0], F_DUPFD_CLOEXEC, 16));
    writer = Descriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, 16));
    if (reader.valid() && writer.valid()) return {};
    return Status(StatusCode::io_error, "no pipe to a sandboxed decoder: " + std::system_category().message(errno));
}

}  // namespace tutela::worker
