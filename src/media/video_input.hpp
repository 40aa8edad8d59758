// The bytes of a video, wherever they lie, as FFmpeg reads them.
#pragma once

#include <cstdint>
#include <span>

#include "media/ffmpeg_calls.hpp"
#include "tutela/media.hpp"

namespace tutela {

// Reads and seeks; opens nothing. One thread at a time; stays where it is, as FFmpeg keeps its address.
class VideoReader {
public:
    // Throws std::bad_alloc.
    VideoReader(const FfmpegCalls& av, const VideoInput& input);
    ~VideoReader();
    VideoReader(const VideoReader&) = delete;
    VideoReader& operator=(const VideoReader&) = delete;

    [[nodiscard]] AVIOContext* io() const noexcept { return io_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    // Fills `into` from `offset` on, as far as the bytes go.
    std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> into);
    // The first error of the disk, or ok.
    [[nodiscard]] const Status& error() const noexcept { return error_; }

private:
    static int read(void* self, std::uint8_t* into, int size);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    const FfmpegCalls& av_;
    const VideoInput input_;
    std::uint64_t size_;
    std::uint64_t at_ = 0;
    AVIOContext* io_ = nullptr;
    Status error_;
};

}  // namespace tutela
