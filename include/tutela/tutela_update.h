/* Lists that change while they are read: the C interface of tutela/list_update.hpp, which tutela.h goes with.
 *
 * What is said of handles, errors, texts and threads in tutela.h holds here too. */
#ifndef TUTELA_UPDATE_H
#define TUTELA_UPDATE_H

#include "tutela/tutela.h"

#ifdef __cplusplus
extern "C" {
#endif

// A record of a list: its id, and who says so. `source` may be NULL, which is any source as long as one alone has the
// id; an empty text is the records that have no source.
typedef struct tutela_record_name {
    const char* source;
    const char* id;
} tutela_record_name;

// What is to be done to a list, in this order. Unused parts are NULL and 0. tutela_list_update_init makes it empty.
typedef struct tutela_list_update {
    size_t struct_size;
    const tutela_record_name* remove;
    size_t remove_count;
    // Records to add; those whose name is in the list take the place of what is there, unless they say the same.
    const tutela_list* put;
    const tutela_record_name* disable;
    size_t disable_count;
    const tutela_record_name* enable;
    size_t enable_count;
} tutela_list_update;

TUTELA_API void tutela_list_update_init(tutela_list_update* update, size_t struct_size);

// What was done, in records.
typedef struct tutela_list_changes {
    size_t struct_size;
    uint64_t added;
    uint64_t replaced;
    uint64_t unchanged;
    uint64_t removed;
    uint64_t disabled;
    uint64_t enabled;
    uint64_t stayed_disabled;
    uint64_t not_found;
} tutela_list_changes;

TUTELA_API void tutela_list_changes_init(tutela_list_changes* changes, size_t struct_size);

// Changes the snapshot at `path` by a delta beside it: readers see the state before or after, whole. `changes` may be
// NULL. Errors: those of tutela_list_load and tutela_list_save; TUTELA_INVALID_ARGUMENT for an empty id, and for one
// without a source that several sources have; TUTELA_UNAVAILABLE when another changes a list there for a minute.
TUTELA_CHECKED tutela_status tutela_list_update_file(const char* path, const tutela_list_update* update,
                                                     tutela_list_changes* changes, tutela_error* error);

// Writes the snapshot at `path` anew with what its delta says, and takes the delta away; readers find the same all along.
// `threads` build the index, when the snapshot had one. Errors likewise.
TUTELA_CHECKED tutela_status tutela_list_compact_file(const char* path, uint32_t threads, tutela_error* error);

// Whether an entry takes part.
enum {
    TUTELA_ENTRY_ACTIVE = 0,
    TUTELA_ENTRY_DISABLED = 1,  // kept, but nothing matches it
    TUTELA_ENTRY_WITHDRAWN = 2  // removed or replaced; its position is gone when the list is compacted
};

// The state of an entry. TUTELA_INVALID_ARGUMENT for a position that the list has not.
TUTELA_CHECKED tutela_status tutela_list_entry_state(const tutela_list* list, size_t position, uint32_t* state,
                                                     tutela_error* error);

// A list file that is kept open while it changes. Thread-safe.
typedef struct tutela_list_follower tutela_list_follower;

// Opens a snapshot, with an index of this engine (TUTELA_ENGINE_AUTOMATIC chooses).
// Errors: those of tutela_list_load and tutela_index_create_from_list.
TUTELA_CHECKED tutela_status tutela_list_follower_open(const char* path, uint32_t engine,
                                                       tutela_list_follower** follower, tutela_error* error);
TUTELA_API void tutela_list_follower_destroy(tutela_list_follower* follower);

// Looks whether the file or its delta has changed, 2 us when it has not, and takes up what there is. `changed`, which may
// be NULL, says whether it is another list than before. On an error the list before stays.
TUTELA_CHECKED tutela_status tutela_list_follower_refresh(tutela_list_follower* follower, bool* changed,
                                                          tutela_error* error);

// The list as it is now and an index of it, to be destroyed by the caller: for tutela_scanner_set_list and
// tutela_stream_set_list. Cheap; never waits for a refresh. `index` may be NULL.
TUTELA_CHECKED tutela_status tutela_list_follower_current(const tutela_list_follower* follower, tutela_list** list,
                                                          tutela_index** index, tutela_error* error);

#ifdef __cplusplus
}
#endif

#endif
