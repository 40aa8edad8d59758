// `tutela hash`: a scan against an empty list, so that a file hashes here exactly as it does there.
#include <cstdint>
#include <string>

#include "commands.hpp"
#include "output.hpp"
#include "process.hpp"
#include "text.hpp"
#include "tutela/scan.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kHashHelp = {
    "hash", "[options] FILE...",
    "Prints the PDQ hash of each picture, one a line: 64 hex digits, the quality from 0 to 100, the path.\n"
    "Below quality 50 a hash should not be relied on. Folders are walked. What cannot be hashed is named on\n"
    "standard error. Control characters in a path are printed as \\xNN; the format jsonl gives names exactly.\n",
    "Exit codes: 0 every file was hashed, 2 an error, or a file that could not be hashed.\n"
    "\n"
    "Example:\n"
    "  tutela hash holiday.jpg\n"};

Options hash_options() {
    Options options(kHashHelp);
    options.value("format", "F", "csv", "csv or jsonl");
    add_decode_option(options, DecodeMode::exact);
    add_jobs_option(options);
    return options;
}

std::string csv_line(const FileRow& row) {
    return to_hex(*row.hash) + ',' + std::to_string(*row.quality) + ',' + inert(row.path) + '\n';
}

std::string jsonl_line(const FileRow& row) {
    return "{" + json_text_member("path", row.path) + ",\"hash\":\"" + to_hex(*row.hash) +
           "\",\"hash_algorithm\":\"pdq\",\"quality\":" + std::to_string(*row.quality) +
           ",\"format\":" + json_string(row.format) + ",\"width\":" + std::to_string(row.width) +
           ",\"height\":" + std::to_string(row.height) + ",\"orientation\":" + std::to_string(row.orientation) +
           ",\"decode\":" + json_string(row.decode) + ",\"damaged\":" + (row.damaged ? "true" : "false") +
           ",\"sha256\":\"" + row.sha256.value_or("") + "\"}\n";
}

// Prints rows as they come and remembers whether one had no hash.
class HashPrinter {
public:
    HashPrinter(Output& out, bool jsonl) : out_(out), jsonl_(jsonl) {}

    Status print(const FileRow& row) {
        if (!row.hash || !row.quality) {
            any_failed_ = true;
            say(inert(row.path) + ": " + std::string(outcome_name(row.outcome)) +
                (row.reason.empty() ? "" : ": " + inert(row.reason)));
            return {};
        }
        if (row.damaged) say(inert(row.path) + ": damaged, hashed from what is left: " + inert(row.damage_reason));
        if (Status status = out_.write(jsonl_ ? jsonl_line(row) : csv_line(row)); !status.ok()) return status;
        return out_.flush();
    }
    [[nodiscard]] bool any_failed() const noexcept { return any_failed_; }

private:
    Output& out_;
    bool jsonl_;
    bool any_failed_ = false;
};

Result<Scanner> empty_scanner(DecodeMode decode) {
    Result<HashList> list = ListBuilder().build();
    if (!list.ok()) return list.status();
    ScanOptions options;
    options.min_quality = 0;
    options.decode = decode;
    options.stop = &stop_on_signals();
    return Scanner::create(std::move(list).value(), std::move(options));
}

}  // namespace

int run_hash(const Words& words) {
    Options options = hash_options();
    if (const auto code = options.parse(words)) return *code;
    const bool jsonl = options.choice("format", {"csv", "jsonl"}) == "jsonl";
    const DecodeMode decode = decode_option(options);
    const Words& files = options.operands(1, SIZE_MAX, "at least one FILE is needed");
    ThreadPool pool(jobs_option(options));
    const Result<Scanner> scanner = empty_scanner(decode);
    Result<Output> out = Output::open("-");
    if (!scanner.ok() || !out.ok()) {
        say((scanner.ok() ? out.status() : scanner.status()).to_string());
        return kError;
    }
    HashPrinter printer(out.value(), jsonl);
    const Result<RunTotals> totals =
        scanner.value().scan(files, pool, [&](const FileRow& row) { return printer.print(row); });
    if (!totals.ok()) {
        say(totals.status().message());
        return kError;
    }
    if (totals.value().interrupted) say("interrupted: " + counted(totals.value().files, "file") + " done");
    return totals.value().interrupted || printer.any_failed() ? kError : kNothingMatched;
}

}  // namespace tutela::cli
