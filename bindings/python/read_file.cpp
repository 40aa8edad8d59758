#include "read_file.hpp"

#include <cerrno>
#include <cstddef>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tutela::python {
namespace {

class File {
public:
    // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
    explicit File(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

Status failure(int error, const std::string& path) {
    StatusCode code = StatusCode::io_error;
    if (error == ENOENT || error == ENOTDIR) code = StatusCode::not_found;
    if (error == EACCES || error == EPERM) code = StatusCode::permission_denied;
    return Status(code, path + ": " + std::generic_category().message(error));
}

}  // namespace

Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::uint64_t max_bytes) {
    const File file(path);
    struct stat facts {};
    if (file.descriptor() < 0 || ::fstat(file.descriptor(), &facts) != 0) return failure(errno, path);
    if (!S_ISREG(facts.st_mode)) return Status(StatusCode::unsupported, path + ": not a regular file");
    const auto announced = static_cast<std::uint64_t>(facts.st_size);
    if (announced > max_bytes) return Status(StatusCode::limit, path + ": larger than the limit on bytes");

    // One byte more than announced, so that the end is seen without another round; a growing file is cut there.
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(announced) + 1);
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::read(file.descriptor(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failure(errno, path);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace tutela::python
