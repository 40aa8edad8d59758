// Lists that change, for the C interface.
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "capi/handles.hpp"
#include "capi/translate.hpp"
#include "tutela/list_update.hpp"
#include "tutela/tutela_update.h"

struct tutela_list_follower {
    tutela::ListFollower follower;
};

namespace {

using tutela::EntryState;
using tutela::ListChanges;
using tutela::ListFollower;
using tutela::RecordName;
using tutela::Status;
using tutela::StatusCode;
using tutela::capi::guarded;
using tutela::capi::require;
using tutela::capi::require_array;

static_assert(TUTELA_ENTRY_ACTIVE == static_cast<int>(EntryState::active));
static_assert(TUTELA_ENTRY_DISABLED == static_cast<int>(EntryState::disabled));
static_assert(TUTELA_ENTRY_WITHDRAWN == static_cast<int>(EntryState::withdrawn));

Status read_names(const tutela_record_name* names, std::size_t count, std::vector<RecordName>& into) {
    TUTELA_TRY(require_array(names, count, "the names"));
    for (const tutela_record_name& name : std::span(names, count)) {
        TUTELA_TRY(require(name.id, "an id"));
        RecordName& read = into.emplace_back();
        read.id = name.id;
        if (name.source != nullptr) read.source = name.source;
    }
    return {};
}

tutela_list_changes to_c(const ListChanges& changes) noexcept {
    auto told = tutela::capi::sized<tutela_list_changes>();
    told.added = changes.added;
    told.replaced = changes.replaced;
    told.unchanged = changes.unchanged;
    told.removed = changes.removed;
    told.disabled = changes.disabled;
    told.enabled = changes.enabled;
    told.stayed_disabled = changes.stayed_disabled;
    told.not_found = changes.not_found;
    return told;
}

}  // namespace

void tutela_list_update_init(tutela_list_update* update, std::size_t struct_size) {
    tutela::capi::init_struct(tutela_list_update{}, update, struct_size);
}

void tutela_list_changes_init(tutela_list_changes* changes, std::size_t struct_size) {
    tutela::capi::init_struct(tutela_list_changes{}, changes, struct_size);
}

tutela_status tutela_list_update_file(const char* path, const tutela_list_update* update, tutela_list_changes* changes,
                                      tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require(update, "update"));
        if (changes != nullptr) TUTELA_TRY(tutela::capi::check_struct_size(changes->struct_size));
        tutela_list_update known{};
        TUTELA_TRY(tutela::capi::read_struct(update, known));
        tutela::ListUpdate wanted;
        TUTELA_TRY(read_names(known.remove, known.remove_count, wanted.remove));
        TUTELA_TRY(read_names(known.disable, known.disable_count, wanted.disable));
        TUTELA_TRY(read_names(known.enable, known.enable_count, wanted.enable));
        if (known.put != nullptr) wanted.put = known.put->list;
        ListChanges done;
        TUTELA_TRY(tutela::update_list_file(path, wanted, done));
        if (changes != nullptr) tutela::capi::write_struct(to_c(done), changes);
        return {};
    });
}

tutela_status tutela_list_compact_file(const char* path, std::uint32_t threads, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_ASSIGN(const auto executor, tutela::capi::make_executor(threads));
        return tutela::compact_list_file(path, *executor).status();
    });
}

tutela_status tutela_list_entry_state(const tutela_list* list, std::size_t position, std::uint32_t* state,
                                      tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(state, "state"));
        if (position >= list->list.size())
            return Status(StatusCode::invalid_argument, "the list has no entry " + std::to_string(position));
        *state = static_cast<std::uint32_t>(list->list.entry_state(position));
        return {};
    });
}

tutela_status tutela_list_follower_open(const char* path, std::uint32_t engine, tutela_list_follower** follower,
                                        tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require(follower, "follower"));
        tutela::FollowOptions options;
        options.index.engine = static_cast<tutela::Engine>(engine);
        TUTELA_ASSIGN(ListFollower opened, ListFollower::open(path, options));
        *follower = new tutela_list_follower{std::move(opened)};
        return {};
    });
}

void tutela_list_follower_destroy(tutela_list_follower* follower) {
    delete follower;
}

tutela_status tutela_list_follower_refresh(tutela_list_follower* follower, bool* changed, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(follower, "follower"));
        TUTELA_ASSIGN(const bool is_new, follower->follower.refresh());
        if (changed != nullptr) *changed = is_new;
        return {};
    });
}

tutela_status tutela_list_follower_current(const tutela_list_follower* follower, tutela_list** list,
                                           tutela_index** index, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(follower, "follower"));
        TUTELA_TRY(require(list, "list"));
        const auto current = follower->follower.current();
        auto made = std::make_unique<tutela_list>(tutela_list{current->list});
        if (index != nullptr) *index = new tutela_index{current->index};
        *list = made.release();
        return {};
    });
}
