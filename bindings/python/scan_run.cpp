#include "scan_run.hpp"

#include <exception>
#include <new>
#include <utility>

namespace tutela::python {
namespace {

// Rows held for a slow reader, and matches held with them: a row is small, unless a file matches very many entries.
constexpr std::size_t kQueueRows = 256;
constexpr std::size_t kQueueMatches = 100'000;

}  // namespace

ScanRun::ScanRun(Scanner scanner, std::vector<std::string> paths, std::size_t jobs, std::optional<Journal> journal)
    : journal_(std::move(journal)),
      thread_([this, scanner = std::move(scanner), paths = std::move(paths), jobs] { run(scanner, paths, jobs); }) {}

ScanRun::~ScanRun() {
    close();
}

void ScanRun::run(const Scanner& scanner, const std::vector<std::string>& paths, std::size_t jobs) {
    Result<RunTotals> outcome = scan(scanner, paths, jobs);
    journal_.reset();  // and with it its lock
    const std::scoped_lock lock(mutex_);
    if (outcome.ok()) {
        totals_ = outcome.value();
    } else if (stop_) {
        totals_.interrupted = true;
    } else {
        status_ = outcome.status();
    }
    finished_ = true;
    changed_.notify_all();
}

Result<RunTotals> ScanRun::scan(const Scanner& scanner, const std::vector<std::string>& paths, std::size_t jobs) {
    ScanControl control;
    control.stop = &stop_;
    control.journal = journal_ ? &*journal_ : nullptr;
    control.progress = [this](const ScanProgress& progress) {
        const std::scoped_lock lock(mutex_);
        progress_ = progress;
    };
    const auto on_row = [this](const FileRow& row) { return deliver(row); };
    try {
        if (jobs == 1) {
            InlineExecutor executor;
            return scanner.scan(paths, executor, on_row, control);
        }
        ThreadPool executor(jobs);
        return scanner.scan(paths, executor, on_row, control);
    } catch (const std::bad_alloc&) {
        return Status(StatusCode::out_of_memory, "the scan ran out of memory or threads");
    }
}

bool ScanRun::has_room() const noexcept {
    return rows_.size() < kQueueRows && matches_ < kQueueMatches;
}

void ScanRun::drop_rows() noexcept {
    rows_.clear();
    matches_ = 0;
}

Status ScanRun::deliver(const FileRow& row) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_room() || stop_; });
    if (stop_) return Status(StatusCode::cancelled, "the scan was closed");
    totals_.add(row);
    rows_.push_back(row);
    matches_ += row.matches.size();
    changed_.notify_all();
    return {};
}

ScanRun::Next ScanRun::next(FileRow& row, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return !rows_.empty() || finished_; })) return Next::nothing_yet;
    if (rows_.empty()) return Next::end;
    matches_ -= rows_.front().matches.size();
    row = std::move(rows_.front());
    rows_.pop_front();
    changed_.notify_all();
    return Next::row;
}

void ScanRun::close() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
        drop_rows();
        changed_.notify_all();
    }
    const std::scoped_lock joining(join_mutex_);
    if (thread_.joinable()) thread_.join();
    const std::scoped_lock lock(mutex_);
    drop_rows();
}

ScanProgress ScanRun::progress() const {
    const std::scoped_lock lock(mutex_);
    return progress_;
}

RunTotals ScanRun::totals() const {
    const std::scoped_lock lock(mutex_);
    return totals_;
}

Status ScanRun::status() const {
    const std::scoped_lock lock(mutex_);
    return status_;
}

}  // namespace tutela::python
