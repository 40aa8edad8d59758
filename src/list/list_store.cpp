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

#include "core/try.hpp"
#include "list/encrypted_file.hpp"
#include "list/list_access.hpp"
#include "tutela/list_update.hpp"

namespace tutela {

namespace {

constexpr int kAttempts = 100;
constexpr auto kLockWait = std::chrono::minutes(1);

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

const ListKey* key_of(const ListOpenOptions& options) noexcept {
    return options.key ? &*options.key : nullptr;
}

Status about_delta(const Status& status) {
    return status.ok() ? status : Status(status.code(), "its delta: " + status.message());
}

// The list with what its delta file says, if there is one.
Result<HashList> with_delta(HashList base, const std::filesystem::path& path, const ListKey* key, FileStamp& stamp) {
    Result<InputFile> opened = InputFile::open(delta_path(path));
    if (!opened.ok()) {
        if (opened.status().code() == StatusCode::not_found) return base;
        return about_delta(opened.status());
    }
    const InputFile& file = opened.value();
    stamp = stamp_of(file);
    Result<Mapping> memory = map_list_file(file, key);
    if (!memory.ok()) return about_delta(memory.status());
    const std::span<const Sha256> replaced = ListAccess::layers(base)->base().replaced_delta;
    if (!replaced.empty() && stored_digest(memory.value().bytes()) == replaced.front()) return base;
    Result<HashList> list = ListAccess::apply(base, std::move(memory).value(), Check::everything);
    return list.ok() ? std::move(list) : about_delta(list.status());
}

Result<StoredList> open_once(const std::filesystem::path& path, const ListOpenOptions& options,
                             const StoredList* before, FileStamp& base_stamp) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    base_stamp = stamp_of(file);
    std::array<std::uint8_t, 8> first{};
    TUTELA_ASSIGN(const std::size_t got, file.read_at(0, first));
    const bool encrypted = begins_encrypted_list(std::span(first).first(got));
    const ListKey* key = key_of(options);
    const bool same_base = before != nullptr && before->base == base_stamp;
    TUTELA_ASSIGN(HashList base, same_base ? Result<HashList>(ListAccess::base_of(before->list))
                                           : ListAccess::load(file, options.check, key));
    FileStamp delta_stamp;
    TUTELA_ASSIGN(HashList list, with_delta(std::move(base), path, key, delta_stamp));
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

Result<StoredList> open_stored(const std::filesystem::path& path, const ListOpenOptions& options,
                               const StoredList* before) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        FileStamp base_stamp;
        Result<StoredList> opened = open_once(path, options, before, base_stamp);
        // A snapshot that was replaced meanwhile may have taken its delta along, or have got another one.
        if (base_stamp == FileStamp{} || stamp_of(path) == base_stamp) return opened;
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

namespace {

Status publish(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, const ListKey* key) {
    return key != nullptr ? publish_encrypted(path, bytes, *key) : publish_file(path, bytes);
}

// The digest of the delta beside a list, as far as it can be read.
std::optional<Sha256> digest_of(const InputFile& delta, const ListKey* key) {
    const Result<Mapping> memory = map_list_file(delta, key);
    return memory.ok() ? stored_digest(memory.value().bytes()) : std::nullopt;
}

}  // namespace

Status publish_snapshot(const std::filesystem::path& path, const HashList& list, const ListKey* key) {
    const Result<InputFile> delta = InputFile::open(delta_path(path));
    if (delta.status().code() == StatusCode::not_found) return publish(path, list.bytes(), key);
    if (!delta.ok()) return delta.status();
    if (const std::optional<Sha256> digest = digest_of(delta.value(), key)) {
        TUTELA_ASSIGN(const Mapping memory, ListAccess::replacing(list, *digest));
        TUTELA_TRY(publish(path, memory.bytes(), key));
    } else {
        TUTELA_TRY(publish(path, list.bytes(), key));
    }
    return remove_durably(delta_path(path));
}

Status publish_delta(const std::filesystem::path& path, const HashList& list, const ListKey* key) {
    return publish(delta_path(path), list.bytes(), key);
}

}  // namespace tutela
