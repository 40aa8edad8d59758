// Opens and reads one file after the other: pictures and archives whole, all else (a video too, which is decoded in
// place) as a stream for its digests.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/digest.hpp"
#include "core/file.hpp"
#include "tutela/media.hpp"
#include "tutela/status.hpp"

namespace tutela {

// Opens a file for reading without waiting (a FIFO), without becoming its terminal's owner, and without touching its
// access time where the system allows. On failure the descriptor is not valid: see errno.
[[nodiscard]] Descriptor open_for_reading(int folder, const char* name, bool follow_symlink);

// Whether the file is another than the one of which fstat() gave `before`, by its size and time.
[[nodiscard]] bool has_changed(int fd, const struct stat& before) noexcept;

struct FileContent {
    std::uint64_t size_bytes = 0;  // as the file stated it before the read
    StreamDigest::Digests digests{};
    MediaFormat format = MediaFormat::unknown;
    std::span<const std::uint8_t>
        bytes;                // the whole picture or archive; empty when it was streamed. Valid until the next read()
    bool over_limit = false;  // one, but over max_bytes or max_video_bytes: streamed
    bool unwanted = false;    // an archive, and archives are not opened: streamed
    bool changed = false;     // while it was read: the digests are those of the bytes seen
    bool unstated = false;    // states a size of 0 and yet holds bytes: no real file
};

// One thread at a time.
class FileReader {
public:
    // Reads into the room of `decoder`, which must outlive it.
    FileReader(Decoder& decoder, const DecodeLimits& limits, const std::atomic<bool>* stop, bool open_archives = true,
               MoreDigests more = {})
        : decoder_(decoder), limits_(limits), stop_(stop), open_archives_(open_archives), digest_(more) {}

    // Reads the regular file `fd`, whose fstat() gave `before`, from its start. Never more than the size it stated, so
    // that a file that grows without end has one. Errors: io_error with the reason; cancelled when stopped midway.
    Result<FileContent> read(int fd, const struct stat& before);

    // Several small files beside each other: what each holds stays until the next begin_group() or read(). Errors: the
    // decoder's.
    Status begin_group();
    // As read(), of a file that states up to kSmallBytes; not more than kGroupFiles in a group.
    Result<FileContent> read_small(int fd, const struct stat& before);

    static constexpr std::size_t kSmallBytes = 64U << 10;
    static constexpr std::size_t kGroupFiles = 16;

private:
    [[nodiscard]] bool stopped() const noexcept { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); }
    Status reserve(std::size_t bytes);
    [[nodiscard]] bool wants(std::span<const std::uint8_t> start, FileContent& content) const;
    Result<std::size_t> fill(int fd, std::size_t from, std::size_t to);
    Result<std::uint64_t> stream(int fd, std::uint64_t remaining);

    Decoder& decoder_;
    DecodeLimits limits_;
    const std::atomic<bool>* stop_;
    bool open_archives_;
    StreamDigest digest_;
    std::span<std::uint8_t> room_;
    std::size_t grouped_ = 0;  // bytes of room_ that the group has
};

}  // namespace tutela
