// One scan that runs beside the Python interpreter and hands its rows over one by one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tutela/scan.hpp"

namespace tutela::python {

// Knows nothing of Python: its thread never needs the GIL, so that a waiting interpreter cannot lock it up.
// The rows wait in a short queue; when the reader is slower than the scan, the scan waits. Thread-safe.
class ScanRun {
public:
    enum class Next { row, nothing_yet, end };

    // Starts the scan with `jobs` workers (0: one for each processor). Throws std::system_error when the thread cannot
    // be had.
    ScanRun(Scanner scanner, std::vector<std::string> paths, std::size_t jobs, std::optional<Journal> journal);
    // Stops and waits.
    ~ScanRun();
    ScanRun(const ScanRun&) = delete;
    ScanRun& operator=(const ScanRun&) = delete;

    // The next row, waiting at most `patience` for it.
    Next next(FileRow& row, std::chrono::milliseconds patience);
    // Begins no further file, drops the rows not yet taken, and waits for the files in work.
    void close();

    [[nodiscard]] ScanProgress progress() const;
    // Sums so far; final once next() answered `end`.
    [[nodiscard]] RunTotals totals() const;
    // Why the scan failed, if it did; final once next() answered `end`.
    [[nodiscard]] Status status() const;

private:
    void run(const Scanner& scanner, const std::vector<std::string>& paths, std::size_t jobs);
    Result<RunTotals> scan(const Scanner& scanner, const std::vector<std::string>& paths, std::size_t jobs);
    Status deliver(const FileRow& row);
    // With the mutex held.
    [[nodiscard]] bool has_room() const noexcept;
    void drop_rows() noexcept;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<FileRow> rows_;
    std::size_t matches_ = 0;  // of all in rows_
    ScanProgress progress_;
    RunTotals totals_;
    Status status_;
    bool finished_ = false;
    std::atomic<bool> stop_{false};
    std::optional<Journal> journal_;
    std::mutex join_mutex_;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace tutela::python
