// The columns of a list in the making that hold hashes of files, and the origins of all that is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "core/secret_array.hpp"
#include "list/snapshot_format.hpp"
#include "list/text_pool.hpp"
#include "tutela/known_item.hpp"

namespace tutela {

// Not thread-safe.
class FileColumns {
public:
    // Makes room for one more item, so that adding it cannot fail. Throws std::bad_alloc, and then nothing has changed.
    void reserve_item();
    // Whether there is room in the numbering of the format for one more.
    [[nodiscard]] bool has_room() const noexcept;

    // The number of an origin. Precondition, also of the next two: room was made, here and for its texts.
    std::uint32_t number(const OriginView& origin, TextPool& texts) noexcept;
    // A file entry: its number, which is an older one's when both have no id and no position and are alike, their times
    // too. `alone` keeps it from being shared.
    std::uint32_t add_entry(const FileEntryRecord& entry, std::int64_t time, bool alone) noexcept;
    void add_hashes(const FileHashes& hashes, std::uint32_t entry) noexcept;
    // Another list's hashes, whose entries have got these numbers here, kNoPosition for those that are left out; of the
    // others, hashes for which `wanted` says no are left out too, where it is set. Throws std::bad_alloc.
    void add_hashes(const Snapshot& other, std::span<const std::uint32_t> numbers,
                    const std::function<bool(std::size_t entry, const FileHashes& hash)>& wanted = nullptr);

    // In the order of the format, each once. What was added before stays added.
    void sort() noexcept;
    [[nodiscard]] std::span<const Md5Record> md5s() const noexcept { return md5s_.span(); }
    [[nodiscard]] std::span<const Sha1Record> sha1s() const noexcept { return sha1s_.span(); }
    [[nodiscard]] std::span<const Sha256Record> sha256s() const noexcept { return sha256s_.span(); }
    [[nodiscard]] std::span<const FileEntryRecord> entries() const noexcept { return entries_.span(); }
    [[nodiscard]] std::span<const OriginRecord> origins() const noexcept { return origins_.span(); }

private:
    SecretArray<Md5Record> md5s_;
    SecretArray<Sha1Record> sha1s_;
    SecretArray<Sha256Record> sha256s_;
    SecretArray<FileEntryRecord> entries_;
    SecretArray<OriginRecord> origins_;                              // empty until something has one
    std::vector<std::pair<OriginRecord, std::uint32_t>> by_origin_;  // sorted
    std::int64_t last_nameless_time_ = kNoTime;
    std::uint32_t last_nameless_ = kNoPosition;  // the last file entry without an id and a position
};

}  // namespace tutela
