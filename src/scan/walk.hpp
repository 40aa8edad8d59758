// Finds the inputs of a run: paths and folders in, a FileTree out.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <optional>
#include <span>
#include <string>

#include "scan/file_tree.hpp"

namespace tutela {

// A file that is no input, wherever a folder lists it under this name.
struct LeftOut {
    std::string name;
    dev_t device = 0;
    ino_t number = 0;
};

struct WalkOptions {
    bool follow_symlinks = false;
    const std::atomic<bool>* stop = nullptr;
    std::optional<LeftOut> leave_out{};
};

// Appends the inputs under `paths` to `tree`, in the order of `paths`; within a folder in the order of the names'
// bytes, a folder's contents standing where its name stands. Opens folders only. False when it was stopped.
// Neither the depth nor the width of the tree is limited; a dozen descriptors are used.
[[nodiscard]] bool walk(std::span<const std::string> paths, const WalkOptions& options, FileTree& tree);

}  // namespace tutela
