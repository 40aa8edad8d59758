#include "scan/archive_scanner.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "core/try.hpp"

namespace tutela {

namespace {

constexpr std::uint64_t kFreeBytes = 64U << 20;  // as ArchiveLimits::max_ratio has them
// Of all files in one input. A row within archives has the names of all of them.
constexpr std::uint64_t kMaxNamesBytes = 64U << 20;

Outcome outcome_of_archive(const Status& status) noexcept {
    switch (status.code()) {
        case StatusCode::unsupported: return Outcome::unsupported;
        case StatusCode::limit: return Outcome::limit;
        case StatusCode::timeout: return Outcome::timeout;
        case StatusCode::crashed: return Outcome::crashed;
        case StatusCode::out_of_memory: return Outcome::memory;
        default: return Outcome::corrupt;
    }
}

// Whether a decoder more is too much for the system at the moment. One at least is there, for the file itself.
bool is_shortage(const Status& status) noexcept {
    switch (status.code()) {
        case StatusCode::limit:
        case StatusCode::io_error:
        case StatusCode::unsupported:
        case StatusCode::out_of_memory:
        case StatusCode::crashed: return true;
        default: return false;
    }
}

std::string reason_of(const Status& status) {
    return status.message().empty() ? std::string(status_name(status.code())) : status.message();
}

// The outcome of a file that there was no decoder for; an error when that is none of the file's.
Status end_short(const Status& status, FileRow& row) {
    if (!is_shortage(status)) return status;
    set_outcome(row, status.code() == StatusCode::out_of_memory ? Outcome::memory : Outcome::limit,
                "no decoder for what is in the archive: " + reason_of(status));
    return {};
}

MediaFormat sniffed(std::span<const std::uint8_t> bytes) {
    return sniff_format(bytes.first(std::min(bytes.size(), kSniffBytes)));
}

void add_damage(FileRow& row, const std::string& reason) {
    row.damage_reason += row.damaged ? "; " + reason : reason;
    row.damaged = true;
}

// A compressed file that does not say what is in it has that in its own name: photo.png.gz holds photo.png. Never
// empty, as only a file of its own has no name inside.
std::string name_of_content(const FileRow& archive) {
    const std::string& whole = archive.inner.empty() ? archive.path : archive.inner;
    std::string_view name(whole);
    name.remove_prefix(name.find_last_of('/') + 1);
    for (const std::string_view ending : {".gz", ".bz2", ".xz", ".zst"}) {
        if (name.size() > ending.size() && name.ends_with(ending)) {
            name.remove_suffix(ending.size());
            break;
        }
    }
    return name.empty() ? "data" : std::string(name);
}

std::string inner_name(const FileRow& archive, const ArchiveEntry& entry) {
    std::string name = archive.inner.empty() ? "" : archive.inner + "!/";
    name += entry.path.empty() ? name_of_content(archive) : entry.path;
    return name;
}

std::string counted(std::uint64_t files) {
    return std::to_string(files) + (files == 1 ? " file" : " files");
}

// What the archive's own row says once its entries are through: `files` have rows, `whole` of them were unpacked.
void finish_archive(const Status& end, std::uint64_t files, std::uint64_t whole, FileRow& row) {
    if (end.ok() || end.code() == StatusCode::corrupt || end.code() == StatusCode::unsupported) {
        set_outcome(row, Outcome::container, "an archive of " + counted(files));
        if (!end.ok()) add_damage(row, reason_of(end));
    } else {
        set_outcome(row, outcome_of_archive(end), reason_of(end) + " (" + counted(whole) + " before)");
    }
}

}  // namespace

Status ArchiveScanner::scan(std::span<const std::uint8_t> bytes, MediaFormat format, ScannedItem& item) {
    const ArchiveLimits& limits = options_.archives;
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t ratio = limits.max_ratio;
    const std::uint64_t by_ratio = ratio != 0 && bytes.size() > most / ratio ? most : ratio * bytes.size();
    names_left_ = kMaxNamesBytes;
    entries_left_ = limits.max_entries;
    bytes_allowed_ = std::min(limits.max_total_bytes, std::max(kFreeBytes, by_ratio));
    bytes_left_ = bytes_allowed_;
    return scan_at({0, item.size() - 1}, bytes, format, item);
}

bool ArchiveScanner::broke_decoder(const Status& status) const noexcept {
    const StatusCode code = status.code();
    return options_.isolation == Isolation::sandboxed &&
           (code == StatusCode::crashed || code == StatusCode::timeout || code == StatusCode::out_of_memory);
}

ArchiveLimits ArchiveScanner::limits_of(const Place& place) const {
    ArchiveLimits limits = options_.archives;
    if (place.level == 0) return limits;
    limits.max_entries = entries_left_;
    limits.max_total_bytes = bytes_left_;
    return limits;
}

Status ArchiveScanner::scan_at(const Place& place, std::span<const std::uint8_t> bytes, MediaFormat format,
                               ScannedItem& item) {
    item[place.row].row.format = format_name(format);
    if (place.level >= options_.archives.max_depth) {
        set_outcome(item[place.row].row, Outcome::limit,
                    "an archive within " + std::to_string(place.level) + " others, over the limit of depth " +
                        std::to_string(options_.archives.max_depth));
        return {};
    }
    const Status reached = levels_.reach(place.level + 1);
    if (!reached.ok()) return end_short(reached, item[place.row].row);
    // Before its first entry, it may have been the fault of what the decoder went through before; later on, the rows
    // that are there stay.
    TUTELA_ASSIGN(const bool broke, open_and_scan(place, bytes, item));
    return broke ? open_and_scan(place, bytes, item).status() : Status();
}

// Whether it broke a sandboxed decoder before its first entry.
Result<bool> ArchiveScanner::open_and_scan(const Place& place, std::span<const std::uint8_t> bytes, ScannedItem& item) {
    const auto source = levels_.decoder(place.level).open_archive(bytes, limits_of(place), options_.limits);
    if (source.ok()) return scan_entries(place, *source.value(), item);
    if (source.status().code() == StatusCode::unavailable) return source.status();
    set_outcome(item[place.row].row, outcome_of_archive(source.status()), reason_of(source.status()));
    return broke_decoder(source.status());
}

Result<bool> ArchiveScanner::scan_entries(const Place& place, ArchiveSource& source, ScannedItem& item) {
    std::uint64_t entries = 0;
    std::uint64_t files = 0;
    std::uint64_t whole = 0;
    Status end;
    for (;;) {
        if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) return Status(StatusCode::cancelled);
        ArchiveEntry entry;
        std::span<const std::uint8_t> bytes;
        const Result<bool> next = source.next(entry, bytes);
        const bool of_entry = next.ok() ? next.value() : entry.is_file || !entry.path.empty();
        if (of_entry) ++entries;
        if (place.level != 0) end = count_nested(of_entry, bytes.size());
        if (!end.ok()) break;
        if (of_entry && !(next.ok() && entry.is_folder)) {
            end = count_name(place, entry, item);
            if (!end.ok()) break;
            ++files;
            if (next.ok()) ++whole;
            TUTELA_TRY(scan_entry(place, entry, bytes, next.status(), item));
        }
        if (!next.ok() && source.ended()) end = next.status();
        if ((next.ok() && !next.value()) || source.ended()) break;
    }
    finish_archive(end, files, whole, item[place.row].row);
    return entries == 0 && broke_decoder(end);
}

// The source knows what was left when it was opened; since then, the archives in it have taken from that too.
Status ArchiveScanner::count_nested(bool is_entry, std::uint64_t bytes) {
    const auto over = [](std::uint64_t limit, const char* what) {
        return Status(StatusCode::limit,
                      "the archives within archives are over the limit of " + std::to_string(limit) + what);
    };
    if (is_entry && entries_left_ == 0) return over(options_.archives.max_entries, " entries");
    if (is_entry) --entries_left_;
    if (bytes > bytes_left_) return over(bytes_allowed_, " bytes");
    bytes_left_ -= bytes;
    return {};
}

Status ArchiveScanner::count_name(const Place& place, const ArchiveEntry& entry, const ScannedItem& item) {
    const std::uint64_t size = inner_name(item[place.row].row, entry).size();
    if (size > names_left_) {
        names_left_ = 0;  // nor is there room for the names of what comes after the archive
        return Status(StatusCode::limit, "the names of the files in archives are over the limit of " +
                                             std::to_string(kMaxNamesBytes) + " bytes");
    }
    names_left_ -= size;
    return {};
}

Status ArchiveScanner::scan_entry(const Place& place, const ArchiveEntry& entry, std::span<const std::uint8_t> bytes,
                                  const Status& status, ScannedItem& item) {
    // Whole before it is among the rows: memory may run out for its name.
    ScannedFile file;
    file.row.path = item[place.row].row.path;
    file.row.inner = inner_name(item[place.row].row, entry);
    file.row.size_bytes = bytes.size();
    item.push_back(std::move(file));
    FileRow& row = item.back().row;
    if (entry.encrypted) {
        set_outcome(row, Outcome::unreadable, "the entry is encrypted");
        return {};
    }
    if (!status.ok()) set_outcome(row, outcome_of_archive(status), reason_of(status));
    if (!status.ok() && bytes.empty()) return {};
    if (!entry.is_file) {
        set_outcome(row, Outcome::unsupported, "a link or a device in an archive, not followed");
        return {};
    }
    const std::size_t own = item.size() - 1;
    try {
        TUTELA_TRY(scan_bytes(place, bytes, item));
    } catch (const std::bad_alloc&) {
        set_outcome(item[own].row, Outcome::memory, kOutOfMemoryReason);
    }
    if (status.ok()) return {};
    // As far as it was unpacked, it is what it is; the digest is of no file.
    FileRow& part = item[own].row;
    part.sha256.reset();
    item[own].picture.reset();
    item[own].files.clear();
    if (part.hash || part.outcome == Outcome::container) {
        add_damage(part, reason_of(status));
    } else {
        set_outcome(part, outcome_of_archive(status), reason_of(status));
    }
    return {};
}

bool ArchiveScanner::is_for_decoder(const Place& place, std::uint64_t size, MediaFormat format) const noexcept {
    if (is_archive(format)) return place.level + 1 < options_.archives.max_depth;
    if (is_video(format)) return size <= options_.limits.max_video_bytes;
    return format != MediaFormat::unknown && size <= options_.limits.max_bytes;
}

// The process that unpacked an entry can still write to it: what is digested must be what is decoded, as
// findings are kept by digest. It is put where the next decoder reads it.
Result<std::span<const std::uint8_t>> ArchiveScanner::own_copy(const Place& place,
                                                               std::span<const std::uint8_t> bytes) {
    if (options_.isolation != Isolation::sandboxed) return bytes;
    TUTELA_ASSIGN(const std::span<std::uint8_t> room, levels_.decoder(place.level + 1).room(bytes.size()));
    std::memcpy(room.data(), bytes.data(), bytes.size());
    return std::span<const std::uint8_t>(room.first(bytes.size()));
}

// The bytes of item.back().
Status ArchiveScanner::scan_bytes(const Place& place, std::span<const std::uint8_t> bytes, ScannedItem& item) {
    ScannedFile& file = item.back();
    MediaFormat format = sniffed(bytes);
    if (is_for_decoder(place, bytes.size(), format)) {
        const Result<std::span<const std::uint8_t>> own = own_copy(place, bytes);
        if (!own.ok()) return end_short(own.status(), file.row);
        bytes = own.value();
        format = sniffed(bytes);
    }
    digest_.reset();
    digest_.update(bytes);
    const StreamDigest::Digests digests = digest_.finish();
    file.row.sha256 = bytes_to_hex(digests.sha256);
    const FileHashes hashes = hashes_of(digests);
    file.files = known_.find(hashes, bytes.size());
    auto harmless = file.files.empty() ? known_.harmless_reason(hashes, bytes.size()) : std::nullopt;
    if (harmless) {
        set_outcome(file.row, Outcome::harmless, *std::move(harmless));
        return {};
    }
    if (auto reason = no_picture_reason(bytes.size(), format)) {
        set_outcome(file.row, Outcome::unsupported, *std::move(reason));
        return {};
    }
    if (!is_archive(format)) return scan_picture(place, bytes, format, digests, file);
    return scan_at({place.level + 1, item.size() - 1}, bytes, format, item);
}

Status ArchiveScanner::scan_picture(const Place& place, std::span<const std::uint8_t> bytes, MediaFormat format,
                                    const StreamDigest::Digests& digests, ScannedFile& file) {
    if (bytes.size() > (is_video(format) ? options_.limits.max_video_bytes : options_.limits.max_bytes)) {
        file.row.format = format_name(format);
        set_outcome(file.row, Outcome::limit, over_limit_reason(bytes.size(), options_.limits, format));
        return {};
    }
    const ContentKey key{digests.xxh3, digests.sha256, bytes.size()};
    Examiner& examiner = levels_.examiner(place.level + 1);
    TUTELA_ASSIGN(file.finding, cache_.get(key, [&] { return examiner.examine(bytes, format, stop_); }));
    apply_finding(*file.finding, file.row);
    file.picture = digests.sha256;
    return {};
}

}  // namespace tutela
