// The one owner of the snapshot's byte format. FORMAT.md, beside this file, specifies it.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/digest.hpp"
#include "core/mapping.hpp"
#include "index/stored_forest.hpp"
#include "tutela/carried_hash.hpp"
#include "tutela/hash.hpp"
#include "tutela/known_item.hpp"
#include "tutela/status.hpp"

namespace tutela {

static_assert(std::endian::native == std::endian::little,
              "the columns of a snapshot are little-endian and used where they lie");

inline constexpr std::string_view kSnapshotMagic{"\x89TUTELA\n"};
inline constexpr std::uint32_t kSnapshotVersion = 1;
inline constexpr std::size_t kSnapshotAlignment = 64;
inline constexpr std::size_t kHeaderBytes = 64;
inline constexpr std::size_t kSectionRecordBytes = 64;
inline constexpr std::size_t kTableChecksumBytes = 16;
inline constexpr std::size_t kTrailerBytes = 32;
inline constexpr std::uint32_t kMaxSections = 64;
inline constexpr std::uint64_t kMaxSnapshotBytes = std::uint64_t{1} << 40;
inline constexpr std::uint64_t kMaxTexts = std::uint64_t{1} << 32;

// Numbers are never used again for another meaning. Sections lie in the order of their numbers.
enum class SectionType : std::uint32_t {
    pdq_hashes = 0x10,
    phashes = 0x11,
    phash_presence = 0x12,
    md5s = 0x13,
    sha1s = 0x14,
    sha256s = 0x15,
    ids = 0x20,
    categories = 0x21,
    labels = 0x22,
    videos = 0x23,
    frame_times = 0x24,
    frame_qualities = 0x25,
    file_entries = 0x26,
    origins = 0x27,
    entry_origins = 0x28,
    entry_times = 0x29,
    file_times = 0x2a,
    entry_carried = 0x2b,
    file_carried = 0x2c,
    carried_bytes = 0x2d,
    text_offsets = 0x30,
    text_bytes = 0x31,
    disabled_entries = 0x38,
    disabled_files = 0x39,
    base = 0x3a,
    withdrawn_entries = 0x3b,
    withdrawn_files = 0x3c,
    index_directory = 0x40,
    index_sketches = 0x41,
    index_positions = 0x42,
    replaced_delta = 0x43,
};

// Bit 0 of a section's flags: a reader that does not know the type must refuse the snapshot.
inline constexpr std::uint32_t kSectionRequired = 1;
// Bit 1: computed from the sections before it and of no concern to the digest, which is that of the snapshot without
// it. Only such sections follow it.
inline constexpr std::uint32_t kSectionDerived = 2;

// The offset at or after `offset` where a section may begin.
[[nodiscard]] constexpr std::uint64_t align_section(std::uint64_t offset) noexcept {
    return (offset + kSnapshotAlignment - 1) / kSnapshotAlignment * kSnapshotAlignment;
}

// Where the first section begins.
[[nodiscard]] constexpr std::uint64_t first_section_offset(std::size_t sections) noexcept {
    return align_section(kHeaderBytes + sections * kSectionRecordBytes + kTableChecksumBytes);
}

// A known video, as it is written: entries [position, position + frames), whose times and qualities are the records from
// `first` on of their sections.
struct VideoRecord {
    std::uint32_t position = 0;
    std::uint32_t frames = 0;
    std::uint32_t first = 0;
};
static_assert(sizeof(VideoRecord) == 12);

// A hash of a file, and the number of the file entry that has it. Sections of these rise by hash, then by entry.
template <std::size_t Bytes>
struct FileHashRecord {
    std::array<std::uint8_t, Bytes> hash{};
    std::uint32_t entry = 0;

    auto operator<=>(const FileHashRecord&) const noexcept = default;  // NOLINT(modernize-use-nullptr): generated
};
using Md5Record = FileHashRecord<16>;
using Sha1Record = FileHashRecord<20>;
using Sha256Record = FileHashRecord<32>;
static_assert(sizeof(Md5Record) == 20 && sizeof(Sha1Record) == 24 && sizeof(Sha256Record) == 36);

inline constexpr std::uint32_t kNoPosition = 0xffffffff;
inline constexpr std::uint32_t kHarmlessFlag = 1;
// Of a file entry that no hash leads to.
inline constexpr std::uint32_t kUnmatchableFlag = 2;

// A file entry: numbers of its texts and of its origin, the position of its entry or kNoPosition.
struct FileEntryRecord {
    std::uint32_t id = 0;
    std::uint32_t category = 0;
    std::uint32_t label = 0;
    std::uint32_t origin = 0;
    std::uint32_t position = kNoPosition;
    std::uint32_t flags = 0;

    bool operator==(const FileEntryRecord&) const noexcept = default;
};
static_assert(sizeof(FileEntryRecord) == 24);

// In the columns of times, for no time.
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

inline constexpr std::uint32_t kCarriedBinaryFlag = 1;

// A carried hash of an entry or a file entry: `size` bytes from `offset` on of their section.
struct CarriedRecord {
    std::uint32_t owner = 0;  // position of the entry, or number of the file entry
    std::uint32_t kind = 0;   // number of its text
    std::uint32_t size = 0;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
};
static_assert(sizeof(CarriedRecord) == 24);

// Numbers of texts. Origin 0 is empty.
struct OriginRecord {
    std::uint32_t source = 0;
    std::uint32_t scheme = 0;
    std::uint32_t region = 0;

    auto operator<=>(const OriginRecord&) const noexcept = default;  // NOLINT(modernize-use-nullptr): generated
};
static_assert(sizeof(OriginRecord) == 12);

struct FileDirectories;

// Of a delta: which list it changes, and how often that was done.
struct BaseRecord {
    Sha256 digest{};
    std::uint64_t changes = 0;  // at least 1
};
static_assert(sizeof(BaseRecord) == 40);

// A snapshot's content, as views into its bytes. Text 0 is the empty text.
struct Snapshot {
    std::span<const Hash256> hashes;
    std::span<const Hash64> phashes;  // of every entry, zero where there is none; both empty when there is none at all
    std::span<const std::uint8_t> phash_presence;  // bit i % 8 of byte i / 8 is entry i's
    std::span<const std::uint32_t> ids;            // of every entry, the number of its text; so are the next two
    std::span<const std::uint32_t> categories;
    std::span<const std::uint32_t> labels;
    std::span<const VideoRecord> videos;        // by rising position; this and the next two empty when there is none
    std::span<const std::int64_t> frame_times;  // of all frames of all videos, microseconds
    std::span<const std::uint8_t> frame_qualities;
    std::span<const Md5Record> md5s;
    std::span<const Sha1Record> sha1s;
    std::span<const Sha256Record> sha256s;
    std::span<const FileEntryRecord> file_entries;
    std::span<const OriginRecord> origins;         // empty when no entry and no file entry has one
    std::span<const std::uint32_t> entry_origins;  // of every entry, or empty when none has one
    std::span<const std::int64_t> entry_times;  // of every entry, or empty when none has one; microseconds or kNoTime
    std::span<const std::int64_t> file_times;   // likewise, of file entries; kNoTime where there is an entry
    std::span<const CarriedRecord> entry_carried;  // by rising owner
    std::span<const CarriedRecord> file_carried;
    std::string_view carried_bytes;
    std::span<const std::uint64_t> text_offsets;  // one more than there are texts
    std::string_view text_bytes;
    std::shared_ptr<FileDirectories> file_directories;  // made when they are needed; null without hashes of files
    std::span<const std::uint32_t> disabled;            // entries that are not searched, by rising position
    std::span<const std::uint32_t> disabled_files;      // the same of file entries, by rising number
    // Of a delta alone: what it is a delta of, and which entries and file entries of that are no more.
    std::span<const BaseRecord> base;  // one, or none
    std::span<const std::uint32_t> withdrawn;
    std::span<const std::uint32_t> withdrawn_files;
    std::span<const Sha256> replaced_delta;  // the delta that was folded into this list: one, or none
    std::optional<StoredForest> index;
    Sha256 digest{};
    bool checked = false;  // by Check::everything, or just written

    [[nodiscard]] std::optional<Hash64> phash(std::size_t position) const noexcept {
        if (phashes.empty() || (phash_presence[position / 8] >> (position % 8) & 1) == 0) return std::nullopt;
        return phashes[position];
    }
    // Whether the video lies inside the columns, as it does in a checked snapshot.
    [[nodiscard]] bool holds(const VideoRecord& video) const noexcept {
        return video.position <= hashes.size() && video.frames <= hashes.size() - video.position &&
               video.first <= frame_times.size() && video.frames <= frame_times.size() - video.first;
    }
    // The video that an entry belongs to; null for a still.
    [[nodiscard]] const VideoRecord* video_of(std::size_t position) const noexcept;
    // How many there are. Precondition: checked, or check_content() has seen the texts.
    [[nodiscard]] std::size_t texts() const noexcept { return text_offsets.size() - 1; }
    // Empty for a number that no origin has, which only occurs in an unchecked snapshot, as below.
    [[nodiscard]] OriginView origin(std::uint32_t number) const noexcept {
        if (number >= origins.size()) return {};
        const OriginRecord& record = origins[number];
        return {text(record.source), text(record.scheme), text(record.region)};
    }
    // What is known beyond hashes and texts: of an entry, and of a file entry, which has that of its entry.
    [[nodiscard]] std::optional<std::int64_t> entry_time(std::size_t position) const noexcept;
    [[nodiscard]] std::optional<std::int64_t> file_time(std::size_t number) const noexcept;
    [[nodiscard]] CarriedHashes carried_of_entry(std::size_t position) const noexcept;
    [[nodiscard]] CarriedHashes carried_of_file(std::size_t number) const noexcept;
    [[nodiscard]] CarriedHashes carried_of(std::span<const CarriedRecord> all, std::size_t owner) const noexcept;
    // Empty for a number that no text has, and for one that is no text: both only occur in an unchecked snapshot.
    [[nodiscard]] std::string_view text(std::uint32_t number) const noexcept;
};

// Whether these are the first bytes of a snapshot, of whatever version.
[[nodiscard]] bool begins_snapshot(std::span<const std::uint8_t> bytes) noexcept;

// What read_snapshot() looks at.
enum class Check {
    everything,  // for bytes from outside
    layout,      // header and table alone, with their checksum; the content is looked at when it is used
    nothing,     // for bytes that write_snapshot() has just made
};

// The content of a snapshot, whose bytes begin on a section boundary (as pages do) and outlive the views.
// Errors: unsupported (no snapshot), version_mismatch, corrupt, checksum_mismatch, limit.
[[nodiscard]] Result<Snapshot> read_snapshot(std::span<const std::uint8_t> bytes, Check check);

// A section: to be written, or as it lies in a snapshot.
struct SectionContent {
    SectionType type;  // any number, as readers pass over types that they do not know
    std::uint32_t flags;
    std::uint32_t record_bytes;
    std::span<const std::uint8_t> bytes;  // a multiple of record_bytes
};

// The sections of a snapshot that read_snapshot() has accepted, in their order.
[[nodiscard]] std::vector<SectionContent> sections_of(std::span<const std::uint8_t> snapshot);

// The snapshot of these sections, sealed. It depends on nothing else: equal content, equal bytes. Precondition: the
// types rise, derived ones last. limit when it would pass kMaxSnapshotBytes.
[[nodiscard]] Result<Mapping> write_snapshot(std::uint64_t entries, std::span<const SectionContent> sections);

// A section and its checksum.
struct SealedSection {
    SectionContent content;
    Xxh3_128 checksum;
};

// The digest of a snapshot of these sections, which lie in `snapshot` (whose trailer may not be written yet).
[[nodiscard]] Sha256 snapshot_digest(std::uint64_t entries, std::span<const SealedSection> sections,
                                     std::span<const std::uint8_t> snapshot);

}  // namespace tutela
