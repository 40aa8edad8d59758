// Lists that change: updates, compaction, ListFollower.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "engine.hpp"
#include "errors.hpp"
#include "tutela/executor.hpp"
#include "tutela/list_update.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

namespace fs = std::filesystem;
// An id, or a source and an id.
using Name = std::variant<std::string, std::pair<std::string, std::string>>;

std::vector<RecordName> names_of(const std::vector<Name>& names) {
    std::vector<RecordName> read;
    for (const Name& name : names) {
        if (const auto* id = std::get_if<std::string>(&name)) {
            read.push_back({std::nullopt, *id});
        } else {
            const auto& [source, named] = std::get<1>(name);
            read.push_back({source, named});
        }
    }
    return read;
}

ListOpenOptions open_options(const std::optional<nb::bytes>& key) {
    ListOpenOptions options;
    if (key) options.key = take(ListKey::from_bytes({static_cast<const std::uint8_t*>(key->data()), key->size()}));
    return options;
}

ListChanges update_file(const fs::path& path, const HashList* put, const std::vector<Name>& remove,
                        const std::vector<Name>& disable, const std::vector<Name>& enable,
                        const std::optional<nb::bytes>& key) {
    ListUpdate update{.remove = names_of(remove), .disable = names_of(disable), .enable = names_of(enable)};
    if (put != nullptr) update.put = *put;
    const ListOpenOptions options = open_options(key);
    const nb::gil_scoped_release released;
    ListChanges changes;
    require(update_list_file(path, update, changes, options));
    return changes;
}

HashList compact_file(const fs::path& path, std::optional<std::size_t> jobs, const std::optional<nb::bytes>& key) {
    const ListOpenOptions options = open_options(key);
    const nb::gil_scoped_release released;
    ThreadPool pool(jobs.value_or(0));
    return take(compact_list_file(path, pool, options));
}

void bind_changes(nb::module_& module) {
    nb::class_<ListChanges>(module, "ListChanges", "What a change of a list did, in records.")
        .def_ro("added", &ListChanges::added, "New ones.")
        .def_ro("replaced", &ListChanges::replaced, "Those that took the place of one of their name.")
        .def_ro("unchanged", &ListChanges::unchanged, "Of those put, the ones that said nothing new.")
        .def_ro("removed", &ListChanges::removed, "Taken out.")
        .def_ro("disabled", &ListChanges::disabled, "Those that nothing matches from now on.")
        .def_ro("enabled", &ListChanges::enabled, "Those that match again.")
        .def_ro("stayed_disabled", &ListChanges::stayed_disabled, "Of those replaced, the ones that are disabled.")
        .def_ro("not_found", &ListChanges::not_found, "Names that the list does not have.")
        .def_ro("first_not_found", &ListChanges::first_not_found, "The first 20 of their ids.")
        .def("__repr__", [](const ListChanges& changes) {
            return "<tutela.ListChanges: " + std::to_string(changes.added) + " added, " +
                   std::to_string(changes.replaced) + " replaced, " + std::to_string(changes.removed) + " removed, " +
                   std::to_string(changes.disabled) + " disabled, " + std::to_string(changes.enabled) + " enabled>";
        });
}

#define TUTELA_PATH "path: str | os.PathLike[str]"
#define TUTELA_NAMES "collections.abc.Sequence[str | tuple[str, str]] = []"

void bind_functions(nb::module_& module) {
    module.def(
        "update_list_file", &update_file, "path"_a, nb::kw_only(), "put"_a = nb::none(),
        "remove"_a = std::vector<Name>{}, "disable"_a = std::vector<Name>{}, "enable"_a = std::vector<Name>{},
        "key"_a = nb::none(),
        nb::sig("def update_list_file(" TUTELA_PATH ", *, put: HashList | None = None, remove: " TUTELA_NAMES
                ", disable: " TUTELA_NAMES ", enable: " TUTELA_NAMES ", key: bytes | None = None) -> ListChanges"),
        "Changes the snapshot of that path by a delta beside it, while others read it.\n\n"
        "In this order: records are removed; those of `put` are added, or take the place of what has their\n"
        "source and id; records are disabled and enabled. A name is an id, or a pair of a source and an id.\n"
        "Raises InvalidArgumentError for an id without a source that several sources have.");
    module.def("compact_list_file", &compact_file, "path"_a, "jobs"_a = nb::none(), "key"_a = nb::none(),
               nb::sig("def compact_list_file(" TUTELA_PATH
                       ", jobs: int | None = None, key: bytes | None = None) -> HashList"),
               "Writes the snapshot anew with what its delta says, and takes the delta away.");
}

void bind_follower(nb::module_& module) {
    nb::class_<ListFollower>(module, "ListFollower",
                             "A list file that is kept open while it changes. Threads may share it.\n\n"
                             "    follower = tutela.ListFollower('known.tutela')\n"
                             "    scanner = tutela.Scanner(follower.list)\n"
                             "    ...\n"
                             "    if follower.refresh():\n"
                             "        list, index = follower.current\n"
                             "        scanner = scanner.with_list(list, index)")
        .def(
            "__init__",
            [](ListFollower* self, const fs::path& path, std::string_view engine, const std::optional<nb::bytes>& key) {
                FollowOptions options{.open = open_options(key), .index = {.engine = engine_from_name(engine)}};
                const nb::gil_scoped_release released;
                new (self) ListFollower(take(ListFollower::open(path, std::move(options))));
            },
            "path"_a, "engine"_a = "automatic", "key"_a = nb::none(),
            nb::sig("def __init__(self, " TUTELA_PATH ", engine: str = 'automatic', key: bytes | None = None) -> None"))
        .def(
            "refresh",
            [](ListFollower& follower) {
                const nb::gil_scoped_release released;
                return take(follower.refresh());
            },
            "Looks whether the file or its delta has changed; True when the list is another one than before. It takes\n"
            "microseconds when nothing has. On an error the list before stays.")
        .def_prop_ro(
            "current",
            [](const ListFollower& follower) {
                const auto current = follower.current();
                return std::pair(nb::cast(current->list), index_object(current->index));
            },
            nb::sig("def current(self, /) -> tuple[HashList, Index]"), "The list and an index of it, of one moment.")
        .def_prop_ro(
            "list", [](const ListFollower& follower) { return follower.current()->list; }, "The list as it is now.")
        .def_prop_ro(
            "generation", [](const ListFollower& follower) { return follower.current()->number; },
            "How many lists were seen before this one.");
}

}  // namespace

void bind_list_update(nb::module_& module) {
    bind_changes(module);
    bind_functions(module);
    bind_follower(module);
}

}  // namespace tutela::python
