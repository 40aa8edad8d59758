#include "media/worker/fork_mark.hpp"

#include <sys/mman.h>

#include <new>

namespace tutela::worker {

namespace {

constexpr std::size_t kMarkBytes = 4096;

}  // namespace

ForkMark::ForkMark() : page_(Mapping::of_zeroes(kMarkBytes)) {
    if (::madvise(page_.writable().data(), kMarkBytes, MADV_WIPEONFORK) != 0) throw std::bad_alloc();
    set();
}

}  // namespace tutela::worker
