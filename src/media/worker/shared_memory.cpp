#include "media/worker/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

// Of Linux 5.1; older headers lack it.
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

namespace tutela::worker {

namespace {

Status lacking(const char* what) {
    return Status(errno == ENOMEM ? StatusCode::out_of_memory : StatusCode::unsupported,
                  std::string("no memory can be shared with a sandboxed decoder (") + what + ": " +
                      std::system_category().message(errno) + ")");
}

// Growing a file past the limit would end the process by a signal.
bool may_have_size(std::size_t size) noexcept {
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    return limit.rlim_cur == RLIM_INFINITY || size <= limit.rlim_cur;
}

}  // namespace

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
    if (this != &other) {
        if (data_ != nullptr) (void)::munmap(data_, size_);
        descriptor_ = std::move(other.descriptor_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

SharedMemory::~SharedMemory() {
    if (data_ != nullptr) (void)::munmap(data_, size_);
}

Result<SharedMemory> SharedMemory::create(std::size_t size, Writer writer) {
    if (!may_have_size(size)) {
        return Status(StatusCode::unsupported,
                      "a sandboxed decoder shares more memory than the limit on the size of files allows (ulimit -f)");
    }
    SharedMemory memory;
    const Descriptor fd(::memfd_create("tutela", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd.valid() || ::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return lacking("memfd");
    const int protection = writer == Writer::host ? PROT_READ | PROT_WRITE : PROT_READ;
    void* data = ::mmap(nullptr, size, protection, MAP_SHARED | MAP_NORESERVE, fd.get(), 0);
    if (data == MAP_FAILED) return lacking("mmap");  // NOLINT(performance-no-int-to-ptr)
    memory.data_ = static_cast<std::uint8_t*>(data);
    memory.size_ = size;
    (void)::madvise(data, size, MADV_DONTDUMP);
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    if (writer == Writer::host) seals |= F_SEAL_FUTURE_WRITE;
    if (::fcntl(fd.get(), F_ADD_SEALS, seals) != 0) return lacking("seals");
    // Beyond the numbers that the worker's descriptors get, so that none is overwritten when they are laid out.
    memory.descriptor_ = Descriptor(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 16));
    if (!memory.descriptor_.valid()) return lacking("descriptors");
    return memory;
}

void SharedMemory::discard() noexcept {
    if (data_ == nullptr) return;
    (void)::fallocate(descriptor_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size_));
}

}  // namespace tutela::worker
