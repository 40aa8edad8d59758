#include "scan/journal_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <utility>

#include "core/bytes.hpp"
#include "core/digest.hpp"
#include "core/try.hpp"

namespace tutela {

namespace {

constexpr std::array<std::uint8_t, 8> kMagic{0x89, 'T', 'U', 'T', 'J', 'R', 'N', 0x0a};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kFileHead = 32;    // magic, version, zero, run id
constexpr std::size_t kRecordHead = 24;  // length, sequence number, type, check of these
constexpr std::size_t kRecordTail = 16;  // XXH3-128 of the run id, the head and the payload
constexpr std::size_t kCheckedHead = 20;

using RecordHead = std::array<std::uint8_t, kRecordHead>;

std::uint32_t first_word(const Xxh3_128& digest) {
    return ByteReader(digest).u32();
}

template <std::size_t N>
std::uint32_t head_check(const std::array<std::uint8_t, N>& run, std::span<const std::uint8_t> head) {
    std::array<std::uint8_t, N + kCheckedHead> bytes;
    std::copy(run.begin(), run.end(), bytes.begin());
    std::copy_n(head.begin(), kCheckedHead, bytes.begin() + N);
    return first_word(xxh3_128(bytes));
}

bool all_zero(std::span<const std::uint8_t> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

JournalFile::JournalFile(std::string path, Descriptor file, JournalOptions options) noexcept
    : path_(std::move(path)), file_(std::move(file)), options_(std::move(options)) {
    if (!options_.now) options_.now = &std::chrono::steady_clock::now;
    synced_ = options_.now();
}

Result<JournalFile> JournalFile::create(const std::string& path, JournalOptions options) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor file(::open(path.c_str(), kFlags, S_IRUSR | S_IWUSR));
    if (!file.valid() && errno == EEXIST) {
        return Status(StatusCode::invalid_argument, "the journal's name is taken, and nothing is overwritten");
    }
    if (!file.valid()) return errno_status(errno, "the journal cannot be created");
    JournalFile journal(path, std::move(file), std::move(options));
    Status status = journal.take_lock();
    if (status.ok()) status = journal.write_head();
    if (status.ok()) return journal;
    static_cast<void>(journal.remove());
    return status;
}

Result<JournalFile> JournalFile::open(const std::string& path, JournalOptions options) {
    constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Descriptor file(::open(path.c_str(), kFlags));
    struct stat facts {};
    if (!file.valid() || ::fstat(file.get(), &facts) != 0) return errno_status(errno, "the journal cannot be opened");
    if (!S_ISREG(facts.st_mode)) return Status(StatusCode::unsupported, "it is no journal");
    JournalFile journal(path, std::move(file), std::move(options));
    TUTELA_TRY(journal.take_lock());
    TUTELA_TRY(journal.read_head());
    return journal;
}

// The lock is on the open file, so it ends with it, however the process ends. A moment's patience, as a process that was
// killed while it started another (a worker) leaves the file open in that one until it has become its own program.
Status JournalFile::take_lock() const {
    constexpr timespec kPause{0, 10'000'000};
    int tries = 25;
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return errno_status(errno, "the journal cannot be locked");
        if (--tries == 0) return Status(StatusCode::io_error, "another process is using the journal");
        (void)::nanosleep(&kPause, nullptr);
    }
    struct stat facts {};
    if (::fstat(file_.get(), &facts) != 0) return errno_status(errno, "the journal cannot be looked at");
    if (facts.st_nlink == 0) return Status(StatusCode::not_found, "the journal was removed by another process");
    return {};
}

Status JournalFile::write_head() {
    if (::getrandom(run_.data(), run_.size(), 0) != static_cast<ssize_t>(run_.size())) {
        return errno_status(errno, "no random bytes for the journal");
    }
    std::array<std::uint8_t, kFileHead> head{};
    ByteWriter out(head);
    out.put(kMagic);
    out.u32(kVersion);
    out.u32(0);
    out.put(run_);
    TUTELA_TRY(write_at_end(head));
    return sync_folder();
}

Status JournalFile::read_head() {
    std::array<std::uint8_t, kFileHead> head{};
    TUTELA_ASSIGN(const std::size_t got, read_at(0, head));
    const std::size_t magic = std::min(got, kMagic.size());
    const bool zero = all_zero(std::span(head).first(got));
    if (!std::equal(kMagic.begin(), kMagic.begin() + magic, head.begin()) && !zero) {
        return Status(StatusCode::unsupported, "it is no journal");
    }
    if (got < kFileHead || zero) {  // the power went while it was created
        TUTELA_ASSIGN(const std::uint64_t size, this->size());
        if (size > kFileHead) return Status(StatusCode::unsupported, "it is no journal");
        if (::ftruncate(file_.get(), 0) != 0) return errno_status(errno, "the journal cannot be cut");
        return write_head();
    }
    ByteReader in(std::span<const std::uint8_t>(head).subspan(kMagic.size()));
    if (in.u32() != kVersion) return Status(StatusCode::version_mismatch, "the journal is of another format version");
    if (in.u32() != 0) return Status(StatusCode::corrupt, "the journal's head holds what must be zero");
    run_ = in.array<sizeof(RunId)>();
    place_ = kFileHead;
    return {};
}

Result<JournalFile::Read> JournalFile::next(RecordType type, std::span<const std::uint8_t>& record) {
    TUTELA_ASSIGN(const std::uint64_t size, this->size());
    const std::uint64_t left = size - std::min(size, place_);
    if (left == 0) return Read::end;
    if (left < kRecordHead + kRecordTail) return Read::damage;
    buffer_.resize(run_.size() + kRecordHead);
    std::copy(run_.begin(), run_.end(), buffer_.begin());
    const std::span head = std::span(buffer_).subspan(run_.size());
    TUTELA_ASSIGN(std::size_t got, read_at(place_, head));
    ByteReader in(head);
    const std::uint64_t length = in.u64();
    const std::uint64_t sequence = in.u64();
    const std::uint32_t stated = in.u32();
    if (got != head.size() || in.u32() != head_check(run_, head)) return Read::damage;
    if (sequence != sequence_ || stated != static_cast<std::uint32_t>(type)) return Read::damage;
    if (length > left - kRecordHead - kRecordTail) return Read::damage;
    const std::size_t covered = run_.size() + kRecordHead + static_cast<std::size_t>(length);
    buffer_.resize(covered + kRecordTail);
    const std::span rest = std::span(buffer_).subspan(run_.size() + kRecordHead);
    TUTELA_ASSIGN(got, read_at(place_ + kRecordHead, rest));
    const std::span<const std::uint8_t> bytes(buffer_);
    const Xxh3_128 digest = xxh3_128(bytes.first(covered));
    if (got != rest.size() || !std::equal(digest.begin(), digest.end(), bytes.subspan(covered).begin()))
        return Read::damage;
    record = bytes.subspan(run_.size() + kRecordHead, static_cast<std::size_t>(length));
    place_ += kRecordHead + length + kRecordTail;
    ++sequence_;
    return Read::record;
}

Result<bool> JournalFile::cut_off() const {
    constexpr std::size_t kPiece = 4096;
    TUTELA_ASSIGN(const std::uint64_t size, this->size());
    std::array<std::uint8_t, kPiece> piece{};
    TUTELA_ASSIGN(std::size_t got, read_at(place_, piece));
    if (got < kRecordHead) return true;
    ByteReader in(piece);
    const std::uint64_t length = in.u64();
    static_cast<void>(in.u64());
    static_cast<void>(in.u32());
    const bool sound = in.u32() == head_check(run_, std::span<const std::uint8_t>(piece).first(kRecordHead));
    const std::uint64_t left = size - std::min(size, place_);
    if (sound && left < kRecordHead + kRecordTail) return true;
    if (sound && length > left - kRecordHead - kRecordTail) return true;
    for (std::uint64_t from = place_; got > 0; from += got) {
        TUTELA_ASSIGN(got, read_at(from, piece));
        if (!all_zero(std::span<const std::uint8_t>(piece).first(got))) return false;
    }
    return true;
}

Result<std::uint64_t> JournalFile::drop_rest() {
    TUTELA_ASSIGN(const std::uint64_t size, this->size());
    if (size <= place_) return std::uint64_t{0};
    if (::ftruncate(file_.get(), static_cast<off_t>(place_)) != 0)
        return errno_status(errno, "the journal cannot be cut");
    return size - place_;
}

Status JournalFile::append(RecordType type, std::span<const std::uint8_t> payload) {
    TUTELA_TRY(failure_);
    buffer_.resize(run_.size() + kRecordHead + payload.size() + kRecordTail);
    const std::span bytes(buffer_);
    const std::span record = bytes.subspan(run_.size());
    std::copy(run_.begin(), run_.end(), bytes.begin());
    ByteWriter out(record);
    out.u64(payload.size());
    out.u64(sequence_);
    out.u32(static_cast<std::uint32_t>(type));
    out.u32(head_check(run_, record));
    out.put(payload);
    out.put(xxh3_128(bytes.first(bytes.size() - kRecordTail)));
    TUTELA_TRY(write_at_end(record));
    ++sequence_;
    return sync_is_due() ? sync() : Status();
}

Status JournalFile::write_at_end(std::span<const std::uint8_t> bytes) {
    std::uint64_t at = place_;
    while (!bytes.empty()) {
        const ssize_t put = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed("cannot be written");
        bytes = bytes.subspan(static_cast<std::size_t>(put));
        at += static_cast<std::uint64_t>(put);
    }
    place_ = at;
    return {};
}

// A part of a record may have been written; it is cut off again, and if that fails, the next reader does it.
Status JournalFile::failed(const char* doing) {
    const int error = errno;
    static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(place_)));
    failure_ = Status(StatusCode::io_error, errno_status(error, "the journal " + path_ + ' ' + doing).message());
    return failure_;
}

bool JournalFile::sync_is_due() const {
    return options_.now() - synced_ >= options_.sync_interval;
}

Status JournalFile::sync() {
    TUTELA_TRY(failure_);
    if (::fdatasync(file_.get()) != 0) return failed("cannot be made durable");
    synced_ = options_.now();
    ++syncs_;
    return {};
}

Status JournalFile::sync_folder() const {
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    const Descriptor fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.valid() && (::fsync(fd.get()) == 0 || errno == EINVAL)) return {};  // EINVAL: a file system without it
    return errno_status(errno, "the journal's folder cannot be made durable");
}

Status JournalFile::remove() {
    struct stat mine {};
    struct stat there {};
    if (::fstat(file_.get(), &mine) != 0) return errno_status(errno, "the journal cannot be looked at");
    const bool stands =
        ::lstat(path_.c_str(), &there) == 0 && there.st_ino == mine.st_ino && there.st_dev == mine.st_dev;
    if (!stands) return {};
    if (::unlink(path_.c_str()) != 0) {
        return Status(StatusCode::io_error, errno_status(errno, "the journal cannot be removed").message());
    }
    return {};
}

Result<std::uint64_t> JournalFile::size() const {
    struct stat facts {};
    if (::fstat(file_.get(), &facts) != 0) return errno_status(errno, "the journal cannot be looked at");
    return static_cast<std::uint64_t>(facts.st_size);
}

Result<std::size_t> JournalFile::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got =
            ::pread(file_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_status(errno, "the journal cannot be read");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

}  // namespace tutela
