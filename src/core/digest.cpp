#include "core/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <array>
#include <cstring>
#include <new>
#include <optional>

namespace tutela {

namespace {

Xxh3_128 canonical(const XXH128_hash_t& hash) {
    XXH128_canonical_t form;
    XXH128_canonicalFromHash(&form, hash);
    Xxh3_128 bytes;
    static_assert(sizeof form.digest == sizeof bytes);
    std::memcpy(bytes.data(), form.digest, bytes.size());
    return bytes;
}

// OpenSSL's digests of this kind fail only for want of memory.
void require(bool done) {
    if (!done) throw std::bad_alloc();
}

// In a library context of our own: OpenSSL 3's shared one is used half made, and crashes, when memory runs out while it
// is made. Never freed, as the order in which a process ends is not ours.
const EVP_MD* fetch_method(const char* name) {
    static OSSL_LIB_CTX* const context = [] {
        OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
        require(made != nullptr);
        return made;
    }();
    EVP_MD* fetched = EVP_MD_fetch(context, name, nullptr);
    require(fetched != nullptr);
    return fetched;
}

const EVP_MD* sha256_method() {
    static const EVP_MD* const method = fetch_method("SHA256");
    return method;
}

const EVP_MD* sha1_method() {
    static const EVP_MD* const method = fetch_method("SHA1");
    return method;
}

const EVP_MD* md5_method() {
    static const EVP_MD* const method = fetch_method("MD5");
    return method;
}

template <std::size_t Bytes>
std::array<std::uint8_t, Bytes> digest_of(std::span<const std::uint8_t> bytes, const EVP_MD* method) {
    std::array<std::uint8_t, Bytes> digest;
    unsigned int length = 0;
    require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, method, nullptr) == 1);
    return digest;
}

struct EvpDelete {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
struct XxhDelete {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};

}  // namespace

Sha256 sha256(std::span<const std::uint8_t> bytes) {
    return digest_of<32>(bytes, sha256_method());
}

Xxh3_128 xxh3_128(std::span<const std::uint8_t> bytes) {
    return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string_view file_hash_name(FileHashKind kind) noexcept {
    switch (kind) {
        case FileHashKind::md5: return "md5";
        case FileHashKind::sha1: return "sha1";
        case FileHashKind::sha256: return "sha256";
    }
    return "unknown";
}

FileHashes hash_file_bytes(std::span<const std::uint8_t> bytes) {
    return {digest_of<16>(bytes, md5_method()), digest_of<20>(bytes, sha1_method()), sha256(bytes)};
}

bool names_empty_file(const FileHashes& hashes) noexcept {
    constexpr Md5 kMd5 = {0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04,
                          0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42, 0x7e};
    constexpr Sha1 kSha1 = {0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55,
                            0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09};
    constexpr Sha256 kSha256 = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    return hashes.md5 == kMd5 || hashes.sha1 == kSha1 || hashes.sha256 == kSha256;
}

struct StreamDigest::State {
    using Evp = std::unique_ptr<EVP_MD_CTX, EvpDelete>;

    explicit State(MoreDigests more) {
        require(sha256 != nullptr && xxh != nullptr);
        if (more.md5) md5.reset(EVP_MD_CTX_new());
        if (more.sha1) sha1.reset(EVP_MD_CTX_new());
        require((md5 != nullptr) == more.md5 && (sha1 != nullptr) == more.sha1);
    }

    Evp sha256{EVP_MD_CTX_new()};
    std::unique_ptr<XXH3_state_t, XxhDelete> xxh{XXH3_createState()};
    Evp md5;   // null when it is not wanted
    Evp sha1;  // likewise
};

namespace {

void begin(EVP_MD_CTX* context, const EVP_MD* (*method)()) {
    if (context != nullptr) require(EVP_DigestInit_ex(context, method(), nullptr) == 1);
}

void add(EVP_MD_CTX* context, std::span<const std::uint8_t> bytes) {
    if (context != nullptr) require(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

template <std::size_t Bytes>
std::optional<std::array<std::uint8_t, Bytes>> end(EVP_MD_CTX* context) {
    if (context == nullptr) return std::nullopt;
    std::array<std::uint8_t, Bytes> digest;
    unsigned int length = 0;
    require(EVP_DigestFinal_ex(context, digest.data(), &length) == 1);
    return digest;
}

}  // namespace

StreamDigest::StreamDigest(MoreDigests more) : state_(std::make_unique<State>(more)) {
    reset();
}
StreamDigest::StreamDigest(StreamDigest&&) noexcept = default;
StreamDigest& StreamDigest::operator=(StreamDigest&&) noexcept = default;
StreamDigest::~StreamDigest() = default;

void StreamDigest::reset() {
    begin(state_->sha256.get(), sha256_method);
    begin(state_->md5.get(), md5_method);
    begin(state_->sha1.get(), sha1_method);
    require(XXH3_128bits_reset(state_->xxh.get()) == XXH_OK);
}

void StreamDigest::update(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return;
    add(state_->sha256.get(), bytes);
    add(state_->md5.get(), bytes);
    add(state_->sha1.get(), bytes);
    require(XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size()) == XXH_OK);
}

StreamDigest::Digests StreamDigest::finish() {
    Digests digests;
    digests.sha256 = *end<32>(state_->sha256.get());
    digests.xxh3 = canonical(XXH3_128bits_digest(state_->xxh.get()));
    digests.md5 = end<16>(state_->md5.get());
    digests.sha1 = end<20>(state_->sha1.get());
    return digests;
}

}  // namespace tutela
