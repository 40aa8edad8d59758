// Whether this is still the process that it was.
#pragma once

#include "core/mapping.hpp"

namespace tutela::worker {

// Set once, and found unset in every child that the process forks: a page that the kernel wipes there. A look at it
// costs a load, where getpid() costs a system call.
class ForkMark {
public:
    // Throws std::bad_alloc, also when the kernel does not wipe (before Linux 4.14).
    ForkMark();
    [[nodiscard]] bool is_same_process() const noexcept { return *page_.bytes().data() != 0; }
    // From here on this is the process.
    void set() noexcept { *page_.writable().data() = 1; }

private:
    Mapping page_;
};

}  // namespace tutela::worker
