#include "core/secret_bytes.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "core/file.hpp"
#include "core/try.hpp"

namespace tutela {

Status ready_sodium() noexcept {
    static const int outcome = sodium_init();  // 1: somebody else in the process has called it
    return outcome >= 0 ? Status() : Status(StatusCode::unavailable, "libsodium cannot be used");
}

void SecretBytes::Free::operator()(std::uint8_t* data) const noexcept {
    sodium_free(data);
}

Result<SecretBytes> SecretBytes::of_zeroes(std::size_t size) {
    TUTELA_TRY(ready_sodium());
    auto* const data = static_cast<std::uint8_t*>(sodium_malloc(std::max<std::size_t>(size, 1)));
    if (data == nullptr) throw std::bad_alloc();
    std::fill_n(data, size, std::uint8_t{0});
    return SecretBytes(data, size);
}

Result<SecretBytes> SecretBytes::of_random(std::size_t size) {
    TUTELA_ASSIGN(SecretBytes bytes, of_zeroes(size));
    randombytes_buf(bytes.writable().data(), size);
    return bytes;
}

Result<SecretBytes> secret_hex(std::span<const std::uint8_t> bytes) {
    TUTELA_ASSIGN(SecretBytes with_nul, SecretBytes::of_zeroes(bytes.size() * 2 + 1));
    TUTELA_ASSIGN(SecretBytes hex, SecretBytes::of_zeroes(bytes.size() * 2));
    (void)sodium_bin2hex(reinterpret_cast<char*>(with_nul.writable().data()), with_nul.size(), bytes.data(),
                         bytes.size());
    std::copy_n(with_nul.bytes().begin(), hex.size(), hex.writable().begin());
    return hex;
}

Result<SecretBytes> secret_of_text(std::string_view text, std::size_t size) {
    constexpr std::string_view kBlanks = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
    TUTELA_ASSIGN(SecretBytes bytes, SecretBytes::of_zeroes(size));
    std::uint8_t* const data = bytes.writable().data();
    std::size_t got = 0;
    const char* end = nullptr;
    const auto whole = [&] { return got == size && end == text.data() + text.size(); };
    if (text.size() == 2 * size) {
        if (sodium_hex2bin(data, size, text.data(), text.size(), nullptr, &got, &end) == 0 && whole()) return bytes;
    } else {
        for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING}) {
            if (sodium_base642bin(data, size, text.data(), text.size(), nullptr, &got, &end, variant) == 0 && whole())
                return bytes;
        }
    }
    return Status(StatusCode::invalid_argument,
                  "a key is " + std::to_string(size) + " bytes in hex or base64, and this is neither");
}

Result<SecretBytes> read_secret_file(const std::filesystem::path& path, SecretFileMode mode) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    struct stat facts {};
    if (fstat(file.descriptor(), &facts) != 0) return errno_status(errno, "the file cannot be looked at");
    if (mode == SecretFileMode::owner_alone && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return Status(StatusCode::permission_denied, "others than its owner can use the secret key's file");
    if (file.size() > kMaxSecretFileBytes) return Status(StatusCode::limit, "the file is too large for a key");
    TUTELA_ASSIGN(SecretBytes bytes, SecretBytes::of_zeroes(static_cast<std::size_t>(file.size())));
    TUTELA_ASSIGN(const std::size_t got, file.read_at(0, bytes.writable()));
    if (got != bytes.size()) return Status(StatusCode::io_error, "the file has changed while it was read");
    return bytes;
}

namespace {

Status write_whole(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = ::write(descriptor, text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno_status(errno, "the file cannot be written");
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    if (fsync(descriptor) != 0) return errno_status(errno, "the file cannot be made durable");
    return {};
}

}  // namespace

Status create_secret_file(const std::filesystem::path& path, std::string_view text) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    const Descriptor file(::open(path.c_str(), kFlags, S_IRUSR | S_IWUSR));
    if (!file.valid()) {
        if (errno == EEXIST)
            return Status(StatusCode::invalid_argument, "there is a file of that name, and keys replace nothing");
        return errno_status(errno, "the file cannot be created");
    }
    Status status = write_whole(file.get(), text);
    if (!status.ok()) {
        (void)unlink(path.c_str());
        return status;
    }
    const std::filesystem::path parent = path.parent_path();
    const Descriptor folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.valid()) (void)fsync(folder.get());
    return {};
}

}  // namespace tutela
