#include "scan/file_scanner.hpp"

#include <cerrno>
#include <new>
#include <utility>

#include "core/try.hpp"
#include "scan/reasons.hpp"

namespace tutela {

namespace {

constexpr const char* kChangedReason = "the file changed while it was read";

void set(FileRow& row, Outcome outcome, std::string reason) {
    row.outcome = outcome;
    row.reason = std::move(reason);
}

// The row of an input that is no regular file.
void explain_item(const TreeItem& item, FileRow& row) {
    switch (item.kind) {
        case ItemKind::unreadable: return set(row, Outcome::unreadable, errno_reason(item.error));
        case ItemKind::unreadable_folder:
            return set(row, Outcome::unreadable, "a folder that could not be listed: " + errno_reason(item.error));
        case ItemKind::symlink: return set(row, Outcome::unsupported, "a symbolic link, not followed");
        case ItemKind::dangling_symlink: return set(row, Outcome::unreadable, "a symbolic link that leads nowhere");
        case ItemKind::entered_folder:
            return set(row, Outcome::unsupported, "a folder that was entered by another path already");
        case ItemKind::fifo: return set(row, Outcome::unsupported, "a FIFO, not a file");
        case ItemKind::socket: return set(row, Outcome::unsupported, "a socket, not a file");
        case ItemKind::character_device: return set(row, Outcome::unsupported, "a character device, not a file");
        case ItemKind::block_device: return set(row, Outcome::unsupported, "a block device, not a file");
        case ItemKind::bad_name: return set(row, Outcome::unreadable, "the path holds a NUL byte");
        case ItemKind::file:
        case ItemKind::folder:
        case ItemKind::other: break;
    }
    set(row, Outcome::unsupported, "neither a file nor a folder");
}

}  // namespace

std::optional<std::string> no_picture_reason(std::uint64_t size_bytes, MediaFormat format) {
    if (size_bytes == 0) return "an empty file";
    if (format == MediaFormat::unknown) return "no picture of a kind that this build reads";
    return std::nullopt;
}

std::string over_limit_reason(std::uint64_t size_bytes, const DecodeLimits& limits) {
    return "the file has " + std::to_string(size_bytes) + " bytes, over the limit of " +
           std::to_string(limits.max_bytes);
}

void apply_finding(const Finding& finding, FileRow& row) {
    row.outcome = finding.outcome;
    row.reason = finding.reason;
    row.damaged = finding.damaged;
    row.damage_reason = finding.damage_reason;
    row.decoded_percent = finding.decoded_percent;
    row.frames = finding.frames;
    row.format = format_name(finding.info.format);
    row.width = finding.info.width;
    row.height = finding.info.height;
    row.orientation = finding.info.orientation;
    if (finding.decode) row.decode = decode_mode_name(*finding.decode);
    row.quality = finding.quality;
    row.hash = finding.hash;
    row.hash64 = finding.hash64;
}

void name_matches(const Finding& finding, const HashList& list, FileRow& row) {
    row.matches.reserve(finding.neighbors.size());
    for (std::size_t i = 0; i < finding.neighbors.size(); ++i) {
        const Neighbor& neighbor = finding.neighbors[i];
        const EntryView entry = list.entry(neighbor.position);
        const MatchedFrame& frame = finding.matched_frames[finding.frame_of[i]];
        MatchFact& match = row.matches.emplace_back();
        match.entry_id = list.entry_name(neighbor.position);
        match.distance_bits = neighbor.distance_bits;
        match.category = entry.category;
        match.label = entry.label;
        match.variant = variant_name(finding.variants[i]);
        match.frame = frame.index;
        if (frame.pts_us != kNoPts) match.pts_us = frame.pts_us;
        // Of the picture as it stands: what a variant is to an entry, the pHash of the whole cannot say.
        if (entry.phash && frame.phash && match.variant == "plain")
            match.confirm = distance(*entry.phash, *frame.phash);
    }
}

Result<ScannedItem> FileScanner::scan(const TreeItem& item) {
    ScannedItem scanned(1);
    ScannedFile& file = scanned.front();
    file.row.path = job_.tree.path(item);
    if (item.kind != ItemKind::file) {
        explain_item(item, file.row);
        return scanned;
    }
    try {
        TUTELA_TRY(scan_file(item, file));
    } catch (const std::bad_alloc&) {
        set(file.row, Outcome::memory, kOutOfMemoryReason);
    }
    decoder_.trim();
    return scanned;
}

Status FileScanner::scan_file(const TreeItem& item, ScannedFile& file) {
    const FolderOpener::Opened folder = folders_.open(item.folder);
    if (folder.error != 0) {
        set(file.row, Outcome::unreadable, errno_reason(folder.error));
        return {};
    }
    const Descriptor fd = open_for_reading(folder.fd, job_.tree.name(item.name), item.followed);
    struct stat facts {};
    if (!fd.valid() || ::fstat(fd.get(), &facts) != 0) {
        set(file.row, Outcome::unreadable, errno_reason(errno));
        return {};
    }
    if (!S_ISREG(facts.st_mode)) {
        set(file.row, Outcome::unreadable, "it was a file when the folder was listed, and is none now");
        return {};
    }
    file.row.size_bytes = static_cast<std::uint64_t>(facts.st_size);
    const Result<FileContent> content = reader_.read(fd.get(), facts);
    if (content.ok()) return scan_content(content.value(), file);
    if (content.status().code() == StatusCode::cancelled) return content.status();
    set(file.row, Outcome::unreadable, content.status().message());
    return {};
}

Status FileScanner::scan_content(const FileContent& content, ScannedFile& file) {
    FileRow& row = file.row;
    if (content.unstated) {
        set(row, Outcome::unsupported, "it states a size of 0 and yet holds data: no file of a disk");
        return {};
    }
    if (!content.changed) row.sha256 = bytes_to_hex(content.digests.sha256);
    if (auto reason = no_picture_reason(content.size_bytes, content.format)) {
        set(row, Outcome::unsupported, *std::move(reason));
    } else if (content.over_limit) {
        row.format = format_name(content.format);
        set(row, Outcome::limit, over_limit_reason(content.size_bytes, job_.options.limits));
    } else {
        TUTELA_TRY(scan_picture(content, file));
    }
    if (!content.changed) return {};
    // A hash is a fact about the bytes that were there. Without one, nothing is known about the file.
    if (row.hash) {
        row.damage_reason += row.damaged ? std::string("; ") + kChangedReason : kChangedReason;
        row.damaged = true;
    } else {
        set(row, Outcome::unreadable, kChangedReason);
    }
    return {};
}

Status FileScanner::scan_picture(const FileContent& content, ScannedFile& file) {
    const ContentKey key{content.digests.xxh3, content.digests.sha256, content.bytes.size()};
    TUTELA_ASSIGN(file.finding, job_.cache.get(key, [&] { return examiner_.examine(content.bytes, content.format); }));
    apply_finding(*file.finding, file.row);
    if (!content.changed) file.picture = content.digests.sha256;
    return {};
}

}  // namespace tutela
