#include "list_inputs.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "files.hpp"
#include "list_opening.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/vpdq.hpp"

namespace tutela::cli {

namespace {

constexpr std::size_t kSniffBytes = std::size_t{64} << 10;

// The first bytes of a regular file; none of anything else.
std::string first_bytes(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
    std::string first(kSniffBytes, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(first.data(), static_cast<std::streamsize>(first.size()));
    first.resize(static_cast<std::size_t>(file.gcount()));
    return first;
}

// md5=MD5,id=Image ID
std::vector<std::pair<std::string, std::string>> columns_of(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> columns;
    for (;;) {
        const std::size_t comma = text.find(',');
        const std::string_view column = text.substr(0, comma);
        const std::size_t equals = column.find('=');
        if (equals == std::string_view::npos || equals == 0 || equals + 1 == column.size())
            throw UsageError("list build", "--columns needs WHAT=NAME,..., such as md5=MD5,id=Number");
        columns.emplace_back(column.substr(0, equals), column.substr(equals + 1));
        if (comma == std::string_view::npos) return columns;
        text.remove_prefix(comma + 1);
    }
}

ListFormat format_of(const std::string& name) {
    if (const std::optional<ListFormat> format = list_format_of_name(name)) return *format;
    std::string names;
    for (const auto& [format, known] : list_formats())
        names += (names.empty() ? "" : ", ") + std::string(known);
    throw UsageError("list build", "--format is one of " + names);
}

void report_problems(const std::string& path, const ImportReport& report) {
    const std::string place = report.counts_lines ? ":" : ": record ";
    for (const ImportProblem& problem : report.first_problems)
        say(inert(path) + place + std::to_string(problem.position) + ": " + problem.reason);
    const std::uint64_t more = report.skipped + report.partly_bad - report.first_problems.size();
    if (more > 0) say(inert(path) + ": " + counted(more, "more bad record"));
}

std::string told(const ImportReport& report) {
    std::string text = grouped(report.added) + " added";
    if (report.harmless > 0) text += " (" + grouped(report.harmless) + " harmless)";
    text += ", " + grouped(report.skipped) + " skipped";
    const auto add = [&text](std::uint64_t count, std::string_view what) {
        if (count > 0) text += ", " + grouped(count) + ' ' + std::string(what);
    };
    add(report.partly_bad, "with a bad hash left out");
    add(report.deleted, "deleted or withdrawn");
    add(report.superseded, "superseded");
    add(report.replaced, "of earlier files replaced");
    add(report.empty_files, "of the empty file");
    add(report.never_matchable, "that can never match");
    std::string kinds;
    for (std::size_t i = 0; i < kCarriedHashes; ++i) {
        if (report.never_matchable_by[i] > 0)
            kinds += (kinds.empty() ? "" : ", ") + std::string(carried_hash_name(static_cast<CarriedHash>(i))) + ' ' +
                     grouped(report.never_matchable_by[i]);
    }
    if (!kinds.empty()) text += " (" + kinds + ')';
    return text + ", of " + counted(report.records, "record") + ", " + std::string(list_format_name(report.format));
}

}  // namespace

void add_input_options(Options& options) {
    options.value("format", "F", "auto", "what the inputs are, where their content does not tell");
    options.value("source", "S", "who says so (not of snapshots, which say it themselves)");
    options.flag("harmless", "they are sets of files known to be harmless (not of snapshots, likewise)");
    options.value("columns", "C", "of a CSV: WHAT=NAME,... (md5, sha1, sha256, pdq, id, category, label, ...)");
    options.value("video-category", "C", "the category of videos that come from vPDQ files");
    options.flag("strict", "a bad line or record is an error: nothing is written");
}

InputSettings input_settings(const Options& options) {
    InputSettings settings;
    settings.strict = options.given("strict");
    if (options.given("video-category")) settings.video_category = options.text("video-category");
    settings.import.format = format_of(options.text("format"));
    if (options.given("source")) settings.import.source = options.text("source");
    settings.import.harmless = options.given("harmless");
    if (options.given("columns")) {
        settings.import.columns = columns_of(options.text("columns"));
        if (settings.import.format == ListFormat::automatic) settings.import.format = ListFormat::csv;
    }
    return settings;
}

Inputs::Inputs(InputSettings settings) : settings_(std::move(settings)), importer_(builder_) {}

bool Inputs::add(const std::string& path) {
    Status status = add_any(path);
    if (!status.ok()) say("cannot use " + name_in_error(path, status) + ": " + inert(status.to_string()));
    return status.ok();
}

Result<HashList> Inputs::build() {
    if (Status status = importer_.finish(); !status.ok()) return status;
    return builder_.build();
}

Status Inputs::add_any(const std::string& path) {
    const Result<HashList> snapshot =
        is_encrypted_list(path) ? open_list(path, ListOpenOptions{.key = settings_.key}) : HashList::load(path);
    if (!snapshot.ok() && snapshot.status().code() != StatusCode::unsupported) return snapshot.status();
    if (!snapshot.ok()) {
        if (settings_.import.format != ListFormat::automatic) return add_foreign(path);
        const std::string first = first_bytes(path);
        if (begins_vpdq(first)) return add_video(path);
        return sniff_list_format(first) == ListFormat::automatic ? add_text(path) : add_foreign(path);
    }
    if (Status status = builder_.add_list(snapshot.value()); !status.ok()) return status;
    note(inert(path) + ": " + grouped(snapshot.value().size() - snapshot.value().inactive_count()) +
         " added, from a snapshot");
    return {};
}

// The video is called as its file, without the last suffix.
Status Inputs::add_video(const std::string& path) {
    const Result<VpdqImport> import = read_vpdq(path);
    if (!import.ok()) return import.status();
    report_skipped_rows(path, import.value());
    if (settings_.strict && import.value().skipped > 0) return Status(StatusCode::corrupt, "it has bad rows");
    const std::string id = std::filesystem::path(path).stem().string();
    KnownItem item{.id = id, .category = settings_.video_category};
    item.origin.source = settings_.import.source;
    if (Status status = builder_.add_known_video(import.value().frames, item); !status.ok()) return status;
    note(inert(path) + ": a video of " + counted(import.value().frames.size(), "frame") + " added, " +
         grouped(import.value().skipped) + " skipped");
    return {};
}

// The same entries, said by the source that the user names.
Status Inputs::add_with_source(ListBuilder& read) {
    const Result<HashList> list = read.build();
    if (!list.ok()) return list.status();
    for (std::size_t i = 0; i < list.value().size(); ++i) {
        const EntryView entry = list.value().entry(i);
        KnownItem item{
            .pdq = entry.hash, .phash = entry.phash, .id = entry.id, .category = entry.category, .label = entry.label};
        item.origin.source = settings_.import.source;
        if (Status status = builder_.add(item); !status.ok()) return status;
    }
    return {};
}

Status Inputs::add_text(const std::string& path) {
    if (settings_.import.harmless)
        return Status(StatusCode::invalid_argument, "a text list has no hashes of files, which --harmless needs");
    const bool has_source = !settings_.import.source.empty();
    ListBuilder with_source;
    const Result<TextImport> import = read_text_list(path, has_source ? with_source : builder_);
    if (!import.ok()) return import.status();
    const TextImport& facts = import.value();
    report_skipped_lines(path, facts, TextImport::kMaxSkippedKept);
    note(inert(path) + ": " + grouped(facts.added) + " added, " + grouped(facts.skipped) + " skipped, " +
         counted(facts.lines, "line"));
    if (facts.lines == 0) return Status(StatusCode::corrupt, "the file is empty");
    if (facts.added == 0 && facts.skipped > 0) return Status(StatusCode::corrupt, "none of its lines is an entry");
    if (settings_.strict && facts.skipped > 0) return Status(StatusCode::corrupt, "it has bad lines");
    return has_source ? add_with_source(with_source) : Status();
}

Status Inputs::add_foreign(const std::string& path) {
    ImportReport report;
    Status status = importer_.add_file(path, settings_.import, report);
    report_problems(path, report);
    if (!status.ok()) return status;
    note(inert(path) + ": " + told(report));
    if (report.skipped > 0 && report.skipped == report.records)
        return Status(StatusCode::corrupt, "none of its records can be used");
    return settings_.strict && report.skipped + report.partly_bad > 0
               ? Status(StatusCode::corrupt, "it has bad records")
               : Status();
}

}  // namespace tutela::cli
