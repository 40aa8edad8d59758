// From bytes to frames: telling formats apart, limits, decoders. Layer: media (it needs only core).
//
// All input is hostile. Formats are told by content, never by name; decoders work on memory only; every size is
// checked before it is used; nothing here opens a file or a connection.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/status.hpp"

namespace tutela {

// The numbers are part of the C ABI. Pictures are below 50, videos below 100, archives from 100 on.
enum class MediaFormat : std::uint32_t {
    unknown = 0,
    jpeg = 1,
    png = 2,  // with or without APNG's animation
    webp = 3,
    gif = 4,
    tiff = 5,
    bmp = 6,
    ico = 7,   // and CUR
    heif = 8,  // HEIC and its kin
    avif = 9,
    jxl = 10,
    psd = 11,
    raw = 12,  // of a camera: its previews are decoded, and its pages where it is built as a TIFF

    mp4 = 50,       // and MOV, 3GP, M4V
    matroska = 51,  // and WebM
    avi = 52,
    mpegts = 53,
    mpegps = 54,
    flv = 55,
    asf = 56,  // WMV
    ogg = 57,

    zip = 100,
    tar = 101,
    seven_zip = 102,
    gzip = 103,
    bzip2 = 104,
    xz = 105,
    zstd = 106,
    rar = 107,
    cab = 108,
    cpio = 109,
};

// "jpeg", "png", …, "zip", "7z", …; "unknown".
TUTELA_API std::string_view format_name(MediaFormat format) noexcept;

// Whether files of this format hold other files; see ArchiveSource. Compressed single files are archives of one file.
[[nodiscard]] constexpr bool is_archive(MediaFormat format) noexcept {
    return static_cast<std::uint32_t>(format) >= 100;
}

// Whether it is a file of the kinds that hold videos: opened by open_video(). It may turn out to hold sound alone.
[[nodiscard]] constexpr bool is_video(MediaFormat format) noexcept {
    const auto number = static_cast<std::uint32_t>(format);
    return number >= 50 && number < 100;
}

// How many leading bytes sniff_format() wants to see at the most; fewer are fine for a shorter file.
inline constexpr std::size_t kSniffBytes = 512;

// The format that the first bytes announce; unknown for anything else. Announces only: decoding may still find the
// file corrupt. Thread-safe.
TUTELA_API MediaFormat sniff_format(std::span<const std::uint8_t> first_bytes) noexcept;

// How much of a picture is decoded for its hash. The numbers are part of the C ABI.
//
// All but `exact` may give another hash than published lists have of the same picture. By how many bits is stated for
// the photographs that the tests use, which hold each mode to the bound named after it.
enum class DecodeMode : std::uint32_t {
    // Full size and all colours, as a viewer shows it: what published lists are made of.
    exact = 1,
    // The decoder's own luma plane in full size, no colour made of it: JPEG stored as YCbCr or gray, and lossy WebP.
    // JPEG: 82% of the hashes are equal, 0.4 bits in the mean, 4 at most. WebP: 75%, 0.6, 4.
    luma = 2,
    // Luma of such a JPEG, reduced by the decoder to 1/2, 1/4 or 1/8: as far as its shorter side keeps kScaledMinSide
    // pixels. 82% of the hashes are equal, 0.4 bits in the mean, 2 at most.
    scaled = 3,
    // Luma of such a JPEG at 1/8, from the first scan of a progressive one alone; its shorter side must have
    // kScreenMinSide pixels. 40% of the hashes are those of luma, 1.7 bits off in the mean, 16 at most. It is for
    // telling quickly what is surely unlike: a photograph is unlike a list when nothing lies within the radius and
    // kScreenDriftBits more. A pattern, or a picture made to deceive, can differ by more, and what is wrong with the
    // scans after the first stays unseen, so nothing uses this mode unasked. A file that is cut off, or broken between
    // its scans, comes in luma instead.
    screen = 4,
};

// The most bits by which a mode moves the hash of any of those photographs: from that of exact, for screen from that of
// luma. Other pictures can be moved further: a radius that must not miss them has these bits to spare.
inline constexpr std::uint32_t kLumaDriftBits = 4;
inline constexpr std::uint32_t kScaledDriftBits = 4;
inline constexpr std::uint32_t kScreenDriftBits = 20;

// The shorter side, in pixels of the frame (scaled) or of the picture (screen). From 1024 pixels on PDQ's own filter is
// as wide as the 8x8 blocks that a screen sees; below, it sees detail that they do not (a brick wall of 512: 56 bits
// off).
inline constexpr std::uint32_t kScaledMinSide = 512;
inline constexpr std::uint32_t kScreenMinSide = 1024;

// "exact", "luma", "scaled", "screen"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view decode_mode_name(DecodeMode mode) noexcept;

// What a decoder may spend. Passing one is the status `limit`, before the memory is taken.
struct DecodeLimits {
    std::uint64_t max_bytes = 2ULL << 30;    // of the file: 2 GiB
    std::uint64_t max_pixels = 100'000'000;  // width * height of a frame
    std::uint32_t max_jpeg_scans = 200;      // a progressive JPEG of more scans is an attack on time; also, no
                                             // JPEG may have over 40 * max_pixels pixels, summed over its scans
    // Of a file of several frames; those before a limit is passed are given.
    std::uint32_t max_frames = 10'000;
    std::uint64_t max_total_pixels = 4'000'000'000;  // summed over its frames
    // Kept by a sandboxed decoder alone. Seconds of processor time, so that a busy machine gives the same rows.
    std::uint64_t max_memory = 2ULL << 30;  // bytes of the worker's own, beside the file and the frame
    std::uint32_t max_frame_seconds = 10;
    std::uint32_t max_file_seconds = 300;
    // Videos have limits of their own in place of max_bytes, max_frames, max_total_pixels and max_file_seconds. A film
    // in 4K of three hours keeps them; what passes one is `limit`, and the frames before it have been given.
    std::uint64_t max_video_bytes = 1ULL << 40;          // of the file, which is read in pieces: 1 TiB
    std::uint32_t max_video_frames = 2'000'000;          // decoded, given or not
    std::uint64_t max_video_pixels = 8'000'000'000'000;  // summed over these
    std::uint32_t max_video_seconds = 36'000;            // of processor time; of a sandboxed decoder alone

    bool operator==(const DecodeLimits&) const noexcept = default;
};

// Which frames of a video are given. The numbers are part of the C ABI.
enum class SamplingKind : std::uint32_t {
    // All of them: misses nothing.
    every = 1,
    // By presentation time: of each 1/per_second from the start, the first frame shown in it. Misses what is on screen
    // for a shorter time. All frames are decoded, so it saves hashing and searching alone.
    per_second = 2,
    // Those that can be decoded without others. The rest is dropped before the decoder, which makes it many times
    // faster. Misses what is on screen between two of them: encoders commonly set one every 2 to 10 seconds and at
    // cuts, but whoever encodes decides, and a file can be made to have one alone.
    key_frames = 3,
    // The first, each frame that looks unlike the one given last, and one at least every max_gap_us. Looks unlike: of
    // the mean luma of 16 x 9 blocks one has moved by more than kAdaptiveLevels of 255. All frames are decoded. Misses
    // what changes no block by that much, such as fine detail, and is gone within max_gap_us.
    adaptive = 4,
};

inline constexpr std::uint32_t kAdaptiveLevels = 4;

struct Sampling {
    SamplingKind kind = SamplingKind::every;
    std::uint32_t per_second = 1;         // 1..1000
    std::int64_t max_gap_us = 1'000'000;  // of adaptive: over 0
};

// "every", "per_second", "key_frames", "adaptive"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view sampling_name(SamplingKind kind) noexcept;

// invalid_argument, with the reason, for what lies outside its range.
TUTELA_API Status check(const Sampling& sampling);

// As people write it: "every", "key", "adaptive", or a number of frames per second. invalid_argument for anything else.
TUTELA_API Result<Sampling> sampling_from_text(std::string_view text);
// The same back, "5" for five a second. An adaptive one whose gap is not the usual one has it behind the word, "adaptive
// with a gap of 500000 us", which nobody can type. Samplings that give other frames have other texts.
TUTELA_API std::string sampling_text(const Sampling& sampling);

// Facts about a file, known before its first frame.
struct MediaInfo {
    MediaFormat format = MediaFormat::unknown;
    std::uint32_t width = 0;  // pixels, as stored
    std::uint32_t height = 0;
    // EXIF orientation 1..8, 0 when the file states none. A fact only: frames come as they are stored, as published
    // PDQ lists are made without rotation. Of a video, its display matrix in the same terms.
    std::uint32_t orientation = 0;
};

// How the frame last given was made.
struct FrameFacts {
    // What it is, which is not always what was asked: a picture that has no frame of the mode comes in the nearest
    // finer one (screen: luma; scaled: luma; luma: exact).
    DecodeMode mode = DecodeMode::exact;
    // The frame has ceil(side / denominator) pixels where the picture has `side`: 1, 2, 4 or 8.
    std::uint32_t denominator = 1;
    // Its place among the file's frames, from 0, those counted that could not be decoded.
    std::uint32_t index = 0;
};

// Whether the file was whole.
struct Damage {
    bool damaged = false;
    std::string reason;  // "the JPEG ends before its end marker", empty when whole
    // Rows of the frame given that hold picture data: the highest, or the lowest of a picture stored from the bottom up
    // (most BMPs). The others are filled in, always in the same way; in an animation, with what was shown before. In a
    // picture stored coarse to fine (progressive JPEG, interlaced PNG) these rows may lack detail or a colour. Where
    // the loss lies within the data (a bad checksum, a bad code) rows from there on may hold wrong pixels.
    std::uint32_t rows_decoded = 0;
};

// The frames of one file, pulled one after the other: one for a still; of an animation each as it is shown, laid over
// those before it, with its time from the start in FrameView::pts_us; of other files each page or picture, without a
// time (kNoPts). For one thread at a time. The bytes must outlive it.
class TUTELA_API FrameSource {
public:
    virtual ~FrameSource();
    FrameSource(const FrameSource&) = delete;
    FrameSource& operator=(const FrameSource&) = delete;

    [[nodiscard]] const MediaInfo& info() const noexcept { return info_; }
    // True until the end; `frame` is reshaped and filled. Formats: gray8 for gray pictures, rgb24 for all others
    // (palettes resolved, alpha dropped, 16-bit samples cut to their high byte, CMYK multiplied out). A damaged file
    // still gives the frame when at least one row was decoded: then damage() says so. Of several frames, one that
    // cannot be decoded is left out, and damage() says so from the next frame on. Where an animation's first frame is
    // transparent it has the colour that the file stores there, as stills have; where it does not reach it is black, or
    // what its format's decoder says. Errors: corrupt (no pixel of any frame could be decoded), limit (for what
    // is beyond, frames before it have been given), unsupported, out_of_memory; of a sandboxed source also timeout and
    // crashed. After an error the source is at its end.
    // In every mode but exact, frames are gray8 where facts() name the mode. Whether there is a frame, the error, and
    // whether and how the file is damaged are the same in the modes exact, luma and scaled.
    virtual Result<bool> next(Frame& frame) = 0;
    // As next(), with the pixels where they are cheapest to give: in `scratch`, or in memory of the source. `view` is
    // valid until the next call of either, and as long as `scratch` and the source.
    virtual Result<bool> next_view(Frame& scratch, FrameView& view);
    [[nodiscard]] const FrameFacts& facts() const noexcept { return facts_; }
    // Of the frame last given; complete once next() answered false.
    [[nodiscard]] const Damage& damage() const noexcept { return damage_; }

protected:
    FrameSource() = default;
    MediaInfo info_;
    FrameFacts facts_;
    Damage damage_;
};

// Opens a picture in memory in this process, reading its header; for videos see open_video(). `bytes` are borrowed and
// must outlive the source. Errors: unsupported (no known format, or a kind of it that this build does not read),
// corrupt (the header), limit. Thread-safe.
TUTELA_API Result<std::unique_ptr<FrameSource>> open_media(std::span<const std::uint8_t> bytes,
                                                           const DecodeLimits& limits = {},
                                                           DecodeMode mode = DecodeMode::exact);

// Where a video lies: in memory, or in a file that is read in place, a piece at a time. Borrowed: it must outlive the
// source.
struct VideoInput {
    std::span<const std::uint8_t> bytes{};
    int descriptor = -1;           // when not negative: a regular file open for reading, whose position is not moved
    std::uint64_t size_bytes = 0;  // of that file; what lies beyond is not read
};

// Opens a video in this process. The frames are those of one track of pictures, the largest (of equals the first);
// a cover is one only where there is no other. Sound, subtitles and data are dropped unread.
//
// Frames are gray8: the decoder's own luma plane, limited range brought to 0..255 as round((Y - 16) * 255 / 219), and
// the like for more than 8 bits. Tracks that have no luma (RGB, palettes) come as rgb24. FrameFacts::mode is `luma`, or
// `exact` for the latter. Sides are those of each frame, and may change along the way. FrameView::pts_us is the time at
// which the container has the frame shown, counted from the start of the track, and grows from frame to frame: one
// without a time, or with one that goes back, is shown for a frame's length after the one before; where the clock was
// reset, time goes on from there. FrameFacts::index counts the frames that were decoded; with key_frames, of those.
//
// What is damaged or missing costs its own frames alone; damage() says so, also of frames whose pixels the decoder made
// up. FFmpeg does the work, in one thread: it opens nothing, as it is given bytes and no names, and only the reader for
// the format that sniff_format() tells and decoders of known kinds are switched on. Its log, which is one for the
// process, is silenced when it is loaded. What a crafted index or packet makes it take of memory has no limit here; a
// sandboxed decoder keeps max_memory. Errors: unsupported (no video, or FFmpeg is not installed), corrupt, limit,
// io_error (the file could not be read), invalid_argument. Thread-safe.
TUTELA_API Result<std::unique_ptr<FrameSource>> open_video(const VideoInput& input, const DecodeLimits& limits = {},
                                                           const Sampling& sampling = {});

// One file inside an archive.
struct ArchiveEntry {
    // As the archive names it: any bytes, may be absolute, may climb out; a name and nothing more. Empty for the one
    // file of a compressed file that names none. Names that an archive keeps in Unicode are UTF-8, composed (NFC).
    std::string path;
    std::uint64_t size_bytes = 0;  // as far as it was read
    bool is_file = false;          // false for folders, links and devices: they have no bytes
    bool encrypted = false;        // its bytes cannot be had
    bool is_folder = false;
};

// What reading an archive may spend. Passing a limit is the status `limit`.
struct ArchiveLimits {
    std::uint32_t max_entries = 100'000;
    std::uint64_t max_entry_bytes = 2ULL << 30;   // of one file, unpacked
    std::uint64_t max_total_bytes = 64ULL << 30;  // of all files, unpacked
    // Unpacked bytes for each byte of the archive, once 64 MiB have come out: more is a bomb.
    std::uint32_t max_ratio = 1000;
    std::uint32_t max_depth = 3;  // archives within archives; 1: those inside are not opened
};

// The files in one archive, pulled one after the other in the order they lie in. For one thread at a time. Nothing is
// unpacked onto a disk. Of a zip, its directory says what is in it; files that it does not list come after the others,
// and then the error corrupt, as they do when it has no directory.
class TUTELA_API ArchiveSource {
public:
    virtual ~ArchiveSource();
    ArchiveSource(const ArchiveSource&) = delete;
    ArchiveSource& operator=(const ArchiveSource&) = delete;

    // The next entry with all of its bytes, which are valid until the next call; true until the end. Errors: corrupt,
    // unsupported, limit, and as for FrameSource::next(). `entry` is the one that could not be had, and `bytes` what
    // could be unpacked of it (corrupt), or nothing; the next call goes on, unless ended(). An error that is about the
    // archive, and no entry, leaves `entry` as new: no file, and without a path.
    virtual Result<bool> next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) = 0;
    // Whether nothing more will come: after the last entry, or an error that cannot be passed.
    [[nodiscard]] virtual bool ended() const noexcept = 0;

protected:
    ArchiveSource() = default;
};

// Opens an archive in memory in this process. Bytes that announce themselves as a picture are no archive, also when
// one follows in them. Errors: unsupported, corrupt, limit. Thread-safe; `bytes` must outlive the source.
TUTELA_API Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t> bytes,
                                                               const ArchiveLimits& limits = {});

// Where files are opened: in this process, or in a sandboxed one. It opens one file at a time: what it opened before
// is at its end with the next call of any function here. For one thread at a time.
class TUTELA_API Decoder {
public:
    virtual ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // Memory for the bytes of a file: put there, they reach the decoder without a copy. Holds what was written, as far
    // as it fits, when called again for more. Valid until the next call. limit, out_of_memory.
    virtual Result<std::span<std::uint8_t>> room(std::size_t bytes) = 0;
    // As open_video().
    virtual Result<std::unique_ptr<FrameSource>> open_video(const VideoInput& input, const DecodeLimits& limits,
                                                            const Sampling& sampling) = 0;
    // As open_media(), open_archive(). `bytes` may lie in room() or anywhere. For an archive, a sandboxed decoder keeps
    // max_memory, which what is unpacked of an entry counts for, and max_file_seconds for each entry.
    virtual Result<std::unique_ptr<FrameSource>> open(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                                      DecodeMode mode) = 0;
    virtual Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t> bytes,
                                                                const ArchiveLimits& limits,
                                                                const DecodeLimits& spending) = 0;
    // Says which files open() will be called for next, with these limits and this mode, and that their bytes lie in
    // room() and stay as they are until then. A sandboxed decoder decodes those of them that are small in one go, in
    // their order; what open() answers is the same. Throws std::bad_alloc; then there is nothing ahead.
    virtual void decode_ahead(std::span<const std::span<const std::uint8_t>> files, const DecodeLimits& limits,
                              DecodeMode mode);
    // Gives back memory that a large file took.
    virtual void trim() noexcept = 0;

protected:
    Decoder() = default;
};

// A decoder that works in this process: a crafted file that breaks a decoder breaks the process.
TUTELA_API std::unique_ptr<Decoder> make_decoder();

// Where files are decoded. The numbers are part of the C ABI.
enum class Isolation : std::uint32_t {
    in_process = 1,  // for those who confine this process themselves
    sandboxed = 2,
};

// "in_process", "sandboxed"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view isolation_name(Isolation isolation) noexcept;

// How the process of a sandboxed decoder is found.
struct WorkerOptions {
    // The program tutela-worker. Empty: beside the library or the program that holds it, else where it was installed.
    std::string program{};
    // The same for tutela-video-worker, which holds the decoders of videos. Started with the first of them; without it,
    // a video is `unsupported`.
    std::string video_program{};
};

// A decoder in a process of its own, which can open no file and no connection, takes no more memory and time than the
// limits allow, and holds nothing but the file at hand. It is started anew when a file breaks it; the file's status is
// then crashed, timeout or out_of_memory. Where it cannot be started anew, open() and open_archive() answer unavailable,
// which is about the machine and not the file. Errors: not_found (no worker program), unsupported (the system cannot
// confine it; the reason says what is missing).
TUTELA_API Result<std::unique_ptr<Decoder>> make_sandboxed_decoder(const WorkerOptions& options = {});

// The one or the other; invalid_argument for a number that is no Isolation.
TUTELA_API Result<std::unique_ptr<Decoder>> make_decoder(Isolation isolation, const WorkerOptions& worker = {});

}  // namespace tutela
