// All inputs of a run, found before the first is read. Compact: millions of files cost their names and 16 bytes each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace tutela {

inline constexpr std::uint32_t kNoFolder = std::numeric_limits<std::uint32_t>::max();

// What an input was found to be; all but `file` are rows without being opened.
enum class ItemKind : std::uint8_t {
    file,
    folder,             // only while walking: never an item
    unreadable,         // `error` says why; a folder or a name that could not be looked at
    unreadable_folder,  // could not be opened, or not listed to its end
    symlink,            // not followed
    dangling_symlink,
    entered_folder,  // a folder that another path has led to already
    fifo,
    socket,
    character_device,
    block_device,
    other,
    bad_name,  // a path with a NUL byte, which no system call can be given; `name` indexes the odd paths
};

// Where a name lies in the tree's arena.
using NameOffset = std::uint64_t;

struct TreeFolder {
    NameOffset name = 0;               // of a folder that the caller named: the whole path
    std::uint32_t parent = kNoFolder;  // kNoFolder: named by the caller
    std::uint32_t depth = 0;           // 0: named by the caller
    bool followed = false;             // may be reached through a symbolic link
};

struct TreeItem {
    NameOffset name = 0;  // of an item that the caller named: the whole path
    std::uint32_t folder = kNoFolder;
    std::int16_t error = 0;  // errno, for the unreadable kinds
    ItemKind kind = ItemKind::file;
    bool followed = false;  // may be a symbolic link
};
static_assert(sizeof(TreeItem) == 16);

class FileTree {
public:
    NameOffset add_name(std::string_view name);
    // Throws std::bad_alloc past 2^32 - 2 folders.
    std::uint32_t add_folder(NameOffset name, std::uint32_t parent, bool followed);
    void add_item(const TreeItem& item) { items_.push_back(item); }
    void add_bad_path(std::string_view path);

    [[nodiscard]] const std::vector<TreeItem>& items() const noexcept { return items_; }
    [[nodiscard]] const TreeFolder& folder(std::uint32_t id) const noexcept { return folders_[id]; }
    // NUL-terminated; valid until the next add_name().
    [[nodiscard]] const char* name(NameOffset offset) const noexcept { return names_.data() + offset; }
    // The whole path: as the caller named it, and below that joined with '/'.
    [[nodiscard]] std::string path(const TreeItem& item) const;

    // The whole of it, part by part, for a journal.
    [[nodiscard]] std::string_view names() const noexcept { return names_; }
    [[nodiscard]] const std::vector<TreeFolder>& folders() const noexcept { return folders_; }
    [[nodiscard]] const std::vector<std::string>& bad_paths() const noexcept { return bad_paths_; }
    // And back again: names with the NUL that ends each, and then folders and items as they came out.
    void append_names(std::string_view names) { names_ += names; }
    void append_bad_path(std::string_view path) { bad_paths_.emplace_back(path); }
    // Whether a folder or an item stands on parts that are there; of what another file says, nothing else may be added.
    [[nodiscard]] bool fits(const TreeFolder& folder) const noexcept;
    [[nodiscard]] bool fits(const TreeItem& item) const noexcept;

private:
    std::string names_;
    std::vector<TreeFolder> folders_;
    std::vector<TreeItem> items_;
    std::vector<std::string> bad_paths_;
};

}  // namespace tutela
