// What was found, as data, and its renderers. Layer: report (it needs only core).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/export.h"
#include "tutela/flood.hpp"
#include "tutela/hash.hpp"
#include "tutela/status.hpp"

namespace tutela {

// What became of one input. Exactly one of these for each; the numbers are part of the C ABI.
enum class Outcome : std::uint32_t {
    matched = 1,      // hashed, and at least one entry of the list lies within the radius; or the very file is known
    clean = 2,        // hashed, and none does
    low_quality = 3,  // hashed, but its quality is below the minimum: not looked up
    too_small = 4,    // a picture too small to hash
    unsupported = 5,  // no picture of a kind this build reads; also special files and links that are not followed
    corrupt = 6,      // announces itself as a picture, and no pixel could be decoded
    unreadable = 7,   // could not be opened or read to its end
    limit = 8,        // would have passed a limit on bytes, pixels, frames or entries
    crashed = 9,      // the decoder broke on it, twice
    timeout = 10,     // the decoder took too long
    memory = 11,      // the decoder needed more memory than it may have
    container = 12,   // an archive that was opened: the files in it have rows of their own
    harmless = 13,    // a file of the list of harmless files: not decoded, not looked up
};
inline constexpr std::size_t kOutcomes = 13;

// "matched", "clean", …; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view outcome_name(Outcome outcome) noexcept;

// One entry of the list that a file matched. It carries no list hash, on purpose.
struct MatchFact {
    std::string entry_id;
    std::uint32_t distance_bits = 0;
    std::string category;
    std::string label;
    // Which variant of the file's picture matched: the nearest; see variants.hpp. Or, with a distance of 0, "sha256",
    // "sha1" or "md5" when the file is known by that hash of its bytes, whatever is in them. Or the kind of a carried
    // hash, such as "photodna", with the distance that the user's engine gave, which need not be bits.
    std::string variant = "plain";
    std::uint32_t frame = 0;               // which frame of the file is that near, the first of several; from 0
    std::optional<std::int64_t> pts_us{};  // when that frame is shown, in microseconds from the start; of an animation
    // In how many bits the pHashes of the file and of the entry differ: a second opinion. Nothing when it was not asked
    // for, the entry has none, or a variant of the picture is nearer than the picture as it stands.
    std::optional<std::uint32_t> confirm{};
    // Of a known video: when its frame that is that near is shown in it, in microseconds from its start.
    std::optional<std::int64_t> known_us{};
    // The entry floods the run, and the caller wanted such matches set apart: see flood.hpp. Not in CSV.
    bool quarantined = false;

    bool operator==(const MatchFact&) const = default;
};

// A stretch of a file with times that a known video shows in the same order: what counts is said at
// VideoComparison::segments. Times are those of the first and the last frame that match, in microseconds from the
// start; the true boundaries lie less than a frame's distance outside.
struct MatchSegment {
    std::string entry_id;
    std::int64_t start_us = 0;  // in the file
    std::int64_t end_us = 0;
    std::int64_t known_start_us = 0;  // in the known video
    std::int64_t known_end_us = 0;
    std::uint32_t frames = 0;         // of the file that match within it, at most one each quarter of a second
    std::uint32_t distance_bits = 0;  // of the nearest of them
    double speed = 1.0;               // seconds of the known video for each of the file, in thousandths
    // How much of the whole file, and of the whole known video, matches, as vPDQ counts it (frames of a quality of at
    // least 50 within 31 bits, equal ones once, whatever their order), in percent, rounded down. The same for all
    // segments of one known video. Frames of which a variant matches count; with a radius below 31, those within it.
    std::uint32_t query_percent = 0;
    std::uint32_t compared_percent = 0;
    std::string category;
    std::string label;
    std::string variant = "plain";  // which variant of the frames matched: that of the nearest frame of the video

    bool operator==(const MatchSegment&) const = default;
};

// No entry: TimelinePoint::match of a frame that matches none.
inline constexpr std::uint32_t kNoMatch = 0xffffffff;

// One frame of a file with times.
struct TimelinePoint {
    std::int64_t pts_us = 0;
    std::uint32_t distance_bits = 256;  // of its nearest match; 256 when there is none
    std::int32_t quality = 0;           // of its hash, 0..100
    std::uint32_t match = kNoMatch;     // which of FileRow::matches that is

    bool operator==(const TimelinePoint&) const = default;
};
inline constexpr std::size_t kMaxTimelinePoints = 512;

// All that is known of one input. Plain data.
struct FileRow {
    std::string path;  // the bytes of the name, in whatever encoding the system has them
    // For a file inside an archive: its name there, any bytes. `path` is the archive's. Names of archives within
    // archives come before it, each followed by "!/". Empty for a file of its own.
    std::string inner;
    std::uint64_t size_bytes = 0;
    std::optional<std::string> sha256;  // 64 lower-case hex digits, unless the file could not be read to its end
    Outcome outcome = Outcome::unreadable;
    std::string reason;    // why, for outcomes other than matched and clean; else empty
    bool damaged = false;  // hashed from what could still be decoded
    std::string damage_reason;
    // How much of the picture was decoded, in percent of its rows, rounded down; of several frames, the hashed one.
    std::optional<std::uint32_t> decoded_percent;
    std::string format;       // as format_name() has it, or empty
    std::uint32_t width = 0;  // pixels, as stored; 0 when unknown
    std::uint32_t height = 0;
    std::uint32_t orientation = 0;  // EXIF 1..8, 0 when none is stated
    std::uint32_t frames = 0;       // how many frames were looked at
    std::string decode;             // how it was decoded: "exact", "luma", "scaled", "screen"; empty when it was not
    std::optional<std::int32_t> quality;  // of the hash, 0..100
    std::optional<Hash256> hash;          // the file's own; shown only when RunFacts::show_hashes
    // Nearest first, those by carried hashes last. Each still of the list is there once, and each known video: with the
    // nearest of its frames.
    std::vector<MatchFact> matches;
    std::optional<Hash64> hash64;  // the file's own of ScanOptions::hash64; no report shows it
    // Of a file with times (an animation, a video) that known videos match, by start; those of one video never overlap.
    std::vector<MatchSegment> segments;
    // Of a file with times that matched: its frames, by time. When there are more than kMaxTimelinePoints, time is cut
    // into slots of equal length, the shortest power of two of microseconds with which so few slots hold a frame; of
    // each the nearest match is kept, the first of equals, or when nothing matches the first frame.
    std::vector<TimelinePoint> timeline;

    bool operator==(const FileRow&) const = default;
};

// What holds for a whole run.
struct RunFacts {
    std::string tool_version;
    std::string hash_algorithm = "pdq";
    std::string list_digest;  // 64 hex digits
    std::uint64_t list_entries = 0;
    std::uint32_t radius = 0;
    std::int32_t min_quality = 0;
    std::string decode = "exact";    // as was asked; the rows name what each picture had
    std::string sampling = "every";  // which frames of a video were looked at; sampling_text() has the forms
    std::string profile = "plain";   // which variants of each picture were looked up
    bool show_hashes = false;
    std::optional<std::uint32_t> confirm_phash_radius{};  // set when pHashes were compared
    std::string isolation = "in_process";                 // where pictures were decoded, or "sandboxed"
    std::string filter{};   // which entries of the list could match (ListFilter::text()); empty: all
    std::string engines{};  // of carried hashes, each as "photodna by NAME within 300"; empty: none. Not in CSV
};

// Sums over a run. The outcomes add up to `files`.
struct RunTotals {
    std::uint64_t files = 0;
    std::array<std::uint64_t, kOutcomes + 1> by_outcome{};  // indexed by Outcome
    std::uint64_t damaged = 0;                              // among them
    std::uint64_t duplicates = 0;                           // pictures whose bytes had been seen before: hashed once
    std::uint64_t bytes = 0;                                // of the files read to their end (they have a SHA-256);
                                                            // of those in archives, unpacked
    std::uint64_t entries_hit = 0;                          // matches, summed over the files
    bool interrupted = false;                               // stopped before the last input
    std::uint64_t quarantined = 0;                          // files whose matches are all quarantined, among `matched`
    std::vector<Flood> floods{};                            // entries that flood the run, in that order

    [[nodiscard]] std::uint64_t count(Outcome o) const noexcept { return by_outcome[static_cast<std::size_t>(o)]; }
    // Counts a row in; `duplicates`, `interrupted` and `floods` are the caller's, as no single row knows them.
    TUTELA_API void add(const FileRow& row) noexcept;
};

// Takes the rendered bytes, in pieces. An error stops the writer for good: it comes back from the call that met it and
// from every later one.
using ByteSink = std::function<Status(std::string_view bytes)>;

enum class ReportFormat : std::uint32_t { text = 1, jsonl = 2, csv = 3, html = 4 };

// Renders a run row by row, holding none of them. Call begin once, row for every row, end once (else
// invalid_argument); a report that ends without end() is still valid, only short, and shows it, but for CSV. Not
// thread-safe. The output depends on the data alone: no clock, no locale.
//
//   text   for people: a line for each file that is not clean, or clean but damaged; then the sums. Whatever could
//          steer a terminal or reorder a line (control characters, bidirectional controls, bytes that are not UTF-8) is
//          written byte for byte as \xNN, and a backslash before an x as \x5C, so that nothing is lost. A file in an
//          archive is named "archive!/inner". Each segment has a line below that of its file, "00:12:04..00:13:31
//          equals entry X 00:00:10..00:01:37, nearest distance 3". In the sums, outcomes after `limit` are left out
//          when no file has them.
//   jsonl  a first line {"run":{tool, version, list_digest, list_entries, hash_algorithm, radius, min_quality, decode,
//          sampling, profile, confirm_phash_radius, isolation, show_hashes, and filter and engines when there are any}} and a last one {"end":{files, outcomes {matched, clean, …},
//          damaged, duplicates, bytes, entries_hit, interrupted}} (and, when entries flood the run, quarantined and
//          floods [{entry_id, files, quarantined}]; their matches then have a last key quarantined), without which the report is cut off; between them
//          one object a line and row, with the keys path, path_hex (only when the name is not UTF-8; then `path` has
//          U+FFFD in the place of each bad byte), inner, inner_hex (likewise), size, sha256, outcome, reason, damaged,
//          damage_reason, decoded_percent, format, width, height, orientation, frames, decode, hash_algorithm, quality,
//          matches [{entry_id, distance, variant, frame, pts_us, known_us, confirm, category, label}], segments
//          [{entry_id, start_us, end_us, known_start_us, known_end_us, frames, distance, speed, query_percent,
//          compared_percent, variant, category, label}], timeline [[pts_us, distance, quality, match], …] (distance
//          and match, counted from 0, null for a frame that matches nothing), radius, min_quality, list_digest, and
//          hash only with show_hashes; always in this order. `confirm` is null or, such as, {"phash":3}, in CSV
//          `phash 3`. What is not known or was not given is null (but texts in `matches` and `segments` are always
//          texts). Nothing but ASCII is written.
//   csv    RFC 4180 with CR LF: a header line, then a line for each match and after these one for each segment; a file
//          without either has one line. The columns are path, inner, size, sha256, outcome, reason, damaged,
//          damage_reason, decoded_percent, format, width, height, orientation, frames, decode, hash_algorithm, quality,
//          match_count, segment_count, entry_id, distance, variant, frame, pts_us, known_us, confirm, start_us, end_us,
//          known_start_us, known_end_us, segment_frames, speed, query_percent, compared_percent, category, label,
//          radius, min_quality, sampling, list_digest, with a filter filter and, with show_hashes, hash. The line of a match has nothing in start_us to
//          compared_percent, that of a segment nothing in frame to confirm. The timeline is not in it. A cell
//          that a spreadsheet could take for a formula (it
//          starts with = + - @, their full-width forms, tab, CR or LF) starts with an apostrophe instead. Escapes as in
//          `text`, but for tab, CR and LF, which are kept within quotes.
//   html   for people: one file that needs nothing else, no network and no script, and holds no picture. In it is what
//          is in `text`, and of each file with times a plot of its timeline (distances and qualities over time,
//          segments below) and tables of its matches and segments, of more than kMaxHtmlItems the first. A
//          Content-Security-Policy in it allows its one style sheet and nothing else. It is well-formed XML too, so
//          that programs can check it. Escapes as in `text`.
class TUTELA_API ReportWriter {
public:
    virtual ~ReportWriter();
    ReportWriter(const ReportWriter&) = delete;
    ReportWriter& operator=(const ReportWriter&) = delete;

    virtual Status begin(const RunFacts& facts) = 0;
    virtual Status row(const FileRow& row) = 0;
    virtual Status end(const RunTotals& totals) = 0;

protected:
    ReportWriter() = default;
};

// Of the matches of a file, and of its segments, so many are shown by ReportFormat::html.
inline constexpr std::size_t kMaxHtmlItems = 200;

// A writer of the given format; invalid_argument for an unknown format or an empty sink.
TUTELA_API Result<std::unique_ptr<ReportWriter>> make_report_writer(ReportFormat format, ByteSink sink);

// Text that nobody vouches for, such as a file's name, made safe as the reports do it, for whatever else a program
// writes. Thread-safe.
TUTELA_API std::string visible_text(std::string_view text);  // for a terminal, as in ReportFormat::text
TUTELA_API std::string json_text(std::string_view text);     // a JSON string with its quotes, as in jsonl
// `"name":"…"`, and `"name_hex":"…"` as well when `text` is not UTF-8.
TUTELA_API std::string json_member(std::string_view name, std::string_view text);
// A CSV cell as in csv, but that tab, CR and LF are escaped too: a record of such cells is one line.
TUTELA_API std::string csv_text(std::string_view text);

}  // namespace tutela
