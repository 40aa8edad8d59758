// Scanning, for the C interface.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "capi/handles.hpp"
#include "capi/row.hpp"
#include "capi/translate.hpp"
#include "tutela/list_filter.hpp"

namespace {

using tutela::FileRow;
using tutela::ScanOptions;
using tutela::Status;
using tutela::StatusCode;
using tutela::capi::guarded;
using tutela::capi::require;
using tutela::capi::require_array;

static_assert(TUTELA_PROFILE_PLAIN == static_cast<int>(tutela::Profile::plain));
static_assert(TUTELA_PROFILE_STANDARD == static_cast<int>(tutela::Profile::standard));
static_assert(TUTELA_PROFILE_THOROUGH == static_cast<int>(tutela::Profile::thorough));

static_assert(TUTELA_IN_PROCESS == static_cast<int>(tutela::Isolation::in_process));
static_assert(TUTELA_SANDBOXED == static_cast<int>(tutela::Isolation::sandboxed));

// set_stop() promises to be safe in a signal handler.
static_assert(std::atomic<bool>::is_always_lock_free);

Status call_row(tutela_row_callback on_row, void* context, const FileRow& row) {
    const tutela::capi::RowView view(row);
    const tutela_status answer = on_row(view.get(), context);
    if (answer == TUTELA_OK) return {};
    return Status(static_cast<StatusCode>(answer), "the row callback ended the scan");
}

void call_progress(tutela_progress_callback callback, void* context, const tutela::ScanProgress& progress) {
    auto seen = tutela::capi::sized<tutela_progress>();
    seen.files_done = progress.files_done;
    seen.files_total = progress.files_total;
    seen.bytes_done = progress.bytes_done;
    seen.matched = progress.matched;
    callback(&seen, context);
}

tutela_scan_options default_scanner_options() noexcept {
    const ScanOptions defaults;
    tutela_scan_options options{};
    options.radius = defaults.radius;
    options.min_quality = defaults.min_quality;
    options.engine = static_cast<std::uint32_t>(defaults.index.engine);
    options.threads = 1;
    options.max_jpeg_scans = defaults.limits.max_jpeg_scans;
    options.max_bytes = defaults.limits.max_bytes;
    options.max_pixels = defaults.limits.max_pixels;
    options.follow_symlinks = defaults.follow_symlinks;
    options.isolation = static_cast<std::uint32_t>(defaults.isolation);
    options.max_memory = defaults.limits.max_memory;
    options.max_frame_seconds = defaults.limits.max_frame_seconds;
    options.max_file_seconds = defaults.limits.max_file_seconds;
    return options;
}

void read_video_options(const tutela_scan_options& options, ScanOptions& scan) {
    if (options.sampling != TUTELA_SAMPLING_AUTOMATIC) {
        scan.sampling.kind = static_cast<tutela::SamplingKind>(options.sampling);
    }
    if (options.frames_per_second != 0) scan.sampling.per_second = options.frames_per_second;
    if (options.max_gap_us != 0) {
        scan.sampling.max_gap_us = static_cast<std::int64_t>(std::min<std::uint64_t>(options.max_gap_us, INT64_MAX));
    }
    if (options.max_video_bytes != 0) scan.limits.max_video_bytes = options.max_video_bytes;
    if (options.max_video_seconds != 0) scan.limits.max_video_seconds = options.max_video_seconds;
    if (options.video_worker_program != nullptr) scan.worker.video_program = options.video_worker_program;
}

ScanOptions to_cpp(const tutela_scan_options& options, const std::atomic<bool>* stop) {
    ScanOptions scan;
    scan.radius = options.radius;
    scan.min_quality = options.min_quality;
    scan.index.engine = static_cast<tutela::Engine>(options.engine);
    scan.limits.max_bytes = options.max_bytes;
    scan.limits.max_pixels = options.max_pixels;
    scan.limits.max_jpeg_scans = options.max_jpeg_scans;
    scan.follow_symlinks = options.follow_symlinks;
    if (options.decode != TUTELA_DECODE_AUTOMATIC) scan.decode = static_cast<tutela::DecodeMode>(options.decode);
    if (options.profile != TUTELA_PROFILE_AUTOMATIC) scan.profile = static_cast<tutela::Profile>(options.profile);
    if (options.confirm_phash) scan.confirm_phash_radius = options.confirm_phash_radius;
    scan.isolation = static_cast<tutela::Isolation>(options.isolation);
    if (options.worker_program != nullptr) scan.worker.program = options.worker_program;
    scan.limits.max_memory = options.max_memory;
    scan.limits.max_frame_seconds = options.max_frame_seconds;
    scan.limits.max_file_seconds = options.max_file_seconds;
    scan.open_archives = !options.skip_archives;
    if (options.max_archive_depth != 0) scan.archives.max_depth = options.max_archive_depth;
    if (options.max_archive_entries != 0) scan.archives.max_entries = options.max_archive_entries;
    if (options.max_unpacked_bytes != 0) scan.archives.max_total_bytes = options.max_unpacked_bytes;
    read_video_options(options, scan);
    if (options.harmless_files != nullptr)
        scan.harmless_files = std::make_shared<const tutela::HashList>(options.harmless_files->list);
    scan.stop = stop;
    if (options.progress != nullptr) {
        scan.progress = [callback = options.progress, context = options.progress_context](
                            const tutela::ScanProgress& progress) { call_progress(callback, context, progress); };
    }
    return scan;
}

Status read_texts(const char* const* texts, std::size_t count, const char* name, std::vector<std::string>& out) {
    TUTELA_TRY(require_array(static_cast<const void*>(texts), count, name));
    for (const char* text : std::span(texts, count)) {
        TUTELA_TRY(require(text, name));
        out.emplace_back(text);
    }
    return {};
}

Status read_filter(const tutela_scan_options& options, tutela::ListFilter& filter) {
    TUTELA_TRY(read_texts(options.only_sources, options.only_source_count, "one of only_sources", filter.sources));
    TUTELA_TRY(read_texts(options.only_labels, options.only_label_count, "one of only_labels", filter.labels));
    std::vector<std::string> categories;
    TUTELA_TRY(read_texts(options.only_categories, options.only_category_count, "one of only_categories", categories));
    for (const std::string& text : categories) {
        TUTELA_ASSIGN(tutela::CategoryName category, tutela::parse_category_name(text));
        filter.categories.push_back(std::move(category));
    }
    return {};
}

struct PathArray {
    const char* const* paths;
    std::size_t count;
};
struct RowReceiver {
    tutela_row_callback on_row;
    void* context;
};

Status scan(const tutela_scanner* scanner, const PathArray& paths, tutela::Journal* journal,
            const RowReceiver& receiver, tutela_totals* totals) {
    TUTELA_TRY(require(scanner, "scanner"));
    TUTELA_TRY(require_array(static_cast<const void*>(paths.paths), paths.count, "paths"));
    if (receiver.on_row == nullptr) return Status(StatusCode::invalid_argument, "on_row is NULL");
    if (totals != nullptr) TUTELA_TRY(tutela::capi::check_struct_size(totals->struct_size));
    std::vector<std::string> names;
    for (const char* path : std::span(paths.paths, paths.count)) {
        TUTELA_TRY(require(path, "one of the paths"));
        names.emplace_back(path);
    }
    tutela::ScanControl control;
    control.journal = journal;
    TUTELA_ASSIGN(const tutela::RunTotals sums,
                  scanner->current().scan(
                      names, *scanner->executor,
                      [&](const FileRow& row) { return call_row(receiver.on_row, receiver.context, row); }, control));
    if (totals != nullptr) tutela::capi::write_struct(tutela::capi::to_c(sums), totals);
    return {};
}

}  // namespace

const char* tutela_sampling_name(std::uint32_t sampling) {
    return tutela::sampling_name(static_cast<tutela::SamplingKind>(sampling)).data();
}

const char* tutela_profile_name(std::uint32_t profile) {
    return tutela::profile_name(static_cast<tutela::Profile>(profile)).data();
}

void tutela_scan_options_init(tutela_scan_options* options, std::size_t struct_size) {
    tutela::capi::init_struct(default_scanner_options(), options, struct_size);
}

tutela_status tutela_scanner_create(const tutela_list* list, const tutela_scan_options* options,
                                    tutela_scanner** scanner, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(scanner, "scanner"));
        tutela_scan_options known = default_scanner_options();
        if (options != nullptr) TUTELA_TRY(tutela::capi::read_struct(options, known));
        TUTELA_ASSIGN(auto executor, tutela::capi::make_executor(known.threads));
        auto made = std::make_unique<tutela_scanner>();
        ScanOptions scan_options = to_cpp(known, &made->stop);
        TUTELA_TRY(read_filter(known, scan_options.filter));
        TUTELA_ASSIGN(made->scanner, tutela::Scanner::create(list->list, std::move(scan_options)));
        made->executor = std::move(executor);
        *scanner = made.release();
        return {};
    });
}

tutela_status tutela_scanner_set_list(tutela_scanner* scanner, const tutela_list* list, const tutela_index* index,
                                      tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(scanner, "scanner"));
        TUTELA_TRY(require(list, "list"));
        TUTELA_ASSIGN(tutela::Scanner next,
                      scanner->current().with_list(list->list, index == nullptr ? nullptr : index->index));
        const std::lock_guard lock(scanner->swapping);
        scanner->scanner = std::move(next);
        return {};
    });
}

void tutela_scanner_destroy(tutela_scanner* scanner) {
    delete scanner;
}

tutela_status tutela_scanner_scan(const tutela_scanner* scanner, const char* const* paths, std::size_t path_count,
                                  tutela_row_callback on_row, void* context, tutela_totals* totals,
                                  tutela_error* error) {
    return guarded(error, [&] { return scan(scanner, {paths, path_count}, nullptr, {on_row, context}, totals); });
}

tutela_status tutela_scanner_scan_journaled(const tutela_scanner* scanner, const char* const* paths,
                                            std::size_t path_count, tutela_journal* journal, tutela_row_callback on_row,
                                            void* context, tutela_totals* totals, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(journal, "journal"));
        return scan(scanner, {paths, path_count}, &journal->journal, {on_row, context}, totals);
    });
}

tutela_status tutela_scanner_scan_bytes(const tutela_scanner* scanner, const void* bytes, std::size_t size,
                                        const char* name, tutela_row_callback on_row, void* context,
                                        tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(scanner, "scanner"));
        TUTELA_TRY(require_array(bytes, size, "bytes"));
        TUTELA_TRY(require(name, "name"));
        if (on_row == nullptr) return Status(StatusCode::invalid_argument, "on_row is NULL");
        const std::span file(static_cast<const std::uint8_t*>(bytes), size);
        for (const FileRow& row : scanner->current().scan_all_bytes(file, name))
            TUTELA_TRY(call_row(on_row, context, row));
        return {};
    });
}

void tutela_scanner_set_stop(tutela_scanner* scanner, bool stop) {
    if (scanner != nullptr) scanner->stop.store(stop);
}
