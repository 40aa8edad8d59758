#include "scan/folder_opener.hpp"

#include <fcntl.h>

#include <cerrno>

namespace tutela {

namespace {

constexpr std::size_t kMaxHeld = 12;

}  // namespace

FolderOpener::Opened FolderOpener::open(std::uint32_t folder) {
    if (folder == kNoFolder) return {AT_FDCWD, 0};
    steps_.clear();
    while (folder != kNoFolder) {
        drop_beyond(folder);
        if (!held_.empty() && held_.back().folder == folder) break;
        steps_.push_back(folder);
        folder = tree_.folder(folder).parent;
    }
    for (; !steps_.empty(); steps_.pop_back()) {
        const TreeFolder& step = tree_.folder(steps_.back());
        const int follow = step.followed ? 0 : O_NOFOLLOW;
        const int from = held_.empty() ? AT_FDCWD : held_.back().fd.get();
        Descriptor fd(::openat(from, tree_.name(step.name), O_PATH | O_DIRECTORY | O_CLOEXEC | follow));
        if (!fd.valid()) return {-1, errno};
        ++opens_;
        held_.push_back({steps_.back(), step.depth, std::move(fd)});
        if (held_.size() > kMaxHeld) thin_out();
    }
    return {held_.back().fd.get(), 0};
}

// Closes what is deeper than `folder`, or beside it.
void FolderOpener::drop_beyond(std::uint32_t folder) {
    const std::uint32_t depth = tree_.folder(folder).depth;
    while (!held_.empty() &&
           (held_.back().depth > depth || (held_.back().depth == depth && held_.back().folder != folder))) {
        held_.pop_back();
    }
}

// Closes one folder so that the gaps between those held grow with the distance from the innermost. Then climbing out
// of a tree of depth n opens about n log n folders, not n^2, with a dozen descriptors whatever n is.
void FolderOpener::thin_out() {
    const double innermost = held_.back().depth;
    std::size_t closest = 1;
    double smallest = 2;
    for (std::size_t i = 1; i + 1 < held_.size(); ++i) {
        const double before = held_[i - 1].depth;
        const double share = (held_[i + 1].depth - before) / (innermost - before);
        if (share < smallest) {
            smallest = share;
            closest = i;
        }
    }
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(closest));
}

}  // namespace tutela
