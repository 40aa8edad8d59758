#include "tutela/journal.hpp"

#include <utility>

#include "core/try.hpp"
#include "scan/journal_access.hpp"
#include "scan/row_codec.hpp"
#include "scan/tree_codec.hpp"

namespace tutela {

Journal::Journal(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Journal::Journal(Journal&& other) noexcept = default;
Journal& Journal::operator=(Journal&& other) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::create(const std::string& path, JournalOptions options) {
    const bool keep_hashes = options.keep_hashes;
    TUTELA_ASSIGN(JournalFile file, JournalFile::create(path, std::move(options)));
    return Journal(std::make_unique<Impl>(Impl{std::move(file), keep_hashes}));
}

Result<Journal> Journal::open(const std::string& path, JournalOptions options) {
    const bool keep_hashes = options.keep_hashes;
    TUTELA_ASSIGN(JournalFile file, JournalFile::open(path, std::move(options)));
    return Journal(std::make_unique<Impl>(Impl{std::move(file), keep_hashes}));
}

std::uint64_t Journal::inputs_kept() const noexcept {
    return impl_->inputs_kept;
}

std::uint64_t Journal::bytes_dropped() const noexcept {
    return impl_->bytes_dropped;
}

Status Journal::remove() {
    return impl_->file.remove();
}

Result<bool> JournalAccess::begin(const RunSettings& settings, FileTree& tree) {
    if (impl.used) return Status(StatusCode::invalid_argument, "a journal is for one scan");
    impl.used = true;
    std::span<const std::uint8_t> record;
    TUTELA_ASSIGN(const JournalFile::Read read, impl.file.next(RecordType::run, record));
    if (read == JournalFile::Read::record) {
        RunSettings kept;
        if (!unpack_settings(record, kept)) return Status(StatusCode::corrupt, "the journal's settings cannot be read");
        const std::string differing = differing_names(settings, kept);
        if (differing.empty()) return take_tree(tree);
        return Status(StatusCode::invalid_argument, "the journal is of another run, which differs in: " + differing);
    }
    TUTELA_ASSIGN(const bool nothing_done, impl.file.cut_off());
    if (!nothing_done) return Status(StatusCode::checksum_mismatch, "the journal is damaged where it begins");
    TUTELA_TRY(begin_anew(settings));
    return false;
}

Status JournalAccess::begin_anew(const RunSettings& settings) {
    TUTELA_ASSIGN(impl.bytes_dropped, impl.file.drop_rest());
    TUTELA_TRY(impl.file.append(RecordType::run, pack_settings(settings)));
    return impl.file.sync();
}

Result<bool> JournalAccess::take_tree(FileTree& tree) {
    const JournalFile::Mark before = impl.file.mark();
    TreeUnpacker unpacker(tree);
    while (!unpacker.complete()) {
        std::span<const std::uint8_t> record;
        TUTELA_ASSIGN(const JournalFile::Read read, impl.file.next(RecordType::tree, record));
        if (read == JournalFile::Read::record && unpacker.add(record)) continue;
        // Without the inputs whole, no row came after them: the folders are walked again.
        tree = FileTree();
        impl.file.return_to(before);
        TUTELA_ASSIGN(impl.bytes_dropped, impl.file.drop_rest());
        return false;
    }
    return true;
}

Status JournalAccess::add_tree(const FileTree& tree) {
    TUTELA_TRY(pack_tree(
        tree, [this](std::span<const std::uint8_t> chunk) { return impl.file.append(RecordType::tree, chunk); }));
    return impl.file.sync();
}

Result<bool> JournalAccess::next(const FileTree& tree, std::size_t number, ScannedItem& item) {
    const JournalFile::Mark before = impl.file.mark();
    std::span<const std::uint8_t> record;
    TUTELA_ASSIGN(const JournalFile::Read read, impl.file.next(RecordType::item, record));
    if (read == JournalFile::Read::record && unpack_item(record, item) &&
        item.front().row.path == tree.path(tree.items()[number])) {
        ++impl.inputs_kept;
        return true;
    }
    impl.file.return_to(before);
    return false;
}

Status JournalAccess::begin_writing() {
    TUTELA_ASSIGN(const std::uint64_t dropped, impl.file.drop_rest());
    impl.bytes_dropped += dropped;
    return {};
}

Status JournalAccess::append(const ScannedItem& item) {
    impl.packer.clear();
    pack_item(item, impl.keep_hashes, impl.packer);
    return impl.file.append(RecordType::item, impl.packer.bytes());
}

Status JournalAccess::sync() {
    return impl.file.sync();
}

}  // namespace tutela
