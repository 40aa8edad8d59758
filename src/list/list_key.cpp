#include "tutela/list_key.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/secret_bytes.hpp"
#include "core/try.hpp"
#include "list/list_store.hpp"

namespace tutela {

ListKey::ListKey(std::shared_ptr<const SecretBytes> secret) noexcept : secret_(std::move(secret)) {}

Result<ListKey> ListKey::generate() {
    TUTELA_ASSIGN(SecretBytes secret, SecretBytes::of_random(kBytes));
    return ListKey(std::make_shared<const SecretBytes>(std::move(secret)));
}

Result<ListKey> ListKey::from_bytes(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != kBytes) return Status(StatusCode::invalid_argument, "a key of lists has 32 bytes");
    if (std::all_of(bytes.begin(), bytes.end(), [&](std::uint8_t byte) { return byte == bytes.front(); }))
        return Status(StatusCode::invalid_argument, "a key whose bytes are all equal was not drawn at random");
    TUTELA_ASSIGN(SecretBytes secret, SecretBytes::of_zeroes(kBytes));
    std::copy(bytes.begin(), bytes.end(), secret.writable().begin());
    return ListKey(std::make_shared<const SecretBytes>(std::move(secret)));
}

Result<ListKey> ListKey::from_text(std::string_view text) {
    TUTELA_ASSIGN(const SecretBytes secret, secret_of_text(text, kBytes));
    return from_bytes(secret.bytes());
}

Result<ListKey> ListKey::load(const std::filesystem::path& path) {
    TUTELA_ASSIGN(const SecretBytes text, read_secret_file(path, SecretFileMode::any));
    return from_text(text.text());
}

Status ListKey::save(const std::filesystem::path& path) const {
    TUTELA_ASSIGN(const SecretBytes hex, secret_hex(bytes()));
    TUTELA_ASSIGN(SecretBytes line, SecretBytes::of_zeroes(hex.size() + 1));
    *std::copy(hex.bytes().begin(), hex.bytes().end(), line.writable().begin()) = '\n';
    return create_secret_file(path, line.text());
}

std::span<const std::uint8_t> ListKey::bytes() const noexcept {
    return secret_->bytes();
}

Result<HashList> load_list(const std::filesystem::path& path, const ListOpenOptions& options) {
    TUTELA_ASSIGN(StoredList stored, open_stored(path, options));
    return std::move(stored.list);
}

Status save_encrypted(const HashList& list, const std::filesystem::path& path, const ListKey& key) {
    if (list.has_delta()) return Status(StatusCode::unsupported, "a list with a delta is two files; compact it first");
    TUTELA_ASSIGN(const ListLock lock, ListLock::take(path));
    return publish_snapshot(path, list, &key);
}

}  // namespace tutela
