#include <sodium.h>

#include <algorithm>
#include <utility>

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/secret_bytes.hpp"
#include "core/try.hpp"
#include "list/list_access.hpp"
#include "list/signature_format.hpp"

namespace tutela {

namespace {

constexpr std::string_view kKeyTitle = "tutela-signing-key 1\n";
constexpr std::size_t kSeedBytes = crypto_sign_SEEDBYTES;
static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(PublicKey) && crypto_sign_BYTES == sizeof(ListSignature::signature));

Status refused(const char* why) {
    return Status(StatusCode::permission_denied, why);
}

// The digest of a list that was loaded by its layout is what the file claims.
Status confirm_digest(const HashList& list) {
    const ListLayers& layers = *ListAccess::layers(list);
    const bool checked = layers.base().checked && layers.top().snapshot.checked;
    return checked ? Status() : list.verify();
}

const std::uint8_t* data_of(std::string_view text) noexcept {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

struct SigningAccess {
    static Result<SigningKey> from_seed(std::span<const std::uint8_t> seed) {
        TUTELA_ASSIGN(SecretBytes secret, SecretBytes::of_zeroes(crypto_sign_SECRETKEYBYTES));
        PublicKey key;
        (void)crypto_sign_seed_keypair(key.bytes.data(), secret.writable().data(), seed.data());
        return SigningKey(std::make_shared<const SecretBytes>(std::move(secret)), key);
    }
    static std::span<const std::uint8_t> secret(const SigningKey& key) noexcept { return key.secret_->bytes(); }
};

std::string to_hex(const PublicKey& key) {
    return bytes_to_hex(key.bytes);
}

Result<PublicKey> public_key_from_hex(std::string_view hex) {
    PublicKey key;
    if (file_hash_from_hex(hex, key.bytes)) return key;
    return Status(StatusCode::invalid_argument, "a public key is 64 hex digits");
}

SigningKey::SigningKey(std::shared_ptr<const SecretBytes> secret, const PublicKey& public_key) noexcept
    : secret_(std::move(secret)), public_key_(public_key) {}

Result<SigningKey> SigningKey::generate() {
    TUTELA_ASSIGN(const SecretBytes seed, SecretBytes::of_random(kSeedBytes));
    return SigningAccess::from_seed(seed.bytes());
}

Result<SigningKey> SigningKey::load(const std::filesystem::path& path) {
    TUTELA_ASSIGN(const SecretBytes file, read_secret_file(path, SecretFileMode::owner_alone));
    std::string_view text = file.text();
    if (!text.starts_with(kKeyTitle)) return Status(StatusCode::corrupt, "it is no secret key for signing");
    text.remove_prefix(kKeyTitle.size());
    const Result<SecretBytes> seed = secret_of_text(text, kSeedBytes);
    if (!seed.ok()) return Status(StatusCode::corrupt, "the secret key for signing is damaged");
    return SigningAccess::from_seed(seed.value().bytes());
}

Status SigningKey::save(const std::filesystem::path& path) const {
    TUTELA_ASSIGN(const SecretBytes hex, secret_hex(SigningAccess::secret(*this).first(kSeedBytes)));
    TUTELA_ASSIGN(SecretBytes text, SecretBytes::of_zeroes(kKeyTitle.size() + hex.size() + 1));
    auto place = std::copy(kKeyTitle.begin(), kKeyTitle.end(), text.writable().begin());
    *std::copy(hex.bytes().begin(), hex.bytes().end(), place) = '\n';
    return create_secret_file(path, text.text());
}

Result<ListSignature> load_signature(const std::filesystem::path& path) {
    TUTELA_ASSIGN(const std::string text, read_text_file(path, kMaxSignatureFileBytes));
    return signature_from_text(text);
}

Status save_signature(const ListSignature& signature, const std::filesystem::path& path) {
    const std::string text = to_text(signature);
    return publish_file(path, {data_of(text), text.size()});
}

std::filesystem::path signature_path(const std::filesystem::path& list) {
    std::filesystem::path path = list;
    return path += ".sig";
}

Result<ListSignature> sign_list(const HashList& list, SignedFacts facts, const SigningKey& key) {
    const auto invalid = [](const char* why) { return Status(StatusCode::invalid_argument, why); };
    if (!is_list_name(facts.list_name)) {
        return invalid(
            "the name of a signed list is 1 to 255 bytes of UTF-8 without control characters and outer blanks");
    }
    if (facts.version == 0) return invalid("the first version of a list is 1");
    const SecondUtc end_of_time = SecondUtc(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31)) +
                                  std::chrono::hours(24) - std::chrono::seconds(1);
    if (facts.created < SecondUtc() || facts.created > end_of_time || facts.expires.value_or(end_of_time) > end_of_time)
        return invalid("the years of a signature are 1970 to 9999");
    if (facts.expires && *facts.expires <= facts.created) return invalid("a list cannot expire before it is made");
    TUTELA_TRY(confirm_digest(list));
    facts.digest = ListAccess::layers(list)->top().snapshot.digest;
    facts.publisher = key.public_key();
    ListSignature made{std::move(facts)};
    const std::string message = signed_message(made.facts);
    (void)crypto_sign_detached(made.signature.data(), nullptr, data_of(message), message.size(),
                               SigningAccess::secret(key).data());
    return made;
}

Status verify_signature(const HashList& list, const ListSignature& signature, const PinnedKeys& pinned, SecondUtc now,
                        std::string_view list_name) {
    const SignedFacts& facts = signature.facts;
    if (pinned.name_of(facts.publisher) == nullptr) return refused("the list is signed by nobody who is trusted");
    TUTELA_TRY(ready_sodium());
    const std::string message = signed_message(facts);
    if (crypto_sign_verify_detached(signature.signature.data(), data_of(message), message.size(),
                                    facts.publisher.bytes.data()) != 0) {
        return Status(StatusCode::checksum_mismatch, "the signature is not the publisher's");
    }
    if (!list_name.empty() && facts.list_name != list_name)
        return refused("the signature is of a list of another name");
    if (facts.expires && *facts.expires <= now) return refused("the list has expired");
    if (facts.created > now + kSignatureLeeway) return refused("the list was signed after now: a clock is wrong");
    TUTELA_TRY(confirm_digest(list));
    if (facts.digest != ListAccess::layers(list)->top().snapshot.digest)
        return Status(StatusCode::checksum_mismatch, "the signature is of another list, or the list was changed");
    return {};
}

}  // namespace tutela
