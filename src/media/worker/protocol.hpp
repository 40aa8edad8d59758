// What a sandboxed decoder and its worker say to each other. Both are of one build, on one machine: structs as they
// lie in memory, of one size each, over two pipes. One request, one reply; nothing comes unasked.
//
//   start    the host, once: what the worker may have. The worker confines itself and answers `hello`.
//   request  open a file that lies in the input region, or a video in a file that was handed over, or go on with it; or
//            decode some small pictures at once.
//   reply    what the call of FrameSource or ArchiveSource gave. Pixels and unpacked bytes lie in the output region.
//
// The worker is not trusted: check_reply() judges every field of what it says before any of it is used.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace tutela::worker {

// Changes with every change of a struct below.
inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::uint32_t kMagic = 0x574C5554;  // "TULW"

// The descriptors that a worker is started with; it has no others.
inline constexpr int kRequestFd = 3;   // reads requests
inline constexpr int kReplyFd = 4;     // writes replies
inline constexpr int kLifelineFd = 5;  // closed at the other end when the host ends, however it ends
inline constexpr int kInputFd = 6;     // memory: the file, or the file itself; cannot be written by the worker
inline constexpr int kOutputFd = 7;    // memory: the pixels
inline constexpr int kFirstStrangeFd = 8;

inline constexpr std::size_t kTextBytes = 400;

// A sentence; longer ones are cut.
struct Text {
    std::uint32_t length = 0;
    char bytes[kTextBytes] = {};
};

inline void set_text(Text& text, std::string_view words) noexcept {
    text.length = static_cast<std::uint32_t>(std::min(words.size(), kTextBytes));
    std::memcpy(text.bytes, words.data(), text.length);
}

inline std::string text_of(const Text& text) {
    return {text.bytes, std::min<std::size_t>(text.length, kTextBytes)};
}

struct Start {
    std::uint32_t magic = kMagic;
    std::uint32_t version = kVersion;
    std::uint64_t input_bytes = 0;
    std::uint64_t output_bytes = 0;
    std::uint64_t max_memory = 0;     // beside the two regions and what the program itself takes
    std::uint32_t input_is_file = 0;  // 1: one video, of input_bytes bytes, that is read in place
    std::uint32_t reserved = 0;
};

struct Hello {
    std::uint32_t magic = kMagic;
    std::uint32_t version = kVersion;
    std::uint32_t confined = 0;  // 1, or 0 and `reason`: then the worker ends
    std::uint32_t rare = 0;      // 1: it decodes pictures of rare formats too
    Text reason;
};

enum class Call : std::uint32_t {
    open_picture = 1,
    next_frame = 2,
    open_archive = 3,
    next_entry = 4,
    open_pictures = 5,
    open_video = 6,
};

// Whether a call opens something anew; others go on with what is open.
constexpr bool opens(Call call) noexcept {
    return call != Call::next_frame && call != Call::next_entry;
}

// What open_pictures takes and gives: up to so many files of so many bytes, and a frame of so many pixels of each.
inline constexpr std::uint32_t kBatchFiles = 16;
inline constexpr std::uint64_t kBatchFileBytes = 64U << 10;
inline constexpr std::uint64_t kBatchPixels = 64U << 10;

// DecodeLimits and ArchiveLimits as far as a worker keeps them itself.
struct Limits {
    std::uint64_t max_bytes = 0;
    std::uint64_t max_pixels = 0;
    std::uint64_t max_total_pixels = 0;
    std::uint64_t max_entry_bytes = 0;
    std::uint64_t max_total_bytes = 0;
    std::uint32_t max_jpeg_scans = 0;
    std::uint32_t max_frames = 0;
    std::uint32_t max_entries = 0;
    std::uint32_t max_ratio = 0;
    std::uint32_t max_depth = 0;
    std::uint32_t max_video_frames = 0;
    std::uint64_t max_video_pixels = 0;
    std::uint64_t max_video_bytes = 0;
};

// A Sampling.
struct VideoSampling {
    std::uint32_t kind = 0;
    std::uint32_t per_second = 0;
    std::int64_t max_gap_us = 0;
};

// A file in the input region.
struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

struct Request {
    Call call{};
    std::uint32_t serial = 0;  // comes back in the reply
    std::uint32_t mode = 0;    // of pictures: a DecodeMode
    std::uint32_t count = 0;   // open_pictures: of pieces
    std::uint64_t offset = 0;  // of the file in the input region
    std::uint64_t size = 0;
    Limits limits;
    Piece pieces[kBatchFiles];
    VideoSampling sampling;  // open_video
};

// The pixels or the bytes of an entry.
struct Place {
    std::uint64_t offset = 0;  // in the output region
    std::uint64_t size = 0;    // of an entry
    std::uint64_t stride_bytes = 0;
    std::int64_t pts_us = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t format = 0;  // a PixelFormat
    std::uint32_t reserved = 0;
};

struct PictureFacts {
    std::uint32_t format = 0;  // a MediaFormat
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t orientation = 0;
    std::uint32_t mode = 0;  // a DecodeMode
    std::uint32_t denominator = 0;
    std::uint32_t index = 0;
    std::uint32_t damaged = 0;
    std::uint32_t rows_decoded = 0;
};

struct EntryFacts {
    std::uint64_t size_bytes = 0;
    std::uint64_t path_offset = 0;  // the name, in the output region
    std::uint64_t path_bytes = 0;
    std::uint32_t is_file = 0;
    std::uint32_t encrypted = 0;
    std::uint32_t is_folder = 0;
    std::uint32_t reserved = 0;
};

struct Reply {
    Call call{};
    std::uint32_t serial = 0;
    std::int32_t opened = 0;    // the StatusCode of opening; of other calls 0
    std::int32_t given = 0;     // the StatusCode of next(); open_picture goes on to the first frame
    std::uint32_t more = 0;     // 1: next() gave a frame or an entry
    std::uint32_t last = 0;     // 1: the frame is known to be the last
    std::uint32_t ended = 0;    // ArchiveSource::ended()
    std::uint32_t pending = 0;  // 1: of a video, no frame yet; next_frame goes on
    PictureFacts picture;
    std::uint32_t reserved2 = 0;
    EntryFacts entry;
    Place place;
    Text status;  // of the StatusCode that is not 0
    Text damage;
};

static_assert(std::is_trivially_copyable_v<Start> && std::is_trivially_copyable_v<Hello>);
static_assert(std::is_trivially_copyable_v<Request> && std::is_trivially_copyable_v<Reply>);
// A pipe hands over up to 4096 bytes whole.
static_assert(sizeof(Request) <= 4096 && sizeof(Reply) <= 4096);

// The first bytes of the output region are for open_pictures: a Reply to each picture, and behind those the pixels. Such
// a Reply holds the one frame of a whole picture, or nothing (`more` is 0): then the host has it opened by itself. The
// reply in the pipe says only that they are there.
inline constexpr std::uint64_t kBatchReplies = 32U << 10;
inline constexpr std::uint64_t kBatchFrameBytes = kBatchPixels * 3;
inline constexpr std::uint64_t kBatchRoom = kBatchReplies + kBatchFiles * kBatchFrameBytes;
static_assert(kBatchFiles * sizeof(Reply) <= kBatchReplies && kBatchRoom % 4096 == 0);

// Of archives: the names of entries lie in the first bytes of the output region, their bytes behind that.
inline constexpr std::uint64_t kPathRoom = 1U << 20;

}  // namespace tutela::worker
