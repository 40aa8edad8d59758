#include "scan/file_reader.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "core/try.hpp"
#include "scan/reasons.hpp"

namespace tutela {

namespace {

constexpr std::size_t kReadBytes = 1U << 20;

bool same_facts(const struct stat& a, const struct stat& b) noexcept {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

bool has_changed(int fd, const struct stat& before) noexcept {
    struct stat now {};
    return ::fstat(fd, &now) != 0 || !same_facts(before, now);
}

Descriptor open_for_reading(int folder, const char* name, bool follow_symlink) {
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (follow_symlink ? 0 : O_NOFOLLOW);
    Descriptor fd(::openat(folder, name, flags | O_NOATIME));
    if (!fd.valid() && errno == EPERM) fd = Descriptor(::openat(folder, name, flags));  // not the owner of the file
    return fd;
}

Result<FileContent> FileReader::read(int fd, const struct stat& before) {
    FileContent content;
    content.size_bytes = static_cast<std::uint64_t>(before.st_size);
    digest_.reset();
    TUTELA_TRY(reserve(kReadBytes));
    const auto first = static_cast<std::size_t>(std::min<std::uint64_t>(content.size_bytes, kReadBytes));
    TUTELA_ASSIGN(std::uint64_t total, fill(fd, 0, std::max<std::size_t>(first, 1)));
    if (content.size_bytes == 0 && total != 0) {
        content.unstated = true;
        return content;
    }
    if (wants({room_.data(), static_cast<std::size_t>(total)}, content)) {
        const auto size = static_cast<std::size_t>(content.size_bytes);
        TUTELA_TRY(reserve(size));
        if (total == first) {
            TUTELA_ASSIGN(total, fill(fd, total, size));
        }
        content.bytes = {room_.data(), static_cast<std::size_t>(total)};
    } else if (total == first) {
        TUTELA_ASSIGN(const std::uint64_t rest, stream(fd, content.size_bytes - total));
        total += rest;
    }
    content.digests = digest_.finish();
    content.changed = total != content.size_bytes || has_changed(fd, before);
    return content;
}

Status FileReader::begin_group() {
    grouped_ = 0;
    return reserve(kGroupFiles * kSmallBytes);
}

Result<FileContent> FileReader::read_small(int fd, const struct stat& before) {
    FileContent content;
    content.size_bytes = static_cast<std::uint64_t>(before.st_size);
    digest_.reset();
    const std::size_t start = grouped_;
    TUTELA_ASSIGN(const std::size_t end, fill(fd, start, start + static_cast<std::size_t>(content.size_bytes)));
    const std::span<const std::uint8_t> bytes(room_.data() + start, end - start);
    if (wants(bytes, content)) {
        content.bytes = bytes;
        grouped_ = end;
    }
    content.digests = digest_.finish();
    content.changed = bytes.size() != content.size_bytes || has_changed(fd, before);
    return content;
}

// Says what a file is that starts so; whether it is wanted whole. A video is not: it is decoded where it lies.
bool FileReader::wants(std::span<const std::uint8_t> start, FileContent& content) const {
    content.format = sniff_format(start.first(std::min(start.size(), kSniffBytes)));
    content.unwanted = is_archive(content.format) && !open_archives_;
    const bool wanted = content.format != MediaFormat::unknown && !content.unwanted;
    const bool in_place = is_video(content.format);
    content.over_limit = wanted && content.size_bytes > (in_place ? limits_.max_video_bytes : limits_.max_bytes);
    return wanted && !in_place && !content.over_limit;
}

Status FileReader::reserve(std::size_t bytes) {
    TUTELA_ASSIGN(room_, decoder_.room(bytes));
    return {};
}

// Fills room_[from, to) from the file, piece by piece, digesting each while it is in the cache; answers where it
// ended: `to`, or less at the end of the file.
Result<std::size_t> FileReader::fill(int fd, std::size_t from, std::size_t to) {
    while (from < to) {
        if (from != 0 && stopped()) return Status(StatusCode::cancelled);
        const ssize_t got = ::read(fd, room_.data() + from, std::min(to - from, kReadBytes));
        if (got == 0) break;
        if (got > 0) {
            digest_.update({room_.data() + from, static_cast<std::size_t>(got)});
            from += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            return Status(StatusCode::io_error, errno_reason(errno));
        }
    }
    return from;
}

// Digests up to `remaining` more bytes, keeping none; answers how many there were.
Result<std::uint64_t> FileReader::stream(int fd, std::uint64_t remaining) {
    std::uint64_t total = 0;
    while (remaining > total) {
        if (stopped()) return Status(StatusCode::cancelled);
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(remaining - total, kReadBytes));
        TUTELA_ASSIGN(const std::size_t got, fill(fd, 0, want));
        total += got;
        if (got < want) break;
    }
    return total;
}

}  // namespace tutela
