// One worker of a scan: an input in, its rows out.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "scan/archive_scanner.hpp"
#include "scan/decoder_stack.hpp"
#include "scan/file_reader.hpp"
#include "scan/file_tree.hpp"
#include "scan/finding_cache.hpp"
#include "scan/folder_opener.hpp"
#include "scan/scanned_file.hpp"
#include "tutela/scan.hpp"

namespace tutela {

// What the workers of a scan share.
struct ScanJob {
    const FileTree& tree;
    const HashList& list;
    const Index<256>& index;
    const ScanOptions& options;
    const std::atomic<bool>* stop;  // of this call, not that of the options
    FindingCache& cache;
    DecoderPool& decoders;  // for what lies in archives
    const KnownFiles& known;
    const CarriedSearch* carried = nullptr;
};

// One thread at a time.
class FileScanner {
public:
    FileScanner(const ScanJob& job, Decoder& decoder)
        : job_(job),
          folders_(job.tree),
          levels_(job.decoders, job.list, job.index, job.options, decoder, job.carried),
          reader_(decoder, job.options.limits, job.stop, job.options.open_archives, job.known.wanted()),
          archives_(levels_, job.options, job.stop, job.cache, job.known) {}

    // Errors: cancelled when the stop came while the file was read; anything else is a defect.
    Result<ScannedItem> scan(const TreeItem& item);

    // Takes the result of scan() for the item of that place among those given.
    using Give = std::function<void(std::size_t place, Result<ScannedItem>&& result)>;
    // As scan() of each of up to FileReader::kGroupFiles, once and in any order, until one fails or is cancelled, as
    // they are when the stop comes. Small pictures are decoded together: going to a sandbox and back takes about as
    // long as decoding one.
    void scan_group(std::span<const TreeItem> items, const Give& give);
    // How many items are best scanned as a group, as far as those of the last one were small.
    [[nodiscard]] std::size_t appetite() const noexcept { return appetite_; }

private:
    // By the place of an item: what was read of it, when it is small.
    using Group = std::array<std::optional<FileContent>, FileReader::kGroupFiles>;

    [[nodiscard]] bool stopped() const noexcept {
        return job_.stop != nullptr && job_.stop->load(std::memory_order_relaxed);
    }
    void read_group(std::span<const TreeItem> items);
    std::optional<FileContent> read_small(const TreeItem& item);
    void decode_ahead();
    Result<ScannedItem> scan_read(const TreeItem& item, const FileContent& content);
    Status scan_file(const TreeItem& item, ScannedItem& scanned);
    Status scan_content(const FileContent& content, int fd, const struct stat& facts, ScannedItem& scanned);
    Status scan_archive(const FileContent& content, ScannedItem& scanned);
    Status scan_picture(const FileContent& content, ScannedFile& file);
    Status scan_video(const FileContent& content, int fd, const struct stat& facts, ScannedFile& file);

    const ScanJob& job_;
    FolderOpener folders_;
    DecoderStack levels_;
    FileReader reader_;
    ArchiveScanner archives_;
    Group group_;
    std::size_t appetite_ = 1;
};

}  // namespace tutela
