// From the bytes of an archive to the rows of the files in it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/digest.hpp"
#include "scan/decoder_stack.hpp"
#include "scan/finding_cache.hpp"
#include "scan/scanned_file.hpp"
#include "tutela/scan.hpp"

namespace tutela {

// One thread at a time. Holds one entry of each level at a time.
class ArchiveScanner {
public:
    ArchiveScanner(DecoderStack& levels, const ScanOptions& options, const std::atomic<bool>* stop, FindingCache& cache,
                   const KnownFiles& known)
        : levels_(levels), options_(options), stop_(stop), cache_(cache), known_(known), digest_(known.wanted()) {}

    // `bytes` announce themselves as `format`. Fills in the outcome of item.back(), which has its path, and appends a
    // row for each file in it, an archive's before those of its files. Errors: cancelled, and the
    // pool's but for a shortage, which is an archive's outcome; anything else is a defect.
    Status scan(std::span<const std::uint8_t> bytes, MediaFormat format, ScannedItem& item);

private:
    // An archive within archives.
    struct Place {
        std::size_t level;  // of its decoder: 0 for one that is a file of its own
        std::size_t row;    // its own, in the item
    };

    Status scan_at(const Place& place, std::span<const std::uint8_t> bytes, MediaFormat format, ScannedItem& item);
    Result<bool> open_and_scan(const Place& place, std::span<const std::uint8_t> bytes, ScannedItem& item);
    Result<bool> scan_entries(const Place& place, ArchiveSource& source, ScannedItem& item);
    Status scan_entry(const Place& place, const ArchiveEntry& entry, std::span<const std::uint8_t> bytes,
                      const Status& status, ScannedItem& item);
    Status scan_bytes(const Place& place, std::span<const std::uint8_t> bytes, ScannedItem& item);
    Status scan_picture(const Place& place, std::span<const std::uint8_t> bytes, MediaFormat format,
                        const StreamDigest::Digests& digests, ScannedFile& file);
    [[nodiscard]] bool broke_decoder(const Status& status) const noexcept;
    [[nodiscard]] bool is_for_decoder(const Place& place, std::uint64_t size, MediaFormat format) const noexcept;
    Result<std::span<const std::uint8_t>> own_copy(const Place& place, std::span<const std::uint8_t> bytes);
    Status count_nested(bool is_entry, std::uint64_t bytes);
    Status count_name(const Place& place, const ArchiveEntry& entry, const ScannedItem& item);
    [[nodiscard]] ArchiveLimits limits_of(const Place& place) const;

    DecoderStack& levels_;
    const ScanOptions& options_;
    const std::atomic<bool>* stop_;
    FindingCache& cache_;
    const KnownFiles& known_;
    StreamDigest digest_;
    // For all archives within the one at hand.
    std::uint32_t entries_left_ = 0;
    std::uint64_t bytes_allowed_ = 0;
    std::uint64_t bytes_left_ = 0;
    std::uint64_t names_left_ = 0;
};

}  // namespace tutela
