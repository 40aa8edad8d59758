// One pass of libarchive over bytes in memory: headers and contents, one entry after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "media/bytes.hpp"
#include "tutela/media.hpp"

struct archive;
struct archive_entry;

namespace tutela {

// Has the files read that libarchive reads on its first call, the system's tables of letters and of time: for a process
// that can open none later.
void prepare_archives() noexcept;

// How the bytes are read. A zip by its directory, or, in the order of the bytes, by the headers before its files.
enum class ArchiveLayout { zip_directory, zip_stream, tar, seven_zip, cpio, cab, rar, gzip, bzip2, xz, zstd };

// For one thread at a time. libarchive is given nothing but the bytes and the readers for one layout: no filter that
// starts a program, no file, no locale of the process.
class ArchiveReader {
public:
    // Errors: unsupported, out_of_memory.
    static Result<ArchiveReader> open(ByteSpan bytes, ArchiveLayout layout);

    // The header of the next entry; false at the end. What is left of the entry before is passed over. Errors: corrupt
    // and unsupported, after which nothing more comes; out_of_memory.
    Result<bool> next(ArchiveEntry& entry);
    // What the header says of the entry's size. A claim.
    [[nodiscard]] std::uint64_t stated_size() const noexcept;
    // Fills `room` with more of the entry; 0 at its end. Errors: corrupt (see dead()), unsupported, out_of_memory.
    Result<std::size_t> read(std::span<std::uint8_t> room);
    // Whether the last error was one after which nothing more comes.
    [[nodiscard]] bool dead() const noexcept { return dead_; }

private:
    struct Free {
        void operator()(archive* reader) const noexcept;
    };

    explicit ArchiveReader(ByteSpan bytes) noexcept : bytes_(bytes) {}
    [[nodiscard]] Status failure(const char* doing);
    std::size_t take(std::span<std::uint8_t> room) noexcept;

    ByteSpan bytes_;
    std::unique_ptr<archive, Free> reader_;
    archive_entry* entry_ = nullptr;  // the reader's own
    bool dead_ = false;
    ByteSpan block_;               // of the entry, not yet taken
    std::uint64_t gap_bytes_ = 0;  // zeros before it, of a sparse file
    std::uint64_t position_ = 0;   // in the entry, behind the block
    Status pending_;               // what to say once the block is taken
};

}  // namespace tutela
