#include "core/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <cstring>
#include <new>

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

// SHA-256 in a library context of our own: OpenSSL 3's shared one is used half made, and crashes, when memory runs out
// while it is made. Never freed, as the order in which a process ends is not ours.
const EVP_MD* sha256_method() {
    static OSSL_LIB_CTX* const context = [] {
        OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
        require(made != nullptr);
        return made;
    }();
    static EVP_MD* const method = [] {
        EVP_MD* fetched = EVP_MD_fetch(context, "SHA256", nullptr);
        require(fetched != nullptr);
        return fetched;
    }();
    return method;
}

struct EvpDelete {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
struct XxhDelete {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};

}  // namespace

Sha256 sha256(std::span<const std::uint8_t> bytes) {
    Sha256 digest;
    unsigned int length = 0;
    require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, sha256_method(), nullptr) == 1);
    return digest;
}

Xxh3_128 xxh3_128(std::span<const std::uint8_t> bytes) {
    return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

struct StreamDigest::State {
    std::unique_ptr<EVP_MD_CTX, EvpDelete> sha{EVP_MD_CTX_new()};
    std::unique_ptr<XXH3_state_t, XxhDelete> xxh{XXH3_createState()};
};

StreamDigest::StreamDigest() : state_(std::make_unique<State>()) {
    require(state_->sha != nullptr && state_->xxh != nullptr);
    reset();
}
StreamDigest::StreamDigest(StreamDigest&&) noexcept = default;
StreamDigest& StreamDigest::operator=(StreamDigest&&) noexcept = default;
StreamDigest::~StreamDigest() = default;

void StreamDigest::reset() {
    require(EVP_DigestInit_ex(state_->sha.get(), sha256_method(), nullptr) == 1);
    require(XXH3_128bits_reset(state_->xxh.get()) == XXH_OK);
}

void StreamDigest::update(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return;
    require(EVP_DigestUpdate(state_->sha.get(), bytes.data(), bytes.size()) == 1);
    require(XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size()) == XXH_OK);
}

StreamDigest::Digests StreamDigest::finish() {
    Digests digests;
    unsigned int length = 0;
    require(EVP_DigestFinal_ex(state_->sha.get(), digests.sha256.data(), &length) == 1);
    digests.xxh3 = canonical(XXH3_128bits_digest(state_->xxh.get()));
    return digests;
}

}  // namespace tutela
