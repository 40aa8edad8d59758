#include "scan/file_scanner.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "core/try.hpp"
#include "scan/reasons.hpp"

namespace tutela {

namespace {

constexpr const char* kChangedReason = "the file changed while it was read";

// The row of an input that is no regular file.
void explain_item(const TreeItem& item, FileRow& row) {
    switch (item.kind) {
        case ItemKind::unreadable: return set_outcome(row, Outcome::unreadable, errno_reason(item.error));
        case ItemKind::unreadable_folder:
            return set_outcome(row, Outcome::unreadable,
                               "a folder that could not be listed: " + errno_reason(item.error));
        case ItemKind::symlink: return set_outcome(row, Outcome::unsupported, "a symbolic link, not followed");
        case ItemKind::dangling_symlink:
            return set_outcome(row, Outcome::unreadable, "a symbolic link that leads nowhere");
        case ItemKind::entered_folder:
            return set_outcome(row, Outcome::unsupported, "a folder that was entered by another path already");
        case ItemKind::fifo: return set_outcome(row, Outcome::unsupported, "a FIFO, not a file");
        case ItemKind::socket: return set_outcome(row, Outcome::unsupported, "a socket, not a file");
        case ItemKind::character_device:
            return set_outcome(row, Outcome::unsupported, "a character device, not a file");
        case ItemKind::block_device: return set_outcome(row, Outcome::unsupported, "a block device, not a file");
        case ItemKind::bad_name: return set_outcome(row, Outcome::unreadable, "the path holds a NUL byte");
        case ItemKind::file:
        case ItemKind::folder:
        case ItemKind::other: break;
    }
    set_outcome(row, Outcome::unsupported, "neither a file nor a folder");
}

bool is_small(std::uint64_t size_bytes) noexcept {
    return size_bytes <= FileReader::kSmallBytes;
}

ContentKey key_of(const FileContent& content) {
    return {content.digests.xxh3, content.digests.sha256, content.bytes.size()};
}

}  // namespace

Result<ScannedItem> FileScanner::scan(const TreeItem& item) {
    ScannedItem scanned(1);
    scanned.front().row.path = job_.tree.path(item);
    if (item.kind != ItemKind::file) {
        explain_item(item, scanned.front().row);
        return scanned;
    }
    try {
        TUTELA_TRY(scan_file(item, scanned));
    } catch (const std::bad_alloc&) {
        set_outcome(scanned.front().row, Outcome::memory, kOutOfMemoryReason);
    }
    levels_.trim();
    return scanned;
}

void FileScanner::scan_group(std::span<const TreeItem> items, const Give& give) {
    std::size_t small = 0;
    bool goes_on = true;
    const auto scan_one = [&](std::size_t place) {
        const std::optional<FileContent>& read = group_[place];
        Result<ScannedItem> scanned = Status(StatusCode::cancelled);
        if (items.size() == 1 || !stopped()) scanned = read ? scan_read(items[place], *read) : scan(items[place]);
        goes_on = scanned.ok();
        if (goes_on && is_small(scanned.value().front().row.size_bytes)) ++small;
        give(place, std::move(scanned));
    };
    read_group(items);
    for (std::size_t place = 0; place < items.size() && goes_on; ++place) {
        if (group_[place]) scan_one(place);
    }
    if (items.size() > 1) levels_.trim();
    // The others take the room that the group was read into.
    for (std::size_t place = 0; place < items.size() && goes_on; ++place) {
        if (!group_[place]) scan_one(place);
    }
    appetite_ = std::clamp<std::size_t>(2 * small, 1, FileReader::kGroupFiles);
}

// Whatever goes wrong here is for scan() to explain: what is not in the group is read once more.
void FileScanner::read_group(std::span<const TreeItem> items) {
    group_.fill(std::nullopt);
    if (items.size() == 1) return;
    try {
        if (!reader_.begin_group().ok()) return;
        for (std::size_t place = 0; place < items.size(); ++place)
            group_[place] = read_small(items[place]);
        decode_ahead();
    } catch (const std::bad_alloc&) {
        group_.fill(std::nullopt);
    }
}

// Nothing for all that is not a small file, whole and of one state.
std::optional<FileContent> FileScanner::read_small(const TreeItem& item) {
    if (item.kind != ItemKind::file) return std::nullopt;
    const FolderOpener::Opened folder = folders_.open(item.folder);
    if (folder.error != 0) return std::nullopt;
    const Descriptor fd = open_for_reading(folder.fd, job_.tree.name(item.name), item.followed);
    struct stat facts {};
    if (!fd.valid() || ::fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
    if (facts.st_size <= 0 || !is_small(static_cast<std::uint64_t>(facts.st_size))) return std::nullopt;
    const Result<FileContent> content = reader_.read_small(fd.get(), facts);
    if (!content.ok() || content.value().changed) return std::nullopt;
    const MediaFormat format = content.value().format;
    if (is_archive(format) || is_video(format)) return std::nullopt;
    return content.value();
}

// Those of the group that nobody has found anything about.
void FileScanner::decode_ahead() {
    std::array<std::span<const std::uint8_t>, FileReader::kGroupFiles> files;
    std::size_t count = 0;
    for (const std::optional<FileContent>& read : group_) {
        if (!read || read->bytes.empty() || job_.cache.holds(key_of(*read))) continue;
        if (!job_.known.harmless_reason(hashes_of(read->digests), read->size_bytes)) files[count++] = read->bytes;
    }
    levels_.examiner(0).decode_ahead({files.data(), count});
}

Result<ScannedItem> FileScanner::scan_read(const TreeItem& item, const FileContent& content) {
    ScannedItem scanned(1);
    FileRow& row = scanned.front().row;
    row.path = job_.tree.path(item);
    row.size_bytes = content.size_bytes;
    try {
        TUTELA_TRY(scan_content(content, -1, {}, scanned));  // no video, which alone is read from where it lies
    } catch (const std::bad_alloc&) {
        set_outcome(row, Outcome::memory, kOutOfMemoryReason);
    }
    return scanned;
}

Status FileScanner::scan_file(const TreeItem& item, ScannedItem& scanned) {
    ScannedFile& file = scanned.front();
    const FolderOpener::Opened folder = folders_.open(item.folder);
    if (folder.error != 0) {
        set_outcome(file.row, Outcome::unreadable, errno_reason(folder.error));
        return {};
    }
    const Descriptor fd = open_for_reading(folder.fd, job_.tree.name(item.name), item.followed);
    struct stat facts {};
    if (!fd.valid() || ::fstat(fd.get(), &facts) != 0) {
        set_outcome(file.row, Outcome::unreadable, errno_reason(errno));
        return {};
    }
    if (!S_ISREG(facts.st_mode)) {
        set_outcome(file.row, Outcome::unreadable, "it was a file when the folder was listed, and is none now");
        return {};
    }
    file.row.size_bytes = static_cast<std::uint64_t>(facts.st_size);
    const Result<FileContent> content = reader_.read(fd.get(), facts);
    if (content.ok()) return scan_content(content.value(), fd.get(), facts, scanned);
    if (content.status().code() == StatusCode::cancelled) return content.status();
    set_outcome(file.row, Outcome::unreadable, content.status().message());
    return {};
}

Status FileScanner::scan_content(const FileContent& content, int fd, const struct stat& facts, ScannedItem& scanned) {
    ScannedFile& file = scanned.front();
    FileRow& row = file.row;
    if (content.unstated) {
        set_outcome(row, Outcome::unsupported, "it states a size of 0 and yet holds data: no file of a disk");
        return {};
    }
    if (!content.changed) {
        row.sha256 = bytes_to_hex(content.digests.sha256);
        const FileHashes hashes = hashes_of(content.digests);
        file.files = job_.known.find(hashes, content.size_bytes);
        if (auto reason = file.files.empty() ? job_.known.harmless_reason(hashes, content.size_bytes) : std::nullopt) {
            set_outcome(row, Outcome::harmless, *std::move(reason));
            return {};
        }
    }
    if (auto reason = no_picture_reason(content.size_bytes, content.format)) {
        set_outcome(row, Outcome::unsupported, *std::move(reason));
    } else if (content.unwanted) {
        row.format = format_name(content.format);
        set_outcome(row, Outcome::unsupported, kClosedArchiveReason);
    } else if (content.over_limit) {
        row.format = format_name(content.format);
        set_outcome(row, Outcome::limit, over_limit_reason(content.size_bytes, job_.options.limits, content.format));
    } else if (is_archive(content.format)) {
        return scan_archive(content, scanned);
    } else if (is_video(content.format) && !content.changed) {
        return scan_video(content, fd, facts, file);
    } else if (!is_video(content.format)) {
        TUTELA_TRY(scan_picture(content, file));
    }
    if (!content.changed) return {};
    // A hash is a fact about the bytes that were there. Without one, nothing is known about the file.
    if (row.hash) {
        row.damage_reason += row.damaged ? std::string("; ") + kChangedReason : kChangedReason;
        row.damaged = true;
    } else {
        set_outcome(row, Outcome::unreadable, kChangedReason);
    }
    return {};
}

// What was read is a fact, also when the file is another by now.
Status FileScanner::scan_archive(const FileContent& content, ScannedItem& scanned) {
    TUTELA_TRY(archives_.scan(content.bytes, content.format, scanned));
    if (!content.changed) return {};
    FileRow& row = scanned.front().row;
    row.damage_reason += row.damaged ? std::string("; ") + kChangedReason : kChangedReason;
    row.damaged = true;
    return {};
}

// In place: what was digested must be what is decoded, so a file that changes meanwhile is not known.
Status FileScanner::scan_video(const FileContent& content, int fd, const struct stat& facts, ScannedFile& file) {
    const ContentKey key{content.digests.xxh3, content.digests.sha256, content.size_bytes};
    bool changed = false;
    Result<FindingCache::Shared> finding = job_.cache.get(key, [&]() -> Result<Finding> {
        const VideoInput video{.descriptor = fd, .size_bytes = content.size_bytes};
        Result<Finding> made = levels_.examiner(0).examine_video(video, content.format, job_.stop);
        changed = has_changed(fd, facts);
        return changed ? Status(StatusCode::io_error, kChangedReason) : std::move(made);
    });
    if (changed) {
        file.row.sha256.reset();
        file.files.clear();
        set_outcome(file.row, Outcome::unreadable, kChangedReason);
        return {};
    }
    TUTELA_ASSIGN(file.finding, std::move(finding));
    apply_finding(*file.finding, file.row);
    file.picture = content.digests.sha256;
    return {};
}

Status FileScanner::scan_picture(const FileContent& content, ScannedFile& file) {
    TUTELA_ASSIGN(file.finding, job_.cache.get(key_of(content), [&] {
        return levels_.examiner(0).examine(content.bytes, content.format);
    }));
    apply_finding(*file.finding, file.row);
    if (!content.changed) file.picture = content.digests.sha256;
    return {};
}

}  // namespace tutela
