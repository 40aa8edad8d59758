#include "media/video_input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

namespace tutela {

namespace {

constexpr int kBufferBytes = 64 << 10;

}  // namespace

VideoReader::VideoReader(const FfmpegCalls& av, const VideoInput& input)
    : av_(av), input_(input), size_(input.descriptor >= 0 ? input.size_bytes : input.bytes.size()) {
    auto* buffer = static_cast<unsigned char*>(av_.malloc(kBufferBytes));
    if (buffer == nullptr) throw std::bad_alloc();
    io_ = av_.alloc_io(buffer, kBufferBytes, 0, this, &VideoReader::read, nullptr, &VideoReader::seek);
    if (io_ != nullptr) return;
    av_.free(buffer);
    throw std::bad_alloc();
}

VideoReader::~VideoReader() {
    av_.freep(&io_->buffer);  // not the one above, once FFmpeg has changed its size
    av_.free_io(&io_);
}

std::size_t VideoReader::read_at(std::uint64_t offset, std::span<std::uint8_t> into) {
    if (offset >= size_) return 0;
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
    if (input_.descriptor < 0) {
        std::memcpy(into.data(), input_.bytes.data() + offset, want);
        return want;
    }
    std::size_t done = 0;
    while (done < want) {
        const ssize_t got =
            ::pread(input_.descriptor, into.data() + done, want - done, static_cast<off_t>(offset + done));
        if (got == 0) break;
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            if (error_.ok()) error_ = Status(StatusCode::io_error, std::system_category().message(errno));
            break;
        }
    }
    return done;
}

int VideoReader::read(void* self, std::uint8_t* into, int size) {
    auto& reader = *static_cast<VideoReader*>(self);
    try {
        const std::size_t got = reader.read_at(reader.at_, {into, static_cast<std::size_t>(size)});
        reader.at_ += got;
        if (got != 0) return static_cast<int>(got);
        return reader.error_.ok() ? AVERROR_EOF : AVERROR(EIO);
    } catch (const std::bad_alloc&) {  // of the error's text
        return AVERROR(ENOMEM);
    }
}

std::int64_t VideoReader::seek(void* self, std::int64_t offset, int whence) {
    auto& reader = *static_cast<VideoReader*>(self);
    const auto size = static_cast<std::int64_t>(reader.size_);
    const int way = whence & ~AVSEEK_FORCE;
    if (way == AVSEEK_SIZE) return size;
    const std::int64_t from = way == SEEK_SET ? 0 : way == SEEK_CUR ? static_cast<std::int64_t>(reader.at_) : size;
    if (way != SEEK_SET && way != SEEK_CUR && way != SEEK_END) return AVERROR(EINVAL);
    std::int64_t to = 0;
    if (__builtin_add_overflow(from, offset, &to) || to < 0) return AVERROR(EINVAL);
    reader.at_ = static_cast<std::uint64_t>(to);
    return to;
}

}  // namespace tutela
