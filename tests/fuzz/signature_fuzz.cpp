// Any bytes as a signature, a state of accepted versions, pinned keys and an encrypted file: the first byte says which.
// What is read as a text that has one form is written back the same; nothing is decrypted that was not encrypted.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "list/encrypted_file.hpp"
#include "list/signature_format.hpp"
#include "tutela/list_key.hpp"
#include "tutela/list_signature.hpp"

namespace {

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

const tutela::ListKey& key() {
    static const tutela::ListKey key = [] {
        std::vector<std::uint8_t> bytes(tutela::ListKey::kBytes);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(i);
        return tutela::ListKey::from_bytes(bytes).value();
    }();
    return key;
}

// Begins as an encrypted file does, so that what is behind the magic is reached.
void decrypt(std::span<const std::uint8_t> bytes) {
    std::vector<std::uint8_t> file(tutela::kEncryptedMagic.begin(), tutela::kEncryptedMagic.end());
    file.insert(file.end(), bytes.begin(), bytes.end());
    require(!tutela::decrypt(file, &key()).ok());
    require(!tutela::decrypt(file, nullptr).ok());
    (void)tutela::decrypt(bytes, &key());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::span<const std::uint8_t> bytes(data + 1, size - 1);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    switch (data[0] % 4) {
        case 0: {
            const auto signature = tutela::signature_from_text(text);
            require(!signature.ok() || tutela::to_text(signature.value()) == text);
            break;
        }
        case 1: {
            const auto state = tutela::state_from_text(text);
            require(!state.ok() || tutela::to_text(state.value()) == text);
            break;
        }
        case 2: {
            const auto pinned = tutela::PinnedKeys::from_text(text);
            require(!pinned.ok() || pinned.value().size() > 0);
            break;
        }
        default: decrypt(bytes);
    }
    return 0;
}
