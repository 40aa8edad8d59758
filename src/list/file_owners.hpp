// The hashes of files by the file entries that have them; a snapshot itself only leads the other way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "list/snapshot_format.hpp"

namespace tutela {

// Holds 4 bytes a hash and up to 16 a file entry. What is out of range in an unchecked snapshot is passed over.
class FileOwners {
public:
    // `snapshot` outlives this object. Throws std::bad_alloc.
    explicit FileOwners(const Snapshot& snapshot);

    // Adds all hashes of a file entry to those that stand in `all`.
    struct Hashes {
        std::vector<Md5> md5s;
        std::vector<Sha1> sha1s;
        std::vector<Sha256> sha256s;
    };
    void append(std::uint32_t number, Hashes& all) const;
    // The file entries that name an entry.
    [[nodiscard]] std::span<const std::uint32_t> of_entry(std::size_t position) const noexcept;

private:
    // Of one kind: those of file entry i are order[start[i]] to order[start[i + 1]].
    struct Column {
        std::vector<std::uint32_t> start;
        std::vector<std::uint32_t> order;
    };
    template <typename Record>
    static Column column_of(std::span<const Record> records, std::size_t entries);

    const Snapshot& snapshot_;
    Column md5s_;
    Column sha1s_;
    Column sha256s_;
    std::vector<std::uint32_t> by_position_;
};

}  // namespace tutela
