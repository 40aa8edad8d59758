// What lists know of a file by the hashes of its bytes, whatever is in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "tutela/list.hpp"
#include "tutela/list_filter.hpp"
#include "tutela/report.hpp"

namespace tutela {

// Thread-safe. Refers to the lists.
class KnownFiles {
public:
    // `harmless` may be null: then no file is known to be harmless. Entries of `list` that the filter leaves out are not
    // found.
    KnownFiles(const HashList& list, const HashList* harmless, const ListFilter& filter) noexcept
        : list_(list), harmless_(harmless), filter_(filter) {}

    // What has to be computed of a file beside its SHA-256.
    [[nodiscard]] MoreDigests wanted() const noexcept;

    // Entries of the list that are not marked harmless; of an empty file none. Throws std::bad_alloc.
    [[nodiscard]] std::vector<FileMatch> find(const FileHashes& hashes, std::uint64_t size_bytes) const;
    // Why the file need not be decoded: the list of harmless files has it, and marks it so. Throws std::bad_alloc.
    [[nodiscard]] std::optional<std::string> harmless_reason(const FileHashes& hashes, std::uint64_t size_bytes) const;

    // Adds to a row, whose other matches have been named, what find() answered. `stills` are the positions in the list
    // of the matches that it has, or a number that is none. The row is then matched, whatever its outcome was before.
    void name(const std::vector<FileMatch>& found, std::vector<std::size_t> stills, FileRow& row) const;

private:
    const HashList& list_;
    const HashList* harmless_;
    const ListFilter& filter_;
};

[[nodiscard]] inline FileHashes hashes_of(const StreamDigest::Digests& digests) noexcept {
    return {digests.md5, digests.sha1, digests.sha256};
}

}  // namespace tutela
