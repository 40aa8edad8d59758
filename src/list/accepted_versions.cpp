// That the version of a list never goes back.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "core/file.hpp"
#include "core/try.hpp"
#include "list/signature_format.hpp"

namespace tutela {

namespace {

constexpr std::size_t kMaxStateBytes = std::size_t{8} << 20;

using State = std::vector<AcceptedVersion>;

Result<State> read_state(const std::filesystem::path& path) {
    const Result<std::string> text = read_text_file(path, kMaxStateBytes);
    if (text.status().code() == StatusCode::not_found) return State();
    if (!text.ok()) return text.status();
    return state_from_text(text.value());
}

AcceptedVersion* find(State& state, const SignedFacts& facts) noexcept {
    const auto same = [&](const AcceptedVersion& accepted) {
        return accepted.publisher == facts.publisher && accepted.list_name == facts.list_name;
    };
    const auto place = std::ranges::find_if(state, same);
    return place == state.end() ? nullptr : &*place;
}

Status check(const AcceptedVersion* known, const SignedFacts& facts) {
    if (known == nullptr || facts.version > known->version) return {};
    if (facts.version < known->version)
        return Status(StatusCode::permission_denied, "a newer version of the list has been accepted before");
    if (facts.digest != known->digest)
        return Status(StatusCode::permission_denied,
                      "another list has been accepted under this name and version before");
    return {};
}

bool remembers(const AcceptedVersion* known, const SignedFacts& facts) noexcept {
    return known != nullptr && known->version == facts.version;
}

// Held until the descriptor is closed. The state itself cannot be locked, as it is replaced.
Result<Descriptor> lock(const std::filesystem::path& state) {
    std::filesystem::path path = state;
    path += ".lock";
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR));
    if (!file.valid()) return errno_status(errno, "the lock of the state cannot be opened");
    constexpr int kTries = 200;
    constexpr std::chrono::milliseconds kPause{50};
    for (int i = 0; i < kTries; ++i) {
        if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
        if (errno != EWOULDBLOCK && errno != EINTR) return errno_status(errno, "the state cannot be locked");
        std::this_thread::sleep_for(kPause);
    }
    return Status(StatusCode::timeout, "another process keeps the state of accepted versions locked");
}

}  // namespace

Status accept_version(const ListSignature& signature, const std::filesystem::path& state_path) {
    const SignedFacts& facts = signature.facts;
    {  // what is known already needs no writing, and a folder that may only be read is enough
        TUTELA_ASSIGN(State state, read_state(state_path));
        const AcceptedVersion* known = find(state, facts);
        TUTELA_TRY(check(known, facts));
        if (remembers(known, facts)) return {};
    }
    TUTELA_ASSIGN(const Descriptor held, lock(state_path));
    TUTELA_ASSIGN(State state, read_state(state_path));
    AcceptedVersion* known = find(state, facts);
    TUTELA_TRY(check(known, facts));
    if (remembers(known, facts)) return {};
    if (known != nullptr) {
        known->version = facts.version;
        known->digest = facts.digest;
    } else {
        state.push_back({facts.publisher, facts.list_name, facts.version, facts.digest});
    }
    const std::string text = to_text(state);
    TUTELA_TRY(state_from_text(text).status());  // what could not be read again must not be written
    return publish_file(state_path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace tutela
