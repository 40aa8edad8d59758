#include "scan/tree_codec.hpp"

#include <algorithm>

#include "core/try.hpp"
#include "scan/packing.hpp"

namespace tutela {

namespace {

using Put = std::function<Status(std::span<const std::uint8_t>)>;

constexpr std::size_t kPackedFolder = 8 + 4 + 1;
constexpr std::size_t kPackedItem = 8 + 4 + 2 + 1 + 1;

void begin(Packer& chunk, TreePart part) {
    chunk.clear();
    chunk.number(static_cast<std::uint8_t>(part));
}

void pack(const TreeFolder& folder, Packer& out) {
    out.number(folder.name);
    out.number(folder.parent);
    out.flag(folder.followed);
}

void pack(const TreeItem& item, Packer& out) {
    out.number(item.name);
    out.number(item.folder);
    out.number(item.error);
    out.number(static_cast<std::uint8_t>(item.kind));
    out.flag(item.followed);
}

template <typename Record>
Status pack_all(const std::vector<Record>& records, TreePart part, std::size_t packed, const Put& put) {
    Packer chunk;
    const std::size_t step = kTreeChunk / packed;
    for (std::size_t from = 0; from < records.size(); from += step) {
        begin(chunk, part);
        const std::size_t to = std::min(from + step, records.size());
        for (std::size_t i = from; i < to; ++i)
            pack(records[i], chunk);
        TUTELA_TRY(put(chunk.bytes()));
    }
    return {};
}

bool unpack_folders(Unpacker& in, FileTree& tree) {
    while (in.ok() && in.remaining() > 0) {
        TreeFolder folder;
        folder.name = in.number<NameOffset>();
        folder.parent = in.number<std::uint32_t>();
        folder.followed = in.flag();
        if (!in.ok() || !tree.fits(folder)) return false;
        tree.add_folder(folder.name, folder.parent, folder.followed);
    }
    return in.complete();
}

bool unpack_items(Unpacker& in, FileTree& tree) {
    while (in.ok() && in.remaining() > 0) {
        TreeItem item;
        item.name = in.number<NameOffset>();
        item.folder = in.number<std::uint32_t>();
        item.error = in.number<std::int16_t>();
        item.kind = static_cast<ItemKind>(in.number<std::uint8_t>());
        item.followed = in.flag();
        if (!in.ok() || !tree.fits(item)) return false;
        tree.add_item(item);
    }
    return in.complete();
}

std::string_view as_text(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Status pack_tree(const FileTree& tree, const Put& put) {
    Packer chunk;
    const std::string_view names = tree.names();
    for (std::size_t from = 0; from < names.size(); from += kTreeChunk) {
        const std::string_view piece = names.substr(from, kTreeChunk);
        begin(chunk, TreePart::names);
        chunk.raw({reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size()});
        TUTELA_TRY(put(chunk.bytes()));
    }
    for (const std::string& path : tree.bad_paths()) {
        begin(chunk, TreePart::bad_path);
        chunk.text(path);
        TUTELA_TRY(put(chunk.bytes()));
    }
    TUTELA_TRY(pack_all(tree.folders(), TreePart::folders, kPackedFolder, put));
    TUTELA_TRY(pack_all(tree.items(), TreePart::items, kPackedItem, put));
    begin(chunk, TreePart::end);
    chunk.number<std::uint64_t>(tree.items().size());
    return put(chunk.bytes());
}

bool TreeUnpacker::add(std::span<const std::uint8_t> chunk) {
    Unpacker in(chunk);
    const auto part = static_cast<TreePart>(in.number<std::uint8_t>());
    if (!in.ok() || complete() || part < part_ || part > TreePart::end) return false;
    part_ = part;
    switch (part) {
        case TreePart::names: tree_.append_names(as_text(in.raw(in.remaining()))); return true;
        case TreePart::bad_path: tree_.append_bad_path(in.text()); return in.complete();
        case TreePart::folders: return unpack_folders(in, tree_);
        case TreePart::items: return unpack_items(in, tree_);
        case TreePart::end: return in.number<std::uint64_t>() == tree_.items().size() && in.complete();
    }
    return false;
}

}  // namespace tutela
