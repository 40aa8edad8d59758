// HashList, Entry, ListBuilder and the reading of text lists.
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
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
#include "errors.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"
#include "video_frames.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

using HashArray = nb::ndarray<nb::numpy, const std::uint8_t, nb::shape<-1, 32>, nb::c_contig>;

Entry entry_at(const HashList& list, nb::ssize_t position) {
    const auto size = static_cast<nb::ssize_t>(list.size());
    if (position < 0) position += size;
    if (position < 0 || position >= size) throw nb::index_error("no entry of that position in the list");
    const EntryView view = list.entry(static_cast<std::size_t>(position));
    return {view.hash, std::string(view.id), std::string(view.category), std::string(view.label), view.phash};
}

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

// A known video, without its hashes.
struct Video {
    std::string id;
    std::string category;
    std::string label;
    std::size_t first_position = 0;
    std::vector<std::int64_t> times_us;
    std::vector<std::uint8_t> qualities;
};

const char* entry_state(const HashList& list, std::size_t position) {
    if (position >= list.size()) throw nb::index_error("no entry of that position in the list");
    switch (list.entry_state(position)) {
        case EntryState::active: return "active";
        case EntryState::disabled: return "disabled";
        case EntryState::withdrawn: break;
    }
    return "withdrawn";
}

Video video_at(const HashList& list, std::size_t number) {
    if (number >= list.video_count()) throw nb::index_error("no video of that number in the list");
    const VideoView view = list.video(number);
    return {std::string(view.id),
            std::string(view.category),
            std::string(view.label),
            view.first_position,
            {view.times_us.begin(), view.times_us.end()},
            {view.qualities.begin(), view.qualities.end()}};
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

template <std::size_t Bytes>
std::optional<std::array<std::uint8_t, Bytes>> digest_of(const std::optional<std::string>& hex) {
    if (!hex) return std::nullopt;
    std::array<std::uint8_t, Bytes> digest{};
    if (file_hash_from_hex(*hex, digest)) return digest;
    throw StatusError(Status(StatusCode::invalid_argument,
                             "a hash of a file of this kind has " + std::to_string(2 * Bytes) + " hex digits"));
}

FileHashes file_hashes_of(const std::optional<std::string>& md5, const std::optional<std::string>& sha1,
                          const std::optional<std::string>& sha256) {
    return {digest_of<16>(md5), digest_of<20>(sha1), digest_of<32>(sha256)};
}

// A thing that a list knows by hashes of its file.
struct FileEntry {
    std::string id;
    std::string category;
    std::string label;
    std::string source;
    std::string scheme;
    std::string region;
    bool harmless = false;
    std::optional<std::size_t> position;
};

FileEntry file_entry_at(const HashList& list, std::size_t number) {
    if (number >= list.file_entry_count()) throw nb::index_error("no file entry of that number in the list");
    const FileEntryView view = list.file_entry(number);
    return {std::string(view.id),
            std::string(view.category),
            std::string(view.label),
            std::string(view.origin.source),
            std::string(view.origin.scheme),
            std::string(view.origin.region),
            view.harmless,
            view.position};
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

void bind_entry(nb::module_& module) {
    nb::class_<Entry>(module, "Entry", "One entry of a list. Its repr does not show the hash.")
        .def_ro("hash", &Entry::hash, "The PDQ hash.")
        .def_ro("id", &Entry::id, "The id as the source gave it; may be empty.")
        .def_ro("category", &Entry::category, "The category as the source gave it; may be empty.")
        .def_ro("label", &Entry::label, "The label; may be empty.")
        .def_ro("phash", &Entry::phash, "The pHash of the same picture, or None: a second opinion, not searched.")
        .def("__repr__", [](const Entry& entry) {
            return nb::str("Entry(id={!r}, category={!r}, label={!r})").format(entry.id, entry.category, entry.label);
        });
}

void bind_file_entry(nb::module_& module) {
    nb::class_<FileEntry>(module, "FileEntry", "A thing that a list knows by hashes of its file.")
        .def_ro("id", &FileEntry::id, "The id as the source gave it; may be empty.")
        .def_ro("category", &FileEntry::category, "The category as the source gave it; may be empty.")
        .def_ro("label", &FileEntry::label, "The label; may be empty.")
        .def_ro("source", &FileEntry::source, "Who says so; may be empty.")
        .def_ro("scheme", &FileEntry::scheme, "The scheme of the category; may be empty.")
        .def_ro("region", &FileEntry::region, "The region of the scheme; may be empty.")
        .def_ro("harmless", &FileEntry::harmless, "Whether the file is known to be harmless, and so no match.")
        .def_ro("position", &FileEntry::position, "The position of the entry of the same thing, or None.")
        .def("__repr__", [](const FileEntry& entry) {
            return nb::str("FileEntry(id={!r}, category={!r}, label={!r})")
                .format(entry.id, entry.category, entry.label);
        });
}

void bind_list_video(nb::module_& module) {
    nb::class_<Video>(module, "Video", "A known video of a list: a run of entries, one a frame.")
        .def_ro("id", &Video::id, "The id as the source gave it; may be empty.")
        .def_ro("category", &Video::category, "The category as the source gave it; may be empty.")
        .def_ro("label", &Video::label, "The label; may be empty.")
        .def_ro("first_position", &Video::first_position, "The position of its first frame's entry.")
        .def_ro("times_us", &Video::times_us, "When each frame is shown, in microseconds.")
        .def_ro("qualities", &Video::qualities, "The quality of each frame's hash, 0 to 100.")
        .def("__len__", [](const Video& video) { return video.times_us.size(); })
        .def("__repr__", [](const Video& video) {
            return nb::str("Video(id={!r}, category={!r}, label={!r}, frames={})")
                .format(video.id, video.category, video.label, video.times_us.size());
        });
}

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
                const Entry entry = entry_at(list, position);
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

// A ListBuilder that several Python threads may share; their calls take turns.
class Builder {
public:
    // Hex digits, as lists have them.
    void add_item(std::optional<Hash256> hash, std::optional<std::string> md5, std::optional<std::string> sha1,
                  std::optional<std::string> sha256, const std::string& id, const std::string& category,
                  const std::string& label, const std::string& source, const std::string& scheme,
                  const std::string& region, bool harmless, std::optional<Hash64> phash) {
        const nb::gil_scoped_release released;
        const KnownItem item{.pdq = hash,
                             .phash = phash,
                             .file = file_hashes_of(md5, sha1, sha256),
                             .id = id,
                             .category = category,
                             .label = label,
                             .origin = {source, scheme, region},
                             .harmless = harmless};
        const std::scoped_lock lock(mutex_);
        require(builder_.add(item));
    }

    void add(const Hash256& hash, std::string id, std::string category, std::string label,
             std::optional<Hash64> phash) {
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        require(builder_.add({hash, std::move(id), std::move(category), std::move(label), phash}));
    }

    void add_video(const std::vector<FrameTuple>& tuples, const std::string& id, const std::string& category,
                   const std::string& label) {
        const nb::gil_scoped_release released;
        const std::vector<FrameHash> frames = frames_of(tuples);
        const std::scoped_lock lock(mutex_);
        require(builder_.add_video(frames, id, category, label));
    }

    TextImport read(nb::handle path) {
        const std::string name = path_bytes(path);
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return take(read_text_list(name, builder_));
    }

    HashList build() {
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return take(builder_.build());
    }

    std::size_t size() {
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return builder_.size();
    }

private:
    std::mutex mutex_;
    ListBuilder builder_;
};

void bind_builder(nb::module_& module) {
    nb::class_<Builder>(module, "ListBuilder",
                        "Collects entries and makes a HashList of them. Keeps their order, keeps duplicates.\n\n"
                        "Threads may share one; their calls take turns.")
        .def(nb::init<>())
        .def("add", &Builder::add, "hash"_a, "id"_a = "", "category"_a = "", "label"_a = "", "phash"_a = nb::none(),
             "Adds an entry, with the phash() of the same picture if there is one. InvalidArgumentError for a text "
             "with a NUL or of more than 65,535 bytes of UTF-8.")
        .def("add_video", &Builder::add_video, "frames"_a, "id"_a = "", "category"_a = "", "label"_a = "",
             "Adds a known video: (hash, quality, time in microseconds) of each frame, in the order of time.\n\n"
             "InvalidArgumentError for no frames, and for a time that is negative or before that of the frame before.")
        .def("add_item", &Builder::add_item, "hash"_a = nb::none(), nb::kw_only(), "md5"_a = nb::none(),
             "sha1"_a = nb::none(), "sha256"_a = nb::none(), "id"_a = "", "category"_a = "", "label"_a = "",
             "source"_a = "", "scheme"_a = "", "region"_a = "", "harmless"_a = false, "phash"_a = nb::none(),
             "Adds a thing by any of its hashes: that of a picture, and those of its file in hex digits.\n\n"
             "`source` says who says so, `scheme` and `region` in which scheme of categories. A `harmless` file is no\n"
             "match, and its picture's hash is left out. InvalidArgumentError for no hash, a malformed one, and that "
             "of\n"
             "an empty file.")
        .def("build", &Builder::build,
             "Makes the list. The builder is left as it was: more can be added, and built again.")
        .def("__len__", &Builder::size)
        .def("__repr__",
             [](Builder& builder) { return "<tutela.ListBuilder of " + std::to_string(builder.size()) + " entries>"; });
}

void bind_text_import(nb::module_& module) {
    nb::class_<SkippedLine>(module, "SkippedLine", "A line of a text list that was skipped, and why.")
        .def_ro("line", &SkippedLine::line, "The line's number, from 1.")
        .def_ro("reason", &SkippedLine::reason, "Why; it does not repeat the line.")
        .def("__repr__", [](const SkippedLine& skipped) {
            return "SkippedLine(line=" + std::to_string(skipped.line) + ", reason='" + skipped.reason + "')";
        });

    nb::class_<TextImport>(module, "TextImport", "What the reading of a text list did.")
        .def_ro("lines", &TextImport::lines, "Lines seen, of every kind.")
        .def_ro("added", &TextImport::added, "Entries added.")
        .def_ro("skipped", &TextImport::skipped, "Bad lines, all of them counted.")
        .def_ro("first_skipped", &TextImport::first_skipped, "The first 100 bad lines.")
        .def("__repr__", [](const TextImport& import) {
            return "TextImport(lines=" + std::to_string(import.lines) + ", added=" + std::to_string(import.added) +
                   ", skipped=" + std::to_string(import.skipped) + ")";
        });

    module.def(
        "read_text_list", [](nb::handle path, Builder& builder) { return builder.read(path); }, "path"_a, "builder"_a,
        nb::sig("def read_text_list(" TUTELA_PATH ", builder: ListBuilder) -> TextImport"),
        "Reads a text list into a builder: lines of `hex[+phash][,id[,category[,label]]]`, comments that start with "
        "#.\n\n"
        "Bad lines are skipped and reported. Raises NotFoundError, PermissionDeniedError, InputOutputError;\n"
        "UnsupportedError for a file that is no text.");
}

}  // namespace

void bind_list(nb::module_& module) {
    bind_entry(module);
    bind_list_video(module);
    bind_file_entry(module);
    bind_hash_list(module);
    bind_builder(module);
    bind_text_import(module);
}

}  // namespace tutela::python
