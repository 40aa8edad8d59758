#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/file_lookup.hpp"
#include "list/snapshot_check.hpp"
#include "list/snapshot_format.hpp"
#include "tutela/list.hpp"

namespace tutela {

namespace {

using Bytes = std::span<const std::uint8_t>;

Status corrupt(std::string why) {
    return Status(StatusCode::corrupt, "damaged snapshot: " + std::move(why));
}

struct Header {
    std::uint32_t sections = 0;
    std::uint64_t entries = 0;
};

struct Section {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
    std::uint32_t record_bytes = 0;
    Xxh3_128 checksum{};
    Bytes bytes;
};

// A section type that this reader knows, and what it must look like.
struct KnownSection {
    SectionType type;
    std::uint32_t flags;
    std::uint32_t record_bytes;
    const char* name;
};
constexpr KnownSection kKnownSections[] = {
    {SectionType::pdq_hashes, kSectionRequired, Hash256::kBytes, "PDQ hashes"},
    {SectionType::phashes, 0, Hash64::kBytes, "pHashes"},
    {SectionType::phash_presence, 0, 1, "pHash presence"},
    {SectionType::md5s, kSectionRequired, sizeof(Md5Record), "MD5s"},
    {SectionType::sha1s, kSectionRequired, sizeof(Sha1Record), "SHA-1s"},
    {SectionType::sha256s, kSectionRequired, sizeof(Sha256Record), "SHA-256s"},
    {SectionType::ids, kSectionRequired, 4, "ids"},
    {SectionType::categories, kSectionRequired, 4, "categories"},
    {SectionType::labels, kSectionRequired, 4, "labels"},
    {SectionType::videos, kSectionRequired, sizeof(VideoRecord), "videos"},
    {SectionType::frame_times, kSectionRequired, 8, "frame times"},
    {SectionType::frame_qualities, kSectionRequired, 1, "frame qualities"},
    {SectionType::file_entries, kSectionRequired, sizeof(FileEntryRecord), "file entries"},
    {SectionType::origins, 0, sizeof(OriginRecord), "origins"},
    {SectionType::entry_origins, 0, 4, "entry origins"},
    {SectionType::entry_times, 0, 8, "entry times"},
    {SectionType::file_times, 0, 8, "file times"},
    {SectionType::entry_carried, 0, sizeof(CarriedRecord), "carried hashes of entries"},
    {SectionType::file_carried, 0, sizeof(CarriedRecord), "carried hashes of files"},
    {SectionType::carried_bytes, 0, 1, "carried bytes"},
    {SectionType::text_offsets, kSectionRequired, 8, "text offsets"},
    {SectionType::text_bytes, kSectionRequired, 1, "text bytes"},
    {SectionType::disabled_entries, kSectionRequired, 4, "disabled entries"},
    {SectionType::disabled_files, kSectionRequired, 4, "disabled file entries"},
    {SectionType::base, kSectionRequired, sizeof(BaseRecord), "base"},
    {SectionType::withdrawn_entries, kSectionRequired, 4, "withdrawn entries"},
    {SectionType::withdrawn_files, kSectionRequired, 4, "withdrawn file entries"},
    {SectionType::index_directory, kSectionDerived, 4, "index directory"},
    {SectionType::index_sketches, kSectionDerived, 2, "index sketches"},
    {SectionType::index_positions, kSectionDerived, 4, "index positions"},
    {SectionType::replaced_delta, kSectionDerived, sizeof(Sha256), "replaced delta"},
};

const KnownSection* find_known(std::uint32_t type) noexcept {
    for (const KnownSection& known : kKnownSections) {
        if (static_cast<std::uint32_t>(known.type) == type) return &known;
    }
    return nullptr;
}

// "section 2 (ids)", for messages.
std::string name_of(std::size_t position, std::uint32_t type) {
    const KnownSection* known = find_known(type);
    return "section " + std::to_string(position) + " (" +
           (known != nullptr ? known->name : "type " + std::to_string(type)) + ")";
}

bool all_zero(Bytes bytes) noexcept {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

Bytes range(Bytes bytes, std::uint64_t begin, std::uint64_t end) noexcept {
    return bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

// The header; on return the table, its checksum and the trailer are known to lie inside `bytes`.
Result<Header> read_header(Bytes bytes) {
    if (!begins_snapshot(bytes)) return Status(StatusCode::unsupported, "it is no list snapshot");
    if (bytes.size() < kHeaderBytes) return corrupt("it ends inside its header");
    ByteReader in(bytes.subspan(kSnapshotMagic.size(), kHeaderBytes - kSnapshotMagic.size()));
    const std::uint32_t version = in.u32();
    if (version != kSnapshotVersion) {
        return Status(StatusCode::version_mismatch, "the snapshot's format is version " + std::to_string(version) +
                                                        ", this build reads version " +
                                                        std::to_string(kSnapshotVersion));
    }
    Header header;
    header.sections = in.u32();
    const std::uint64_t file_bytes = in.u64();
    header.entries = in.u64();
    if (file_bytes != bytes.size()) {
        return corrupt("it has " + std::to_string(bytes.size()) + " bytes and says " + std::to_string(file_bytes));
    }
    if (header.sections > kMaxSections)
        return corrupt("it says it has " + std::to_string(header.sections) + " sections");
    if (first_section_offset(header.sections) + kTrailerBytes > bytes.size())
        return corrupt("it ends inside its table");
    if (!all_zero(bytes.subspan(32, 32))) return corrupt("a reserved part of the header is not zero");
    if (header.entries > kMaxEntries) return Status(StatusCode::limit, "the snapshot has more than 2^32 - 1 entries");
    return header;
}

Status check_table_checksum(Bytes bytes, const Header& header) {
    const std::size_t size = kHeaderBytes + header.sections * kSectionRecordBytes;
    const Xxh3_128 checksum = xxh3_128(bytes.first(size));
    if (!std::equal(checksum.begin(), checksum.end(), bytes.begin() + static_cast<std::ptrdiff_t>(size))) {
        return Status(StatusCode::checksum_mismatch, "the checksum of the snapshot's header does not fit");
    }
    return {};
}

// The record at `position` of the table, which must begin at `offset` and end before the trailer.
Result<Section> read_record(Bytes bytes, std::size_t position, std::uint64_t offset) {
    ByteReader in(bytes.subspan(kHeaderBytes + position * kSectionRecordBytes, kSectionRecordBytes));
    Section section;
    section.type = in.u32();
    section.flags = in.u32();
    section.offset = in.u64();
    const std::uint64_t size = in.u64();
    section.count = in.u64();
    section.record_bytes = in.u32();
    const std::uint32_t reserved = in.u32();
    section.checksum = in.array<16>();
    const std::uint64_t reserved_end = in.u64();

    const std::string name = name_of(position, section.type);
    if ((section.flags & ~(kSectionRequired | kSectionDerived)) != 0) {
        return Status(StatusCode::version_mismatch, name + " has flags that this build does not know");
    }
    if (reserved != 0 || reserved_end != 0) return corrupt(name + " has reserved fields that are not zero");
    if (section.offset != offset) return corrupt(name + " does not begin where the one before it ends");
    if (size > bytes.size() - kTrailerBytes - offset) return corrupt(name + " goes past the end");
    if (section.record_bytes == 0 || size % section.record_bytes != 0 || section.count != size / section.record_bytes) {
        return corrupt(name + " has a count that does not fit its size");
    }
    section.bytes = range(bytes, offset, offset + size);
    return section;
}

// What the types demand of their sections. Unknown ones first, so that a newer snapshot is called newer, not damaged.
Status check_types(const std::vector<Section>& table) {
    for (std::size_t position = 0; position < table.size(); ++position) {
        const Section& section = table[position];
        if (find_known(section.type) == nullptr && (section.flags & kSectionRequired) != 0) {
            return Status(StatusCode::version_mismatch,
                          name_of(position, section.type) + " is required and of a type that this build does not know");
        }
    }
    for (std::size_t position = 0; position < table.size(); ++position) {
        const Section& section = table[position];
        const KnownSection* known = find_known(section.type);
        if (position > 0 && (table[position - 1].flags & ~section.flags & kSectionDerived) != 0)
            return corrupt(name_of(position, section.type) + " follows a derived section and is none");
        if (section.flags == (kSectionRequired | kSectionDerived))
            return corrupt(name_of(position, section.type) + " is both required and derived");
        if (known == nullptr) continue;
        if (section.flags != known->flags)
            return corrupt(name_of(position, section.type) + " has flags that its type has not");
        if (section.record_bytes != known->record_bytes) {
            return corrupt(name_of(position, section.type) + " has records of a wrong size");
        }
    }
    return {};
}

// The section table. The sections cover the file from the table to the trailer without gap or overlap, but for the
// zeroes up to each one's boundary.
Result<std::vector<Section>> read_table(Bytes bytes, const Header& header) {
    std::vector<Section> table;
    table.reserve(header.sections);
    const std::uint64_t end = bytes.size() - kTrailerBytes;
    std::uint64_t used = kHeaderBytes + header.sections * kSectionRecordBytes + kTableChecksumBytes;
    for (std::size_t position = 0; position <= header.sections; ++position) {
        const std::uint64_t offset = align_section(used);
        if (offset > end) return corrupt("its last section reaches into its end");
        if (!all_zero(range(bytes, used, offset))) return corrupt("its padding is not zero");
        used = offset;
        if (position == header.sections) break;
        TUTELA_ASSIGN(const Section section, read_record(bytes, position, offset));
        if (!table.empty() && table.back().type >= section.type) {
            return corrupt(name_of(position, section.type) + " is out of order");
        }
        used += section.bytes.size();
        table.push_back(section);
    }
    if (used != end) return corrupt("it has bytes that belong to no section");
    TUTELA_TRY(check_types(table));
    return table;
}

SectionContent content_of(const Section& section) noexcept {
    return {static_cast<SectionType>(section.type), section.flags, section.record_bytes, section.bytes};
}

Status check_checksums(Bytes bytes, const Header& header, const std::vector<Section>& table) {
    std::vector<SealedSection> sealed;
    sealed.reserve(table.size());
    for (std::size_t position = 0; position < table.size(); ++position) {
        if (xxh3_128(table[position].bytes) != table[position].checksum) {
            return Status(StatusCode::checksum_mismatch, "damaged snapshot: the checksum of " +
                                                             name_of(position, table[position].type) + " does not fit");
        }
        sealed.push_back({content_of(table[position]), table[position].checksum});
    }
    const Sha256 digest = snapshot_digest(header.entries, sealed, bytes);
    if (!std::equal(digest.begin(), digest.end(), bytes.end() - kTrailerBytes)) {
        return Status(StatusCode::checksum_mismatch, "damaged snapshot: its SHA-256 does not fit");
    }
    return {};
}

// Finds the sections of this version in the table.
class Binder {
public:
    explicit Binder(const std::vector<Section>& table) noexcept : table_(table) {}

    [[nodiscard]] bool has(SectionType type) const noexcept { return find(type) != nullptr; }

    // The section as a run of T. Sections begin on boundaries of 64 bytes and their record size was checked.
    template <typename T>
    Status bind(SectionType type, std::span<const T>& out) const {
        if (const Section* section = find(type)) {
            out = {reinterpret_cast<const T*>(section->bytes.data()), static_cast<std::size_t>(section->count)};
            return {};
        }
        return corrupt("it has no section of " + std::string(find_known(static_cast<std::uint32_t>(type))->name));
    }

    template <typename T>
    Status bind_if_there(SectionType type, std::span<const T>& out) const {
        return has(type) ? bind(type, out) : Status();
    }

private:
    [[nodiscard]] const Section* find(SectionType type) const noexcept {
        for (const Section& section : table_) {
            if (section.type == static_cast<std::uint32_t>(type)) return &section;
        }
        return nullptr;
    }

    const std::vector<Section>& table_;
};

// Both sections of the pHashes, or none.
Status bind_phashes(const Binder& binder, std::uint64_t entries, Snapshot& snapshot) {
    if (!binder.has(SectionType::phashes) && !binder.has(SectionType::phash_presence)) return {};
    TUTELA_TRY(binder.bind(SectionType::phashes, snapshot.phashes));
    TUTELA_TRY(binder.bind(SectionType::phash_presence, snapshot.phash_presence));
    if (snapshot.phashes.size() != entries || snapshot.phash_presence.size() != (entries + 7) / 8) {
        return corrupt("its pHashes are not as many as there are entries");
    }
    return {};
}

// The three sections of the videos, or none.
Status bind_videos(const Binder& binder, Snapshot& snapshot) {
    if (!binder.has(SectionType::videos) && !binder.has(SectionType::frame_times) &&
        !binder.has(SectionType::frame_qualities))
        return {};
    TUTELA_TRY(binder.bind(SectionType::videos, snapshot.videos));
    TUTELA_TRY(binder.bind(SectionType::frame_times, snapshot.frame_times));
    TUTELA_TRY(binder.bind(SectionType::frame_qualities, snapshot.frame_qualities));
    if (snapshot.videos.empty()) return corrupt("its videos are none");
    if (snapshot.frame_times.size() != snapshot.frame_qualities.size() ||
        snapshot.frame_times.size() > snapshot.hashes.size())
        return corrupt("its videos' frames do not have a time and a quality each");
    return {};
}

// Hashes of files need file entries; these may have none, but are not none.
Status bind_files(const Binder& binder, Snapshot& snapshot) {
    const bool hashes =
        binder.has(SectionType::md5s) || binder.has(SectionType::sha1s) || binder.has(SectionType::sha256s);
    if (!hashes && !binder.has(SectionType::file_entries)) return {};
    TUTELA_TRY(binder.bind_if_there(SectionType::md5s, snapshot.md5s));
    TUTELA_TRY(binder.bind_if_there(SectionType::sha1s, snapshot.sha1s));
    TUTELA_TRY(binder.bind_if_there(SectionType::sha256s, snapshot.sha256s));
    TUTELA_TRY(binder.bind(SectionType::file_entries, snapshot.file_entries));
    // Their directories count in 32 bits.
    if (std::max({snapshot.md5s.size(), snapshot.sha1s.size(), snapshot.sha256s.size()}) > kMaxEntries)
        return Status(StatusCode::limit, "the snapshot has more than 2^32 - 1 hashes of files of a kind");
    if (hashes) snapshot.file_directories = std::make_shared<FileDirectories>();
    return snapshot.file_entries.empty() ? corrupt("its file entries are none") : Status();
}

// Times of all entries or of none, and so of file entries; and carried hashes with their bytes.
Status bind_records(const Binder& binder, Snapshot& snapshot) {
    TUTELA_TRY(binder.bind_if_there(SectionType::entry_times, snapshot.entry_times));
    TUTELA_TRY(binder.bind_if_there(SectionType::file_times, snapshot.file_times));
    if (binder.has(SectionType::entry_times) && snapshot.entry_times.size() != snapshot.hashes.size())
        return corrupt("its times are not as many as there are entries");
    if (binder.has(SectionType::file_times) && snapshot.file_times.size() != snapshot.file_entries.size())
        return corrupt("its times of files are not as many as there are file entries");
    const bool carried = binder.has(SectionType::entry_carried) || binder.has(SectionType::file_carried);
    if (!carried && !binder.has(SectionType::carried_bytes)) return {};
    std::span<const char> bytes;
    TUTELA_TRY(binder.bind_if_there(SectionType::entry_carried, snapshot.entry_carried));
    TUTELA_TRY(binder.bind_if_there(SectionType::file_carried, snapshot.file_carried));
    TUTELA_TRY(binder.bind(SectionType::carried_bytes, bytes));
    snapshot.carried_bytes = {bytes.data(), bytes.size()};
    return snapshot.entry_carried.empty() && snapshot.file_carried.empty() ? corrupt("its carried hashes are none")
                                                                           : Status();
}

Status bind_origins(const Binder& binder, std::uint64_t entries, Snapshot& snapshot) {
    TUTELA_TRY(binder.bind_if_there(SectionType::origins, snapshot.origins));
    TUTELA_TRY(binder.bind_if_there(SectionType::entry_origins, snapshot.entry_origins));
    if (binder.has(SectionType::entry_origins) && snapshot.entry_origins.size() != entries)
        return corrupt("its origins are not as many as there are entries");
    return {};
}

// What is disabled, and, of a delta, what it withdraws from which list.
Status bind_changes(const Binder& binder, Snapshot& snapshot) {
    TUTELA_TRY(binder.bind_if_there(SectionType::disabled_entries, snapshot.disabled));
    TUTELA_TRY(binder.bind_if_there(SectionType::disabled_files, snapshot.disabled_files));
    TUTELA_TRY(binder.bind_if_there(SectionType::base, snapshot.base));
    TUTELA_TRY(binder.bind_if_there(SectionType::withdrawn_entries, snapshot.withdrawn));
    TUTELA_TRY(binder.bind_if_there(SectionType::withdrawn_files, snapshot.withdrawn_files));
    TUTELA_TRY(binder.bind_if_there(SectionType::replaced_delta, snapshot.replaced_delta));
    const bool withdraws = binder.has(SectionType::withdrawn_entries) || binder.has(SectionType::withdrawn_files);
    if (snapshot.base.size() != (binder.has(SectionType::base) ? 1U : 0U) || (withdraws && snapshot.base.empty()))
        return corrupt("it changes a list that it does not name");
    if (binder.has(SectionType::replaced_delta) && snapshot.replaced_delta.size() != 1)
        return corrupt("it replaces more than one delta");
    return {};
}

// All of a stored index, or nothing of it.
Status bind_index(const Binder& binder, std::optional<StoredForest>& index) {
    if (!binder.has(SectionType::index_directory) && !binder.has(SectionType::index_sketches) &&
        !binder.has(SectionType::index_positions))
        return {};
    StoredForest stored;
    TUTELA_TRY(binder.bind(SectionType::index_directory, stored.directory));
    TUTELA_TRY(binder.bind(SectionType::index_sketches, stored.sketches));
    TUTELA_TRY(binder.bind(SectionType::index_positions, stored.positions));
    index = stored;
    return {};
}

Result<Snapshot> bind(Bytes bytes, const Header& header, const std::vector<Section>& table) {
    const Binder binder(table);
    Snapshot snapshot;
    std::span<const char> text_bytes;
    TUTELA_TRY(binder.bind(SectionType::pdq_hashes, snapshot.hashes));
    TUTELA_TRY(binder.bind(SectionType::ids, snapshot.ids));
    TUTELA_TRY(binder.bind(SectionType::categories, snapshot.categories));
    TUTELA_TRY(binder.bind(SectionType::labels, snapshot.labels));
    TUTELA_TRY(binder.bind(SectionType::text_offsets, snapshot.text_offsets));
    TUTELA_TRY(binder.bind(SectionType::text_bytes, text_bytes));
    snapshot.text_bytes = {text_bytes.data(), text_bytes.size()};
    for (const std::size_t count :
         {snapshot.hashes.size(), snapshot.ids.size(), snapshot.categories.size(), snapshot.labels.size()}) {
        if (count != header.entries) return corrupt("a section does not have as many records as there are entries");
    }
    TUTELA_TRY(bind_phashes(binder, header.entries, snapshot));
    TUTELA_TRY(bind_videos(binder, snapshot));
    TUTELA_TRY(bind_files(binder, snapshot));
    TUTELA_TRY(bind_origins(binder, header.entries, snapshot));
    TUTELA_TRY(bind_changes(binder, snapshot));
    TUTELA_TRY(bind_records(binder, snapshot));
    TUTELA_TRY(bind_index(binder, snapshot.index));
    std::copy(bytes.end() - kTrailerBytes, bytes.end(), snapshot.digest.begin());
    return snapshot;
}

}  // namespace

bool begins_snapshot(std::span<const std::uint8_t> bytes) noexcept {
    return bytes.size() >= kSnapshotMagic.size() &&
           std::memcmp(bytes.data(), kSnapshotMagic.data(), kSnapshotMagic.size()) == 0;
}

std::string_view Snapshot::text(std::uint32_t number) const noexcept {
    if (checked) {
        const std::uint64_t begin = text_offsets[number];
        return text_bytes.substr(static_cast<std::size_t>(begin),
                                 static_cast<std::size_t>(text_offsets[std::size_t{number} + 1] - begin));
    }
    if (std::size_t{number} + 1 >= text_offsets.size()) return {};
    const std::uint64_t begin = text_offsets[number];
    const std::uint64_t end = text_offsets[std::size_t{number} + 1];
    if (begin > end || end > text_bytes.size() || end - begin > kMaxTextBytes) return {};
    const std::string_view text =
        text_bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    return is_utf8(text) && text.find('\0') == std::string_view::npos ? text : std::string_view();
}

const VideoRecord* Snapshot::video_of(std::size_t position) const noexcept {
    const auto after =
        std::upper_bound(videos.begin(), videos.end(), position,
                         [](std::size_t wanted, const VideoRecord& video) { return wanted < video.position; });
    if (after == videos.begin()) return nullptr;
    const VideoRecord& video = *(after - 1);
    return position >= video.position && position - video.position < video.frames && holds(video) ? &video : nullptr;
}

std::vector<SectionContent> sections_of(Bytes snapshot) {
    std::vector<SectionContent> sections;
    const Result<Header> header = read_header(snapshot);
    if (!header.ok()) return sections;
    const Result<std::vector<Section>> table = read_table(snapshot, header.value());
    if (!table.ok()) return sections;
    for (const Section& section : table.value())
        sections.push_back(content_of(section));
    return sections;
}

Result<Snapshot> read_snapshot(Bytes bytes, Check check) {
    TUTELA_ASSIGN(const Header header, read_header(bytes));
    if (check != Check::nothing) TUTELA_TRY(check_table_checksum(bytes, header));
    TUTELA_ASSIGN(const std::vector<Section> table, read_table(bytes, header));
    if (check == Check::everything) TUTELA_TRY(check_checksums(bytes, header, table));
    TUTELA_ASSIGN(Snapshot snapshot, bind(bytes, header, table));
    if (check == Check::everything) TUTELA_TRY(check_content(snapshot));
    if (check != Check::nothing) TUTELA_TRY(check_index(snapshot, check == Check::everything));
    snapshot.checked = check != Check::layout;
    return snapshot;
}

}  // namespace tutela
