#include "core/file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/digest.hpp"
#include "core/try.hpp"

namespace tutela {

namespace {

// Calls until it is not interrupted by a signal.
template <typename Call>
auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

}  // namespace

Status errno_status(int error, std::string_view what) {
    StatusCode code = StatusCode::io_error;
    if (error == ENOENT || error == ENOTDIR) code = StatusCode::not_found;
    if (error == EACCES || error == EPERM || error == EROFS) code = StatusCode::permission_denied;
    return Status(code, std::string(what) + ": " + std::system_category().message(error));
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        if (valid()) (void)::close(number_);
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

Descriptor::~Descriptor() {
    if (valid()) (void)::close(number_);
}

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
    Descriptor descriptor(
        uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); }));
    if (!descriptor.valid()) {
        if (errno == ENXIO) return Status(StatusCode::unsupported, "it is no regular file");  // a socket
        return errno_status(errno, "the file cannot be opened");
    }
    struct stat facts {};
    if (fstat(descriptor.get(), &facts) != 0) return errno_status(errno, "the file cannot be looked at");
    if (!S_ISREG(facts.st_mode)) return Status(StatusCode::unsupported, "it is no regular file");
    return InputFile(std::move(descriptor), static_cast<std::uint64_t>(facts.st_size));
}

Result<std::size_t> InputFile::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = uninterrupted([&] {
            return pread(descriptor(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        });
        if (got < 0) return errno_status(errno, "the file cannot be read");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

namespace {

// A file that is being written in `folder`; removed again unless it was renamed to its final name.
class TemporaryFile {
public:
    explicit TemporaryFile(int folder) noexcept : folder_(folder) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (file_.valid()) (void)unlinkat(folder_, name_.c_str(), 0);
    }

    [[nodiscard]] Status create();
    [[nodiscard]] Status write(std::span<const std::uint8_t> bytes) const;
    // Gives it the mode, owner and group of the file that it will replace.
    [[nodiscard]] Status take_after(const struct stat& old) const;
    [[nodiscard]] Status sync() const;
    [[nodiscard]] Status rename_to(const std::string& name);

private:
    int folder_;
    std::string name_;
    Descriptor file_;
};

Status TemporaryFile::create() {
    std::array<std::uint8_t, 16> random{};
    if (uninterrupted([&] { return getrandom(random.data(), random.size(), 0); }) !=
        static_cast<ssize_t>(random.size())) {
        return errno_status(errno, "no random bytes for a temporary file's name");
    }
    name_ = ".tutela-" + bytes_to_hex(random) + ".tmp";
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    file_ = Descriptor(uninterrupted([&] { return openat(folder_, name_.c_str(), kFlags, S_IRUSR | S_IWUSR); }));
    if (!file_.valid()) return errno_status(errno, "a temporary file cannot be created in the folder");
    return {};
}

Status TemporaryFile::write(std::span<const std::uint8_t> bytes) const {
    constexpr std::size_t kMost = std::size_t{1} << 30;  // one call moves less than 2 GiB
    while (!bytes.empty()) {
        const ssize_t put =
            uninterrupted([&] { return ::write(file_.get(), bytes.data(), std::min(bytes.size(), kMost)); });
        if (put < 0) return errno_status(errno, "the temporary file cannot be written");
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
}

Status TemporaryFile::take_after(const struct stat& old) const {
    struct stat mine {};
    if (fstat(file_.get(), &mine) != 0) return errno_status(errno, "the temporary file cannot be looked at");
    mode_t mode = old.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
    const bool same = mine.st_uid == old.st_uid && mine.st_gid == old.st_gid;
    if (!same && fchown(file_.get(), old.st_uid, old.st_gid) != 0 && mine.st_gid != old.st_gid &&
        fchown(file_.get(), static_cast<uid_t>(-1), old.st_gid) != 0) {
        mode &= ~static_cast<mode_t>(S_IRWXG);
    }
    if (fchmod(file_.get(), mode) != 0) return errno_status(errno, "the mode cannot be set");
    return {};
}

Status TemporaryFile::sync() const {
    if (fsync(file_.get()) != 0) return errno_status(errno, "the temporary file cannot be made durable");
    return {};
}

Status TemporaryFile::rename_to(const std::string& name) {
    if (renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) {
        return errno_status(errno, "the temporary file cannot be renamed");
    }
    file_ = Descriptor();
    return {};
}

Result<Descriptor> open_folder(const std::filesystem::path& folder) {
    const char* name = folder.empty() ? "." : folder.c_str();
    Descriptor descriptor(uninterrupted([&] { return ::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!descriptor.valid()) return errno_status(errno, "the folder cannot be opened");
    return descriptor;
}

}  // namespace

Status publish_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                    const std::filesystem::path* like) {
    const std::string name = path.filename().string();
    if (name.empty() || name == "." || name == "..") return Status(StatusCode::io_error, "the path names no file");
    TUTELA_ASSIGN(const Descriptor folder, open_folder(path.parent_path()));

    TemporaryFile temporary(folder.get());
    TUTELA_TRY(temporary.create());
    TUTELA_TRY(temporary.write(bytes));
    struct stat old {};
    const bool is_there = like != nullptr ? stat(like->c_str(), &old) == 0
                                          : fstatat(folder.get(), name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (is_there && S_ISREG(old.st_mode)) TUTELA_TRY(temporary.take_after(old));
    TUTELA_TRY(temporary.sync());
    TUTELA_TRY(temporary.rename_to(name));
    if (fsync(folder.get()) != 0) return errno_status(errno, "the folder cannot be made durable");
    return {};
}

}  // namespace tutela
