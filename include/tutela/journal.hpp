// A scan that can be continued after a crash: what is done is written down as it is done. Layer: scan.
//
// src/scan/JOURNAL.md specifies the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tutela/export.h"
#include "tutela/status.hpp"

namespace tutela {

struct JournalOptions {
    // Rows reach the file one by one, so that a killed process loses none. They reach the disk with the first row that
    // comes this long after the last sync, and at the end: what a power cut can cost is done again, never lost.
    std::chrono::milliseconds sync_interval{2000};
    // Whether FileRow::hash and hash64 are kept. Without, rows that come out of the journal have neither: a hash of a
    // file that matched at distance 0 is a hash of the list, and has no business on a disk unless a report shows it.
    bool keep_hashes = false;
    // Where the time comes from; empty: std::chrono::steady_clock.
    std::function<std::chrono::steady_clock::time_point()> now{};
};

// The journal of one run: its settings, the inputs that were found, and the rows of each input that is done. Hand it to
// Scanner::scan() in ScanControl::journal, once. The file is readable by its owner alone, holds no hash of the list,
// and is locked, so that no other process can use it, until this object ends. It guards against accidents (every bit
// is under a checksum), not against whoever may write to it. Movable. One thread at a time.
class TUTELA_API Journal {
public:
    // A journal for a new run. invalid_argument when anything is there already: what another run wrote is never
    // overwritten. A symbolic link is not followed. Other errors: not_found (no such folder), permission_denied,
    // io_error.
    static Result<Journal> create(const std::string& path, JournalOptions options = {});

    // The journal of a run that was cut short, or that is complete. A file that ends within its first record, as when
    // the power went with the first write, stands for a run that did nothing. Errors: not_found, permission_denied,
    // io_error (also when another process uses it), unsupported (no journal), version_mismatch (of a format that this
    // build does not know), checksum_mismatch (its first record is damaged), corrupt.
    static Result<Journal> open(const std::string& path, JournalOptions options = {});

    Journal(Journal&& other) noexcept;
    Journal& operator=(Journal&& other) noexcept;
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal();

    // How many inputs had their rows in it, and how many bytes of a torn or damaged end were dropped. Known once the
    // rows that were kept have been given out; until then what is known so far.
    [[nodiscard]] std::uint64_t inputs_kept() const noexcept;
    [[nodiscard]] std::uint64_t bytes_dropped() const noexcept;

    // Deletes the file, when it still stands at its path. io_error when that fails.
    Status remove();

private:
    friend struct JournalAccess;
    struct Impl;
    explicit Journal(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
