#include "media/video_extent.hpp"

#include <bit>
#include <limits>

#include "media/bytes.hpp"

namespace tutela {

namespace {

// Streams in fragments have two boxes for every second or so.
constexpr int kMostParts = 100'000;
constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();

std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept {
    return b > kForever - a ? kForever : a + b;
}

std::uint64_t boxes_end(VideoReader& reader) {
    std::uint64_t at = 0;
    for (int i = 0; i < kMostParts && at < reader.size(); ++i) {
        std::uint8_t header[16] = {};
        const ByteSpan got(header, reader.read_at(at, header));
        std::uint32_t size = 0;
        if (got.size() < 8) return sum(at, 8);
        read_uint(got, 0, 4, ByteOrder::big, size);
        std::uint64_t bytes = size;
        if (size == 1) {
            std::uint32_t high = 0;
            std::uint32_t low = 0;
            if (!read_uint(got, 8, 4, ByteOrder::big, high) || !read_uint(got, 12, 4, ByteOrder::big, low)) {
                return sum(at, 16);
            }
            bytes = std::uint64_t{high} << 32 | low;
        }
        if (bytes < 8) return 0;  // to the end, or what follows is no box
        at = sum(at, bytes);
    }
    return at;
}

// An AVI of over a gigabyte goes on in further parts.
std::uint64_t riff_end(VideoReader& reader) {
    std::uint64_t at = 0;
    for (int i = 0; i < kMostParts && at < reader.size(); ++i) {
        std::uint8_t header[8] = {};
        const ByteSpan got(header, reader.read_at(at, header));
        std::uint32_t size = 0;
        if (!has_text(got, 0, "RIFF") || !read_uint(got, 4, 4, ByteOrder::little, size)) break;
        if (size == 0) return 0;  // was never closed
        at = sum(at, std::uint64_t{size} + 8);
    }
    return at;
}

// A number of EBML: as many bytes as its first has leading zeros, and one. False when it is not whole; all ones: unknown.
bool ebml_size(ByteSpan bytes, std::size_t& at, std::uint64_t& value) noexcept {
    if (at >= bytes.size() || bytes[at] == 0) return false;
    const auto more = static_cast<std::size_t>(std::countl_zero(bytes[at]));
    if (bytes.size() - at <= more) return false;
    value = bytes[at] & ((0x80U >> more) - 1);
    bool unknown = value == (0x80U >> more) - 1;
    for (std::size_t i = 1; i <= more; ++i) {
        value = value << 8 | bytes[at + i];
        unknown = unknown && bytes[at + i] == 0xFF;
    }
    at += more + 1;
    if (unknown) value = 0;
    return true;
}

std::uint64_t segment_end(VideoReader& reader) {
    std::uint8_t start[256] = {};
    const ByteSpan got(start, reader.read_at(0, start));
    std::size_t at = 4;  // behind the name of the header
    std::uint64_t header = 0;
    if (!ebml_size(got, at, header) || header >= got.size()) return 0;
    at += static_cast<std::size_t>(header);
    if (!has_text(got, at, "\x18\x53\x80\x67")) return 0;
    at += 4;
    std::uint64_t segment = 0;
    if (!ebml_size(got, at, segment) || segment == 0) return 0;
    return sum(at, segment);
}

}  // namespace

std::uint64_t announced_video_bytes(VideoReader& reader, MediaFormat format) {
    switch (format) {
        case MediaFormat::mp4: return boxes_end(reader);
        case MediaFormat::avi: return riff_end(reader);
        case MediaFormat::matroska: return segment_end(reader);
        default: return 0;
    }
}

}  // namespace tutela
