#include "frame_hashes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>
#include <system_error>

#include "files.hpp"
#include "text.hpp"
#include "tutela/hasher.hpp"

namespace tutela::cli {

namespace {

class File {
public:
    explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

Status failed(const std::string& doing, const std::string& path, int error) {
    const StatusCode code = error == ENOENT ? StatusCode::not_found : StatusCode::io_error;
    const std::string reason = std::generic_category().message(error);
    return Status(code, "cannot " + doing + ' ' + name_in_error(path, Status(code)) + ": " + reason);
}

Result<std::uint64_t> size_of(const File& file, const std::string& path) {
    struct stat facts {};
    if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) return failed("open", path, errno);
    if (!S_ISREG(facts.st_mode)) return Status(StatusCode::unsupported, inert(path) + ": no file");
    return static_cast<std::uint64_t>(facts.st_size);
}

// A file that cannot be read is no video: reading it as a picture says why.
bool looks_like_video(const File& file) {
    std::uint8_t start[kSniffBytes] = {};
    const ssize_t got = ::pread(file.get(), start, sizeof(start), 0);
    return got > 0 && is_video(sniff_format({start, static_cast<std::size_t>(got)}));
}

// The whole file, into memory of the decoder.
Result<std::span<const std::uint8_t>> read_file(const File& file, std::uint64_t size, const std::string& path,
                                                const DecodeLimits& limits, Decoder& decoder) {
    if (size > limits.max_bytes) {
        return Status(StatusCode::limit, inert(path) + ": over the limit of " + grouped(limits.max_bytes) + " bytes");
    }
    Result<std::span<std::uint8_t>> room = decoder.room(static_cast<std::size_t>(size));
    if (!room.ok()) return room.status();
    std::size_t got = 0;
    while (got < size) {
        const ssize_t count = ::read(file.get(), room.value().data() + got, static_cast<std::size_t>(size) - got);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("read", path, errno);
        if (count == 0) break;  // it was cut since: what is left may be damaged
        got += static_cast<std::size_t>(count);
    }
    return std::span<const std::uint8_t>(room.value().first(got));
}

Result<FrameHash> hash_frame(const FrameSource& source, const FrameView& view, PdqHasher& hasher) {
    const std::uint32_t denominator = source.facts().denominator;
    return denominator == 1 ? hasher.hash(view)
                            : hasher.hash_reduced(view, source.info().width, source.info().height, denominator);
}

// Adds the frames to the end. The status is that of the end.
Status hash_all(FrameSource& source, FrameHashes& hashes) {
    // The last time, as times that fall are no vPDQ's.
    std::int64_t now_us = 0;
    Frame scratch;
    FrameView view;
    PdqHasher hasher;
    for (;;) {
        const Result<bool> next = source.next_view(scratch, view);
        if (source.damage().damaged && hashes.damage.empty()) hashes.damage = source.damage().reason;
        if (!next.ok()) return next.status();
        if (!next.value()) return {};
        Result<FrameHash> hash = hash_frame(source, view, hasher);
        if (!hash.ok() && hash.status().code() == StatusCode::too_small) continue;
        if (!hash.ok()) return hash.status();
        if (hashes.frames.size() == kMaxVpdqFrames) {
            return Status(StatusCode::limit, "more than " + grouped(kMaxVpdqFrames) + " frames");
        }
        if (view.pts_us != kNoPts) now_us = std::max(now_us, view.pts_us);
        hash.value().pts_us = now_us;
        hashes.frames.push_back(hash.value());
    }
}

}  // namespace

Result<FrameHashes> hash_frames(const std::string& path, DecodeMode mode, Isolation isolation) {
    const DecodeLimits limits;
    Result<std::unique_ptr<Decoder>> decoder = make_decoder(isolation);
    if (!decoder.ok()) return decoder.status();
    const File file(path);
    const Result<std::uint64_t> size = size_of(file, path);
    if (!size.ok()) return size.status();
    const bool video = looks_like_video(file);
    std::span<const std::uint8_t> bytes;
    if (!video) {
        const auto read = read_file(file, size.value(), path, limits, *decoder.value());
        if (!read.ok()) return read.status();
        bytes = read.value();
    }
    FrameHashes hashes;
    const VideoInput in_place{.descriptor = file.get(), .size_bytes = size.value()};
    const auto source =
        video ? decoder.value()->open_video(in_place, limits, Sampling{}) : decoder.value()->open(bytes, limits, mode);
    Status end = source.ok() ? hash_all(*source.value(), hashes) : source.status();
    if (hashes.frames.empty()) {
        if (end.ok()) end = Status(StatusCode::too_small, "no frame that can be hashed");
        return Status(end.code(), inert(path) + ": " + inert(end.message()));
    }
    if (!end.ok()) hashes.end = end.message();
    return hashes;
}

}  // namespace tutela::cli
