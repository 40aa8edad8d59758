// Lists written out for others, in their formats or for keeping. Layer: list.
//
// What is written holds the hashes of the list: it is for a file that its owner alone can read, never for a log. vPDQ
// files of single videos are written by write_vpdq().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tutela/export.h"
#include "tutela/list.hpp"
#include "tutela/list_filter.hpp"
#include "tutela/status.hpp"

namespace tutela {

// The numbers are pinned. Each is read back by import_list(), which tells it by its content. Things come in the order of
// the list. What could not be told apart in the list, as a file entry of many files that nobody named, is one line for
// each hash.
enum class ExportFormat : std::uint32_t {
    // Project VIC 2.0, a hash set: MediaID, Category, MD5, SHA1, SHA256, PhotoDNA, Series (the label), DateUpdated and
    // AlternativeHashes, PDQ among them. Read back, things are the same but for these: it has no source, no pHash and no
    // frames of videos; a thing without an id has none, which some tools refuse. A category of another scheme than
    // "vics", or of another region than the file's, is no number of this file: it is named among the Tags, and the
    // Category is null; so is category 0 of region US of what is not harmless. What is harmless is left out unless its
    // category says so, which only 0 of US does.
    vics = 1,
    // Comma-separated, CR LF, with the header
    //   pdq,phash,md5,sha1,sha256,id,category,label,source,scheme,region,harmless,updated,carried
    // `updated` is as record_time_text() has it; `carried` is kind=BASE64 for bytes and kind:BASE64 for text, with blanks
    // in between. In texts a backslash is \\, a line feed \n, a carriage return \r, a tab \t, a blank at an end \s; and
    // what begins with one of = + - @ ' or their full-width forms has an apostrophe before it, so that no spreadsheet
    // takes it for a formula. Read back, things are the same, but there are no frames of videos.
    csv = 2,
    // JSON Lines: {"tutela_list":1}, then an object for each thing with what is known of it, under the names of the
    // columns of csv. `carried` is an array of {kind, base64} or {kind, text}; `video` is an array of
    // "pdq,quality,microseconds", which goes on as `more` in the next lines after 4,096 frames. Read back, all is the
    // same.
    jsonl = 3,
    // The CSV of python-threatexchange: a line for each PDQ (`pdq`), MD5 (`video_md5`) and carried hash that is text
    // (under its kind). It has no id, scheme, region, time, SHA-1, SHA-256, pHash or frames of videos. The category is
    // NEGATIVE_CLASS for what is harmless, the entry's own where it is one of this format, else POSITIVE_CLASS; the
    // collaboration is the source; the tags are the label. Line breaks become blanks, and what a spreadsheet would take
    // for a formula has an apostrophe before it, which stays when it is read back.
    threatexchange = 4,
};

// "vics", "csv", "jsonl", "threatexchange"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view export_format_name(ExportFormat format) noexcept;
TUTELA_API std::optional<ExportFormat> export_format_of_name(std::string_view name) noexcept;

struct ExportOptions {
    ExportFormat format = ExportFormat::jsonl;
    // Of VICS: letters, digits, '-' and '_'. Not given, it is that of the first thing of the scheme "vics" that has one,
    // else "Default".
    std::optional<std::string> region{};
    ListFilter filter{};  // only these
};

struct ExportReport {
    std::uint64_t written = 0;   // things of which something was written
    std::uint64_t reduced = 0;   // of those: a hash or frames were left out, as the format cannot have them
    std::uint64_t left_out = 0;  // things of which the format can have nothing
    std::uint64_t filtered = 0;  // things that the filter leaves out
    std::uint64_t disabled = 0;  // things that are disabled, which are not written
};

// Where it goes.
class TUTELA_API ExportSink {
public:
    virtual ~ExportSink();
    ExportSink(const ExportSink&) = delete;
    ExportSink& operator=(const ExportSink&) = delete;

    // The next bytes, some 64 KiB at a time. An error ends the export.
    [[nodiscard]] virtual Status write(std::string_view bytes) = 0;

protected:
    ExportSink() = default;
};

// Writes a list. Beside the list it takes 4 bytes for each hash of a file and 16 for each file entry, and what one thing
// takes. Errors: the sink's; invalid_argument for an unknown format and a region that is no name. What was written before
// an error is a part of a file, to be thrown away. Throws std::bad_alloc.
TUTELA_API Status export_list(const HashList& list, const ExportOptions& options, ExportSink& sink,
                              ExportReport& report);

}  // namespace tutela
