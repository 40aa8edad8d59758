// From paths to rows: walks folders, reads, decodes, hashes, searches. Layer: scan (the only one that sees all others).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tutela/carried_engine.hpp"
#include "tutela/executor.hpp"
#include "tutela/export.h"
#include "tutela/flood.hpp"
#include "tutela/hash64.hpp"
#include "tutela/hasher.hpp"
#include "tutela/index.hpp"
#include "tutela/journal.hpp"
#include "tutela/list.hpp"
#include "tutela/list_filter.hpp"
#include "tutela/media.hpp"
#include "tutela/report.hpp"
#include "tutela/status.hpp"
#include "tutela/variants.hpp"

namespace tutela {

struct ScanProgress {
    std::uint64_t files_done = 0;
    std::uint64_t files_total = 0;  // known once the folders are walked, which is before the first file is read
    std::uint64_t bytes_done = 0;
    std::uint64_t matched = 0;
};

struct ScanOptions {
    std::uint32_t radius = kPdqMatchRadius;     // 0..256 bits, inclusive
    std::int32_t min_quality = kPdqMinQuality;  // 0..100, of the picture as it stands; variants need kPdqMinQuality
    IndexOptions index;
    DecodeLimits limits;
    // Whether archives are opened and the files in them scanned, each with a row of its own after the archive's; else
    // an archive is one row, `unsupported`. Of archives in an archive, the limits on entries and unpacked bytes hold
    // for all together.
    bool open_archives = true;
    ArchiveLimits archives;
    // How pictures are decoded; each row names what its picture really had. The default costs a fraction of `exact` and
    // moves a hash by a few bits at most; `screen` may miss a match,
    // and is `luma` in all profiles but `plain`, as variants of so coarse a picture drift too far. See DecodeMode. The
    // hash of a row whose picture was decoded exactly is computed with PdqRounding::proven, that of all others with
    // `likely`.
    DecodeMode decode = DecodeMode::luma;
    // Which frames of a video are looked at. `every` misses nothing, so it is what holds unless told otherwise; see
    // SamplingKind for what each of the others can miss.
    Sampling sampling;
    // Which variants of a picture are looked up beside the picture as it stands; each match names its own. `standard`
    // finds mirrored, turned and framed copies, and costs less than decoding. See variants.hpp.
    Profile profile = Profile::standard;
    // When set, each match whose entry carries a pHash is given MatchFact::confirm: in how many bits the file's own
    // pHash differs from it. 0..64; a report says so where the distance is over this number. It is a second opinion: it
    // neither makes a match nor takes one away. The pHash is of the same decoded frame as the match, and computed for
    // files that matched alone. kPhashConfirmRadius is a good number. Where the frame is a decoder's luma, or scaled
    // down, it may differ in a few bits from that of the full picture.
    std::optional<std::uint32_t> confirm_phash_radius;
    // When set, every picture that has a PDQ hash also gets FileRow::hash64, of this kind.
    std::optional<Hash64Kind> hash64;
    // Symbolic links inside a folder are rows of their own (`unsupported`, "a symbolic link, not followed"), as a link
    // on a seized disk may point into the examiner's own system. Set this to follow them; a folder is entered once,
    // however many links lead to it (the others are rows of their own, `unsupported`). A path that the caller names is
    // always followed.
    bool follow_symlinks = false;
    // A list of files known to be harmless (see KnownItem::harmless): a file that it has by a hash of its bytes is not
    // decoded, and its outcome is `harmless`. A file that the scanner's own list has too is matched all the same.
    std::shared_ptr<const HashList> harmless_files{};
    // Only entries that this admits count as matches, by the picture or by the bytes. The search is the same, so what is
    // left out is left out after it; RunFacts::filter says so in every report. A file that matches nothing else is clean.
    ListFilter filter{};
    // Engines for hashes that the list carries and nothing else searches (see carried_engine.hpp), at most one a kind.
    // Each is given every frame of every picture that is decoded, as it stands (no variant) and whatever its quality
    // or size, and its value is compared with all of that kind that active entries carry which the filter admits and
    // which are not harmless: a linear search. What lies within the engine's threshold is a match whose variant is the
    // kind and whose distance is the engine's own. One thing is one match: what is found by the file's bytes or by PDQ
    // too is the match that it would be without the engine. The frames of videos are not looked at, nor does Stream
    // take engines. With engines, `screen` is `luma`. A file of which an engine fails is not clean: its outcome is
    // limit, timeout, memory or unsupported where the engine says so, else crashed; where it is another already, such
    // as matched, the reason says so. Engines make create() and with_list() look at every entry once.
    std::vector<std::shared_ptr<const CarriedEngine>> engines{};
    // When an entry of the list floods a call of Scanner::scan(), and what is done then.
    FloodOptions flood{};
    // When set and turned true (from another thread or a signal handler), no further file is begun, and one that is
    // still being read is given up.
    const std::atomic<bool>* stop = nullptr;
    // Called after every row, in the order of the rows, never by two threads at once.
    std::function<void(const ScanProgress&)> progress;
    // Where pictures are decoded. A file that breaks a sandboxed decoder is tried once more in a new one; then its
    // outcome is crashed, timeout or memory, or matched when a frame before that was. So is an archive that breaks it
    // before the first entry; of one that does so later, the rows so far stay, and its own says what ended it.
    Isolation isolation = Isolation::in_process;
    WorkerOptions worker;
};

// What holds for one call of Scanner::scan() alone, as several may run at once; what is set takes the place of the
// option of the same name.
struct ScanControl {
    const std::atomic<bool>* stop = nullptr;
    std::function<void(const ScanProgress&)> progress{};
    // When set, what is done is written there before its row is given out, and what is there already is not done again:
    // `on_row` is given every row from the first on, the kept ones first, and rows and totals are those of a run that
    // nothing disturbed. The inputs are those found by the first run, whatever became of them since; a file that was
    // changed after its row was written keeps that row. The journal's own file is no input where a folder holds it.
    Journal* journal = nullptr;
};

// Compares files with a list: what pictures look like, and, where the list knows hashes of files, the bytes of every
// file, whatever is in it. Immutable once made; thread-safe: several scans may run at once.
class TUTELA_API Scanner {
public:
    // Opens the index that the list stores, or builds one. The list is kept alive. invalid_argument for options out of
    // range. When the sandbox that was asked for cannot start, that is an error here: see make_sandboxed_decoder().
    static Result<Scanner> create(HashList list, ScanOptions options = {});

    // A scanner for another list, with the same options and the same decoders, which go on running: for a list that
    // changes while a service runs (see ListFollower). Scans that run keep the list that they began with; whoever shares
    // a scanner among threads swaps a pointer to it. `index` is one of that list; without one it is opened or built
    // here. invalid_argument for an index of another size; errors of HashList::open_index().
    [[nodiscard]] Result<Scanner> with_list(HashList list, std::shared_ptr<const Index<256>> index = nullptr) const;

    // Scans files and folders: one row for each file found, and after an archive's one for each file in it, in the order
    // in which they lie there, in the order of `paths` and, within a folder, in the order
    // of the names' bytes, folders entered where their name stands. The order and the content of the rows do not depend
    // on the executor. Files of the same bytes are decoded once (XXH3-128 finds them, SHA-256 confirms: a crafted
    // XXH3 collision cannot hide a file). A path that does not exist is a row (`unreadable`), not an error.
    // A picture or an archive is read into memory; any other file is streamed for its SHA-256, a video too, which is then
    // read once more in place, a piece at a time: once its decoding has begun, a stop gives it up between two frames. A file that changes while it is read
    // has no SHA-256: it is `damaged` when it could be hashed, else `unreadable`. `on_row` is called by one thread at a
    // time; an error from it ends the scan and is returned. On stop the rows so far are complete and in order, and
    // `interrupted` is set. A sandboxed decoder that cannot be started anew ends the scan: unavailable; a journal has
    // the rows so far, and can be continued from. Errors of a journal: io_error when it cannot be written (the rows in it can be continued
    // from), invalid_argument when it is of another run (the message names the settings that differ) or was used before,
    // checksum_mismatch and corrupt when it is damaged where it begins. Damage further on ends what is kept.
    Result<RunTotals> scan(std::span<const std::string> paths, Executor& executor,
                           const std::function<Status(const FileRow&)>& on_row, const ScanControl& control = {}) const;

    // Scans one picture in memory; `name` becomes the row's path. For one-by-one use, such as an upload screen. An
    // archive is not opened: `unsupported`.
    [[nodiscard]] FileRow scan_bytes(std::span<const std::uint8_t> bytes, std::string name) const;
    // The same for a picture or an archive: its row and, as in scan(), those of the files in it. Never empty.
    [[nodiscard]] std::vector<FileRow> scan_all_bytes(std::span<const std::uint8_t> bytes, std::string name) const;

    // What a report says about the run. show_hashes is left false.
    [[nodiscard]] RunFacts facts() const;
    [[nodiscard]] const HashList& list() const noexcept;

private:
    struct Impl;
    explicit Scanner(std::shared_ptr<const Impl> impl) noexcept;
    std::shared_ptr<const Impl> impl_;
};

}  // namespace tutela
