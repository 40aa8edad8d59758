// Archives in memory: which layout is read how, the limits, and the files that a zip's directory leaves out.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <set>
#include <utility>

#include "core/digest.hpp"
#include "core/try.hpp"
#include "media/archive_reader.hpp"

namespace tutela {

namespace {

constexpr std::uint64_t kFreeBytes = 64U << 20;  // may come out before the ratio counts
constexpr std::size_t kMaxPathBytes = 1U << 20;
constexpr std::size_t kMaxPathsBytes = 64U << 20;  // of all entries
constexpr std::size_t kFirstRoom = 64U << 10;
constexpr std::size_t kKeptRoom = 64U << 20;

std::optional<ArchiveLayout> layout_of(MediaFormat format) noexcept {
    switch (format) {
        case MediaFormat::zip: return ArchiveLayout::zip_directory;
        case MediaFormat::tar: return ArchiveLayout::tar;
        case MediaFormat::seven_zip: return ArchiveLayout::seven_zip;
        case MediaFormat::gzip: return ArchiveLayout::gzip;
        case MediaFormat::bzip2: return ArchiveLayout::bzip2;
        case MediaFormat::xz: return ArchiveLayout::xz;
        case MediaFormat::zstd: return ArchiveLayout::zstd;
        case MediaFormat::rar: return ArchiveLayout::rar;
        case MediaFormat::cab: return ArchiveLayout::cab;
        case MediaFormat::cpio: return ArchiveLayout::cpio;
        default: return std::nullopt;
    }
}

Status over_limit(const std::string& what, std::uint64_t limit, const std::string& of_what) {
    return Status(StatusCode::limit, what + " over the limit of " + std::to_string(limit) + ' ' + of_what);
}

// What has come out of an archive, against its limits.
class Budget {
public:
    Budget(const ArchiveLimits& limits, std::size_t archive_bytes) : limits_(limits), archive_bytes_(archive_bytes) {}

    Status count_entry(const std::string& path) {
        if (++entries_ > limits_.max_entries) return over_limit("the archive is", limits_.max_entries, "entries");
        paths_bytes_ += path.size();
        if (path.size() > kMaxPathBytes || paths_bytes_ > kMaxPathsBytes) {
            return over_limit("the names in the archive are",
                              path.size() > kMaxPathBytes ? kMaxPathBytes : kMaxPathsBytes, "bytes");
        }
        return {};
    }

    // How many more bytes may come out in all.
    [[nodiscard]] std::uint64_t left() const noexcept {
        const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
        const std::uint64_t ratio = limits_.max_ratio;
        const std::uint64_t by_ratio = ratio != 0 && archive_bytes_ > most / ratio ? most : ratio * archive_bytes_;
        const std::uint64_t allowed = std::min(limits_.max_total_bytes, std::max(kFreeBytes, by_ratio));
        return allowed > bytes_ ? allowed - bytes_ : 0;
    }
    void count_bytes(std::uint64_t bytes) noexcept { bytes_ += bytes; }
    [[nodiscard]] Status total_passed() const {
        if (bytes_ + left() >= limits_.max_total_bytes) {
            return over_limit("the files in the archive are", limits_.max_total_bytes, "bytes");
        }
        return over_limit("the files in the archive are", limits_.max_ratio, "bytes for each byte of it");
    }
    [[nodiscard]] std::uint64_t max_entry_bytes() const noexcept { return limits_.max_entry_bytes; }
    [[nodiscard]] std::uint64_t entries() const noexcept { return entries_; }

private:
    ArchiveLimits limits_;
    std::uint64_t archive_bytes_;
    std::uint64_t entries_ = 0;
    std::uint64_t paths_bytes_ = 0;
    std::uint64_t bytes_ = 0;
};

// The bytes of one entry.
class Room {
public:
    // Precondition: size() < most. Room for more, up to `most` in all. Throws std::bad_alloc.
    std::span<std::uint8_t> more(std::uint64_t most) {
        if (size_ == capacity_) grow(most);
        return {data_.get() + size_, static_cast<std::size_t>(std::min<std::uint64_t>(capacity_, most)) - size_};
    }
    void add(std::size_t bytes) noexcept { size_ += bytes; }
    void clear() noexcept {
        size_ = 0;
        if (capacity_ > kKeptRoom) release();
    }
    void release() noexcept {
        size_ = capacity_ = 0;
        data_.reset();
    }
    [[nodiscard]] ByteSpan bytes() const noexcept { return {data_.get(), size_}; }

private:
    struct Free {
        void operator()(std::uint8_t* data) const noexcept { std::free(data); }
    };

    // A large block is moved by its pages, so that it never takes its place twice; where there is no room to double it,
    // it grows by less.
    void grow(std::uint64_t most) {
        for (std::size_t step = std::max(kFirstRoom, capacity_); step >= kFirstRoom; step /= 2) {
            const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_ + step, most));
            auto* grown = static_cast<std::uint8_t*>(std::realloc(data_.get(), wanted));
            if (grown == nullptr) continue;
            (void)data_.release();
            data_.reset(grown);
            capacity_ = wanted;
            return;
        }
        throw std::bad_alloc();
    }

    std::unique_ptr<std::uint8_t[], Free> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

// Whether an entry can be passed over without unpacking it.
bool passes_over_cheaply(ArchiveLayout layout) noexcept {
    return layout == ArchiveLayout::zip_directory || layout == ArchiveLayout::tar || layout == ArchiveLayout::cpio;
}

// A tar ends with a block of zeros, at least. libarchive takes the end of the bytes as well.
bool ends_in_zeros(ByteSpan bytes) noexcept {
    constexpr std::size_t kBlock = 512;
    if (bytes.size() < kBlock) return false;
    const ByteSpan last = bytes.last(kBlock);
    return std::all_of(last.begin(), last.end(), [](std::uint8_t byte) { return byte == 0; });
}

class MemorySource : public ArchiveSource {
public:
    MemorySource(ByteSpan bytes, const ArchiveLimits& limits, ArchiveLayout layout, ArchiveReader reader)
        : budget_(limits, bytes.size()),
          layout_(layout),
          reader_(std::move(reader)),
          ends_as_tar_(ends_in_zeros(bytes)) {}

    // Reads the first header, so that an archive whose start makes no sense is not opened.
    Status begin() {
        TUTELA_ASSIGN(first_is_there_, reader_.next(first_));
        first_waits_ = true;
        return {};
    }

    Result<bool> next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) override {
        bytes = {};
        entry = ArchiveEntry();
        if (ended_) return false;
        try {
            Result<bool> answer = advance(entry);
            if (answer.ok() || answer.status().code() == StatusCode::corrupt) bytes = room_.bytes();
            entry.size_bytes = bytes.size();
            return answer;
        } catch (const std::bad_alloc&) {
            room_.release();
            ended_ = ended_ || !passes_over_cheaply(layout_);
            return Status(StatusCode::out_of_memory, "there is not enough memory for a file in the archive");
        }
    }

    [[nodiscard]] bool ended() const noexcept override { return ended_; }
    [[nodiscard]] std::uint64_t entries() const noexcept { return budget_.entries(); }

private:
    Result<bool> advance(ArchiveEntry& entry) {
        room_.clear();
        Result<bool> there = next_header(entry);
        Status status = there.ok() && there.value() ? budget_.count_entry(entry.path) : Status();
        if (!there.ok() || !there.value() || !status.ok()) {
            ended_ = true;
            entry = ArchiveEntry();
            if (there.ok() && !there.value() && layout_ == ArchiveLayout::tar && !ends_as_tar_) {
                return Status(StatusCode::corrupt, "the tar ends before its end marker");
            }
            return status.ok() ? there : Result<bool>(status);
        }
        if (entry.encrypted) return Status(StatusCode::unsupported, "the entry is encrypted");
        status = unpack();
        if (status.code() == StatusCode::limit) room_.release();
        // Whatever its header calls it: what has bytes is a file.
        if (!entry.is_file && !room_.bytes().empty()) {
            entry.is_file = true;
            entry.is_folder = false;
        }
        if (!status.ok()) return status;
        return true;
    }

    Result<bool> next_header(ArchiveEntry& entry) {
        if (!std::exchange(first_waits_, false)) return reader_.next(entry);
        entry = std::move(first_);
        return first_is_there_;
    }

    Status unpack() {
        const std::uint64_t most = budget_.max_entry_bytes();
        if (reader_.stated_size() > most) return entry_passed();
        for (;;) {
            const std::uint64_t size = room_.bytes().size();
            // One byte more than may come tells whether there is one.
            const std::uint64_t allowed = std::min(most - size, budget_.left());
            const std::span<std::uint8_t> room = room_.more(size + allowed + 1);
            const Result<std::size_t> got = reader_.read(room);
            if (!got.ok()) {
                ended_ = reader_.dead();
                return got.status();
            }
            if (got.value() == 0) return {};
            if (got.value() > allowed) {
                if (size + got.value() > most) return entry_passed();
                ended_ = true;
                return budget_.total_passed();
            }
            budget_.count_bytes(got.value());
            room_.add(got.value());
        }
    }

    // The next entry can be had only where this one need not be unpacked for it.
    Status entry_passed() {
        ended_ = !passes_over_cheaply(layout_);
        return over_limit("the file in the archive is", budget_.max_entry_bytes(), "bytes");
    }

    Budget budget_;
    ArchiveLayout layout_;
    ArchiveReader reader_;
    bool ends_as_tar_;
    ArchiveEntry first_;
    bool first_is_there_ = false;
    bool first_waits_ = false;
    bool ended_ = false;
    Room room_;
};

Result<std::unique_ptr<MemorySource>> open_layout(ByteSpan bytes, const ArchiveLimits& limits, ArchiveLayout layout) {
    TUTELA_ASSIGN(ArchiveReader reader, ArchiveReader::open(bytes, layout));
    auto source = std::make_unique<MemorySource>(bytes, limits, layout, std::move(reader));
    TUTELA_TRY(source->begin());
    return source;
}

// A zip's directory at its end says what is in it. What else lies in it, as a directory that was exchanged or cut off
// does not list it, is found by the headers before the files, and comes after the files that are listed.
class ZipSource final : public ArchiveSource {
public:
    ZipSource(ByteSpan bytes, const ArchiveLimits& limits, std::unique_ptr<MemorySource> listed)
        : bytes_(bytes), limits_(limits), budget_(limits, bytes.size()), listed_(std::move(listed)) {}

    Result<bool> next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) override {
        bytes = {};
        entry = ArchiveEntry();
        if (ended_) return false;
        if (listed_ != nullptr && !listed_->ended()) {
            Result<bool> answer = listed_->next(entry, bytes);
            const bool of_entry = answer.ok() ? answer.value() : is_named(entry);
            if (of_entry) {
                note(entry, bytes);
                (void)count(entry, bytes);  // within the limits, which are the source's too
            }
            if (!listed_->ended()) return answer;
            if (!answer.ok() && answer.status().code() != StatusCode::corrupt &&
                answer.status().code() != StatusCode::unsupported) {
                ended_ = true;
                return answer;
            }
            if (!answer.ok() && !of_entry) end_ = answer.status();
            if (!answer.ok() && of_entry) end_ = Status(StatusCode::corrupt, "the archive is damaged");
            if (of_entry) return answer;
        }
        if (listed_ != nullptr) look_for_more();
        return next_unlisted(entry, bytes);
    }

    [[nodiscard]] bool ended() const noexcept override { return ended_; }

private:
    static bool is_named(const ArchiveEntry& entry) noexcept { return entry.is_file || !entry.path.empty(); }

    // Of what cannot be unpacked, the name stands for the bytes.
    static Xxh3_128 key_of(const ArchiveEntry& entry, ByteSpan bytes) {
        if (!bytes.empty()) return xxh3_128(bytes);
        return xxh3_128({reinterpret_cast<const std::uint8_t*>(entry.path.data()), entry.path.size()});
    }
    void note(const ArchiveEntry& entry, ByteSpan bytes) { given_.insert(key_of(entry, bytes)); }

    // What is given out, listed or not, against the limits; what is found a second time is not.
    Status count(const ArchiveEntry& entry, ByteSpan bytes) {
        TUTELA_TRY(budget_.count_entry(entry.path));
        if (bytes.size() > budget_.left()) return budget_.total_passed();
        budget_.count_bytes(bytes.size());
        return {};
    }

    // Whether the bytes hold more headers of files than the directory lists.
    [[nodiscard]] bool has_more_headers(std::uint64_t listed) const noexcept {
        static constexpr std::uint8_t kHeader[] = {'P', 'K', 3, 4};
        auto at = bytes_.begin();
        for (std::uint64_t found = 0; found <= listed; ++found) {
            at = std::search(at, bytes_.end(), std::begin(kHeader), std::end(kHeader));
            if (at == bytes_.end()) return false;
            ++at;
        }
        return true;
    }

    void look_for_more() {
        const std::uint64_t listed = listed_->entries();
        listed_.reset();
        if (!has_more_headers(listed)) return;
        Result<std::unique_ptr<MemorySource>> source = open_layout(bytes_, limits_, ArchiveLayout::zip_stream);
        if (source.ok()) unlisted_ = std::move(source).value();
    }

    Result<bool> next_unlisted(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) {
        while (unlisted_ != nullptr && !unlisted_->ended()) {
            Result<bool> answer = unlisted_->next(entry, bytes);
            const bool of_entry = answer.ok() ? answer.value() : is_named(entry);
            if (!of_entry) {
                // Between files that are listed, other bytes may lie as they like.
                if (!answer.ok() && answer.status().code() == StatusCode::limit) end_ = answer.status();
                break;
            }
            if (entry.is_folder || !given_.insert(key_of(entry, bytes)).second) continue;
            if (Status passed = count(entry, bytes); !passed.ok()) {
                end_ = std::move(passed);
                break;
            }
            ++found_;
            return answer;
        }
        bytes = {};
        entry = ArchiveEntry();
        ended_ = true;
        if (found_ != 0 && end_.code() != StatusCode::limit) {
            end_ = Status(StatusCode::corrupt, std::to_string(found_) + (found_ == 1 ? " file" : " files") +
                                                   " in the zip not listed in its directory");
        }
        if (end_.ok()) return false;
        return end_;
    }

    ByteSpan bytes_;
    ArchiveLimits limits_;
    Budget budget_;
    std::unique_ptr<MemorySource> listed_;
    std::unique_ptr<MemorySource> unlisted_;
    std::set<Xxh3_128> given_;
    Status end_;  // what to say last
    std::uint64_t found_ = 0;
    bool ended_ = false;
};

// A zip without a directory that can be read: the files in it, as far as they go, and then the error.
class UnlistedSource final : public ArchiveSource {
public:
    UnlistedSource(std::unique_ptr<MemorySource> source, Status why)
        : source_(std::move(source)), why_(std::move(why)) {}

    Result<bool> next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) override {
        bytes = {};
        entry = ArchiveEntry();
        if (ended_) return false;
        if (!source_->ended()) {
            Result<bool> answer = source_->next(entry, bytes);
            if (answer.ok() ? answer.value() : entry.is_file || !entry.path.empty()) return answer;
            if (!answer.ok() && answer.status().code() != StatusCode::corrupt) {
                ended_ = true;
                return answer;
            }
        }
        ended_ = true;
        return why_;
    }
    [[nodiscard]] bool ended() const noexcept override { return ended_; }

private:
    std::unique_ptr<MemorySource> source_;
    Status why_;
    bool ended_ = false;
};

Result<std::unique_ptr<ArchiveSource>> open_zip(ByteSpan bytes, const ArchiveLimits& limits) {
    Result<std::unique_ptr<MemorySource>> listed = open_layout(bytes, limits, ArchiveLayout::zip_directory);
    if (listed.ok()) {
        return std::unique_ptr<ArchiveSource>(std::make_unique<ZipSource>(bytes, limits, std::move(listed).value()));
    }
    if (listed.status().code() == StatusCode::out_of_memory) return listed.status();
    TUTELA_ASSIGN(std::unique_ptr<MemorySource> source, open_layout(bytes, limits, ArchiveLayout::zip_stream));
    return std::unique_ptr<ArchiveSource>(std::make_unique<UnlistedSource>(
        std::move(source), Status(StatusCode::corrupt, "the zip has no directory that can be read")));
}

}  // namespace

Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t> bytes, const ArchiveLimits& limits) {
    const MediaFormat format = sniff_format(bytes.first(std::min(bytes.size(), kSniffBytes)));
    const std::optional<ArchiveLayout> layout = layout_of(format);
    if (!layout) return Status(StatusCode::unsupported, "no archive of a kind that this build reads");
    if (format == MediaFormat::zip) return open_zip(bytes, limits);
    TUTELA_ASSIGN(std::unique_ptr<MemorySource> source, open_layout(bytes, limits, *layout));
    return std::unique_ptr<ArchiveSource>(std::move(source));
}

}  // namespace tutela
