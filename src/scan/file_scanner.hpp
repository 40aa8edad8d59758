// One worker of a scan: an input in, its row out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "scan/examiner.hpp"
#include "scan/file_reader.hpp"
#include "scan/file_tree.hpp"
#include "scan/finding_cache.hpp"
#include "scan/folder_opener.hpp"
#include "tutela/scan.hpp"

namespace tutela {

// What the bytes of a picture say, for its row; all but the matches.
void apply_finding(const Finding& finding, FileRow& row);
// The list's words for what was matched. They can be far larger than the positions they come from.
void name_matches(const Finding& finding, const HashList& list, FileRow& row);

// The outcome of bytes that are not examined, as they are empty or no picture. Nothing for a picture.
[[nodiscard]] std::optional<std::string> no_picture_reason(std::uint64_t size_bytes, MediaFormat format);
[[nodiscard]] std::string over_limit_reason(std::uint64_t size_bytes, const DecodeLimits& limits);
inline constexpr const char* kOutOfMemoryReason = "there was not enough memory to decode it";

struct ScannedFile {
    FileRow row;                    // without its matches: they are named when the row goes out, not while it waits
    FindingCache::Shared finding;   // of a picture that was examined; else null
    std::optional<Sha256> picture;  // its digest, when it is a picture that was examined and did not change

    [[nodiscard]] std::size_t matches() const noexcept { return finding == nullptr ? 0 : finding->neighbors.size(); }
};

// The rows of one input: its own, and after it those of the files in it.
using ScannedItem = std::vector<ScannedFile>;

[[nodiscard]] inline std::size_t matches_in(const ScannedItem& item) noexcept {
    std::size_t matches = 0;
    for (const ScannedFile& file : item)
        matches += file.matches();
    return matches;
}

// What the workers of a scan share.
struct ScanJob {
    const FileTree& tree;
    const HashList& list;
    const Index<256>& index;
    const ScanOptions& options;
    const std::atomic<bool>* stop;  // of this call, not that of the options
    FindingCache& cache;
};

// One thread at a time.
class FileScanner {
public:
    FileScanner(const ScanJob& job, Decoder& decoder)
        : job_(job),
          folders_(job.tree),
          decoder_(decoder),
          reader_(decoder, job.options.limits, job.stop),
          examiner_(decoder, job.index, job.options) {}

    // Errors: cancelled when the stop came while the file was read; anything else is a defect.
    Result<ScannedItem> scan(const TreeItem& item);

private:
    Status scan_file(const TreeItem& item, ScannedFile& file);
    Status scan_content(const FileContent& content, ScannedFile& file);
    Status scan_picture(const FileContent& content, ScannedFile& file);

    const ScanJob& job_;
    FolderOpener folders_;
    Decoder& decoder_;
    FileReader reader_;
    Examiner examiner_;
};

}  // namespace tutela
