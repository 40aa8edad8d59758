#include <algorithm>
#include <utility>

#include "core/digest.hpp"
#include "core/try.hpp"
#include "list/list_access.hpp"

namespace tutela {

struct HashList::Impl {
    Mapping memory;
    Snapshot snapshot;  // views into memory
};

Result<HashList> ListAccess::adopt(Mapping memory, Check check) {
    TUTELA_ASSIGN(const Snapshot snapshot, read_snapshot(memory.bytes(), check));
    return HashList(std::make_shared<HashList::Impl>(HashList::Impl{std::move(memory), snapshot}));
}

Result<HashList> ListAccess::load(const InputFile& file) {
    if (file.size() > kMaxSnapshotBytes) return Status(StatusCode::limit, "the snapshot is larger than 1 TiB");
    TUTELA_ASSIGN(Mapping memory, Mapping::of_file(file.descriptor(), static_cast<std::size_t>(file.size())));
    return adopt(std::move(memory), Check::everything);
}

HashList::HashList(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}

Result<HashList> HashList::load(const std::filesystem::path& path) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    return ListAccess::load(file);
}

Result<HashList> HashList::from_bytes(std::span<const std::uint8_t> snapshot) {
    if (snapshot.size() > kMaxSnapshotBytes) return Status(StatusCode::limit, "the snapshot is larger than 1 TiB");
    Mapping memory = Mapping::of_zeroes(snapshot.size());
    std::copy(snapshot.begin(), snapshot.end(), memory.writable().begin());
    memory.seal();
    return ListAccess::adopt(std::move(memory), Check::everything);
}

std::size_t HashList::size() const noexcept {
    return impl_->snapshot.hashes.size();
}

std::span<const Hash256> HashList::hashes() const noexcept {
    return impl_->snapshot.hashes;
}

EntryView HashList::entry(std::size_t position) const noexcept {
    const Snapshot& snapshot = impl_->snapshot;
    return {snapshot.hashes[position], snapshot.text(snapshot.ids[position]),
            snapshot.text(snapshot.categories[position]), snapshot.text(snapshot.labels[position])};
}

std::string HashList::entry_name(std::size_t position) const {
    const std::string_view id = impl_->snapshot.text(impl_->snapshot.ids[position]);
    return id.empty() ? std::to_string(position) : std::string(id);
}

std::string HashList::digest_hex() const {
    return bytes_to_hex(impl_->snapshot.digest);
}

std::span<const std::uint8_t> HashList::bytes() const noexcept {
    return impl_->memory.bytes();
}

Status HashList::save(const std::filesystem::path& path) const {
    return publish_file(path, bytes());
}

}  // namespace tutela
