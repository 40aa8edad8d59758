#include <algorithm>
#include <charconv>

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/signature_format.hpp"
#include "tutela/known_item.hpp"

namespace tutela {

namespace {

constexpr std::string_view kSignatureTitle = "tutela-list-signature";
constexpr std::string_view kStateTitle = "tutela-list-versions";
constexpr std::string_view kNever = "never";
constexpr std::size_t kMaxState = 10'000;
constexpr std::int64_t kSignedSecondUs = 1'000'000;

Status no_signature() {
    return Status(StatusCode::corrupt, "it is no signature of a list");
}

Status no_state() {
    return Status(StatusCode::corrupt, "it is no state of accepted versions, or it is damaged");
}

// What stands behind the word that a line begins with.
std::optional<std::string_view> value_of(std::string_view line, std::string_view word) noexcept {
    if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ') return std::nullopt;
    return line.substr(word.size() + 1);
}

// "TITLE 1": whether it is that, and of a version that is known.
Status check_title(std::string_view& text, std::string_view title, const Status& none) {
    const std::optional<std::string_view> line = next_line(text);
    const std::optional<std::string_view> version = line ? value_of(*line, title) : std::nullopt;
    const std::optional<std::uint64_t> number = version ? number_of(*version) : std::nullopt;
    if (!number) return none;
    if (*number != kSignatureFormatVersion)
        return Status(StatusCode::version_mismatch, "it has a format version that this build does not know");
    return {};
}

// The value of the next line, which must begin with the word; empty when it does not, as no value is.
std::string_view take_value(std::string_view& text, std::string_view word) noexcept {
    const std::optional<std::string_view> line = next_line(text);
    return line ? value_of(*line, word).value_or(std::string_view()) : std::string_view();
}

}  // namespace

std::optional<std::uint64_t> number_of(std::string_view digits) noexcept {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (digits.front() == '0' && digits.size() > 1) return std::nullopt;
    return value;
}

template <std::size_t Bytes>
bool strict_hex(std::string_view hex, std::array<std::uint8_t, Bytes>& bytes) noexcept {
    if (hex.size() != 2 * Bytes) return false;
    const auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    for (std::size_t i = 0; i < Bytes; ++i) {
        const int high = value(hex[2 * i]);
        const int low = value(hex[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}
template bool strict_hex<32>(std::string_view, std::array<std::uint8_t, 32>&) noexcept;
template bool strict_hex<64>(std::string_view, std::array<std::uint8_t, 64>&) noexcept;

std::optional<std::string_view> next_line(std::string_view& text) noexcept {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t most) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    if (file.size() > most)
        return Status(StatusCode::limit, "the file is larger than " + std::to_string(most) + " bytes");
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    TUTELA_ASSIGN(const std::size_t got, file.read_at(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
    text.resize(got);
    return text;
}

bool is_list_name(std::string_view name) noexcept {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return !name.empty() && name.size() <= kMaxListNameBytes && is_utf8(name) &&
           std::ranges::none_of(name, is_control) && name.front() != ' ' && name.back() != ' ';
}

Result<SecondUtc> time_from_text(std::string_view text) {
    const std::optional<std::int64_t> time_us = parse_record_time(text);
    if (!time_us || *time_us < 0 || *time_us % kSignedSecondUs != 0 || record_time_text(*time_us) != text)
        return Status(StatusCode::invalid_argument, "a time is written as 2026-11-30T11:31:18Z");
    return SecondUtc(std::chrono::seconds(*time_us / kSignedSecondUs));
}

std::string to_text(SecondUtc time) {
    return record_time_text(time.time_since_epoch().count() * kSignedSecondUs);
}

std::string signed_message(const SignedFacts& facts) {
    return std::string(kSignatureTitle) + ' ' + std::to_string(kSignatureFormatVersion) + "\nlist " + facts.list_name +
           "\nversion " + std::to_string(facts.version) + "\ndigest " + bytes_to_hex(facts.digest) + "\ncreated " +
           to_text(facts.created) + "\nexpires " + (facts.expires ? to_text(*facts.expires) : std::string(kNever)) +
           "\npublisher " + to_hex(facts.publisher) + '\n';
}

std::string to_text(const ListSignature& signature) {
    return signed_message(signature.facts) + "signature " + bytes_to_hex(signature.signature) + '\n';
}

Result<ListSignature> signature_from_text(std::string_view text) {
    if (text.size() > kMaxSignatureFileBytes) return no_signature();
    TUTELA_TRY(check_title(text, kSignatureTitle, no_signature()));
    ListSignature read;
    SignedFacts& facts = read.facts;
    facts.list_name = take_value(text, "list");
    const std::optional<std::uint64_t> version = number_of(take_value(text, "version"));
    const bool has_digest = strict_hex(take_value(text, "digest"), facts.digest);
    const Result<SecondUtc> created = time_from_text(take_value(text, "created"));
    const std::string_view expires = take_value(text, "expires");
    const bool has_publisher = strict_hex(take_value(text, "publisher"), facts.publisher.bytes);
    const bool has_signature = strict_hex(take_value(text, "signature"), read.signature);
    if (!is_list_name(facts.list_name) || !version || *version == 0 || !has_digest || !created.ok() || !has_publisher ||
        !has_signature || !text.empty()) {
        return no_signature();
    }
    facts.version = *version;
    facts.created = created.value();
    if (expires != kNever) {
        const Result<SecondUtc> time = time_from_text(expires);
        if (!time.ok()) return no_signature();
        facts.expires = time.value();
    }
    return read;
}

std::string to_text(const std::vector<AcceptedVersion>& state) {
    std::string text = std::string(kStateTitle) + ' ' + std::to_string(kSignatureFormatVersion) + '\n';
    for (const AcceptedVersion& accepted : state) {
        text += to_hex(accepted.publisher) + ' ' + std::to_string(accepted.version) + ' ' +
                bytes_to_hex(accepted.digest) + ' ' + accepted.list_name + '\n';
    }
    const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
    return text += "sha256 " + bytes_to_hex(sha256({data, text.size()})) + '\n';
}

Result<std::vector<AcceptedVersion>> state_from_text(std::string_view text) {
    const std::string_view whole = text;
    TUTELA_TRY(check_title(text, kStateTitle, no_state()));
    std::vector<AcceptedVersion> state;
    while (!text.starts_with("sha256 ")) {
        constexpr std::size_t kHexBytes = 64;
        const std::optional<std::string_view> line = next_line(text);
        if (!line || line->size() < kHexBytes + 1) return no_state();
        if (state.size() == kMaxState) return Status(StatusCode::limit, "the state remembers too many lists");
        AcceptedVersion accepted;
        const std::size_t digits = kHexBytes + 1;
        const std::size_t end = std::min(line->find(' ', digits), line->size());
        const std::optional<std::uint64_t> version = number_of(line->substr(digits, end - digits));
        const std::string_view rest = line->substr(std::min(end + 1, line->size()));
        if (!version || !strict_hex(line->substr(0, kHexBytes), accepted.publisher.bytes) ||
            rest.size() < kHexBytes + 2 || !strict_hex(rest.substr(0, kHexBytes), accepted.digest)) {
            return no_state();
        }
        accepted.version = *version;
        accepted.list_name = rest.substr(kHexBytes + 1);
        state.push_back(std::move(accepted));
    }
    if (to_text(state) != whole) return no_state();  // the checksum too
    return state;
}

}  // namespace tutela
