// ScanProgress, Scanner and Scan.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "buffer.hpp"
#include "engine.hpp"
#include "errors.hpp"
#include "scan_run.hpp"
#include "text.hpp"
#include "tutela/scan.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

// How long a wait for the next row may last before Ctrl-C is looked for.
constexpr std::chrono::milliseconds kSignalInterval{50};
constexpr std::uint64_t kMaxJobs = 1024;

void bind_progress(nb::module_& module) {
    nb::class_<ScanProgress>(module, "ScanProgress", "How far a scan has come.")
        .def_ro("files_done", &ScanProgress::files_done, "Files scanned.")
        .def_ro("files_total", &ScanProgress::files_total, "Files found; 0 until the first file is done.")
        .def_ro("bytes_done", &ScanProgress::bytes_done, "Bytes scanned.")
        .def_ro("matched", &ScanProgress::matched, "Files that matched.")
        .def("__repr__", [](const ScanProgress& progress) {
            return "ScanProgress(files_done=" + std::to_string(progress.files_done) +
                   ", files_total=" + std::to_string(progress.files_total) + ")";
        });
}

// A scan in the shape of a Python iterator and context manager.
class Scan {
public:
    Scan(const Scanner& scanner, std::vector<std::string> paths, std::size_t jobs, std::optional<Journal> journal)
        : run_(std::make_unique<ScanRun>(scanner, std::move(paths), jobs, std::move(journal))) {}
    // Waits for the files in work; meanwhile other Python threads run.
    ~Scan() {
        const nb::gil_scoped_release released;
        run_.reset();
    }
    Scan(const Scan&) = delete;
    Scan& operator=(const Scan&) = delete;

    FileRow next() {
        FileRow row;
        for (;;) {
            const ScanRun::Next next = wait(row);
            if (next == ScanRun::Next::row) return row;
            if (next == ScanRun::Next::end) break;
            if (PyErr_CheckSignals() != 0) {
                {
                    const nb::error_scope interrupt;
                    close();
                }
                throw nb::python_error();
            }
        }
        require(run_->status());
        throw nb::stop_iteration();
    }

    void close() {
        const nb::gil_scoped_release released;
        run_->close();
    }

    [[nodiscard]] const ScanRun& run() const noexcept { return *run_; }

private:
    ScanRun::Next wait(FileRow& row) {
        const nb::gil_scoped_release released;
        return run_->next(row, kSignalInterval);
    }

    std::unique_ptr<ScanRun> run_;
};

std::vector<std::string> paths_of(nb::handle paths) {
    const bool single = PyUnicode_Check(paths.ptr()) || PyBytes_Check(paths.ptr()) || nb::hasattr(paths, "__fspath__");
    if (single) return {path_bytes(paths)};
    std::vector<std::string> out;
    for (nb::handle path : paths)
        out.push_back(path_bytes(path));
    return out;
}

std::optional<Journal> open_journal(nb::handle path, bool resume, bool keep_hashes) {
    if (path.is_none()) {
        if (!resume && !keep_hashes) return std::nullopt;
        throw StatusError(Status(StatusCode::invalid_argument, "resume and keep_hashes need a journal"));
    }
    JournalOptions options;
    options.keep_hashes = keep_hashes;
    const std::string name = path_bytes(path);
    return take(resume ? Journal::open(name, std::move(options)) : Journal::create(name, std::move(options)));
}

std::unique_ptr<Scan> start(const Scanner& scanner, nb::handle paths, std::optional<std::int64_t> jobs,
                            nb::handle journal, bool resume, bool keep_hashes) {
    const std::uint64_t workers = jobs.has_value() ? in_range(*jobs, kMaxJobs, "jobs") : 0;
    if (jobs.has_value() && workers == 0) {
        throw StatusError(Status(StatusCode::invalid_argument, "jobs must be at least 1, or None"));
    }
    std::vector<std::string> names = paths_of(paths);
    std::optional<Journal> kept = open_journal(journal, resume, keep_hashes);
    try {
        return std::make_unique<Scan>(scanner, std::move(names), static_cast<std::size_t>(workers), std::move(kept));
    } catch (const std::system_error&) {
        throw StatusError(Status(StatusCode::out_of_memory, "no thread could be had for the scan"));
    }
}

DecodeMode decode_from_name(std::string_view name) {
    for (const DecodeMode mode : {DecodeMode::exact, DecodeMode::luma, DecodeMode::scaled, DecodeMode::screen}) {
        if (name == decode_mode_name(mode)) return mode;
    }
    throw StatusError(Status(StatusCode::invalid_argument, "decode must be 'exact', 'luma', 'scaled' or 'screen'"));
}

struct Settings {
    std::int64_t radius;
    std::int64_t min_quality;
    std::string_view engine;
    std::int64_t max_bytes;
    std::int64_t max_pixels;
    std::int64_t max_jpeg_scans;
    bool follow_symlinks;
    std::string_view decode;
    std::string_view profile;
    std::optional<std::int64_t> confirm_phash_radius;
    std::string_view isolation;
    std::string_view worker;
    std::int64_t max_memory;
    std::int64_t max_frame_seconds;
    std::int64_t max_file_seconds;
    bool open_archives;
    std::int64_t max_archive_depth;
    std::int64_t max_archive_entries;
    std::int64_t max_unpacked_bytes;
    std::string_view sampling;
    std::int64_t max_video_seconds;
    std::string_view video_worker;
    const HashList* harmless_files;
    const ListFilter* filter;
};

Isolation isolation_from_name(std::string_view name) {
    for (const Isolation isolation : {Isolation::in_process, Isolation::sandboxed}) {
        if (name == isolation_name(isolation)) return isolation;
    }
    throw StatusError(Status(StatusCode::invalid_argument, "isolation must be 'sandboxed' or 'in_process'"));
}

Scanner make_scanner(const HashList& list, const Settings& settings) {
    ScanOptions options;
    options.radius = static_cast<std::uint32_t>(in_range(settings.radius, Hash256::kBits, "radius"));
    options.min_quality = static_cast<std::int32_t>(in_range(settings.min_quality, 100, "min_quality"));
    options.index.engine = engine_from_name(settings.engine);
    options.limits.max_bytes = in_range(settings.max_bytes, INT64_MAX, "max_bytes");
    options.limits.max_pixels = in_range(settings.max_pixels, INT64_MAX, "max_pixels");
    options.limits.max_jpeg_scans =
        static_cast<std::uint32_t>(in_range(settings.max_jpeg_scans, UINT32_MAX, "max_jpeg_scans"));
    options.follow_symlinks = settings.follow_symlinks;
    options.decode = decode_from_name(settings.decode);
    options.profile = take(profile_from_name(settings.profile));
    if (settings.confirm_phash_radius.has_value()) {
        options.confirm_phash_radius =
            static_cast<std::uint32_t>(in_range(*settings.confirm_phash_radius, Hash64::kBits, "confirm_phash_radius"));
    }
    options.isolation = isolation_from_name(settings.isolation);
    options.worker.program = settings.worker;
    options.limits.max_memory = in_range(settings.max_memory, INT64_MAX, "max_memory");
    options.limits.max_frame_seconds =
        static_cast<std::uint32_t>(in_range(settings.max_frame_seconds, UINT32_MAX, "max_frame_seconds"));
    options.limits.max_file_seconds =
        static_cast<std::uint32_t>(in_range(settings.max_file_seconds, UINT32_MAX, "max_file_seconds"));
    options.open_archives = settings.open_archives;
    options.archives.max_depth =
        static_cast<std::uint32_t>(in_range(settings.max_archive_depth, UINT32_MAX, "max_archive_depth"));
    options.archives.max_entries =
        static_cast<std::uint32_t>(in_range(settings.max_archive_entries, UINT32_MAX, "max_archive_entries"));
    options.archives.max_total_bytes = in_range(settings.max_unpacked_bytes, INT64_MAX, "max_unpacked_bytes");
    options.sampling = take(sampling_from_text(settings.sampling));
    options.limits.max_video_seconds =
        static_cast<std::uint32_t>(in_range(settings.max_video_seconds, UINT32_MAX, "max_video_seconds"));
    options.worker.video_program = settings.video_worker;
    if (settings.harmless_files != nullptr)
        options.harmless_files = std::make_shared<const HashList>(*settings.harmless_files);
    if (settings.filter != nullptr) options.filter = *settings.filter;
    const nb::gil_scoped_release released;
    return take(Scanner::create(list, std::move(options)));
}

Scanner with_list(const Scanner& scanner, const HashList& list, nb::handle index) {
    std::shared_ptr<const Index<256>> shared = index_of(index);
    const nb::gil_scoped_release released;
    return take(scanner.with_list(list, std::move(shared)));
}

FileRow scan_bytes(const Scanner& scanner, nb::handle data, std::string name) {
    const FileBytes file(std::make_unique<const Buffer>(data));
    const nb::gil_scoped_release released;
    return scanner.scan_bytes(file.get(), std::move(name));
}

std::vector<FileRow> scan_all_bytes(const Scanner& scanner, nb::handle data, std::string name) {
    const FileBytes file(std::make_unique<const Buffer>(data));
    const nb::gil_scoped_release released;
    return scanner.scan_all_bytes(file.get(), std::move(name));
}

#define TUTELA_PATHS                                                \
    "paths: str | bytes | os.PathLike[str] | os.PathLike[bytes] | " \
    "collections.abc.Iterable[str | bytes | os.PathLike[str] | os.PathLike[bytes]]"

void bind_scanner(nb::module_& module) {
    const DecodeLimits limits;
    nb::class_<Scanner>(
        module, "Scanner",
        "Compares files with a list. Immutable; threads may share it, and several scans may run at once.")
        .def(
            "__init__",
            [](Scanner* self, const HashList& list, std::int64_t radius, std::int64_t min_quality,
               std::string_view engine, std::int64_t max_bytes, std::int64_t max_pixels, std::int64_t max_jpeg_scans,
               bool follow_symlinks, std::string_view decode, std::string_view profile,
               std::optional<std::int64_t> confirm_phash_radius, std::string_view isolation, std::string_view worker,
               std::int64_t max_memory, std::int64_t max_frame_seconds, std::int64_t max_file_seconds,
               bool open_archives, std::int64_t max_archive_depth, std::int64_t max_archive_entries,
               std::int64_t max_unpacked_bytes, std::string_view sampling, std::int64_t max_video_seconds,
               std::string_view video_worker, const HashList* harmless_files, const ListFilter* filter) {
                new (self) Scanner(make_scanner(list, {radius,
                                                       min_quality,
                                                       engine,
                                                       max_bytes,
                                                       max_pixels,
                                                       max_jpeg_scans,
                                                       follow_symlinks,
                                                       decode,
                                                       profile,
                                                       confirm_phash_radius,
                                                       isolation,
                                                       worker,
                                                       max_memory,
                                                       max_frame_seconds,
                                                       max_file_seconds,
                                                       open_archives,
                                                       max_archive_depth,
                                                       max_archive_entries,
                                                       max_unpacked_bytes,
                                                       sampling,
                                                       max_video_seconds,
                                                       video_worker,
                                                       harmless_files,
                                                       filter}));
            },
            "list"_a, "radius"_a = kPdqMatchRadius, "min_quality"_a = kPdqMinQuality, nb::kw_only(),
            "engine"_a = "automatic", "max_bytes"_a = limits.max_bytes, "max_pixels"_a = limits.max_pixels,
            "max_jpeg_scans"_a = limits.max_jpeg_scans, "follow_symlinks"_a = false,
            "decode"_a = decode_mode_name(ScanOptions{}.decode), "profile"_a = profile_name(ScanOptions{}.profile),
            "confirm_phash_radius"_a = nb::none(), "isolation"_a = isolation_name(Isolation::sandboxed),
            "worker"_a = "", "max_memory"_a = limits.max_memory, "max_frame_seconds"_a = limits.max_frame_seconds,
            "max_file_seconds"_a = limits.max_file_seconds, "open_archives"_a = true,
            "max_archive_depth"_a = ArchiveLimits{}.max_depth, "max_archive_entries"_a = ArchiveLimits{}.max_entries,
            "max_unpacked_bytes"_a = ArchiveLimits{}.max_total_bytes, "sampling"_a = "every",
            "max_video_seconds"_a = limits.max_video_seconds, "video_worker"_a = "",
            "harmless_files"_a.none() = nb::none(), "filter"_a.none() = nb::none(),
            "Builds the index of the list.\n\n"
            "A file matches an entry at a distance of at most `radius` bits (0 to 256); hashes of a quality below\n"
            "`min_quality` (0 to 100) are not looked up. `engine` is as for Index. A file or picture past one of the\n"
            "limits has the outcome `limit`. Symbolic links inside folders are rows of their own unless\n"
            "`follow_symlinks` is set. `decode` says how much of a picture is decoded: 'exact' for the hashes that\n"
            "published lists have; 'luma' (a few bits off at most, several times faster); 'scaled' (the same, for "
            "large\n"
            "pictures); 'screen' (from the first scan of progressive JPEGs; it may miss a match). Each row names what\n"
            "its picture had. `profile` says which variants of a picture are looked up, as variant_hashes() makes "
            "them:\n"
            "'plain' for none, 'standard' or 'thorough'; each match names its own.\n"
            "With `confirm_phash_radius` (0 to 64; 10 is a good number) each match whose "
            "entry\n"
            "carries a pHash has `confirm`, the distance of the file's own; it neither makes a match nor takes one "
            "away.\n"
            "`isolation` is 'sandboxed' or 'in_process'. A sandboxed decoder is a process that can open no file and "
            "no\n"
            "connection, and takes at most `max_memory` bytes, and `max_frame_seconds` and `max_file_seconds` of\n"
            "processor time; a file that breaks it twice has the outcome crashed, timeout or memory. When it cannot\n"
            "start, Scanner() raises. `worker` is its program, if not the one that came with this package.\n"
            "Archives are opened unless `open_archives` is false, within others to `max_archive_depth` levels; those\n"
            "of more entries, or of files of more bytes together, have the outcome `limit`.\n"
            "`sampling` says which frames of a video are looked at: 'every', or one of those that may miss a match,\n"
            "'key' (frames that can be decoded without others: many times faster), 'adaptive' (frames that look\n"
            "unlike the one before, and one at least every second) and a number of frames per second, as text.\n"
            "Videos have `max_video_seconds` of processor time in place of `max_file_seconds`, and a decoder of\n"
            "their own, `video_worker`.\n"
            "Every file is looked up by the hashes of its bytes, too, where the list has some. Files that the list\n"
            "`harmless_files` marks as harmless are not decoded: their outcome is `harmless`.\n"
            "With `filter`, entries that it leaves out are no match, and reports name it.")
        .def(
            "scan", &start, "paths"_a, "jobs"_a = nb::none(), nb::kw_only(), "journal"_a = nb::none(),
            "resume"_a = false, "keep_hashes"_a = false,
            nb::sig("def scan(self, " TUTELA_PATHS ", jobs: int | None = None, *, "
                    "journal: str | bytes | os.PathLike[str] | os.PathLike[bytes] | None = None, "
                    "resume: bool = False, keep_hashes: bool = False) -> Scan"),
            "Scans files and folders in the background: iterate over the answer for the rows.\n\n"
            "One row for each file found, and after an archive's one for each file in it, in the order of `paths` and, "
            "within a folder, of the names; the order does\n"
            "not depend on `jobs`, the number of threads (None: one for each processor). A path that does not exist "
            "is\n"
            "a row (`unreadable`), not an error.\n\n"
            "With `journal`, the name of a new file, what is done is written down there before its row comes out; "
            "with\n"
            "`resume` as well, the scan of that journal goes on: all rows come, those of the journal first, and rows "
            "and\n"
            "totals are those of a scan that nothing ended. Rows out of a journal have a hash only with `keep_hashes`. "
            "The\n"
            "journal is yours to delete.")
        .def(
            "scan_bytes", &scan_bytes, "data"_a, "name"_a = "",
            nb::sig("def scan_bytes(self, data: typing_extensions.Buffer | numpy.typing.NDArray[numpy.uint8], name: "
                    "str = '') -> FileRow"),
            "Scans one picture in memory, such as an upload; `name` becomes the row's path. An archive is not opened:\n"
            "see scan_all_bytes().")
        .def("scan_all_bytes", &scan_all_bytes, "data"_a, "name"_a = "",
             nb::sig("def scan_all_bytes(self, data: typing_extensions.Buffer | numpy.typing.NDArray[numpy.uint8], "
                     "name: str = '') -> list[FileRow]"),
             "The same for a picture or an archive: its row, then those of the files in it, as scan() gives them.")
        .def(
            "with_list", &with_list, "list"_a, "index"_a = nb::none(),
            nb::sig("def with_list(self, list: HashList, index: Index | None = None) -> Scanner"),
            "A scanner for another list, with the same options and the same decoders, which go on running: for a list\n"
            "that changes while a service runs, see ListFollower. Scans that run keep the list that they began with.\n"
            "index: one of that list; None to open or build it.")
        .def_prop_ro("facts", &Scanner::facts, "What a report says about a run.")
        .def_prop_ro(
            "list", [](const Scanner& scanner) { return scanner.list(); }, "The list that it compares with.")
        .def("__repr__", [](const Scanner& scanner) {
            const RunFacts facts = scanner.facts();
            return "<tutela.Scanner of " + std::to_string(facts.list_entries) +
                   " entries, radius=" + std::to_string(facts.radius) +
                   ", min_quality=" + std::to_string(facts.min_quality) + ">";
        });

    nb::class_<Scan>(
        module, "Scan",
        "A scan that runs: an iterator over its rows, made by Scanner.scan().\n\n"
        "It stays a bounded number of rows ahead of the reader, so that memory does not grow with the files.\n"
        "Ctrl-C while it waits, close(), and the end of a `with` block stop it: no further file is begun.")
        .def(
            "__iter__", [](nb::handle self) { return nb::borrow(self); }, nb::sig("def __iter__(self) -> Scan"))
        .def("__next__", &Scan::next)
        .def("close", &Scan::close, "Stops the scan and waits for the files in work; rows not taken are dropped.")
        .def(
            "__enter__", [](nb::handle self) { return nb::borrow(self); }, nb::sig("def __enter__(self) -> Scan"))
        .def(
            "__exit__", [](Scan& self, const nb::args&) { self.close(); },
            nb::sig("def __exit__(self, *args: object) -> None"))
        .def_prop_ro(
            "progress", [](const Scan& self) { return self.run().progress(); },
            "How far the scan has come, rows not yet taken included.")
        .def_prop_ro(
            "totals", [](const Scan& self) { return self.run().totals(); },
            "Sums over the files scanned; final once the rows are at their end or the scan is closed.")
        .def("__repr__", [](const Scan& self) {
            return "<tutela.Scan, " + std::to_string(self.run().totals().files) + " files so far>";
        });
}

}  // namespace

void bind_scan(nb::module_& module) {
    bind_progress(module);
    bind_scanner(module);
}

}  // namespace tutela::python
