#include "list/list_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "core/digest.hpp"
#include "core/try.hpp"
#include "list/encrypted_file.hpp"
#include "list/list_access.hpp"
#include "tutela/list_update.hpp"

namespace tutela {

namespace {

constexpr int kAttempts = 100;
constexpr auto kLockWait = std::chrono::minutes(1);
constexpr std::size_t kMaxFileName = 255;  // of Linux

FileStamp stamp_from(const struct stat& facts) noexcept {
    const auto nanoseconds = [](const timespec& time) {
        return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_nsec};
    };
    return {facts.st_dev, facts.st_ino, facts.st_size, nanoseconds(facts.st_mtim), nanoseconds(facts.st_ctim)};
}

FileStamp stamp_of(const InputFile& file) noexcept {
    struct stat facts {};
    return ::fstat(file.descriptor(), &facts) == 0 ? stamp_from(facts) : FileStamp{};
}

// The last bytes of a snapshot, which are its digest, sound or not.
std::optional<Sha256> stored_digest(std::span<const std::uint8_t> snapshot) {
    Sha256 digest{};
    if (snapshot.size() < digest.size()) return std::nullopt;
    std::copy(snapshot.end() - static_cast<std::ptrdiff_t>(digest.size()), snapshot.end(), digest.begin());
    return digest;
}

Result<bool> is_encrypted(const InputFile& file) {
    std::array<std::uint8_t, 8> first{};
    TUTELA_ASSIGN(const std::size_t got, file.read_at(0, first));
    return begins_encrypted_list(std::span(first).first(got));
}

const ListKey* key_of(const ListOpenOptions& options) noexcept {
    return options.key ? &*options.key : nullptr;
}

// Never `unsupported`, which says of a list that it is none.
Status about_delta(const Status& status) {
    const StatusCode code = status.code() == StatusCode::unsupported ? StatusCode::corrupt : status.code();
    return Status(code, "its delta: " + status.message());
}

// By what a snapshot that takes a delta's place names it: the digest in it, or that of its file where it cannot be read.
Sha256 marker_of(const InputFile& delta, const ListKey* key) {
    if (const Result<Mapping> memory = map_list_file(delta, key); memory.ok()) {
        if (const std::optional<Sha256> digest = stored_digest(memory.value().bytes())) return *digest;
    }
    const Result<Mapping> raw = Mapping::of_file(delta.descriptor(), static_cast<std::size_t>(delta.size()));
    return raw.ok() ? sha256(raw.value().bytes()) : Sha256{};
}

Result<HashList> apply_delta(const HashList& base, const InputFile& file, bool encrypted, const ListKey* key) {
    TUTELA_ASSIGN(const bool delta_encrypted, is_encrypted(file));
    if (delta_encrypted != encrypted)
        return Status(StatusCode::corrupt, "of it and the list, one is encrypted and one is not");
    TUTELA_ASSIGN(Mapping memory, map_list_file(file, key));
    return ListAccess::apply(base, std::move(memory), Check::everything);
}

// The list with what its delta file says, if there is one.
Result<HashList> with_delta(HashList base, const std::filesystem::path& path, bool encrypted, const ListKey* key,
                            FileStamp& stamp) {
    Result<InputFile> opened = InputFile::open(delta_path(path));
    if (!opened.ok()) {
        const bool too_long = delta_path(path).filename().string().size() > kMaxFileName;
        if (opened.status().code() == StatusCode::not_found || too_long) return base;
        return about_delta(opened.status());
    }
    const InputFile& file = opened.value();
    stamp = stamp_of(file);
    Result<HashList> list = apply_delta(base, file, encrypted, key);
    if (list.ok()) return list;
    const std::span<const Sha256> replaced = ListAccess::layers(base)->base().replaced_delta;
    if (!replaced.empty() && marker_of(file, key) == replaced.front()) return base;
    return about_delta(list.status());
}

Result<StoredList> open_once(const std::filesystem::path& path, const ListOpenOptions& options,
                             const StoredList* before, FileStamp& base_stamp) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    base_stamp = stamp_of(file);
    TUTELA_ASSIGN(const bool encrypted, is_encrypted(file));
    const ListKey* key = key_of(options);
    const bool same_base = before != nullptr && before->base == base_stamp;
    TUTELA_ASSIGN(HashList base, same_base ? Result<HashList>(ListAccess::base_of(before->list))
                                           : ListAccess::load(file, options.check, key));
    FileStamp delta_stamp;
    TUTELA_ASSIGN(HashList list, with_delta(std::move(base), path, encrypted, key, delta_stamp));
    return StoredList{std::move(list), base_stamp, delta_stamp, encrypted};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Status remove_durably(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0) {
        return errno == ENOENT ? Status() : errno_status(errno, "the delta cannot be removed");
    }
    const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid() || ::fsync(folder.get()) != 0) return errno_status(errno, "the folder cannot be written");
    return {};
}

}  // namespace

FileStamp stamp_of(const std::filesystem::path& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? stamp_from(facts) : FileStamp{};
}

std::filesystem::path resolved(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_symlink(path, error)) return path;
    std::filesystem::path target = std::filesystem::canonical(path, error);
    return error ? path : target;
}

Result<StoredList> open_stored(const std::filesystem::path& named, const ListOpenOptions& options,
                               const StoredList* before) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const std::filesystem::path path = resolved(named);
        FileStamp base_stamp;
        Result<StoredList> opened = open_once(path, options, before, base_stamp);
        // A snapshot that was replaced meanwhile may have taken its delta along, or have got another one.
        if (base_stamp == FileStamp{} || stamp_of(named) == base_stamp) return opened;
    }
    return Status(StatusCode::unavailable, "the list is changed faster than it can be read");
}

Result<ListLock> ListLock::take(const std::filesystem::path& path) {
    Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return errno_status(errno, "the folder cannot be opened");
    const auto end = std::chrono::steady_clock::now() + kLockWait;
    while (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return errno_status(errno, "the folder cannot be locked");
        if (std::chrono::steady_clock::now() > end)
            return Status(StatusCode::unavailable, "another process is changing a list in this folder");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return ListLock(std::move(folder));
}

ListLock::~ListLock() {
    // A child that was forked meanwhile has the folder open too.
    if (folder_.valid()) (void)::flock(folder_.get(), LOCK_UN);
}

Status publish_snapshot(const std::filesystem::path& path, const HashList& list, const ListKey* key) {
    const auto publish = [&](std::span<const std::uint8_t> bytes) {
        return key != nullptr ? publish_encrypted(path, bytes, *key) : publish_file(path, bytes);
    };
    const Result<InputFile> delta = InputFile::open(delta_path(path));
    if (!delta.ok()) {
        const bool too_long = delta_path(path).filename().string().size() > kMaxFileName;
        if (delta.status().code() == StatusCode::not_found || too_long) return publish(list.bytes());
        return delta.status();
    }
    TUTELA_ASSIGN(const Mapping memory, ListAccess::replacing(list, marker_of(delta.value(), key)));
    TUTELA_TRY(publish(memory.bytes()));
    return remove_durably(delta_path(path));
}

Status publish_delta(const std::filesystem::path& path, const HashList& list, const ListKey* key) {
    // Whoever may read the list may read what has changed in it.
    return key != nullptr ? publish_encrypted(delta_path(path), list.bytes(), *key, &path)
                          : publish_file(delta_path(path), list.bytes(), &path);
}

}  // namespace tutela
