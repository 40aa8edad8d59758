#include "scan/file_tree.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace tutela {

NameOffset FileTree::add_name(std::string_view name) {
    const NameOffset offset = names_.size();
    names_ += name;
    names_ += '\0';
    return offset;
}

std::uint32_t FileTree::add_folder(NameOffset name, std::uint32_t parent, bool followed) {
    if (folders_.size() >= kNoFolder) throw std::bad_alloc();
    const std::uint32_t depth = parent == kNoFolder ? 0 : folders_[parent].depth + 1;
    folders_.push_back({name, parent, depth, followed});
    return static_cast<std::uint32_t>(folders_.size() - 1);
}

void FileTree::add_bad_path(std::string_view path) {
    bad_paths_.emplace_back(path);
    items_.push_back({bad_paths_.size() - 1, kNoFolder, 0, ItemKind::bad_name, false});
}

bool FileTree::fits(const TreeFolder& folder) const noexcept {
    const bool named = folder.name < names_.size() && names_.back() == '\0';
    return named && (folder.parent == kNoFolder || folder.parent < folders_.size());
}

bool FileTree::fits(const TreeItem& item) const noexcept {
    if (item.kind > ItemKind::bad_name || item.kind == ItemKind::folder) return false;
    if (item.kind == ItemKind::bad_name) return item.name < bad_paths_.size() && item.folder == kNoFolder;
    const bool named = item.name < names_.size() && names_.back() == '\0';
    return named && (item.folder == kNoFolder || item.folder < folders_.size());
}

std::string FileTree::path(const TreeItem& item) const {
    if (item.kind == ItemKind::bad_name) return bad_paths_[item.name];
    std::vector<std::string_view> parts{name(item.name)};
    std::size_t length = parts.back().size();
    for (std::uint32_t id = item.folder; id != kNoFolder; id = folders_[id].parent) {
        parts.emplace_back(name(folders_[id].name));
        length += parts.back().size() + 1;
    }
    std::string whole;
    whole.reserve(length);
    std::reverse(parts.begin(), parts.end());
    for (const std::string_view part : parts) {
        if (!whole.empty() && whole.back() != '/') whole += '/';
        whole += part;
    }
    return whole;
}

}  // namespace tutela
