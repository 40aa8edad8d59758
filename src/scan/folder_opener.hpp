// Folders of a FileTree as descriptors. Every step below a path that the caller named is one openat() that follows no
// link, so that nobody can swap a part of a path for a link while the run goes on, and no path is too long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/file.hpp"
#include "scan/file_tree.hpp"

namespace tutela {

// One thread at a time. The tree may grow between calls.
class FolderOpener {
public:
    explicit FolderOpener(const FileTree& tree) noexcept : tree_(tree) {}

    // `fd` is lent until the next call, and is good for *at() calls only (O_PATH). AT_FDCWD for kNoFolder.
    // On failure `error` is the errno.
    struct Opened {
        int fd = -1;
        int error = 0;
    };
    Opened open(std::uint32_t folder);

    // How many folders have been opened so far.
    [[nodiscard]] std::uint64_t opens() const noexcept { return opens_; }
    [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }

private:
    struct Held {
        std::uint32_t folder;
        std::uint32_t depth;
        Descriptor fd;
    };

    void drop_beyond(std::uint32_t folder);
    void thin_out();

    const FileTree& tree_;
    std::vector<Held> held_;            // some ancestors of the last folder and itself, outermost first
    std::vector<std::uint32_t> steps_;  // scratch: folders still to be opened, innermost first
    std::uint64_t opens_ = 0;
};

}  // namespace tutela
