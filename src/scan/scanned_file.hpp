// The rows of one input on their way from a worker to the report.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "scan/finding.hpp"
#include "scan/finding_cache.hpp"
#include "scan/known_files.hpp"
#include "tutela/list.hpp"
#include "tutela/media.hpp"
#include "tutela/report.hpp"

namespace tutela {

// What the bytes of a picture say, for its row; all but the matches.
void apply_finding(const Finding& finding, FileRow& row);
// The list's words for what was matched. They can be far larger than the positions they come from.
void name_matches(const Finding& finding, const HashList& list, FileRow& row);
struct ScannedFile;
// The same for all that was found of a file.
void name_all(ScannedFile& file, const HashList& list, const KnownFiles& known);
[[nodiscard]] MatchSegment name_segment(const FoundSegment& found, const HashList& list);

// The outcome of bytes that are not examined, as they are empty or no picture. Nothing for a picture or an archive.
[[nodiscard]] std::optional<std::string> no_picture_reason(std::uint64_t size_bytes, MediaFormat format);
[[nodiscard]] std::string over_limit_reason(std::uint64_t size_bytes, const DecodeLimits& limits, MediaFormat format);
inline constexpr const char* kOutOfMemoryReason = "there was not enough memory to decode it";
inline constexpr const char* kClosedArchiveReason = "an archive, which was not opened";

inline void set_outcome(FileRow& row, Outcome outcome, std::string reason) {
    row.outcome = outcome;
    row.reason = std::move(reason);
}

struct ScannedFile {
    FileRow row;                    // without its matches: they are named when the row goes out, not while it waits
    FindingCache::Shared finding;   // of a picture that was examined; else null
    std::vector<FileMatch> files;   // what its bytes are known as; named when the row goes out, too
    std::optional<Sha256> picture;  // its digest, when it is a picture that was examined and did not change

    // In matches of some 20 bytes each: a segment is some 4 of them.
    [[nodiscard]] std::size_t matches() const noexcept {
        return finding == nullptr ? 0
                                  : finding->neighbors.size() + 2 * finding->carried.size() +
                                        4 * finding->segments.size() + finding->timeline.size();
    }
};

// The rows of one input: its own, and after it those of the files in it.
using ScannedItem = std::vector<ScannedFile>;

// What the rows take while they wait, in matches of some 20 bytes each; the first row is not counted.
[[nodiscard]] inline std::size_t weight_of(const ScannedItem& item) noexcept {
    constexpr std::size_t kRow = 32;
    constexpr std::size_t kMatchBytes = 20;
    std::size_t weight = kRow * (item.size() - 1);
    for (const ScannedFile& file : item)
        weight += file.matches() + file.row.inner.size() / kMatchBytes;
    return weight;
}

}  // namespace tutela
