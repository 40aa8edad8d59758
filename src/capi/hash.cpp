// Status, version and hashes of the C interface.
#include "tutela/hash.hpp"

#include "capi/translate.hpp"

namespace {

using tutela::StatusCode;
using tutela::capi::guarded;
using tutela::capi::require;

static_assert(TUTELA_OK == static_cast<int>(StatusCode::ok));
static_assert(TUTELA_CANCELLED == static_cast<int>(StatusCode::cancelled));
static_assert(TUTELA_INVALID_ARGUMENT == static_cast<int>(StatusCode::invalid_argument));
static_assert(TUTELA_TOO_SMALL == static_cast<int>(StatusCode::too_small));
static_assert(TUTELA_LIMIT == static_cast<int>(StatusCode::limit));
static_assert(TUTELA_NOT_FOUND == static_cast<int>(StatusCode::not_found));
static_assert(TUTELA_PERMISSION_DENIED == static_cast<int>(StatusCode::permission_denied));
static_assert(TUTELA_IO_ERROR == static_cast<int>(StatusCode::io_error));
static_assert(TUTELA_UNSUPPORTED == static_cast<int>(StatusCode::unsupported));
static_assert(TUTELA_CORRUPT == static_cast<int>(StatusCode::corrupt));
static_assert(TUTELA_CHECKSUM_MISMATCH == static_cast<int>(StatusCode::checksum_mismatch));
static_assert(TUTELA_VERSION_MISMATCH == static_cast<int>(StatusCode::version_mismatch));
static_assert(TUTELA_OUT_OF_MEMORY == static_cast<int>(StatusCode::out_of_memory));
static_assert(TUTELA_CRASHED == static_cast<int>(StatusCode::crashed));
static_assert(TUTELA_UNAVAILABLE == static_cast<int>(StatusCode::unavailable));
static_assert(TUTELA_INTERNAL == static_cast<int>(StatusCode::internal));
static_assert(sizeof(tutela_error) == 256);

template <std::size_t Bits, typename CHash>
tutela_status from_hex(const char* hex, CHash* hash, tutela_error* error) noexcept {
    return guarded(error, [&]() -> tutela::Status {
        TUTELA_TRY(require(hex, "hex"));
        TUTELA_TRY(require(hash, "hash"));
        TUTELA_ASSIGN(const auto value, tutela::hash_from_hex<Bits>(hex));
        *hash = std::bit_cast<CHash>(value);
        return {};
    });
}

template <std::size_t Bits, typename CHash>
tutela_status to_hex(const CHash* hash, char* hex, tutela_error* error) noexcept {
    return guarded(error, [&]() -> tutela::Status {
        TUTELA_TRY(require(hash, "hash"));
        TUTELA_TRY(require(hex, "hex"));
        const std::string text = tutela::to_hex(std::bit_cast<tutela::Hash<Bits>>(*hash));
        return tutela::capi::copy_text(text, hex, text.size() + 1, nullptr);
    });
}

template <std::size_t Bits, typename CHash>
std::uint32_t distance(const CHash* a, const CHash* b) noexcept {
    if (a == nullptr || b == nullptr) return UINT32_MAX;
    return tutela::distance(std::bit_cast<tutela::Hash<Bits>>(*a), std::bit_cast<tutela::Hash<Bits>>(*b));
}

}  // namespace

// The names are string literals, so their data() ends with NUL; a test holds them to it.
const char* tutela_status_name(tutela_status status) {
    return tutela::status_name(static_cast<StatusCode>(status)).data();
}

const char* tutela_version() {
    return tutela::version().data();
}

tutela_status tutela_hash64_from_hex(const char* hex, tutela_hash64* hash, tutela_error* error) {
    return from_hex<64>(hex, hash, error);
}

tutela_status tutela_hash256_from_hex(const char* hex, tutela_hash256* hash, tutela_error* error) {
    return from_hex<256>(hex, hash, error);
}

tutela_status tutela_hash64_to_hex(const tutela_hash64* hash, char* hex, tutela_error* error) {
    return to_hex<64>(hash, hex, error);
}

tutela_status tutela_hash256_to_hex(const tutela_hash256* hash, char* hex, tutela_error* error) {
    return to_hex<256>(hash, hex, error);
}

std::uint32_t tutela_hash64_distance(const tutela_hash64* a, const tutela_hash64* b) {
    return distance<64>(a, b);
}

std::uint32_t tutela_hash256_distance(const tutela_hash256* a, const tutela_hash256* b) {
    return distance<256>(a, b);
}
