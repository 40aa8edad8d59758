// One worker of a scan: an input in, its rows out.
#pragma once

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
};

// One thread at a time.
class FileScanner {
public:
    FileScanner(const ScanJob& job, Decoder& decoder)
        : job_(job),
          folders_(job.tree),
          levels_(job.decoders, job.list, job.index, job.options, decoder),
          reader_(decoder, job.options.limits, job.stop, job.options.open_archives),
          archives_(levels_, job.options, job.stop, job.cache) {}

    // Errors: cancelled when the stop came while the file was read; anything else is a defect.
    Result<ScannedItem> scan(const TreeItem& item);

private:
    Status scan_file(const TreeItem& item, ScannedItem& scanned);
    Status scan_content(const FileContent& content, ScannedItem& scanned);
    Status scan_archive(const FileContent& content, ScannedItem& scanned);
    Status scan_picture(const FileContent& content, ScannedFile& file);

    const ScanJob& job_;
    FolderOpener folders_;
    DecoderStack levels_;
    FileReader reader_;
    ArchiveScanner archives_;
};

}  // namespace tutela
