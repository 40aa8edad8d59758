// The framing of a journal: records with checksums in a locked file that only grows. JOURNAL.md specifies it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "tutela/journal.hpp"

namespace tutela {

// The numbers are part of the format.
enum class RecordType : std::uint32_t { run = 1, tree = 2, item = 3 };

// After an error of a write nothing more is written. One thread at a time.
class JournalFile {
public:
    static Result<JournalFile> create(const std::string& path, JournalOptions options);
    static Result<JournalFile> open(const std::string& path, JournalOptions options);

    // Reading, from the first record on. `record` is valid until the next call. The answer is where reading stands: at a
    // record of the expected type, at the end of the file, or before bytes that are no such record.
    enum class Read { record, end, damage };
    Result<Read> next(RecordType type, std::span<const std::uint8_t>& record);
    // Where reading or writing stands, and back there.
    struct Mark {
        std::uint64_t place = 0;
        std::uint64_t sequence = 0;
    };
    [[nodiscard]] Mark mark() const noexcept { return {place_, sequence_}; }
    void return_to(const Mark& mark) noexcept {
        place_ = mark.place;
        sequence_ = mark.sequence;
    }
    // Whether from where reading stands only that is left which an interrupted first write leaves: a record that the
    // file's end cuts off, or zeroes.
    [[nodiscard]] Result<bool> cut_off() const;

    // Drops all from where reading stands; from then on records are appended. Answers how many bytes that were.
    Result<std::uint64_t> drop_rest();
    // Writes the record; to the disk when the time has come.
    Status append(RecordType type, std::span<const std::uint8_t> payload);
    Status sync();

    Status remove();
    // Which file it is, so that a walk can leave it out.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    // How often the disk was waited for.
    [[nodiscard]] std::uint64_t syncs() const noexcept { return syncs_; }

private:
    using RunId = std::array<std::uint8_t, 16>;

    JournalFile(std::string path, Descriptor file, JournalOptions options) noexcept;
    Status take_lock() const;
    Status read_head();
    Status write_head();
    [[nodiscard]] Status sync_folder() const;
    [[nodiscard]] Result<std::uint64_t> size() const;
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;
    Status write_at_end(std::span<const std::uint8_t> bytes);
    Status failed(const char* doing);
    [[nodiscard]] bool sync_is_due() const;

    std::string path_;
    Descriptor file_;
    JournalOptions options_;
    RunId run_{};
    std::uint64_t place_ = 0;  // where the next record is read or written
    std::uint64_t sequence_ = 0;
    std::vector<std::uint8_t> buffer_;  // the run id, then a record: what its checksum covers
    std::chrono::steady_clock::time_point synced_{};
    std::uint64_t syncs_ = 0;
    Status failure_;
};

}  // namespace tutela
