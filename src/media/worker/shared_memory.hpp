// Memory that two processes share: of a fixed size, and only as much of it real as has been touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/file.hpp"
#include "tutela/status.hpp"

namespace tutela::worker {

enum class Writer { host, worker };

// The host's end of a region. Movable, not copyable.
class SharedMemory {
public:
    SharedMemory() noexcept = default;
    SharedMemory(SharedMemory&& other) noexcept;
    SharedMemory& operator=(SharedMemory&& other) noexcept;
    ~SharedMemory();

    // `writer` alone can write to it: what the host does not write it maps read-only, and what the worker does not
    // write is sealed against every further writable mapping. Left out of core dumps. unsupported when the system lacks
    // what this takes; out_of_memory.
    static Result<SharedMemory> create(std::size_t size, Writer writer);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {data_, size_}; }
    // Precondition: Writer::host.
    [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {data_, size_}; }

    // Gives the memory back; what is read afterwards is zero. For Writer::worker; a sealed region cannot.
    void discard() noexcept;

private:
    Descriptor descriptor_;
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tutela::worker
