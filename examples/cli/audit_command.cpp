// `tutela audit`: a report against the files it speaks of.
#include <unistd.h>

#include <cstdint>
#include <string>

#include "commands.hpp"
#include "files.hpp"
#include "output.hpp"
#include "process.hpp"
#include "progress.hpp"
#include "report_reader.hpp"
#include "text.hpp"
#include "tutela/audit.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kAuditHelp = {
    "audit", "[options] REPORT PATH...",
    "Compares a report of `tutela scan`, JSON Lines or CSV, with the files under each PATH, which are to be named as\n"
    "they were for the scan. It says, a line each:\n"
    "\n"
    "  missing     a file without a row          doubled     a row too many of one file\n"
    "  extra       a row without a file          unreadable  a file that was read then, and cannot be now\n"
    "  changed     another size or SHA-256       report      the report is cut off, or its sums are not its rows'\n"
    "\n"
    "Files inside archives are vouched for by the SHA-256 of the archive. A CSV report does not show where it was cut\n"
    "off between two lines, but the files beyond are then missing.\n",
    "Exit codes: 0 nothing differs, 1 something does, 2 an error, or an interrupted audit.\n"
    "\n"
    "Example:\n"
    "  tutela audit report.jsonl Pictures\n"};

Options audit_options() {
    Options options(kAuditHelp);
    options.flag("follow-symlinks", "follow the symbolic links inside folders, as the scan did");
    options.flag("quick", "compare sizes and read no file");
    add_jobs_option(options);
    options.flag("quiet,q", "no summary and no progress on standard error");
    options.flag("no-progress", "no progress on standard error");
    return options;
}

// Writes lines as they come; the first error of the output is kept.
class FindingPrinter {
public:
    FindingPrinter(Output& out, ProgressBar& bar) : out_(out), bar_(bar) {}

    Status print(std::string_view kind, const std::string& text) {
        constexpr std::size_t kWidth = 12;
        ++count_;
        if (out_.is_terminal()) bar_.hide();
        std::string line(kind);
        line.append(kWidth - std::min(kWidth, line.size()), ' ');
        if (status_.ok()) status_ = out_.write(line + text + '\n');
        if (status_.ok()) status_ = out_.flush();
        return status_;
    }
    [[nodiscard]] const Status& status() const noexcept { return status_; }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    Output& out_;
    ProgressBar& bar_;
    Status status_;
    std::uint64_t count_ = 0;
};

std::string summary(const AuditTotals& totals, std::uint64_t differences) {
    std::string text = "audited " + counted(totals.files, "file") + " against " + counted(totals.rows, "row") + ": " +
                       (differences == 0 ? "nothing differs" : counted(differences, "difference"));
    if (totals.unverified > 0) text += "; the rows of " + grouped(totals.unverified) + " have no SHA-256 to compare";
    return text;
}

int audit(const Options& options) {
    const Words& words = options.operands(2, SIZE_MAX, "a REPORT and at least one PATH are needed");
    const Words paths(words.begin() + 1, words.end());
    const bool quiet = options.given("quiet");
    ThreadPool pool(jobs_option(options));
    ProgressBar bar(!quiet && !options.given("no-progress") && ::isatty(STDERR_FILENO) == 1);
    Result<Output> out = Output::open("-");
    if (!out.ok()) {
        say(out.status().message());
        return kError;
    }
    FindingPrinter printer(out.value(), bar);
    AuditOptions audit;
    audit.follow_symlinks = options.given("follow-symlinks");
    audit.sizes_only = options.given("quick");
    if (words[0] != "-") audit.report_path = words[0];
    audit.stop = &stop_on_signals();
    audit.progress = [&](std::uint64_t done, std::uint64_t total) { bar.show({done, total, 0, 0}); };
    Auditor auditor(audit);
    const Status read = read_report(
        words[0], {[&](const ReportedFile& row) { auditor.add(row); },
                   [&](const std::string& problem) { static_cast<void>(printer.print("report", problem)); }});
    if (!read.ok()) {
        say("cannot read the report " + name_in_error(words[0], read) + ": " + inert(read.message()));
        return kError;
    }
    const Result<AuditTotals> totals = auditor.audit(paths, pool, [&](const AuditFinding& finding) {
        return printer.print(audit_finding_name(finding.kind),
                             inert(finding.path) + (finding.detail.empty() ? "" : ": " + inert(finding.detail)));
    });
    bar.hide();
    const Status& status = totals.ok() ? printer.status() : totals.status();
    if (!status.ok()) {
        say(inert(status.message()));
        return kError;
    }
    if (totals.value().interrupted) {
        say("interrupted: the audit is not complete");
        return kError;
    }
    if (!quiet) note(summary(totals.value(), printer.count()));
    return printer.count() > 0 ? kMatched : kNothingMatched;
}

}  // namespace

int run_audit(const Words& words) {
    Options options = audit_options();
    if (const auto code = options.parse(words)) return *code;
    return audit(options);
}

}  // namespace tutela::cli
