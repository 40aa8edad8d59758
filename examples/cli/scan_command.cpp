// `tutela scan`: files and folders in, a report out.
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "commands.hpp"
#include "files.hpp"
#include "filter_options.hpp"
#include "list_opening.hpp"
#include "output.hpp"
#include "process.hpp"
#include "progress.hpp"
#include "text.hpp"
#include "tutela/journal.hpp"
#include "tutela/media.hpp"
#include "tutela/report.hpp"
#include "tutela/scan.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kScanHelp = {
    "scan", "[options] --list L PATH...",
    "Compares pictures with a list of known hashes. Folders are walked. Every file has a row in the report, whatever\n"
    "becomes of it, and so has every file in an archive. Neither the hashes of the list nor, without --show-hashes,\n"
    "those of the files are shown.\n"
    "Ctrl-C ends the scan: the report then holds every row up to there. A second Ctrl-C kills.\n"
    "\n"
    "Pictures are decoded in a process of its own for each job, which can open no file and no connection, and never\n"
    "sees the list. A file that breaks it, twice, has the outcome crashed, timeout or memory; the scan goes on.\n"
    "\n"
    "With --journal F all that is done is written down in F as well, and the same command with --resume goes on from\n"
    "there after a crash, a kill, a power cut or a Ctrl-C; the report is then that of a scan that nothing disturbed.\n"
    "A report that goes to a file appears when it is whole, and the journal is removed.\n",
    "Exit codes: 0 nothing matched, 1 something matched, 2 an error, or an interrupted scan.\n"
    "\n"
    "Example:\n"
    "  tutela scan --list known.tutela --format jsonl --output report.jsonl --journal scan.journal Pictures\n"};

Options scan_options() {
    Options options(kScanHelp);
    add_list_options(options);
    options.value("min-quality", "Q", "50", "pictures of lower quality are not looked up: 0 to 100");
    add_decode_option(options, ScanOptions{}.decode);
    options.value("sampling", "S", "every", "of videos: every frame; or key, adaptive, N a second, which miss some");
    add_profile_option(options, ScanOptions{}.profile);
    options.value("confirm", "HASH",
                  "phash: matches also say how far the file's pHash is from the entry's, if it has one");
    options.value("confirm-radius", "R", "10", "the text report marks a pHash distance over this: 0 to 64");
    options.value("format", "F", "text", "text, jsonl, csv or html (a page to open in a browser)");
    options.value("output,o", "F", "-", "where the report goes; a file appears when whole; - is standard output");
    options.value("journal", "F", "write down what is done in F, a new file, so that the scan can be continued");
    options.flag("resume", "continue the scan of the journal: of --journal F, else the report's name and .journal");
    options.flag("keep-journal", "leave the journal when the scan is done");
    add_jobs_option(options);
    options.value("max-pixels", "N", "100000000", "larger pictures are not decoded");
    options.value("max-bytes", "N", "2147483648", "larger pictures are not read");
    add_sandbox_option(options);
    options.value("frame-seconds", "N", "10", "of processor time: a frame that takes longer ends its file");
    options.value("file-seconds", "N", "300", "the same for all frames of a file");
    options.value("video-seconds", "N", "36000", "the same for a video");
    options.value("max-memory", "N", "2147483648", "bytes that decoding may take beside file and frame");
    options.flag("no-archives", "do not open archives (zip, tar, 7z, rar, cab, cpio, gz, bz2, xz, zst)");
    options.value("max-depth", "N", "3", "archives within archives are opened this deep");
    options.value("max-entries", "N", "100000", "of an archive with more entries, those beyond are left out");
    options.value("max-unpacked", "N", "68719476736",
                  "bytes: of an archive that holds more, those beyond are left out");
    add_filter_options(options);
    options.value("harmless", "L",
                  "a list of files known to be harmless: they are not decoded; --trusted is for it too");
    options.value("flood-files", "N", "100", "flag an entry that matches more different files; 0: none");
    options.value("flood-percent", "P", "1", "and more than so many percent of the files so far");
    options.flag("quarantine-floods", "mark matches of flagged entries; alone they make exit code 0");
    options.flag("follow-symlinks", "follow the symbolic links inside folders");
    options.flag("show-hashes", "put each file's own hash into the report");
    add_load_check_option(options);
    add_list_trust_options(options);
    add_list_key_options(options);
    options.flag("strict", "a file that could not be looked at is an error, as is a bad line in L");
    options.flag("quiet,q", "no summary and no progress on standard error");
    options.flag("no-progress", "no progress on standard error");
    return options;
}

ReportFormat format_option(const Options& options) {
    const std::string& format = options.choice("format", {"text", "jsonl", "csv", "html"});
    if (format == "jsonl") return ReportFormat::jsonl;
    if (format == "html") return ReportFormat::html;
    return format == "csv" ? ReportFormat::csv : ReportFormat::text;
}

Sampling sampling_option(const Options& options) {
    const Result<Sampling> sampling = sampling_from_text(options.text("sampling"));
    if (!sampling.ok()) throw UsageError("scan", "--" + sampling.status().message());
    return sampling.value();
}

// All that the options say, checked before anything is opened.
struct ScanRequest {
    std::string list_path;
    std::string harmless_path;  // empty: none
    std::string output_path;
    Words paths;
    ReportFormat format = ReportFormat::text;
    std::size_t jobs = 0;
    std::string journal_path;  // empty: none
    bool resume = false;
    bool keep_journal = false;
    bool show_hashes = false;
    bool strict = false;
    ListOpening opening;
    bool quiet = false;
    bool progress = false;
    ScanOptions scan;
};

void read_journal_options(const Options& options, ScanRequest& request) {
    request.resume = options.given("resume");
    request.keep_journal = options.given("keep-journal");
    if (options.given("journal")) {
        request.journal_path = options.text("journal");
    } else if (request.resume) {
        if (request.output_path == "-")
            throw UsageError("scan", "--resume needs --journal F, or a report's --output F");
        request.journal_path = request.output_path + ".journal";
    }
    if (options.given("journal") && request.journal_path.empty()) throw UsageError("scan", "--journal needs a name");
    if (request.keep_journal && request.journal_path.empty()) {
        throw UsageError("scan", "--keep-journal is for --journal F or --resume");
    }
}

ScanRequest read_request(const Options& options) {
    constexpr std::uint64_t kMost = 1ULL << 40;
    ScanRequest request;
    request.list_path = options.text("list");
    request.scan.filter = filter_option(options, "scan");
    if (options.given("harmless")) request.harmless_path = options.text("harmless");
    request.output_path = options.text("output");
    request.paths = options.operands(1, SIZE_MAX, "at least one PATH is needed");
    read_journal_options(options, request);
    request.format = format_option(options);
    request.jobs = jobs_option(options);
    request.show_hashes = options.given("show-hashes");
    request.strict = options.given("strict");
    request.quiet = options.given("quiet");
    request.progress = !request.quiet && !options.given("no-progress") && ::isatty(STDERR_FILENO) == 1;
    request.scan.radius = radius_option(options);
    request.scan.min_quality = static_cast<std::int32_t>(options.number("min-quality", 0, 100));
    request.scan.index.engine = engine_option(options);
    const auto confirm_radius = static_cast<std::uint32_t>(options.number("confirm-radius", 0, Hash64::kBits));
    if (options.given("confirm")) {
        static_cast<void>(options.choice("confirm", {"phash"}));
        request.scan.confirm_phash_radius = confirm_radius;
    }
    request.scan.decode = decode_option(options);
    request.scan.sampling = sampling_option(options);
    request.scan.profile = profile_option(options);
    request.scan.limits.max_pixels = options.number("max-pixels", 1, kMost);
    request.scan.limits.max_bytes = options.number("max-bytes", 1, kMost);
    constexpr std::uint64_t kMostSeconds = 1'000'000;
    request.scan.limits.max_frame_seconds =
        static_cast<std::uint32_t>(options.number("frame-seconds", 1, kMostSeconds));
    request.scan.limits.max_file_seconds = static_cast<std::uint32_t>(options.number("file-seconds", 1, kMostSeconds));
    request.scan.limits.max_video_seconds =
        static_cast<std::uint32_t>(options.number("video-seconds", 1, kMostSeconds));
    request.scan.limits.max_memory = options.number("max-memory", 1 << 20, kMost);
    request.scan.isolation = isolation_option(options);
    request.scan.open_archives = !options.given("no-archives");
    request.scan.archives.max_depth = static_cast<std::uint32_t>(options.number("max-depth", 1, 100));
    request.scan.archives.max_entries = static_cast<std::uint32_t>(options.number("max-entries", 1, UINT32_MAX));
    request.scan.archives.max_total_bytes = options.number("max-unpacked", 1, kMost);
    request.scan.flood.files = options.number("flood-files", 0, kMost);
    request.scan.flood.percent = static_cast<std::uint32_t>(options.number("flood-percent", 0, 100));
    request.scan.flood.quarantine = options.given("quarantine-floods");
    request.scan.follow_symlinks = options.given("follow-symlinks");
    return request;
}

std::string summary(const RunTotals& totals) {
    std::string text =
        "scanned " + counted(totals.files, "file") + ", " + readable_bytes(static_cast<double>(totals.bytes)) + ": ";
    text += grouped(totals.count(Outcome::matched)) + " matched, " + grouped(totals.count(Outcome::clean)) + " clean";
    constexpr std::array kOthers = {Outcome::low_quality, Outcome::too_small, Outcome::unsupported, Outcome::corrupt,
                                    Outcome::unreadable,  Outcome::limit,     Outcome::crashed,     Outcome::timeout,
                                    Outcome::memory,      Outcome::container, Outcome::harmless};
    for (const Outcome outcome : kOthers) {
        if (totals.count(outcome) == 0) continue;
        text += ", " + grouped(totals.count(outcome)) + ' ' + std::string(outcome_name(outcome));
    }
    if (totals.quarantined > 0) text += "; " + grouped(totals.quarantined) + " matched quarantined entries alone";
    if (totals.damaged > 0) text += "; " + grouped(totals.damaged) + " of them damaged";
    return text;
}

void say_floods(const RunTotals& totals) {
    for (const Flood& flood : totals.floods) {
        say("entry " + inert(flood.entry_id) + " matches " + grouped(flood.files) + " different files" +
            (flood.quarantined ? ", and was quarantined" : ": look at the entry; --quarantine-floods sets it apart"));
    }
}

// How many files there are to scan, once the folders have been walked.
using FilesTotal = std::optional<std::uint64_t>;

void say_interrupted(const ScanRequest& request, const RunTotals& totals, FilesTotal files_total) {
    say("interrupted: " + grouped(totals.files) + (files_total ? " of " + grouped(*files_total) : "") + " files" +
        (request.journal_path.empty() ? "" : "; the same command with --resume goes on from there"));
}

// The journal that was asked for, if any. False, and said, when it cannot be had.
bool open_journal_or_say(const ScanRequest& request, std::optional<Journal>& journal) {
    if (request.journal_path.empty()) return true;
    JournalOptions options;
    options.keep_hashes = request.show_hashes;
    Result<Journal> opened = request.resume ? Journal::open(request.journal_path, std::move(options))
                                            : Journal::create(request.journal_path, std::move(options));
    if (opened.ok()) {
        journal.emplace(std::move(opened).value());
        return true;
    }
    const bool taken = !request.resume && opened.status().code() == StatusCode::invalid_argument;
    say("cannot use the journal " + name_in_error(request.journal_path, opened.status()) + ": " +
        inert(opened.status().message()) + (taken ? "; to continue the scan of a journal, add --resume" : ""));
    return false;
}

void say_continued(const Journal& journal) {
    std::string text = "continued: " + counted(journal.inputs_kept(), "file") + " had been done";
    if (journal.bytes_dropped() > 0) {
        text += "; " + counted(journal.bytes_dropped(), "byte") + " of a torn or damaged end were dropped";
    }
    note(text);
}

int exit_code(const ScanRequest& request, const RunTotals& totals) {
    std::uint64_t unseen = 0;
    for (const Outcome outcome :
         {Outcome::unreadable, Outcome::corrupt, Outcome::limit, Outcome::crashed, Outcome::timeout, Outcome::memory})
        unseen += totals.count(outcome);
    if (totals.interrupted || (request.strict && unseen > 0)) return kError;
    return totals.count(Outcome::matched) > totals.quarantined ? kMatched : kNothingMatched;
}

// Scans into the report. What was written before an error stays in `out`, which is then not committed.
// An interrupted scan that can be continued has no report file yet.
Result<RunTotals> write_report(const ScanRequest& request, const Scanner& scanner, Executor& executor, Journal* journal,
                               Output& out, ProgressBar& bar) {
    const bool shares_terminal = out.is_terminal();
    const bool streams = out.is_standard_output();
    const auto sink = [&](std::string_view bytes) {
        if (shares_terminal) bar.hide();
        Status status = out.write(bytes);
        return status.ok() && streams ? out.flush() : status;
    };
    Result<std::unique_ptr<ReportWriter>> writer = make_report_writer(request.format, sink);
    if (!writer.ok()) return writer.status();
    RunFacts facts = scanner.facts();
    facts.show_hashes = request.show_hashes;
    if (Status status = writer.value()->begin(facts); !status.ok()) return status;
    ScanControl control;
    control.journal = journal;
    Result<RunTotals> totals = scanner.scan(
        request.paths, executor, [&](const FileRow& row) { return writer.value()->row(row); }, control);
    if (!totals.ok()) return totals;
    if (totals.value().interrupted && journal != nullptr && out.is_new_file()) return totals;
    if (Status status = writer.value()->end(totals.value()); !status.ok()) return status;
    if (Status status = out.commit(); !status.ok()) return status;
    return totals;
}

// With `--output Pictures/*.jpg` the shell makes the first picture the report. True, and said, when what stands there
// must be left alone: the list in use, a picture, or what cannot be looked into.
bool must_not_replace(const std::string& output, const std::string& list) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(output, error)) return false;
    std::array<char, kSniffBytes> first{};
    std::ifstream file(output, std::ios::binary);
    file.read(first.data(), first.size());
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(first.data()), static_cast<std::size_t>(file.gcount()));
    const bool readable = file.is_open() && !file.bad();
    const bool is_list = std::filesystem::equivalent(output, list, error);
    if (readable && !is_list && sniff_format(bytes) == MediaFormat::unknown) return false;
    say(inert(output) +
        (is_list    ? " is the list"
         : readable ? " is a picture or an archive"
                    : " cannot be looked into") +
        "; no report is put in its place");
    return true;
}

// What was put off with --trust-list: the report names the list by a digest that nobody has computed yet.
bool verified_or_say(const HashList& list, const std::string& path) {
    const Status status = list.verify();
    if (!status.ok())
        say("the report is worthless: the list " + inert(path) + " is damaged: " + inert(status.message()));
    return status.ok();
}

// What is said and done once there are totals: the exit code.
int conclude(const ScanRequest& request, const RunTotals& totals, FilesTotal files_total, Journal* journal) {
    if (journal != nullptr && request.resume && !request.quiet) say_continued(*journal);
    if (request.format != ReportFormat::text && !request.quiet) note(summary(totals));
    if (!request.quiet) say_floods(totals);
    if (totals.interrupted) say_interrupted(request, totals, files_total);
    if (journal != nullptr && !totals.interrupted && !request.keep_journal) {
        if (const Status status = journal->remove(); !status.ok()) {
            say(inert(request.journal_path) + ": " + inert(status.message()));
            return kError;
        }
    }
    return exit_code(request, totals);
}

// True when none was asked for.
bool open_harmless_or_say(ScanRequest& request) {
    if (request.harmless_path.empty()) return true;
    ListOpening opening = request.opening;
    if (opening.trust) {  // what is harmless is not looked at, so it takes the same trust
        opening.trust->signature_path.clear();
        opening.trust->list_name.clear();
    }
    std::optional<HashList> list = open_list_or_say(request.harmless_path, opening);
    if (!list) return false;
    bool any = false;
    for (std::size_t i = 0; i < list->file_entry_count() && !any; ++i)
        any = list->file_entry(i).harmless;
    if (!any) say(inert(request.harmless_path) + " marks no file as harmless: all files are decoded");
    request.scan.harmless_files = std::make_shared<const HashList>(*std::move(list));
    return true;
}

int scan(ScanRequest request) {
    if (!request.resume && holds_misplaced_hash(request.paths)) return kError;
    if (must_not_replace(request.output_path, request.list_path)) return kError;
    std::optional<HashList> list = open_list_or_say(request.list_path, request.opening);
    if (!list || !open_harmless_or_say(request)) return kError;
    ProgressBar bar(request.progress);
    FilesTotal files_total;
    request.scan.stop = &stop_on_signals();
    request.scan.progress = [&](const ScanProgress& progress) {
        files_total = progress.files_total;
        bar.show(progress);
    };
    ThreadPool pool(request.jobs);
    request.scan.index.executor = &pool;
    const Result<Scanner> scanner = Scanner::create(*std::move(list), request.scan);
    Result<Output> out = Output::open(request.output_path);
    if (!scanner.ok() || !out.ok()) {
        say(scanner.ok() ? out.status().message() : with_sandbox_hint(scanner.status().message()));
        return kError;
    }
    std::optional<Journal> journal;
    if (!open_journal_or_say(request, journal)) return kError;
    Journal* const kept = journal ? &*journal : nullptr;
    const Result<RunTotals> totals = write_report(request, scanner.value(), pool, kept, out.value(), bar);
    bar.hide();
    if (!totals.ok()) {
        say(inert(totals.status().message()));
        return kError;
    }
    const int code = conclude(request, totals.value(), files_total, kept);
    if (request.opening.check == LoadCheck::layout && !verified_or_say(scanner.value().list(), request.list_path))
        return kError;
    return code;
}

}  // namespace

int run_scan(const Words& words) {
    Options options = scan_options();
    if (const auto code = options.parse(words)) return *code;
    ScanRequest request = read_request(options);
    std::optional<ListOpening> opening = list_opening_or_say(options);
    if (!opening) return kError;
    request.opening = *std::move(opening);
    return scan(std::move(request));
}

}  // namespace tutela::cli
