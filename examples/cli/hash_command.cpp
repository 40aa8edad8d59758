// `tutela hash`: a scan against an empty list, so that a file hashes here exactly as it does there.
#include <cstdint>
#include <optional>
#include <string>

#include "commands.hpp"
#include "files.hpp"
#include "frame_hashes.hpp"
#include "output.hpp"
#include "process.hpp"
#include "text.hpp"
#include "tutela/hash64.hpp"
#include "tutela/scan.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kHashHelp = {
    "hash", "[options] FILE...",
    "Prints the hash of each picture, one a line: its hex digits, PDQ's quality from 0 to 100, the path. Below\n"
    "quality 50 a hash should not be relied on. Folders are walked. What cannot be hashed is named on standard\n"
    "error. A path is quoted as in CSV, and control characters in it are printed as \\xNN.\n"
    "The format list is a text list for `tutela list build`: the PDQ hash, with --phash a plus sign and the pHash\n"
    "(see `tutela scan --confirm`), the SHA-256 of the file as the entry's id, its path as the label. It holds no\n"
    "picture of a quality below 50.\n"
    "The formats vpdq (text) and vpdq-json are for one FILE, a video or animation: the hashes of its frames with "
    "their\n"
    "times, as a known video for `tutela list build`.\n",
    "Exit codes: 0 every file was hashed, 2 an error, or a file that could not be hashed or not be listed.\n"
    "\n"
    "Example:\n"
    "  tutela hash holiday.jpg\n"
    "  tutela hash --format list --phash Known > known.txt\n"
    "  tutela hash --format vpdq clip.gif > clip.vpdq\n"};

Options hash_options() {
    Options options(kHashHelp);
    options.value("algorithm,a", "A", "pdq", "pdq; or of 64 bits, phash, dhash, ahash (as ImageHash) or phash-opencv");
    options.value("format", "F", "csv", "csv, jsonl, list, vpdq or vpdq-json");
    options.flag("phash", "with --format list: add the pHash of each picture");
    add_decode_option(options, DecodeMode::exact);
    add_jobs_option(options);
    add_sandbox_option(options);
    return options;
}

// All that the options say.
struct HashRequest {
    std::string algorithm;
    std::string format;
    std::optional<Hash64Kind> hash64;
    DecodeMode decode = DecodeMode::exact;
    Isolation isolation = Isolation::sandboxed;
    Words files;
    std::size_t jobs = 0;

    [[nodiscard]] bool is_vpdq() const { return format == "vpdq" || format == "vpdq-json"; }
};

HashRequest read_request(const Options& options) {
    HashRequest request;
    request.algorithm = options.choice("algorithm", {"pdq", "phash", "dhash", "ahash", "phash-opencv"});
    request.format = options.choice("format", {"csv", "jsonl", "list", "vpdq", "vpdq-json"});
    request.files = options.operands(1, SIZE_MAX, "at least one FILE is needed");
    request.jobs = jobs_option(options);
    request.decode = decode_option(options);
    request.isolation = isolation_option(options);
    const bool list = request.format == "list";
    if (request.is_vpdq() && request.algorithm != "pdq") {
        throw UsageError("hash", "vPDQ is made of PDQ hashes: --algorithm pdq");
    }
    if (request.is_vpdq() && request.files.size() != 1) throw UsageError("hash", "a vPDQ file is of one FILE");
    if (list && request.algorithm != "pdq") throw UsageError("hash", "a list is one of PDQ hashes: --algorithm pdq");
    if (!list && options.given("phash")) throw UsageError("hash", "--phash is for --format list");
    if (options.given("phash")) request.hash64 = Hash64Kind::phash;
    for (const Hash64Kind kind : {Hash64Kind::phash, Hash64Kind::dhash, Hash64Kind::ahash, Hash64Kind::phash_opencv}) {
        if (request.algorithm == hash64_name(kind)) request.hash64 = kind;
    }
    return request;
}

// The hash that was asked for. Precondition: the row has one.
std::string hash_text(const HashRequest& request, const FileRow& row) {
    return request.algorithm == "pdq" ? to_hex(*row.hash) : to_hex(*row.hash64);
}

std::string csv_line(const HashRequest& request, const FileRow& row) {
    return hash_text(request, row) + ',' + std::to_string(*row.quality) + ',' + csv_text(row.path) + '\n';
}

std::string jsonl_line(const HashRequest& request, const FileRow& row) {
    return "{" + json_member("path", row.path) + ",\"hash\":\"" + hash_text(request, row) + "\",\"hash_algorithm\":\"" +
           request.algorithm + "\",\"quality\":" + std::to_string(*row.quality) +
           ",\"format\":" + json_text(row.format) + ",\"width\":" + std::to_string(row.width) +
           ",\"height\":" + std::to_string(row.height) + ",\"orientation\":" + std::to_string(row.orientation) +
           ",\"decode\":" + json_text(row.decode) + ",\"damaged\":" + (row.damaged ? "true" : "false") +
           ",\"sha256\":\"" + row.sha256.value_or("") + "\"}\n";
}

// The id has no comma whatever the file is called, and the label may hold any.
std::string list_line(const HashRequest& request, const FileRow& row) {
    return to_hex(*row.hash) + (request.hash64 ? '+' + to_hex(*row.hash64) : "") + ',' + row.sha256.value_or("") +
           ",," + inert(row.path) + '\n';
}

// Prints rows as they come and remembers whether one had no hash.
class HashPrinter {
public:
    HashPrinter(Output& out, const HashRequest& request) : out_(out), request_(request) {}

    Status print(const FileRow& row) {
        if (!row.hash || !row.quality) {
            any_failed_ = true;
            say(inert(row.path) + ": " + std::string(outcome_name(row.outcome)) +
                (row.reason.empty() ? "" : ": " + inert(row.reason)));
            return {};
        }
        if (row.damaged) say(inert(row.path) + ": damaged, hashed from what is left: " + inert(row.damage_reason));
        if (request_.format == "list" && *row.quality < kPdqMinQuality) {
            any_failed_ = true;
            say(inert(row.path) + ": not listed, as its quality of " + std::to_string(*row.quality) + " is below " +
                std::to_string(kPdqMinQuality));
            return {};
        }
        if (Status status = out_.write(line(row)); !status.ok()) return status;
        return out_.flush();
    }
    [[nodiscard]] bool any_failed() const noexcept { return any_failed_; }

private:
    [[nodiscard]] std::string line(const FileRow& row) const {
        if (request_.format == "list") return list_line(request_, row);
        return request_.format == "jsonl" ? jsonl_line(request_, row) : csv_line(request_, row);
    }

    Output& out_;
    const HashRequest& request_;
    bool any_failed_ = false;
};

Result<Scanner> empty_scanner(const HashRequest& request) {
    Result<HashList> list = ListBuilder().build();
    if (!list.ok()) return list.status();
    ScanOptions options;
    options.min_quality = 0;
    options.profile = Profile::plain;  // there is nothing to find
    options.open_archives = false;     // a line names a file of its own
    options.hash64 = request.hash64;
    options.decode = request.decode;
    options.isolation = request.isolation;
    options.stop = &stop_on_signals();
    return Scanner::create(std::move(list).value(), std::move(options));
}

int hash_video(const HashRequest& request) {
    const std::string& path = request.files.front();
    const Result<FrameHashes> hashes = hash_frames(path, request.decode, request.isolation);
    if (!hashes.ok()) {
        say(with_sandbox_hint(hashes.status().message()));
        return kError;
    }
    const VpdqFormat format = request.format == "vpdq" ? VpdqFormat::text : VpdqFormat::json;
    const Result<std::string> text = write_vpdq(format, hashes.value().frames);
    Result<Output> out = Output::open("-");
    Status status = !text.ok() ? text.status() : out.status();
    if (status.ok()) status = out.value().write(text.value());
    if (status.ok()) status = out.value().flush();
    if (!status.ok()) {
        say(status.message());
        return kError;
    }
    const FrameHashes& made = hashes.value();
    if (!made.damage.empty()) say(inert(path) + ": damaged, hashed from what is left: " + inert(made.damage));
    if (!made.end.empty()) {
        say(inert(path) + ": not to its end: " + inert(made.end) + " (" + counted(made.frames.size(), "frame") +
            " before)");
    }
    return made.end.empty() ? kNothingMatched : kError;
}

}  // namespace

int run_hash(const Words& words) {
    Options options = hash_options();
    if (const auto code = options.parse(words)) return *code;
    const HashRequest request = read_request(options);
    if (holds_misplaced_hash(request.files)) return kError;
    if (request.is_vpdq()) return hash_video(request);
    ThreadPool pool(request.jobs);
    const Result<Scanner> scanner = empty_scanner(request);
    Result<Output> out = Output::open("-");
    if (!scanner.ok() || !out.ok()) {
        say(scanner.ok() ? out.status().to_string() : with_sandbox_hint(scanner.status().message()));
        return kError;
    }
    HashPrinter printer(out.value(), request);
    const Result<RunTotals> totals =
        scanner.value().scan(request.files, pool, [&](const FileRow& row) { return printer.print(row); });
    if (!totals.ok()) {
        say(totals.status().message());
        return kError;
    }
    if (totals.value().interrupted) say("interrupted: " + counted(totals.value().files, "file") + " done");
    return totals.value().interrupted || printer.any_failed() ? kError : kNothingMatched;
}

}  // namespace tutela::cli
