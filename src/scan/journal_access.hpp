// What a scan does with its journal.
#pragma once

#include "scan/file_scanner.hpp"
#include "scan/file_tree.hpp"
#include "scan/journal_file.hpp"
#include "scan/packing.hpp"
#include "scan/run_settings.hpp"
#include "tutela/journal.hpp"

namespace tutela {

struct Journal::Impl {
    JournalFile file;
    bool keep_hashes = false;
    bool used = false;
    std::uint64_t inputs_kept = 0;
    std::uint64_t bytes_dropped = 0;
    Packer packer{};  // kept for its memory
};

// In this order: begin(); add_tree() unless begin() found one; next() until it has no more; begin_writing(); append()
// for each input in order; sync().
struct JournalAccess {
    explicit JournalAccess(Journal& journal) noexcept : impl(*journal.impl_) {}

    [[nodiscard]] bool keeps_hashes() const noexcept { return impl.keep_hashes; }
    [[nodiscard]] const JournalFile& file() const noexcept { return impl.file; }

    // Writes the settings of a new run, or compares them with those of the run to be continued, and takes up its inputs.
    // True when they were there, whole. invalid_argument for another run's journal, and one used before.
    Result<bool> begin(const RunSettings& settings, FileTree& tree);
    Status add_tree(const FileTree& tree);
    // The rows kept of input `number`; false where they end, or are damaged, or are not of this input.
    Result<bool> next(const FileTree& tree, std::size_t number, ScannedItem& item);
    Status begin_writing();
    Status append(const ScannedItem& item);
    Status sync();

    Journal::Impl& impl;

private:
    Status begin_anew(const RunSettings& settings);
    Result<bool> take_tree(FileTree& tree);
};

}  // namespace tutela
