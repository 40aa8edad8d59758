#include "media/archive_reader.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include "core/try.hpp"

namespace tutela {

namespace {

// libarchive translates Unicode names for the locale. Within a call it finds UTF-8, in this thread alone, so that no
// name depends on where the program runs. Where the system has no such locale, letters beyond ASCII become '?'.
class Utf8Names {
public:
    Utf8Names() : before_(::uselocale(locale())) {}
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;
    ~Utf8Names() { ::uselocale(before_); }

private:
    // Made once: it reads the system's own files. Never freed, as a thread may end late.
    static locale_t locale() {
        static const locale_t kMade = [] {
            const locale_t utf8 = ::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr);
            return utf8 != nullptr ? utf8 : ::newlocale(LC_ALL_MASK, "C", nullptr);
        }();
        return kMade;
    }

    locale_t before_;
};

// libarchive ends the process when a name cannot be translated and errno says that memory is short, also when that is
// an old errno: each call into it starts with none.
void forget_errors() noexcept {
    errno = 0;
}

// The one file of a compressed file has this name in libarchive when it has none.
constexpr std::string_view kNoName = "data";

using Support = int (*)(archive*);

// A compressed file holds an archive that is one stream, or any one file.
bool support_streams(archive* reader, Support filter) {
    bool all = true;
    for (const Support support : {filter, &archive_read_support_format_tar, &archive_read_support_format_cpio,
                                  &archive_read_support_format_raw, &archive_read_support_format_empty})
        all = all && support(reader) == ARCHIVE_OK;
    return all;
}

bool support(archive* reader, ArchiveLayout layout) {
    switch (layout) {
        case ArchiveLayout::zip_directory: return archive_read_support_format_zip_seekable(reader) == ARCHIVE_OK;
        case ArchiveLayout::zip_stream: return archive_read_support_format_zip_streamable(reader) == ARCHIVE_OK;
        case ArchiveLayout::tar: return archive_read_support_format_tar(reader) == ARCHIVE_OK;
        case ArchiveLayout::seven_zip: return archive_read_support_format_7zip(reader) == ARCHIVE_OK;
        case ArchiveLayout::cpio: return archive_read_support_format_cpio(reader) == ARCHIVE_OK;
        case ArchiveLayout::cab: return archive_read_support_format_cab(reader) == ARCHIVE_OK;
        case ArchiveLayout::rar:
            return archive_read_support_format_rar(reader) == ARCHIVE_OK &&
                   archive_read_support_format_rar5(reader) == ARCHIVE_OK;
        // Each answers otherwise when this libarchive would start a program for it.
        case ArchiveLayout::gzip: return support_streams(reader, &archive_read_support_filter_gzip);
        case ArchiveLayout::bzip2: return support_streams(reader, &archive_read_support_filter_bzip2);
        case ArchiveLayout::xz: return support_streams(reader, &archive_read_support_filter_xz);
        case ArchiveLayout::zstd: return support_streams(reader, &archive_read_support_filter_zstd);
    }
    return false;
}

}  // namespace

void prepare_archives() noexcept {
    const Utf8Names names;
    ::tzset();
}

void ArchiveReader::Free::operator()(archive* reader) const noexcept {
    archive_read_free(reader);
}

Result<ArchiveReader> ArchiveReader::open(ByteSpan bytes, ArchiveLayout layout) {
    const Utf8Names names;
    ArchiveReader made(bytes);
    made.reader_.reset(archive_read_new());
    if (made.reader_ == nullptr) return Status(StatusCode::out_of_memory);
    if (!support(made.reader_.get(), layout)) {
        return Status(StatusCode::unsupported, "an archive of a kind that this build does not read");
    }
    if (archive_read_open_memory(made.reader_.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
        return made.failure("the archive cannot be opened");
    }
    return made;
}

Result<bool> ArchiveReader::next(ArchiveEntry& entry) {
    const Utf8Names names;
    entry = ArchiveEntry();
    block_ = {};
    gap_bytes_ = position_ = 0;
    pending_ = Status();
    int answer = ARCHIVE_RETRY;
    // A header that is broken in itself is passed over; there are fewer of them than bytes.
    for (std::size_t tries = 0; answer == ARCHIVE_RETRY && tries <= bytes_.size(); ++tries) {
        forget_errors();
        answer = archive_read_next_header(reader_.get(), &entry_);
    }
    if (answer == ARCHIVE_EOF) {
        dead_ = true;
        return false;
    }
    if (answer < ARCHIVE_WARN) {
        dead_ = true;
        if (archive_read_has_encrypted_entries(reader_.get()) > 0) {
            return Status(StatusCode::unsupported, "the archive is encrypted");
        }
        return failure("the archive is damaged");
    }
    forget_errors();
    const char* path = archive_entry_pathname(entry_);
    if (path != nullptr) entry.path = path;
    if (archive_format(reader_.get()) == ARCHIVE_FORMAT_RAW && entry.path == kNoName) entry.path.clear();
    entry.is_file = archive_entry_filetype(entry_) == AE_IFREG && archive_entry_hardlink(entry_) == nullptr;
    entry.is_folder = archive_entry_filetype(entry_) == AE_IFDIR;
    entry.encrypted = archive_entry_is_encrypted(entry_) != 0;
    return true;
}

std::uint64_t ArchiveReader::stated_size() const noexcept {
    const la_int64_t size = archive_entry_size_is_set(entry_) != 0 ? archive_entry_size(entry_) : 0;
    return size < 0 ? 0 : static_cast<std::uint64_t>(size);
}

Result<std::size_t> ArchiveReader::read(std::span<std::uint8_t> room) {
    const Utf8Names names;
    // Block by block, as libarchive keeps what it read of one that breaks off.
    while (block_.empty() && gap_bytes_ == 0) {
        if (!pending_.ok()) return std::exchange(pending_, Status());
        const void* data = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        forget_errors();
        const int answer = archive_read_data_block(reader_.get(), &data, &size, &offset);
        if (answer == ARCHIVE_EOF) return std::size_t{0};
        if (answer != ARCHIVE_OK) {
            dead_ = answer == ARCHIVE_FATAL;
            Status status = failure("its bytes are damaged");
            // A wrong checksum comes with the last block.
            if (dead_ || data == nullptr || size == 0) return status;
            pending_ = std::move(status);
        }
        if (offset < 0 || static_cast<std::uint64_t>(offset) < position_) {
            return Status(StatusCode::corrupt, "its bytes are damaged: they overlap");
        }
        gap_bytes_ = static_cast<std::uint64_t>(offset) - position_;
        block_ = {static_cast<const std::uint8_t*>(data), size};
        position_ += gap_bytes_ + size;
    }
    return take(room);
}

std::size_t ArchiveReader::take(std::span<std::uint8_t> room) noexcept {
    if (gap_bytes_ != 0) {
        const auto zeros = static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), gap_bytes_));
        std::memset(room.data(), 0, zeros);
        gap_bytes_ -= zeros;
        return zeros;
    }
    const std::size_t size = std::min(room.size(), block_.size());
    std::memcpy(room.data(), block_.data(), size);
    block_ = block_.subspan(size);
    return size;
}

Status ArchiveReader::failure(const char* doing) {
    const int number = archive_errno(reader_.get());
    if (number == ENOMEM) return Status(StatusCode::out_of_memory);
    const char* text = archive_error_string(reader_.get());
    std::string message = std::string(doing) + (text == nullptr ? "" : std::string(": ") + text);
    // Some of its texts end a line, some quote the archive.
    std::replace_if(
        message.begin(), message.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
    while (message.back() == ' ')
        message.pop_back();
    const std::string_view said(message);
    // What libarchive knows of and does not read comes without a number of its own.
    const bool unsupported = said.find("nsupported") != said.npos || said.find("not supported") != said.npos;
    return Status(unsupported ? StatusCode::unsupported : StatusCode::corrupt, message);
}

}  // namespace tutela
