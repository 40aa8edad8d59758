// A FileTree as records of a journal, none of them much larger than kTreeChunk.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "scan/file_tree.hpp"
#include "tutela/status.hpp"

namespace tutela {

inline constexpr std::size_t kTreeChunk = std::size_t{1} << 20;

// What a chunk holds; they come in this order, of each as many as are needed. The numbers are part of the format.
enum class TreePart : std::uint8_t { names = 1, bad_path = 2, folders = 3, items = 4, end = 5 };

// Calls `put` with one chunk after the other.
Status pack_tree(const FileTree& tree, const std::function<Status(std::span<const std::uint8_t> chunk)>& put);

// Puts chunks together again, and believes nothing.
class TreeUnpacker {
public:
    explicit TreeUnpacker(FileTree& tree) noexcept : tree_(tree) {}

    // False when the chunk is none, comes out of order, or points at what is not there.
    [[nodiscard]] bool add(std::span<const std::uint8_t> chunk);
    [[nodiscard]] bool complete() const noexcept { return part_ == TreePart::end; }

private:
    FileTree& tree_;
    TreePart part_ = TreePart::names;
};

}  // namespace tutela
