// Lists of known things in the formats in which others hand them out, read into a ListBuilder. Layer: list.
//
// Text lists of Tutela's own are read by read_text_list(), vPDQ files by read_vpdq(); all else is here. A format is told
// by what a file holds, never by its name. Files are read as a stream: beside the builder, reading takes some 3 MiB and
// twice the longest line or text that is allowed, whatever the file's size. There are two exceptions. Records of NCMEC
// and StopNCII can be taken back by later ones, and so wait, at some 500 bytes each and what they carry, for ListImporter::finish(). Of a
// data base, SQLite keeps 2 MiB of pages, and where IPED's has no index of its properties it sorts them in memory.
//
// Hashes never appear in a Status message or a reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutela/export.h"
#include "tutela/list.hpp"
#include "tutela/status.hpp"

namespace tutela {

// The numbers are pinned. What becomes of what a record says:
//
//   id, category and label are the format's own words; a category is never translated, and empty when there is none. The
//   origin's scheme and region say how to read it. Blanks around a value are dropped, hex digits are of either case.
//   The time of a record is kept where the format has one and it can be read (VICS DateUpdated, NCMEC timestamp, StopNCII
//   lastModtimestamp, ThreatExchange added_on). Hashes by which nothing is found here are carried along, each with its
//   kind, up to 65,535 bytes; so is the PDQ of what is harmless, as kind "pdq".
enum class ListFormat : std::uint32_t {
    automatic = 0,  // to be told by the content; as an answer: none of these

    // Project VIC's JSON, versions 1.2, 1.3 and 2.0, hash sets and cases, of any region: MediaID, Category; the label is
    // Series, Tags and the flags that are true. Scheme "vics", the region as in the file. PDQ comes in any nested array
    // of {HashName, HashValue}. Non-pertinent files are added as harmless: category 0 of region US, and category 5 of
    // versions 1.x, whose 0 may mean "uncategorised" and so stays a match. Other regions' numbers are not interpreted.
    // Sets of known files (CAID's "non-RDS") look like any other: they are harmless only by ImportOptions::harmless.
    vics = 1,
    // Lines of md5sum, sha1sum or sha256sum, also of their --tag form, or a bare MD5 or SHA-1 a line. The file's name is
    // the id, unless the set is harmless.
    hash_lines = 2,
    hashdeep = 3,   // the output of hashdeep, md5deep's header included; likewise
    nsrl_text = 4,  // NSRL RDS version 1 and 2: MD5 and SHA-1 alone are kept

    // python-threatexchange: a line `type signal` or a bare signal, of which one of 64 digits is a PDQ.
    threatexchange_lines = 10,
    // Its CSV, `signal_type,signal_str,collab,category,tags`. NEGATIVE_CLASS is harmless; DISPUTED stays a match, and
    // says "disputed" in its label. The source is the collaboration.
    threatexchange_csv = 11,
    // Rows `indicator,descriptor id,added on,labels` without a header; 64 digits are a PDQ.
    threatexchange_cache = 12,
    // Descriptors, an array or the `data` of an object. NON_MALICIOUS is harmless; the source is the owner.
    threatexchange_json = 13,

    // A saved response of NCMEC's hash sharing, version 2. Of the records of one member and id the one with the newest
    // timestamp stands, in whatever order and file they come; a tombstone takes away. Scheme "ncmec"; the source is the
    // member. A document with a DOCTYPE is refused, and so no entity is ever expanded or fetched.
    ncmec_xml = 20,
    // A saved response of StopNCII. The last record of a type and value stands; what was withdrawn or deleted is not
    // added.
    stopncii_json = 21,

    icse_csv = 30,  // INTERPOL's baseline, separated by semicolons
    // IPED's hash data base. `status` is the category, or `vicCategory` where there is one; `set` the label. Whose status
    // is `known`, and nothing else, is harmless.
    iped_csv = 31,
    // Any other CSV with a header. ImportOptions::columns says which column is what; without it, columns are known by
    // the usual names of hashes, id, category, label, source, scheme, region, harmless, updated and carried. What
    // export_list() wrote is known by its header, and its escapes are undone.
    csv = 32,
    // What export_list() wrote as JSON Lines.
    jsonl = 33,

    iped_sqlite = 40,       // likewise
    nsrl_sqlite = 41,       // NSRL RDS version 3: the table FILE
    sleuthkit_sqlite = 42,  // .kdb
};

// Its lower-case name, such as "vics" or "ncmec-xml"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view list_format_name(ListFormat format) noexcept;
// The format of that name; nothing when there is none.
TUTELA_API std::optional<ListFormat> list_format_of_name(std::string_view name) noexcept;
// The names of all formats, `automatic` first. Static.
TUTELA_API std::span<const std::pair<ListFormat, std::string_view>> list_formats() noexcept;

// The format of a file by its first 64 KiB (or all of it); `automatic` when it is none of them: a snapshot, a text list,
// a vPDQ file or something else. Thread-safe. Throws std::bad_alloc.
TUTELA_API ListFormat sniff_list_format(std::string_view first);

// Hashes that lists carry and by which nothing is found here.
enum class CarriedHash : std::uint32_t {
    photodna,
    tmk,
    sha512,
    edonkey,
    netclean,
    videntifier,
    safer,
    text,
    url,
    other
};
inline constexpr std::size_t kCarriedHashes = 10;
// "photodna", "tmk", …; "unknown" for a number that is none. Static text.
TUTELA_API std::string_view carried_hash_name(CarriedHash hash) noexcept;

struct ImportOptions {
    ListFormat format = ListFormat::automatic;
    // Put into each thing's origin, instead of what the file says. UTF-8.
    std::string source{};
    // All is known to be harmless: a set of files of operating systems, say.
    bool harmless = false;
    // Of plain CSV: what a column is, and the column's name in the header. What it can be: md5, sha1, sha256, pdq,
    // phash, id, category, label, source, scheme, region, harmless (yes or no), updated (a time), carried (as in
    // ExportFormat::csv), or the name of a hash that is carried.
    std::vector<std::pair<std::string, std::string>> columns{};
    std::size_t max_line_bytes = std::size_t{1} << 20;  // a longer line is one bad record
    std::size_t max_depth = 64;                         // of JSON and XML; deeper nesting is `limit`
};

// Something wrong with a record. `reason` does not repeat what it says.
struct ImportProblem {
    std::uint64_t position = 0;  // see ImportReport::counts_lines
    std::string reason;
};

// What one file held. Each record is counted once: records == added + skipped + deleted + superseded + never_matchable +
// empty_files.
struct ImportReport {
    static constexpr std::size_t kMaxProblemsKept = 100;
    ListFormat format = ListFormat::automatic;
    bool counts_lines = false;     // positions are lines, from 1; else numbers of records, from 1
    std::uint64_t records = 0;     // seen; headers, comments and blank lines are none
    std::uint64_t added = 0;       // became a thing of the list, or wait to
    std::uint64_t skipped = 0;     // bad ones
    std::uint64_t deleted = 0;     // tombstones, and what was withdrawn
    std::uint64_t superseded = 0;  // older than another record of the same thing
    // Without any hash by which something is found here: in the list for what they carry, and never found.
    std::uint64_t never_matchable = 0;
    std::array<std::uint64_t, kCarriedHashes> never_matchable_by{};  // by the first kind of hash that they have
    std::uint64_t empty_files = 0;  // with the hashes of the empty file alone, which are full of false hits
    std::uint64_t harmless = 0;     // of those added
    std::uint64_t partly_bad = 0;   // of those added or never matchable: a hash of them was malformed and left out
    std::uint64_t replaced = 0;     // things of earlier files that records of this one changed or took away
    std::vector<ImportProblem> first_problems;  // of the skipped and the partly bad ones
};

// A record that a feed has taken back.
struct RemovedRecord {
    std::string source;
    std::string id;
};

// Reads files into a builder, one after the other. Not thread-safe.
class TUTELA_API ListImporter {
public:
    // `builder` outlives this object.
    explicit ListImporter(ListBuilder& builder);
    ListImporter(const ListImporter&) = delete;
    ListImporter& operator=(const ListImporter&) = delete;
    ~ListImporter();

    // Reads a file. A bad record is skipped, counted and reported; the rest is read. `report` is what was read, also
    // when it ends with an error: what came before the error stays added.
    // Errors: not_found, permission_denied, io_error; unsupported for what is no regular file, for a content of no
    // format and for one that is not of the format that was asked for; corrupt for a file of no bytes, and for one that
    // is damaged or ends early; version_mismatch for a newer version; limit for deeper nesting, and of the builder;
    // invalid_argument for columns that the file does not have. Throws std::bad_alloc.
    Status add_file(const std::filesystem::path& path, const ImportOptions& options, ImportReport& report);
    // The same from memory.
    Status add_bytes(std::string_view bytes, const ImportOptions& options, ImportReport& report);

    // Puts what waits into the builder. Call it after the last file. limit when the builder is full.
    Status finish();

    // After that: what the last word on is that it is no more, for a list that may have it from before (see
    // list_update.hpp). Valid as long as this object.
    [[nodiscard]] std::span<const RemovedRecord> removed() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Reads one file: a ListImporter for it alone.
TUTELA_API Status import_list(const std::filesystem::path& path, ListBuilder& builder, const ImportOptions& options,
                              ImportReport& report);
// The same from memory.
TUTELA_API Status import_list_bytes(std::string_view bytes, ListBuilder& builder, const ImportOptions& options,
                                    ImportReport& report);

}  // namespace tutela
