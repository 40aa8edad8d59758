// Entry, FileEntry and Video.
#include "entries.hpp"

#include <string>

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"

namespace nb = nanobind;

namespace tutela::python {
namespace {

template <typename View>
Said said_by(const View& view) {
    return {std::string(view.id),
            std::string(view.category),
            std::string(view.label),
            std::string(view.origin.source),
            std::string(view.origin.scheme),
            std::string(view.origin.region),
            view.updated_us,
            carried_tuples(view.carried)};
}

template <typename Thing>
void bind_said(nb::class_<Thing>& thing) {
    thing.def_ro("id", &Thing::id, "The id as the source gave it; may be empty.")
        .def_ro("category", &Thing::category, "The category as the source gave it; may be empty.")
        .def_ro("label", &Thing::label, "The label; may be empty.")
        .def_ro("source", &Thing::source, "Who says so; may be empty.")
        .def_ro("scheme", &Thing::scheme, "The scheme of the category; may be empty.")
        .def_ro("region", &Thing::region, "The region of the scheme; may be empty.")
        .def_ro("updated_us", &Thing::updated_us,
                "When its source changed what it says, in microseconds from 1970 in UTC, or None.")
        .def_prop_ro(
            "carried", [](const Thing& self) { return self.carried; },
            nb::sig("def carried(self, /) -> list[tuple[str, bytes | str]]"),
            "Hashes by which nothing is found, such as PhotoDNA, kept to be passed on: of each its kind and its "
            "value.");
}

}  // namespace

KnownEntry entry_at(const HashList& list, nb::ssize_t position) {
    const auto size = static_cast<nb::ssize_t>(list.size());
    if (position < 0) position += size;
    if (position < 0 || position >= size) throw nb::index_error("no entry of that position in the list");
    const EntryView view = list.entry(static_cast<std::size_t>(position));
    return {said_by(view), view.hash, view.phash};
}

FileEntry file_entry_at(const HashList& list, std::size_t number) {
    if (number >= list.file_entry_count()) throw nb::index_error("no file entry of that number in the list");
    const FileEntryView view = list.file_entry(number);
    return {said_by(view), view.harmless, view.unmatchable, view.position};
}

Video video_at(const HashList& list, std::size_t number) {
    if (number >= list.video_count()) throw nb::index_error("no video of that number in the list");
    const VideoView view = list.video(number);
    return {said_by(view),
            view.first_position,
            {view.times_us.begin(), view.times_us.end()},
            {view.qualities.begin(), view.qualities.end()}};
}

void bind_entries(nb::module_& module) {
    nb::class_<KnownEntry> entry(module, "Entry", "One entry of a list. Its repr does not show the hash.");
    bind_said(entry);
    entry.def_ro("hash", &KnownEntry::hash, "The PDQ hash.")
        .def_ro("phash", &KnownEntry::phash, "The pHash of the same picture, or None: a second opinion, not searched.")
        .def("__repr__", [](const KnownEntry& self) {
            return nb::str("Entry(id={!r}, category={!r}, label={!r})").format(self.id, self.category, self.label);
        });

    nb::class_<FileEntry> file(module, "FileEntry",
                               "A thing that a list knows by hashes of its file, or of which it only carries some.");
    bind_said(file);
    file.def_ro("harmless", &FileEntry::harmless, "Whether the file is known to be harmless, and so no match.")
        .def_ro("unmatchable", &FileEntry::unmatchable,
                "Whether it has no hash by which it could be found: it is in the list to be passed on.")
        .def_ro("position", &FileEntry::position, "The position of the entry of the same thing, or None.")
        .def("__repr__", [](const FileEntry& self) {
            return nb::str("FileEntry(id={!r}, category={!r}, label={!r})").format(self.id, self.category, self.label);
        });

    nb::class_<Video> video(module, "Video", "A known video of a list: a run of entries, one a frame.");
    bind_said(video);
    video.def_ro("first_position", &Video::first_position, "The position of its first frame's entry.")
        .def_ro("times_us", &Video::times_us, "When each frame is shown, in microseconds.")
        .def_ro("qualities", &Video::qualities, "The quality of each frame's hash, 0 to 100.")
        .def("__len__", [](const Video& self) { return self.times_us.size(); })
        .def("__repr__", [](const Video& self) {
            return nb::str("Video(id={!r}, category={!r}, label={!r}, frames={})")
                .format(self.id, self.category, self.label, self.times_us.size());
        });
}

}  // namespace tutela::python
