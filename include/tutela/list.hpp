// Lists of known hashes: what an investigator is given, as an immutable, validated object. Layer: list.
//
// A list is held as the bytes of a snapshot (src/list/FORMAT.md), in memory or mapped from a file: one representation,
// one validation, one digest. List hashes never appear in a Status message.
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
#include <vector>

#include "tutela/executor.hpp"
#include "tutela/export.h"
#include "tutela/hash.hpp"
#include "tutela/index.hpp"
#include "tutela/known_item.hpp"
#include "tutela/status.hpp"

namespace tutela {

// One entry. The texts are views into the list and live as long as any copy of it.
struct EntryView {
    Hash256 hash;                 // PDQ
    std::string_view id;          // as given; may be empty (see HashList::entry_name)
    std::string_view category;    // as given by the source, not interpreted; may be empty
    std::string_view label;       // may be empty
    std::optional<Hash64> phash;  // Hash64Kind::phash of the same picture: a second opinion, not searched
    OriginView origin{};
    std::optional<std::int64_t> updated_us{};  // as in KnownItem
    CarriedHashes carried{};
};

// One entry to be put into a list. Texts: UTF-8, without NUL, at most kMaxTextBytes each.
struct Entry {
    Hash256 hash;
    std::string id;
    std::string category;
    std::string label;
    std::optional<Hash64> phash{};
};

inline constexpr std::size_t kMaxTextBytes = 65535;
inline constexpr std::uint64_t kMaxEntries = 0xffffffffULL;
// The latest time of a frame of a known video, in microseconds.
inline constexpr std::int64_t kMaxFrameTimeUs = (std::int64_t{1} << 53) - 1;

// A known video: a run of entries, one for each frame, in the order of time. The spans (one element a frame) and texts
// are views into the list and live as long as any copy of it.
struct VideoView {
    std::size_t first_position = 0;           // of the first frame; the others follow
    std::span<const Hash256> hashes;          // PDQ
    std::span<const std::int64_t> times_us;   // from the start of the video; never falling
    std::span<const std::uint8_t> qualities;  // of the hashes, 0..100; below 50 they should not be relied on
    std::string_view id;                      // the same for all of its entries, as are the next two
    std::string_view category;
    std::string_view label;
    OriginView origin{};
    std::optional<std::int64_t> updated_us{};
    CarriedHashes carried{};
};

// Where in a known video an entry is.
struct FramePlace {
    std::size_t video = 0;  // its number, from 0
    std::size_t frame = 0;  // of the frames that the list holds, from 0
    std::int64_t pts_us = 0;
    std::uint32_t quality = 0;
};

// Whether an entry takes part. The numbers are part of the C ABI.
enum class EntryState : std::uint32_t {
    active = 0,
    disabled = 1,   // kept, but nothing matches it until it is enabled
    withdrawn = 2,  // removed, or replaced by an entry further on; it has a position until the list is compacted
};

// How much of a snapshot file is looked at before it is used. The numbers are part of the C ABI.
enum class LoadCheck : std::uint32_t {
    // All of it: about 0.1 s for each million entries, a stored index included.
    everything = 0,
    // Header, section table (with their checksum) and the structure of a stored index: milliseconds, whatever the size.
    // For a file that this system has verified before. The rest is checked for safety when it is used: a damaged or
    // crafted file may lose matches, report wrong ones or empty texts, but is never read outside. verify() makes up for
    // it.
    layout = 1,
};

// An immutable list. A cheap handle: copies share the bytes. Thread-safe.
class TUTELA_API HashList {
public:
    // Maps a snapshot file read-only, and its delta when one lies beside it (see list_update.hpp), as they were at one
    // moment, and validates all of it before anything is used: magic, version, section table,
    // every offset, every text (UTF-8), the XXH3-128 of every section, the SHA-256 of the whole.
    // Errors: not_found, permission_denied, io_error, corrupt, checksum_mismatch, version_mismatch, limit, and
    // unsupported when the file is no snapshot at all; permission_denied for an encrypted one, which open_list() with a
    // key opens (list_key.hpp). The file must not be changed in place while it is mapped;
    // save() never does that (it renames a new file over the old one). A stored index is checked against the hashes.
    // `check` can put most of this off; invalid_argument for an unknown one.
    static Result<HashList> load(const std::filesystem::path& path, LoadCheck check = LoadCheck::everything);

    // What load() would say after checking everything. For a list that was loaded by its layout, while it is in use.
    [[nodiscard]] Status verify() const;

    // The same over bytes in memory, which are copied.
    static Result<HashList> from_bytes(std::span<const std::uint8_t> snapshot, LoadCheck check = LoadCheck::everything);

    // Entries: one for each still and for each frame of a video, whatever its state.
    [[nodiscard]] std::size_t size() const noexcept;
    // How many things the list knows: each still and each video that is active counts once.
    [[nodiscard]] std::size_t known_count() const noexcept;
    // Whether an entry takes part: an index of this list answers active ones alone. Precondition: position < size().
    [[nodiscard]] EntryState entry_state(std::size_t position) const noexcept;
    // The same of a file entry, which find_file() answers when it is active. Precondition: number < file_entry_count().
    [[nodiscard]] EntryState file_entry_state(std::size_t number) const noexcept;
    // Entries that are not active: so many of size().
    [[nodiscard]] std::size_t inactive_count() const noexcept;
    // Whether this is a snapshot with a delta over it (see list_update.hpp). Positions, and numbers of file entries and
    // videos, go on from those of the snapshot to those of the delta.
    [[nodiscard]] bool has_delta() const noexcept;
    // All hashes in entry order, whatever the state of the entries: to search, use open_index(), which answers those that
    // take part. Valid as long as any copy of this list. Of a list with a delta the first call puts
    // them together, in 32 bytes an entry. Throws std::bad_alloc.
    [[nodiscard]] std::span<const Hash256> hashes() const;
    // Entry `position`. Precondition: position < size().
    [[nodiscard]] EntryView entry(std::size_t position) const noexcept;
    // The entry's id, or its position in decimal when it was given none; of a frame of a video, that of the first frame.
    // Precondition: position < size().
    [[nodiscard]] std::string entry_name(std::size_t position) const;

    // Known videos, in the order of their entries.
    [[nodiscard]] std::size_t video_count() const noexcept;
    // Precondition: number < video_count(). Of a list loaded by its layout, a damaged video has no frames.
    [[nodiscard]] VideoView video(std::size_t number) const noexcept;
    // Which frame of which video an entry is; nothing for a still. Takes a binary search among the videos.
    // Precondition: position < size().
    [[nodiscard]] std::optional<FramePlace> frame_at(std::size_t position) const noexcept;

    // Hashes of whole files, beside those of pictures. One thing may have several, each of them once; things may share
    // one. file_hash_count() is 0 for an unknown kind.
    [[nodiscard]] std::size_t file_hash_count(FileHashKind kind) const noexcept;
    // The things that have any. Those without an id or an entry that are alike in all else are one. Things that have
    // nothing by which they could be found are among them; unmatchable_count() says how many.
    [[nodiscard]] std::size_t file_entry_count() const noexcept;
    // Things that are in the list only to be passed on: file entries that are never found. No other count has them.
    // Takes a look at every file entry.
    [[nodiscard]] std::size_t unmatchable_count() const noexcept;
    // Precondition: number < file_entry_count().
    [[nodiscard]] FileEntryView file_entry(std::size_t number) const noexcept;
    // Its id, or that of its entry; or "file:" and its number in decimal when it was given none. Precondition: likewise.
    [[nodiscard]] std::string file_entry_name(std::size_t number) const;
    // The things that have one of these hashes, by rising number; harmless ones too. Takes 0.2 us a hash among a
    // million of a kind and 0.4 among ten million, which no cache holds (bench_list), once as many have been looked up as
    // a directory of them costs. Throws std::bad_alloc.
    [[nodiscard]] std::vector<FileMatch> find_file(const FileHashes& hashes) const;

    // SHA-256 of the snapshot, the list's name in reports: 64 lower-case hex digits. That of a list with a delta is the
    // delta's, which names its snapshot's. Equal entries in equal order give an equal digest, in memory or in a file, with an index or without. Of a list loaded by its layout it is what the
    // file says, until verify() has confirmed it.
    [[nodiscard]] std::string digest_hex() const;

    // Whether the snapshot holds an index.
    [[nodiscard]] bool has_index() const noexcept;
    // The same list, its snapshot holding a bk_forest, built on `executor`: 106 bytes an entry more for ten million
    // entries, 200 for a million, 1,600 for a hundred thousand. The digest stays the same. Peak memory is the new
    // snapshot, the index and 32 bytes an entry, beside this list. limit when the snapshot would pass 1 TiB. Throws
    // std::bad_alloc. A list loaded by its layout is verified first: errors as verify(). unsupported for a list of a
    // newer format that has sections behind the place of an index, and for one with a delta: compact it first.
    Result<HashList> with_index(Executor& executor) const;
    // An index of the hashes, for positions in this list. A stored one is opened where it lies, in milliseconds, unless
    // another engine is asked for; else it is built as by build_index(), but a bk_forest does not copy the hashes. It
    // keeps the bytes of this list alive. Errors as build_index().
    Result<std::unique_ptr<const Index<256>>> open_index(const IndexOptions& options = {}) const;

    // The snapshot itself: what save() writes; of a list with a delta, the delta alone. Valid as long as any copy of
    // this list.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;

    // Publishes the snapshot at `path`: a temporary file in the same folder, fsync, rename over `path`, fsync of the
    // folder. A reader sees the old file or the new one whole, also after a power cut. The new file is readable by its
    // owner alone (mode 0600) unless `path` already existed, whose mode is kept. A delta beside `path` is superseded and
    // taken away. Waits for others that change lists in the folder. Errors: unavailable (after a minute of that),
    // io_error, permission_denied,
    // not_found (no such folder); then no temporary file is left. unsupported for a list with a delta.
    Status save(const std::filesystem::path& path) const;

private:
    friend struct ListAccess;
    struct Impl;
    explicit HashList(std::shared_ptr<const Impl> impl) noexcept;
    std::shared_ptr<const Impl> impl_;
};

// Collects entries and makes a list of them. Keeps the order given, keeps duplicates. Not thread-safe.
class TUTELA_API ListBuilder {
public:
    ListBuilder();
    ListBuilder(ListBuilder&&) noexcept;
    ListBuilder& operator=(ListBuilder&&) noexcept;
    ~ListBuilder();

    // invalid_argument for a text that is not UTF-8, contains NUL or is too long; limit past kMaxEntries entries or as
    // many texts (every id, and every different category and label). A failed add changes nothing.
    Status add(const Entry& entry);
    // The same without making strings. The texts are copied.
    Status add(const Hash256& hash, std::string_view id, std::string_view category = {}, std::string_view label = {},
               const std::optional<Hash64>& phash = std::nullopt);
    // Adds a thing by any of its hashes: an entry when it has a PDQ hash and is not harmless, and a file entry when it
    // has one of its file. What has neither, but carried hashes, is a file entry that is never found. invalid_argument,
    // besides what add() says, for one that has nothing at all, for the hash of an empty file, a time out of range, and
    // a carried hash that is not as CarriedHashView says.
    Status add(const KnownItem& item);
    // Adds a video: an entry for each of its frames. invalid_argument, besides what add() says, for no frames, a
    // quality outside 0..100, a time outside 0..kMaxFrameTimeUs or before that of the frame before. The hashes and
    // texts are copied.
    Status add_video(std::span<const FrameHash> frames, std::string_view id, std::string_view category = {},
                     std::string_view label = {});
    // The same with all that is known of the video: hashes of its file lead to its first frame. invalid_argument also as
    // add() says of an item, and for one that has a PDQ or pHash of its own or is harmless.
    Status add_known_video(std::span<const FrameHash> frames, const KnownItem& item);
    // Adds all that a list holds, videos as videos, but for what is withdrawn; what is disabled stays so. Errors as
    // add(); what came before the error stays added.
    Status add_list(const HashList& list);
    // Entries so far; a video counts as its frames.
    [[nodiscard]] std::size_t size() const noexcept;
    // Makes the list; the builder is left as it was, so more can be added and built again. limit when the snapshot
    // would pass 1 TiB.
    Result<HashList> build() const;

private:
    friend struct ListAccess;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// A line of a text list that was skipped, and why. `reason` does not repeat the line.
struct SkippedLine {
    std::uint64_t line = 0;  // from 1
    std::string reason;
};

// What reading a text list did. Bad lines are counted all; the first kMaxSkippedKept are kept with their reasons.
struct TextImport {
    static constexpr std::size_t kMaxSkippedKept = 100;
    std::uint64_t lines = 0;    // lines seen, of every kind
    std::uint64_t added = 0;    // entries added
    std::uint64_t skipped = 0;  // bad lines
    std::vector<SkippedLine> first_skipped;
};

// Reads a text list into `builder`: a line an entry, `hex[+phash][,id[,category[,label]]]`, 64 hex digits first, then,
// if the entry has a pHash, a plus sign and its 16; the label may itself contain commas. Blank lines and lines whose
// first character other than a blank is '#' are comments. LF or CR LF; a UTF-8 byte order mark at the start is passed
// over; blanks around a field are dropped. A bad line (no hash of 64 digits, not UTF-8, too long, a CR inside it, also
// in a comment) is skipped, counted and reported; the rest is read. Reads as a stream: a line is at most 256 KiB.
// Errors: not_found, permission_denied, io_error, limit (of the builder), after which the builder may hold some of the
// entries; unsupported for what is no regular file, or has NUL bytes in its first 4 KiB (no text).
TUTELA_API Result<TextImport> read_text_list(const std::filesystem::path& path, ListBuilder& builder);
// The same from memory.
TUTELA_API Result<TextImport> parse_text_list(std::string_view text, ListBuilder& builder);

// A list from a file of either kind, told by its first bytes: a snapshot is loaded, a text list read and built.
// `import`, when not null, receives what a text list's reading did (zeroes for a snapshot).
// A text without a single entry although it has bad lines is `corrupt`, and so is a file of 0 bytes: a mistaken or
// cut file must not pass as an empty list (a text of comments alone does). `import` is filled in that case too.
// `check` is for a snapshot: see HashList::load().
TUTELA_API Result<HashList> open_list(const std::filesystem::path& path, TextImport* import = nullptr,
                                      LoadCheck check = LoadCheck::everything);

}  // namespace tutela
