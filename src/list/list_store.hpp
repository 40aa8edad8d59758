// A snapshot and its delta as files: opened together while others may be changing them, and changed by one at a time.
//
// Whoever changes them holds a lock. A delta is put in place by one rename. A snapshot that takes the place of an older
// one and its delta names the delta's digest (a derived section, see FORMAT.md), so between its rename and the removal
// of the delta, a reader knows that this delta is in it already.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "core/file.hpp"
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"
#include "tutela/status.hpp"

namespace tutela {

// Which file a path led to, and when it was last written.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;  // of a file that is not there
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    bool operator==(const FileStamp&) const noexcept = default;
};

[[nodiscard]] FileStamp stamp_of(const std::filesystem::path& path);

// Where a list really lies: the target of a symbolic link, beside which its delta lies too.
[[nodiscard]] std::filesystem::path resolved(const std::filesystem::path& path);

struct StoredList {
    HashList list;
    FileStamp base;
    FileStamp delta;
    bool encrypted = false;  // the snapshot; its delta is when it is
};

// The list at `path` with its delta, as they were at one moment. The parts of `before` whose files are the same are
// taken from there. Errors as open_list() of a snapshot.
[[nodiscard]] Result<StoredList> open_stored(const std::filesystem::path& path, const ListOpenOptions& options,
                                             const StoredList* before = nullptr);

// Keeps others from changing lists in a folder. Released at the end of its life.
class ListLock {
public:
    // Of the folder that `path` is in. unavailable when another has it for a minute.
    [[nodiscard]] static Result<ListLock> take(const std::filesystem::path& path);
    ListLock(ListLock&&) noexcept = default;
    ListLock& operator=(ListLock&&) noexcept = default;
    ~ListLock();

private:
    explicit ListLock(Descriptor folder) noexcept : folder_(std::move(folder)) {}
    Descriptor folder_;
};

// Both with the lock held, and encrypted when there is a key. The snapshot takes the place of one that may be there, and
// of its delta.
[[nodiscard]] Status publish_snapshot(const std::filesystem::path& path, const HashList& list, const ListKey* key);
[[nodiscard]] Status publish_delta(const std::filesystem::path& path, const HashList& list, const ListKey* key);

}  // namespace tutela
