#include <algorithm>

#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/signature_format.hpp"

namespace tutela {

namespace {

constexpr std::size_t kMaxPinnedBytes = std::size_t{4} << 20;
constexpr std::string_view kLineBlanks = " \t\r";

std::string_view without_blanks(std::string_view text) noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(kLineBlanks), text.size()));
    return text.substr(0, text.find_last_not_of(kLineBlanks) + 1);
}

Status bad_line(std::size_t number, const char* why) {
    return Status(StatusCode::corrupt, "line " + std::to_string(number) + " of the pinned keys " + why);
}

}  // namespace

Result<PinnedKeys> PinnedKeys::from_text(std::string_view text) {
    if (!is_utf8(text)) return Status(StatusCode::corrupt, "the pinned keys are no UTF-8 text");
    PinnedKeys pinned;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = without_blanks(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') continue;
        if (pinned.size() == kMaxKeys) return Status(StatusCode::limit, "there are too many pinned keys");
        const std::size_t blank = line.find_last_of(kLineBlanks);
        if (blank == std::string_view::npos) return bad_line(number, "is not 'name key'");
        const Result<PublicKey> key = public_key_from_hex(line.substr(blank + 1));
        if (!key.ok()) return bad_line(number, "does not end with a key of 64 hex digits");
        pinned.keys_.emplace_back(key.value(), without_blanks(line.substr(0, blank)));
    }
    if (pinned.size() == 0) return Status(StatusCode::corrupt, "no key is pinned");
    std::ranges::sort(pinned.keys_);
    const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
    if (std::ranges::adjacent_find(pinned.keys_, same_key) != pinned.keys_.end())
        return Status(StatusCode::corrupt, "a key is pinned twice");
    return pinned;
}

Result<PinnedKeys> PinnedKeys::load(const std::filesystem::path& path) {
    TUTELA_ASSIGN(const std::string text, read_text_file(path, kMaxPinnedBytes));
    return from_text(text);
}

const std::string* PinnedKeys::name_of(const PublicKey& key) const noexcept {
    const auto place = std::ranges::lower_bound(keys_, key, {}, [](const auto& pinned) { return pinned.first; });
    return place != keys_.end() && place->first == key ? &place->second : nullptr;
}

}  // namespace tutela
