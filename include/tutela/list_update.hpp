// Changing a list that others are reading. Layer: list.
//
// A list is immutable. What changes it is a delta: a second, small snapshot that names the list's digest, what of it is
// withdrawn, and what is added. It lies beside the list under the list's name and ".delta", and HashList::load() and
// open_list() put the two together; so does ListFollower, for whoever keeps a list open. Each change replaces the delta
// by one that holds the changes before it too, and leaves the list itself, its index and its mapped pages alone: a
// change of ten thousand entries in ten million costs its readers milliseconds. compact_list() makes one snapshot of
// both when the delta has grown: it is searched entry by entry, at some 10 us for ten thousand.
//
// A thing is called by its source and its id. Things of a list with the same source and id are one record: they are
// replaced, removed and disabled together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tutela/executor.hpp"
#include "tutela/export.h"
#include "tutela/index.hpp"
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"
#include "tutela/status.hpp"

namespace tutela {

// What a record is called by. The id is not empty.
struct RecordName {
    // Of any source when unset, as long as one source alone has that id.
    std::optional<std::string> source{};
    std::string id;
};

// What is to be done, in this order.
struct ListUpdate {
    std::vector<RecordName> remove{};
    // Records to add. One whose name is in the list already takes the place of what is there, unless it says the same;
    // one that takes the place of a disabled one is disabled. Those without an id are added unless the list has their
    // like, of the same source.
    std::optional<HashList> put{};
    std::vector<RecordName> disable{};
    std::vector<RecordName> enable{};
    // Whether nothing is done, which is `not_found`, when one of the names is not in the list.
    bool all_must_be_there = false;
};

// What was done, in records; the hashes of things without an id count one by one.
struct ListChanges {
    std::uint64_t added = 0;
    std::uint64_t replaced = 0;
    std::uint64_t unchanged = 0;  // of those put
    std::uint64_t removed = 0;
    std::uint64_t disabled = 0;
    std::uint64_t enabled = 0;
    std::uint64_t stayed_disabled = 0;           // of those replaced
    std::uint64_t not_found = 0;                 // that were to be removed, disabled or enabled
    std::vector<std::string> first_not_found{};  // the first 20 of their ids
    std::string first_ambiguous{};               // an id that records of several sources have, when that is the error

    // Whether the list is another one now.
    [[nodiscard]] bool any() const noexcept { return added + replaced + removed + disabled + enabled > 0; }
};

// The list after the change: `list`, perhaps without a delta, with a new one. `list` stays as it is and usable. Reads
// every id of the list once: 0.1 s for a million. Memory: 100 bytes for each record that is named. When nothing
// changes, the result is `list`. Errors: invalid_argument for an empty id, and for an id without a source that records
// of several sources have; limit for more than 2^32 - 1 entries; nothing has been done then. Throws std::bad_alloc.
TUTELA_API Result<HashList> update_list(const HashList& list, const ListUpdate& update, ListChanges& changes);

// One snapshot of what `list` and its delta hold, without what is withdrawn: the same as one that was built of its
// entries, the digest included. What is disabled stays so. It stores no index: see HashList::with_index(). Errors as
// ListBuilder::build(). Throws std::bad_alloc.
TUTELA_API Result<HashList> compact_list(const HashList& list);

// The list's path and ".delta"; that of a symbolic link lies beside its target, whose path it is. Throws
// std::bad_alloc.
TUTELA_API std::filesystem::path delta_path(const std::filesystem::path& list);

// update_list() of the snapshot at `path`, and its new delta beside it, published as by HashList::save(): readers see
// the state before or after, whole. Two that change one list wait for each other (a lock on the folder), for a minute at
// most: then unavailable. `options` are those of the snapshot; its delta is always checked whole, and encrypted with the
// key when the snapshot is. Errors as open_list(), update_list() and HashList::save(). Throws std::bad_alloc.
TUTELA_API Status update_list_file(const std::filesystem::path& path, const ListUpdate& update, ListChanges& changes,
                                   const ListOpenOptions& options = {});

// compact_list() of the snapshot at `path`, published in its place, and its delta taken away: readers see the same
// entries all along, and so they do when this stops halfway. An index is stored when the snapshot had one, built on
// `executor`. The list in its new form, or what it was when it had no delta. Errors likewise.
// Of the options the key alone counts: everything is checked.
TUTELA_API Result<HashList> compact_list_file(const std::filesystem::path& path, Executor& executor,
                                              const ListOpenOptions& options = {});

// What two lists have, record by record.
struct RecordDifference {
    enum class Kind : std::uint32_t { added, removed, changed, disabled, enabled };
    Kind kind = Kind::added;
    std::string source;
    std::string id;
};
struct ListDifference {
    std::uint64_t added = 0;  // records of the second list that the first has not
    std::uint64_t removed = 0;
    std::uint64_t changed = 0;
    std::uint64_t disabled = 0;  // otherwise the same
    std::uint64_t enabled = 0;
    std::uint64_t same = 0;
    std::uint64_t nameless_added = 0;  // things without an id: entries and hashes of files, each by itself
    std::uint64_t nameless_removed = 0;
    std::uint64_t nameless_same = 0;
};

// Compares the records of two lists by name, and things without an id by what they are. `each` is called for every
// difference of named records, those of the first list in its order and then what the second has added. It may be empty.
// Memory: some 200 bytes for each record of both. Errors: that of `each`. Throws std::bad_alloc.
TUTELA_API Result<ListDifference> diff_lists(const HashList& first, const HashList& second,
                                             const std::function<Status(const RecordDifference&)>& each);

struct FollowOptions {
    ListOpenOptions open;
    IndexOptions index;  // of the index of every generation; its executor must outlive the follower
};

// A list file that is kept open while it changes. Thread-safe: any number of threads may ask for the current generation
// and search it while one refreshes; what is in use stays alive until the last user lets go of it.
class TUTELA_API ListFollower {
public:
    // A list and its index, of one moment. The index answers positions of this list.
    struct Generation {
        HashList list;
        std::shared_ptr<const Index<256>> index;
        std::uint64_t number = 0;  // from 0, one more for each that is seen
    };

    // Opens a snapshot (a text list is never changed: unsupported). Errors as HashList::load() and open_index().
    static Result<ListFollower> open(const std::filesystem::path& path, FollowOptions options = {});
    ListFollower(ListFollower&&) noexcept;
    ListFollower& operator=(ListFollower&&) noexcept;
    ~ListFollower();

    // Never waits for a refresh(). Never null.
    [[nodiscard]] std::shared_ptr<const Generation> current() const noexcept;

    // Looks whether the files have changed (two system calls, 2 us) and if so makes the new generation: of a new delta
    // in milliseconds, of a new snapshot as load() and open_index() do. From its return on, current() gives the state
    // that the files had at some moment since the call. True when the generation is a new one. On an error the old one
    // stays, and the next call tries again. Callers wait for each other. Throws std::bad_alloc.
    Result<bool> refresh();

private:
    struct Impl;
    explicit ListFollower(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
