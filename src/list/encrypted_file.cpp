#include "list/encrypted_file.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "core/bytes.hpp"
#include "core/secret_bytes.hpp"
#include "core/try.hpp"
#include "list/snapshot_format.hpp"

namespace tutela {

namespace {

static_assert(kEncryptedChunkMore == crypto_secretstream_xchacha20poly1305_ABYTES);
static_assert(ListKey::kBytes == crypto_secretstream_xchacha20poly1305_KEYBYTES);

constexpr std::size_t kStreamBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t kKeyCheckBytes = crypto_generichash_BYTES_MIN;

// The whole of it vouches for each chunk.
using HeaderBytes = std::array<std::uint8_t, kEncryptedHeaderBytes>;

struct Header {
    std::uint32_t version = kEncryptedVersion;
    std::uint32_t chunk_bytes = kEncryptedChunkBytes;
    std::uint64_t plain_bytes = 0;
    std::array<std::uint8_t, kStreamBytes> stream{};
    std::array<std::uint8_t, kKeyCheckBytes> key_check{};
};
static_assert(kEncryptedMagic.size() + sizeof(Header) == kEncryptedHeaderBytes);

Header parse_header(const HeaderBytes& bytes) noexcept {
    ByteReader in(std::span<const std::uint8_t>(bytes).subspan(kEncryptedMagic.size()));
    Header header;
    header.version = in.u32();
    header.chunk_bytes = in.u32();
    header.plain_bytes = in.u64();
    header.stream = in.array<kStreamBytes>();
    header.key_check = in.array<kKeyCheckBytes>();
    return header;
}

HeaderBytes bytes_of(const Header& header) noexcept {
    HeaderBytes bytes{};
    ByteWriter out(bytes);
    out.put({reinterpret_cast<const std::uint8_t*>(kEncryptedMagic.data()), kEncryptedMagic.size()});
    out.u32(header.version);
    out.u32(header.chunk_bytes);
    out.u64(header.plain_bytes);
    out.put(header.stream);
    out.put(header.key_check);
    return bytes;
}

constexpr std::uint64_t chunks_of(std::uint64_t plain_bytes) noexcept {
    return std::max<std::uint64_t>(1, (plain_bytes + kEncryptedChunkBytes - 1) / kEncryptedChunkBytes);
}

constexpr std::uint64_t file_bytes_of(std::uint64_t plain_bytes) noexcept {
    return kEncryptedHeaderBytes + plain_bytes + chunks_of(plain_bytes) * kEncryptedChunkMore;
}

// Tells a wrong key from a damaged file. It depends on the file, so that it does not show which files share a key.
std::array<std::uint8_t, kKeyCheckBytes> key_check(std::span<const std::uint8_t, kStreamBytes> stream,
                                                   const ListKey& key) noexcept {
    constexpr std::string_view kDomain = "tutela list key";
    std::array<std::uint8_t, kDomain.size() + kStreamBytes> message{};
    std::copy(stream.begin(), stream.end(), std::copy(kDomain.begin(), kDomain.end(), message.begin()));
    std::array<std::uint8_t, kKeyCheckBytes> check{};
    (void)crypto_generichash(check.data(), check.size(), message.data(), message.size(), key.bytes().data(),
                             key.bytes().size());
    return check;
}

// The state of a stream holds a key.
class Stream {
public:
    [[nodiscard]] static Result<Stream> make() {
        TUTELA_ASSIGN(SecretBytes memory, SecretBytes::of_zeroes(sizeof(crypto_secretstream_xchacha20poly1305_state)));
        return Stream(std::move(memory));
    }
    [[nodiscard]] crypto_secretstream_xchacha20poly1305_state* state() noexcept {
        static_assert(alignof(crypto_secretstream_xchacha20poly1305_state) == 1);
        return reinterpret_cast<crypto_secretstream_xchacha20poly1305_state*>(memory_.writable().data());
    }

private:
    explicit Stream(SecretBytes memory) noexcept : memory_(std::move(memory)) {}
    SecretBytes memory_;
};

constexpr std::uint8_t tag_of(bool last) noexcept {
    return last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
}

Status cut() {
    return Status(StatusCode::corrupt, "the encrypted list is cut");
}

Status changed() {
    return Status(StatusCode::checksum_mismatch, "the encrypted list is not what was written");
}

// Reads from an encrypted file; fewer bytes than asked for mean its end.
using Read = std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> into)>;

// Whether the header agrees with the file and the key.
Status check_header(const Header& header, std::uint64_t file_bytes, const ListKey* key) {
    if (header.version != kEncryptedVersion)
        return Status(StatusCode::version_mismatch, "the encrypted list has a format version this build does not know");
    if (header.chunk_bytes != kEncryptedChunkBytes)
        return Status(StatusCode::corrupt, "the header of the encrypted list is damaged");
    if (header.plain_bytes > kMaxSnapshotBytes) return Status(StatusCode::limit, "the snapshot is larger than 1 TiB");
    const std::uint64_t whole = file_bytes_of(header.plain_bytes);
    if (file_bytes < whole) return cut();
    if (file_bytes > whole) return Status(StatusCode::corrupt, "the encrypted list has bytes behind its end");
    if (key == nullptr) return Status(StatusCode::permission_denied, "the list is encrypted, and there is no key");
    TUTELA_TRY(ready_sodium());
    const auto check = key_check(header.stream, *key);
    if (sodium_memcmp(check.data(), header.key_check.data(), check.size()) != 0)
        return Status(StatusCode::permission_denied,
                      "the list is encrypted with another key, or its header is damaged");
    return {};
}

Result<Mapping> decrypt_from(const Read& read, std::uint64_t file_bytes, const ListKey* key) {
    HeaderBytes header_bytes{};
    TUTELA_ASSIGN(const std::size_t got, read(0, header_bytes));
    if (!begins_encrypted_list(header_bytes)) return Status(StatusCode::unsupported, "it is no encrypted list");
    if (got < header_bytes.size()) return cut();
    const Header header = parse_header(header_bytes);
    TUTELA_TRY(check_header(header, file_bytes, key));
    TUTELA_ASSIGN(Stream stream, Stream::make());
    if (crypto_secretstream_xchacha20poly1305_init_pull(stream.state(), header.stream.data(), key->bytes().data()) != 0)
        return changed();
    Mapping plain = Mapping::of_zeroes(static_cast<std::size_t>(header.plain_bytes));
    Mapping buffer = Mapping::of_zeroes(kEncryptedChunkBytes + kEncryptedChunkMore);
    std::span<std::uint8_t> rest = plain.writable();
    std::uint64_t offset = header_bytes.size();
    for (bool last = false; !last;) {
        const std::size_t size = std::min(kEncryptedChunkBytes, rest.size());
        last = size == rest.size();
        const std::span<std::uint8_t> chunk = buffer.writable().first(size + kEncryptedChunkMore);
        TUTELA_ASSIGN(const std::size_t chunk_got, read(offset, chunk));
        std::uint8_t tag = 0;
        std::uint8_t nothing = 0;  // where an empty plaintext goes
        if (chunk_got != chunk.size() ||
            crypto_secretstream_xchacha20poly1305_pull(stream.state(), size == 0 ? &nothing : rest.data(), nullptr,
                                                       &tag, chunk.data(), chunk.size(), header_bytes.data(),
                                                       header_bytes.size()) != 0 ||
            tag != tag_of(last)) {
            return changed();
        }
        rest = rest.subspan(size);
        offset += chunk.size();
    }
    plain.seal();
    return plain;
}

}  // namespace

bool begins_encrypted_list(std::span<const std::uint8_t> first) noexcept {
    return first.size() >= kEncryptedMagic.size() &&
           std::equal(kEncryptedMagic.begin(), kEncryptedMagic.end(), first.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

Result<Mapping> map_list_file(const InputFile& file, const ListKey* key) {
    std::array<std::uint8_t, kEncryptedMagic.size()> first{};
    TUTELA_ASSIGN(const std::size_t got, file.read_at(0, first));
    if (begins_encrypted_list(std::span(first).first(got))) {
        const Read read = [&file](std::uint64_t offset, std::span<std::uint8_t> into) {
            return file.read_at(offset, into);
        };
        return decrypt_from(read, file.size(), key);
    }
    if (file.size() > kMaxSnapshotBytes) return Status(StatusCode::limit, "the snapshot is larger than 1 TiB");
    return Mapping::of_file(file.descriptor(), static_cast<std::size_t>(file.size()));
}

Result<Mapping> decrypt(std::span<const std::uint8_t> file, const ListKey* key) {
    const Read read = [file](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t> {
        const std::size_t from = std::min<std::size_t>(file.size(), static_cast<std::size_t>(offset));
        const std::size_t count = std::min(into.size(), file.size() - from);
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(from), count, into.begin());
        return count;
    };
    return decrypt_from(read, file.size(), key);
}

Status publish_encrypted(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, const ListKey& key,
                         const std::filesystem::path* like) {
    if (bytes.size() > kMaxSnapshotBytes) return Status(StatusCode::limit, "the snapshot is larger than 1 TiB");
    TUTELA_ASSIGN(Stream stream, Stream::make());
    Header header;
    header.plain_bytes = bytes.size();
    (void)crypto_secretstream_xchacha20poly1305_init_push(stream.state(), header.stream.data(), key.bytes().data());
    header.key_check = key_check(header.stream, key);
    const HeaderBytes header_bytes = bytes_of(header);
    Mapping file = Mapping::of_zeroes(static_cast<std::size_t>(file_bytes_of(bytes.size())));
    std::uint8_t* into = std::copy(header_bytes.begin(), header_bytes.end(), file.writable().data());
    do {
        const std::span<const std::uint8_t> chunk = bytes.first(std::min(bytes.size(), kEncryptedChunkBytes));
        bytes = bytes.subspan(chunk.size());
        (void)crypto_secretstream_xchacha20poly1305_push(stream.state(), into, nullptr, chunk.data(), chunk.size(),
                                                         header_bytes.data(), header_bytes.size(),
                                                         tag_of(bytes.empty()));
        into += chunk.size() + kEncryptedChunkMore;
    } while (!bytes.empty());
    return publish_file(path, file.bytes(), like);
}

}  // namespace tutela
