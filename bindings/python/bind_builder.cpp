// ListBuilder, and the reading of text lists and of the lists of others.
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "carried.hpp"
#include "errors.hpp"
#include "file_digests.hpp"
#include "text.hpp"
#include "tutela/import.hpp"
#include "tutela/list.hpp"
#include "video_frames.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

using Text = std::string_view;
using Digits = std::optional<std::string>;

// What is said of a thing that is to be added, but for the hashes of its picture. Views of what Python handed over.
struct Named {
    const Digits& md5;
    const Digits& sha1;
    const Digits& sha256;
    Text id;
    Text category;
    Text label;
    OriginView origin;
    std::optional<std::int64_t> updated_us;
    const std::vector<CarriedTuple>& carried;

    // Throws StatusError for malformed hashes of its file.
    [[nodiscard]] KnownItem item(std::span<const CarriedHashView> views) const {
        return {.file = file_hashes_of(md5, sha1, sha256),
                .id = id,
                .category = category,
                .label = label,
                .origin = origin,
                .updated_us = updated_us,
                .carried = views};
    }
};

// A ListBuilder that several Python threads may share; their calls take turns.
class Builder {
public:
    void add_item(const std::optional<Hash256>& hash, const std::optional<Hash64>& phash, bool harmless,
                  const Named& named) {
        const std::vector<CarriedHashView> carried = carried_of(named.carried);
        const nb::gil_scoped_release released;
        KnownItem item = named.item(carried);
        item.pdq = hash;
        item.phash = phash;
        item.harmless = harmless;
        const std::scoped_lock lock(mutex_);
        require(builder_.add(item));
    }

    void add(const Hash256& hash, std::string id, std::string category, std::string label,
             std::optional<Hash64> phash) {
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        require(builder_.add({hash, std::move(id), std::move(category), std::move(label), phash}));
    }

    void add_video(const std::vector<FrameTuple>& tuples, const Named& named) {
        const std::vector<CarriedHashView> carried = carried_of(named.carried);
        const nb::gil_scoped_release released;
        const std::vector<FrameHash> frames = frames_of(tuples);
        const KnownItem item = named.item(carried);
        const std::scoped_lock lock(mutex_);
        require(builder_.add_known_video(frames, item));
    }

    TextImport read(nb::handle path) {
        const std::string name = path_bytes(path);
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return take(read_text_list(name, builder_));
    }

    ImportReport import_file(nb::handle path, const ImportOptions& options) {
        const std::string name = path_bytes(path);
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        ImportReport report;
        require(import_list(name, builder_, options, report));
        return report;
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

#define TUTELA_PATH "path: str | bytes | os.PathLike[str] | os.PathLike[bytes]"

void bind_builder_class(nb::module_& module) {
    nb::class_<Builder>(module, "ListBuilder",
                        "Collects entries and makes a HashList of them. Keeps their order, keeps duplicates.\n\n"
                        "Threads may share one; their calls take turns.")
        .def(nb::init<>())
        .def("add", &Builder::add, "hash"_a, "id"_a = "", "category"_a = "", "label"_a = "", "phash"_a = nb::none(),
             "Adds an entry, with the phash() of the same picture if there is one. InvalidArgumentError for a text "
             "with a NUL or of more than 65,535 bytes of UTF-8.")
        .def(
            "add_video",
            [](Builder& builder, const std::vector<FrameTuple>& frames, Text id, Text category, Text label, Text source,
               Text scheme, Text region, const Digits& md5, const Digits& sha1, const Digits& sha256,
               std::optional<std::int64_t> updated_us, const std::vector<CarriedTuple>& carried) {
                builder.add_video(
                    frames, {md5, sha1, sha256, id, category, label, {source, scheme, region}, updated_us, carried});
            },
            "frames"_a, "id"_a = "", "category"_a = "", "label"_a = "", nb::kw_only(), "source"_a = "", "scheme"_a = "",
            "region"_a = "", "md5"_a = nb::none(), "sha1"_a = nb::none(), "sha256"_a = nb::none(),
            "updated_us"_a = nb::none(), "carried"_a = std::vector<CarriedTuple>{},
            nb::sig("def add_video(self, frames: collections.abc.Sequence[tuple[Hash256, int, int]], id: str = '', "
                    "category: str = '', label: str = '', *, source: str = '', scheme: str = '', region: str = '', "
                    "md5: str | None = None, sha1: str | None = None, sha256: str | None = None, "
                    "updated_us: int | None = None, carried: " TUTELA_CARRIED ") -> None"),
            "Adds a known video: (hash, quality, time in microseconds) of each frame, in the order of time. The rest "
            "is as\n"
            "in add_item().\n\n"
            "InvalidArgumentError for no frames, and for a time that is negative or before that of the frame before.")
        .def(
            "add_item",
            [](Builder& builder, const std::optional<Hash256>& hash, const Digits& md5, const Digits& sha1,
               const Digits& sha256, Text id, Text category, Text label, Text source, Text scheme, Text region,
               bool harmless, const std::optional<Hash64>& phash, std::optional<std::int64_t> updated_us,
               const std::vector<CarriedTuple>& carried) {
                builder.add_item(
                    hash, phash, harmless,
                    {md5, sha1, sha256, id, category, label, {source, scheme, region}, updated_us, carried});
            },
            "hash"_a = nb::none(), nb::kw_only(), "md5"_a = nb::none(), "sha1"_a = nb::none(), "sha256"_a = nb::none(),
            "id"_a = "", "category"_a = "", "label"_a = "", "source"_a = "", "scheme"_a = "", "region"_a = "",
            "harmless"_a = false, "phash"_a = nb::none(), "updated_us"_a = nb::none(),
            "carried"_a = std::vector<CarriedTuple>{},
            nb::sig("def add_item(self, hash: Hash256 | None = None, *, md5: str | None = None, sha1: str | None = "
                    "None, sha256: str | None = None, id: str = '', category: str = '', label: str = '', source: str = "
                    "'', scheme: str = '', region: str = '', harmless: bool = False, phash: Hash64 | None = None, "
                    "updated_us: int | None = None, carried: " TUTELA_CARRIED ") -> None"),
            "Adds a thing by any of its hashes: that of a picture, and those of its file in hex digits.\n\n"
            "`source` says who says so, `scheme` and `region` in which scheme of categories, `updated_us` when that\n"
            "changed, in microseconds from 1970 in UTC. A `harmless` file is no match, and its picture's hash is left\n"
            "out. `carried` are hashes by which nothing is found, to be passed on: pairs of a kind, such as\n"
            "'photodna', and a value of bytes or text; what has nothing else is never found.\n"
            "InvalidArgumentError for no hash, a malformed one, that of an empty file, and a time outside the years 1 "
            "to 9999.")
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

void bind_import(nb::module_& module) {
    nb::class_<ImportProblem>(module, "ImportProblem", "Something wrong with a record of an imported list.")
        .def_ro("position", &ImportProblem::position, "Its line or its number, from 1: see ImportReport.counts_lines.")
        .def_ro("reason", &ImportProblem::reason, "What; it does not repeat the record.")
        .def("__repr__", [](const ImportProblem& problem) {
            return "ImportProblem(position=" + std::to_string(problem.position) + ", reason='" + problem.reason + "')";
        });

    nb::class_<ImportReport>(module, "ImportReport",
                             "What import_list() read. Each record is counted once, as added, skipped, deleted,\n"
                             "superseded, never matchable or of an empty file.")
        .def_prop_ro(
            "format", [](const ImportReport& report) { return list_format_name(report.format); },
            "The name of the format.")
        .def_ro("counts_lines", &ImportReport::counts_lines, "Whether positions are lines; else numbers of records.")
        .def_ro("records", &ImportReport::records, "Records seen.")
        .def_ro("added", &ImportReport::added, "Those that became things of the list.")
        .def_ro("skipped", &ImportReport::skipped, "Bad ones.")
        .def_ro("deleted", &ImportReport::deleted, "Those that were taken back by their source.")
        .def_ro("superseded", &ImportReport::superseded, "Those older than another record of the same thing.")
        .def_ro("never_matchable", &ImportReport::never_matchable,
                "Those without any hash by which something is found: in the list for what they carry.")
        .def_ro("empty_files", &ImportReport::empty_files, "Those with the hashes of the empty file alone.")
        .def_ro("harmless", &ImportReport::harmless, "Of those added, the ones of harmless files.")
        .def_ro("partly_bad", &ImportReport::partly_bad, "Those that have lost a hash that was malformed.")
        .def_ro("first_problems", &ImportReport::first_problems, "The first 100 of what is bad or partly bad.")
        .def("__repr__", [](const ImportReport& report) {
            return "<tutela.ImportReport: " + std::to_string(report.added) + " of " + std::to_string(report.records) +
                   " records added>";
        });

    module.def(
        "import_list",
        [](nb::handle path, Builder& builder, std::string_view format, std::string source, bool harmless,
           const std::map<std::string, std::string>& columns) {
            const std::optional<ListFormat> known = list_format_of_name(format);
            if (!known) throw StatusError(Status(StatusCode::invalid_argument, "there is no list format of this name"));
            return builder.import_file(path, {.format = *known,
                                              .source = std::move(source),
                                              .harmless = harmless,
                                              .columns = {columns.begin(), columns.end()}});
        },
        "path"_a, "builder"_a, nb::kw_only(), "format"_a = list_format_name(ListFormat::automatic), "source"_a = "",
        "harmless"_a = false, "columns"_a = std::map<std::string, std::string>{},
        nb::sig("def import_list(" TUTELA_PATH
                ", builder: ListBuilder, *, format: str = 'automatic', source: str = '', "
                "harmless: bool = False, columns: collections.abc.Mapping[str, str] = {}) -> ImportReport"),
        "Reads a list of others into a builder: Project VIC, NCMEC, StopNCII, ThreatExchange, NSRL, CSV and others.\n\n"
        "The format is told by what the file holds, unless it is named: 'vics', 'csv', 'ncmec-xml' and so on. "
        "`source`\n"
        "takes the place of what the file says; `harmless` says that all of it is known to be. `columns` says of CSV\n"
        "what is in the column of which name: {'md5': 'Hash', 'id': 'Number'}. Bad records are skipped and reported.\n"
        "Raises NotFoundError, PermissionDeniedError, InputOutputError, CorruptError, VersionMismatchError, "
        "LimitError;\n"
        "UnsupportedError for a file of no format, or not of the one that was asked for. What came before stays "
        "added.");
}

}  // namespace

void bind_builder(nb::module_& module) {
    bind_builder_class(module);
    bind_text_import(module);
    bind_import(module);
}

}  // namespace tutela::python
