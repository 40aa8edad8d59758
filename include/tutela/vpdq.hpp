// vPDQ: the files in which hashes of videos are exchanged, and the percentages by which they are compared. Layer: list.
//
// A vPDQ file is the frames of one video, in either form:
//
//   text  a line a frame, `frame,quality,hex,seconds`: the frame's number, PDQ's quality 0..100, the hash in 64 hex
//         digits, and the time with three decimals
//   json  one array of strings, each `hex,quality,seconds`
//
// Hashes never appear in a Status message or a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/export.h"
#include "tutela/hash.hpp"
#include "tutela/list.hpp"
#include "tutela/status.hpp"

namespace tutela {

// Frames of one video that are read from a file: 38 hours of 30 a second.
inline constexpr std::size_t kMaxVpdqFrames = std::size_t{1} << 22;

enum class VpdqFormat : std::uint32_t { text = 1, json = 2 };

// The frames of a file, and what reading it did.
struct VpdqImport {
    static constexpr std::size_t kMaxSkippedKept = 100;
    VpdqFormat format = VpdqFormat::text;
    // In the order of their times, of equal times in that of the file, whatever their quality: what is below 50 is for
    // whoever matches to leave out. Times are rounded to microseconds; the numbers of the frames are not kept.
    std::vector<FrameHash> frames;
    std::uint64_t rows = 0;                  // lines that are not blank, or elements of the array
    std::uint64_t skipped = 0;               // bad ones among them
    std::vector<SkippedLine> first_skipped;  // `line`: of a text its line, of JSON the element's number, from 1
};

// Whether a file is vPDQ, by its first 4 KiB or so (or all of it): it begins with an array of such strings, or with such
// a line. A line of a text list is none: it begins with its hash.
TUTELA_API bool begins_vpdq(std::string_view first) noexcept;

// Reads a vPDQ file of either form. A row that is no frame is skipped, counted and reported; the rest is read. Text may
// have blank lines, CR LF, blanks around a field and a byte order mark. Reads as a stream: beside the frames it holds
// a row, of which over 1 KiB is a bad one.
// Errors: not_found, permission_denied, io_error; corrupt for a file of no bytes, for rows none of which is a frame, and
// for JSON that is no JSON or ends early; unsupported for what is no regular file and for JSON that is no array; limit
// for more than kMaxVpdqFrames frames.
TUTELA_API Result<VpdqImport> read_vpdq(const std::filesystem::path& path);
// The same from memory.
TUTELA_API Result<VpdqImport> parse_vpdq(std::string_view bytes);

// The frames as a vPDQ file; they are numbered from 0, as their numbers in the video are not known here. Frames without
// a time have 0. invalid_argument for an unknown format. The text holds the hashes: it is for a file, not for a log.
TUTELA_API Result<std::string> write_vpdq(VpdqFormat format, std::span<const FrameHash> frames);

struct VpdqOptions {
    std::uint32_t radius = 31;      // bits, inclusive
    std::int32_t min_quality = 50;  // frames below are left out of both videos
};

// How much of two videos is the same, as vPDQ has it: without order and time.
struct VpdqComparison {
    double query_match_percent = 0;     // of the query's frames: those that are near any frame of the other video
    double compared_match_percent = 0;  // of the other's: those that are near any of the query
    std::size_t query_frames = 0;       // so many were compared
    std::size_t compared_frames = 0;
};

// Compares two videos as the matcher of python-threatexchange does: of frames with equal hashes in one video the first
// alone counts, then those of low quality are left out, then each is compared with all of the other video. Where no
// frame of one video is left, both percentages are 0 (the reference divides by zero). Takes one search an
// unlike frame of the query in an index of the other video. invalid_argument for a radius over 256.
// Throws std::bad_alloc.
TUTELA_API Result<VpdqComparison> compare_vpdq(std::span<const FrameHash> query, std::span<const FrameHash> compared,
                                               const VpdqOptions& options = {});

}  // namespace tutela
