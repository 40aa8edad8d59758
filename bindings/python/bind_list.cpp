// HashList.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "entries.hpp"
#include "errors.hpp"
#include "export_file.hpp"
#include "file_digests.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

using HashArray = nb::ndarray<nb::numpy, const std::uint8_t, nb::shape<-1, 32>, nb::c_contig>;

std::optional<ListKey> key_of(const std::optional<nb::bytes>& key) {
    if (!key) return std::nullopt;
    return take(ListKey::from_bytes({static_cast<const std::uint8_t*>(key->data()), key->size()}));
}

HashList load(nb::handle path, std::string_view check, const std::optional<nb::bytes>& key) {
    const std::string name = path_bytes(path);
    if (check != "everything" && check != "layout") throw nb::value_error("check is 'everything' or 'layout'");
    const ListOpenOptions options{check == "layout" ? LoadCheck::layout : LoadCheck::everything, key_of(key)};
    const nb::gil_scoped_release released;
    return take(load_list(name, options));
}

void verify(const HashList& list) {
    const nb::gil_scoped_release released;
    require(list.verify());
}

HashList with_index(const HashList& list, std::optional<std::size_t> jobs) {
    const nb::gil_scoped_release released;
    ThreadPool pool(jobs.value_or(0));
    return take(list.with_index(pool));
}

HashList from_bytes(const nb::bytes& snapshot) {
    const nb::gil_scoped_release released;
    return take(HashList::from_bytes({static_cast<const std::uint8_t*>(snapshot.data()), snapshot.size()}));
}

HashList open(nb::handle path, const std::optional<nb::bytes>& key) {
    const std::string name = path_bytes(path);
    const ListOpenOptions options{.key = key_of(key)};
    const nb::gil_scoped_release released;
    return take(open_list(name, options));
}

void save(const HashList& list, nb::handle path, const std::optional<nb::bytes>& key) {
    const std::string name = path_bytes(path);
    const std::optional<ListKey> held = key_of(key);
    const nb::gil_scoped_release released;
    require(held ? save_encrypted(list, name, *held) : list.save(name));
}

const char* entry_state(const HashList& list, std::size_t position) {
    if (position >= list.size()) throw nb::index_error("no entry of that position in the list");
    switch (list.entry_state(position)) {
        case EntryState::active: return "active";
        case EntryState::disabled: return "disabled";
        case EntryState::withdrawn: break;
    }
    return "withdrawn";
}

nb::object frame_place(const HashList& list, std::size_t position) {
    if (position >= list.size()) throw nb::index_error("no entry of that position in the list");
    const std::optional<FramePlace> place = list.frame_at(position);
    return place ? nb::make_tuple(place->video, place->frame) : nb::object(nb::none());
}

HashArray hashes_of(nb::handle self) {
    const std::span<const Hash256> hashes = nb::cast<const HashList&>(self).hashes();
    return HashArray(hashes.data(), {hashes.size(), Hash256::kBytes}, self);
}

std::vector<std::pair<std::size_t, std::string>> find_file(const HashList& list, const std::optional<std::string>& md5,
                                                           const std::optional<std::string>& sha1,
                                                           const std::optional<std::string>& sha256) {
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const FileMatch& match : list.find_file(file_hashes_of(md5, sha1, sha256)))
        found.emplace_back(match.entry, file_hash_name(match.kind));
    return found;
}

#define TUTELA_PATH "path: str | bytes | os.PathLike[str] | os.PathLike[bytes]"

void bind_hash_list(nb::module_& module) {
    nb::class_<HashList>(module, "HashList",
                         "An immutable, validated list of known hashes: a sequence of Entry objects.\n\n"
                         "Made by ListBuilder.build(), HashList.open() or HashList.load(). Threads may share it.")
        .def_static(
            "load", &load, "path"_a, "check"_a = "everything", "key"_a = nb::none(),
            nb::sig("def load(" TUTELA_PATH
                    ", check: typing.Literal['everything', 'layout'] = 'everything', key: bytes | None = None) "
                    "-> HashList"),
            "Maps a snapshot file and validates all of it.\n\n"
            "check='layout' looks at its header, section table and the structure of a stored index alone, in "
            "milliseconds:\n"
            "for a file that was verified before, or that verify() will be called on.\n\n"
            "key, of 32 bytes, opens an encrypted snapshot, without writing anything to a disk; another one raises\n"
            "PermissionDeniedError.\n\n"
            "Raises NotFoundError, PermissionDeniedError, InputOutputError, CorruptError, ChecksumMismatchError,\n"
            "VersionMismatchError, LimitError; UnsupportedError for a file that is no snapshot.")
        .def_static("open", &open, "path"_a, "key"_a = nb::none(),
                    nb::sig("def open(" TUTELA_PATH ", key: bytes | None = None) -> HashList"),
                    "Opens a list of either kind, told by its first bytes: a snapshot or a text list.\n\n"
                    "Bad lines of a text list are skipped; read_text_list() tells which. Raises what load() raises;\n"
                    "CorruptError for a text that has bad lines and not one entry.")
        .def_static("from_bytes", &from_bytes, "snapshot"_a,
                    "A list from the bytes of a snapshot, validated as by load().")
        .def("save", &save, "path"_a, "key"_a = nb::none(),
             nb::sig("def save(self, " TUTELA_PATH ", key: bytes | None = None) -> None"),
             "Writes the snapshot: a reader of the path sees the old file or the new one whole.\n\n"
             "A new file is readable by its owner alone. With key, of 32 random bytes, it is encrypted. Raises "
             "InputOutputError, PermissionDeniedError, NotFoundError.")
        .def("export", &export_file, "path"_a, "format"_a = export_format_name(ExportFormat::jsonl), nb::kw_only(),
             "filter"_a.none() = nb::none(), "region"_a = nb::none(),
             nb::sig("def export(self, " TUTELA_PATH
                     ", format: typing.Literal['vics', 'csv', 'jsonl', 'threatexchange'] = 'jsonl', *, "
                     "filter: ListFilter | None = None, region: str | None = None) -> ExportReport"),
             "Writes the list, or what the filter admits of it, for others; import_list() reads each format back.\n\n"
             "'vics' is Project VIC's JSON 2.0, of that `region`; 'csv' has all but the frames of videos, safe to open "
             "in a\n"
             "spreadsheet; 'jsonl' has all that the list knows; 'threatexchange' is the CSV of python-threatexchange. "
             "What\n"
             "a format cannot have is left out, and counted. The file is readable by its owner alone, and takes the "
             "place of\n"
             "one of that name when it is whole. Raises InputOutputError, PermissionDeniedError, NotFoundError;\n"
             "InvalidArgumentError for a region that is no name.")
        .def(
            "__bytes__", [](const HashList& list) { return nb::bytes(list.bytes().data(), list.bytes().size()); },
            "The snapshot itself: what save() writes.")
        .def("verify", &verify,
             "Checks everything, as load() does by default. Raises what load() raises; other threads may use the list.")
        .def_prop_ro("has_index", &HashList::has_index, "Whether the snapshot holds an index.")
        .def("with_index", &with_index, "jobs"_a = nb::none(),
             "The same list with an index for large lists in its snapshot, which Index(list) and Scanner then open "
             "where\n"
             "it lies instead of building one. The digest stays the same. jobs: threads; None for one a processor.")
        .def("__len__", &HashList::size)
        .def("__getitem__", &entry_at, "position"_a)
        .def(
            "__iter__", [](nb::handle self) { return nb::steal<nb::iterator>(PySeqIter_New(self.ptr())); },
            nb::sig("def __iter__(self) -> collections.abc.Iterator[Entry]"))
        .def("entry", &entry_at, "position"_a,
             "The entry of a position; negative positions count from the end. IndexError when there is none.")
        .def(
            "entry_name",
            [](const HashList& list, nb::ssize_t position) {
                const KnownEntry entry = entry_at(list, position);
                if (position < 0) position += static_cast<nb::ssize_t>(list.size());
                return entry.id.empty() ? list.entry_name(static_cast<std::size_t>(position)) : entry.id;
            },
            "position"_a, "The id of an entry, or its position in decimal when it was given none: its name in reports.")
        .def_prop_ro("has_delta", &HashList::has_delta, "Whether this is a snapshot with a delta over it.")
        .def_prop_ro("inactive_count", &HashList::inactive_count,
                     "So many of the entries are disabled or withdrawn: nothing matches them.")
        .def("entry_state", &entry_state, "position"_a,
             nb::sig("def entry_state(self, position: int) -> typing.Literal['active', 'disabled', 'withdrawn']"),
             "Whether an entry takes part. IndexError when there is none of that position, from 0.")
        .def_prop_ro("video_count", &HashList::video_count, "Known videos.")
        .def_prop_ro("known_count", &HashList::known_count, "Stills and videos, each counted once.")
        .def("video", &video_at, "number"_a, "A known video, by its number from 0. IndexError when there is none.")
        .def("frame_place", &frame_place, "position"_a,
             nb::sig("def frame_place(self, position: int) -> "
                     "tuple[int, int] | None"),
             "The number of the video that an entry is a frame of, and which of its frames; None for a still.")
        .def_prop_ro("file_entry_count", &HashList::file_entry_count,
                     "Things that the list knows by hashes of their files.")
        .def_prop_ro("unmatchable_count", &HashList::unmatchable_count,
                     "Of those, the ones that are never found, as they have no hash for it: they are in the list to be "
                     "passed on.")
        .def("file_entry", &file_entry_at, "number"_a, "One of them, by its number from 0. IndexError for no such one.")
        .def("find_file", &find_file, nb::kw_only(), "md5"_a = nb::none(), "sha1"_a = nb::none(),
             "sha256"_a = nb::none(),
             "The file entries that have one of these hashes (hex digits): of each its number and the strongest kind\n"
             "that is equal, 'md5', 'sha1' or 'sha256'. Harmless ones too.")
        .def_prop_ro("digest", &HashList::digest_hex,
                     "SHA-256 of the snapshot, the list's name in reports: 64 lower-case hex digits.")
        .def_prop_ro("hashes", &hashes_of,
                     "All hashes as a read-only array of shape (n, 32), in the list's own memory.")
        .def("__repr__", [](const HashList& list) {
            return "<tutela.HashList of " + std::to_string(list.size()) + " entries, digest " + list.digest_hex() + ">";
        });
}

}  // namespace

void bind_list(nb::module_& module) {
    bind_export_report(module);
    bind_hash_list(module);
}

}  // namespace tutela::python
