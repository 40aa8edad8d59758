#include "scan/walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "scan/folder_opener.hpp"

namespace tutela {

namespace {

struct DirClose {
    void operator()(DIR* dir) const noexcept { ::closedir(dir); }
};
using DirStream = std::unique_ptr<DIR, DirClose>;

ItemKind kind_of(mode_t mode) noexcept {
    if (S_ISREG(mode)) return ItemKind::file;
    if (S_ISDIR(mode)) return ItemKind::folder;
    if (S_ISLNK(mode)) return ItemKind::symlink;
    if (S_ISFIFO(mode)) return ItemKind::fifo;
    if (S_ISSOCK(mode)) return ItemKind::socket;
    if (S_ISCHR(mode)) return ItemKind::character_device;
    if (S_ISBLK(mode)) return ItemKind::block_device;
    return ItemKind::other;
}

// A listing that is open for reading, at no cost to the folder's access time where the system allows. Null: see errno.
DirStream open_listing(int folder) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    int fd = ::openat(folder, ".", kFlags | O_NOATIME);
    if (fd < 0 && errno == EPERM) fd = ::openat(folder, ".", kFlags);
    if (fd < 0) return nullptr;
    DirStream stream(::fdopendir(fd));
    if (stream == nullptr) {
        const int error = errno;
        ::close(fd);
        errno = error;
    }
    return stream;
}

class Walker {
public:
    Walker(const WalkOptions& options, FileTree& tree) : options_(options), tree_(tree), opener_(tree) {}

    [[nodiscard]] bool stopped() const {
        return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
    }

    void add_named(const std::string& path) {
        if (path.find('\0') != std::string::npos) return tree_.add_bad_path(path);
        TreeItem item = classify(AT_FDCWD, path.c_str(), true);
        item.name = tree_.add_name(path);
        if (item.kind != ItemKind::folder) return tree_.add_item(item);
        enter(tree_.add_folder(item.name, kNoFolder, true));
        drain();
    }

private:
    // The contents of a folder, in order, and how far they are worked off.
    struct Listing {
        std::uint32_t folder;
        std::vector<TreeItem> entries;
        std::size_t next = 0;
    };

    // Works off the open listings, innermost first.
    void drain() {
        while (!open_.empty() && !stopped()) {
            Listing& listing = open_.back();
            if (listing.next == listing.entries.size()) {
                open_.pop_back();
                continue;
            }
            const TreeItem entry = listing.entries[listing.next++];
            if (entry.kind == ItemKind::folder) {
                enter(tree_.add_folder(entry.name, entry.folder, entry.followed));
            } else {
                tree_.add_item(entry);
            }
        }
        open_.clear();
    }

    void enter(std::uint32_t folder) {
        const FolderOpener::Opened opened = opener_.open(folder);
        if (opened.fd < 0) return add_folder_row(folder, ItemKind::unreadable_folder, opened.error);
        if (options_.follow_symlinks) {
            struct stat facts {};
            if (::fstat(opened.fd, &facts) != 0) return add_folder_row(folder, ItemKind::unreadable_folder, errno);
            if (!entered_.emplace(facts.st_dev, facts.st_ino).second) {
                return add_folder_row(folder, ItemKind::entered_folder, 0);
            }
        }
        list(folder, opened.fd);
    }

    void list(std::uint32_t folder, int fd) {
        const DirStream stream = open_listing(fd);
        if (stream == nullptr) return add_folder_row(folder, ItemKind::unreadable_folder, errno);
        Listing listing{folder, {}, 0};
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(stream.get());
            if (entry == nullptr) break;
            const std::string_view name(entry->d_name);
            if (name == "." || name == ".." || is_left_out(fd, entry->d_name)) continue;
            TreeItem item = classify_entry(fd, *entry);
            item.folder = folder;
            item.name = tree_.add_name(name);
            listing.entries.push_back(item);
        }
        // What was listed before the error is scanned all the same.
        if (errno != 0) add_folder_row(folder, ItemKind::unreadable_folder, errno);
        std::sort(listing.entries.begin(), listing.entries.end(), [&](const TreeItem& a, const TreeItem& b) {
            return std::string_view(tree_.name(a.name)) < std::string_view(tree_.name(b.name));
        });
        open_.push_back(std::move(listing));
    }

    [[nodiscard]] bool is_left_out(int folder, const char* name) const {
        const std::optional<LeftOut>& out = options_.leave_out;
        struct stat facts {};
        return out && out->name == name && ::fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
               facts.st_dev == out->device && facts.st_ino == out->number;
    }

    [[nodiscard]] TreeItem classify_entry(int folder, const dirent& entry) const {
        TreeItem item;
        switch (entry.d_type) {
            case DT_REG: item.kind = ItemKind::file; return item;
            case DT_DIR: item.kind = ItemKind::folder; return item;
            default: return classify(folder, entry.d_name, options_.follow_symlinks);
        }
    }

    [[nodiscard]] static TreeItem classify(int folder, const char* name, bool follow) {
        TreeItem item;
        struct stat facts {};
        if (::fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
            item.kind = ItemKind::unreadable;
            item.error = static_cast<std::int16_t>(errno);
            return item;
        }
        item.kind = kind_of(facts.st_mode);
        if (item.kind != ItemKind::symlink || !follow) return item;
        item.followed = true;
        if (::fstatat(folder, name, &facts, 0) == 0) {
            item.kind = kind_of(facts.st_mode);
        } else if (errno == ENOENT) {
            item.kind = ItemKind::dangling_symlink;
        } else {
            item.kind = ItemKind::unreadable;
            item.error = static_cast<std::int16_t>(errno);
        }
        return item;
    }

    void add_folder_row(std::uint32_t id, ItemKind kind, int error) {
        const TreeFolder& folder = tree_.folder(id);
        tree_.add_item({folder.name, folder.parent, static_cast<std::int16_t>(error), kind, false});
    }

    const WalkOptions& options_;
    FileTree& tree_;
    FolderOpener opener_;
    std::vector<Listing> open_;  // from the named folder down to the one being worked off
    std::set<std::pair<dev_t, ino_t>> entered_;
};

}  // namespace

bool walk(std::span<const std::string> paths, const WalkOptions& options, FileTree& tree) {
    Walker walker(options, tree);
    for (const std::string& path : paths) {
        if (walker.stopped()) return false;
        walker.add_named(path);
    }
    return !walker.stopped();
}

}  // namespace tutela
