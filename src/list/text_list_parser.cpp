#include "list/text_list_parser.hpp"

#include <optional>

#include "core/try.hpp"
#include "core/utf8.hpp"

namespace tutela {

namespace {

constexpr std::string_view kFieldBlanks = " \t";

std::string_view trimmed_field(std::string_view text) noexcept {
    while (!text.empty() && kFieldBlanks.find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    while (!text.empty() && kFieldBlanks.find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    return text;
}

// Takes the field up to the next comma, or all that is left, from the front of `rest`.
std::string_view take_field(std::string_view& rest) noexcept {
    const std::size_t comma = rest.find(',');
    const std::string_view field = trimmed_field(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    return field;
}

}  // namespace

Status TextListParser::feed(std::string_view chunk) {
    if (!started_ && chunk.substr(0, kSniffBytes).find('\0') != std::string_view::npos) {
        return Status(StatusCode::unsupported, "it is neither a list snapshot nor a text");
    }
    started_ = true;
    while (!chunk.empty()) {
        const std::size_t end = chunk.find('\n');
        if (end == std::string_view::npos) {
            keep(chunk);
            return {};
        }
        if (inside_line_) {
            keep(chunk.substr(0, end));
            TUTELA_TRY(end_kept_line());
        } else {
            TUTELA_TRY(line(chunk.substr(0, end)));
        }
        chunk.remove_prefix(end + 1);
    }
    return {};
}

Status TextListParser::finish() {
    if (!inside_line_) return {};
    return end_kept_line();
}

void TextListParser::keep(std::string_view part) {
    inside_line_ = true;
    if (too_long_) return;
    if (part.size() > kMaxLineBytes - kept_.size()) {
        too_long_ = true;
        return;
    }
    kept_.append(part);
}

Status TextListParser::end_kept_line() {
    const std::string_view text(kept_.data(), kept_.size());
    const bool too_long = too_long_;
    inside_line_ = false;
    too_long_ = false;
    kept_.clear();
    if (!too_long) return line(text);
    ++import_.lines;
    skip("the line is longer than 256 KiB");
    return {};
}

Status TextListParser::line(std::string_view text) {
    ++import_.lines;
    if (text.size() > kMaxLineBytes) {
        skip("the line is longer than 256 KiB");
        return {};
    }
    if (import_.lines == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (text.ends_with('\r')) text.remove_suffix(1);
    text = trimmed_field(text);
    if (text.empty()) return {};
    // A file of CR line ends is one line here: as an entry it would carry all others, hashes included, in its label.
    if (text.find('\r') != std::string_view::npos) {
        skip("a carriage return inside the line; lines end with LF or CR LF");
        return {};
    }
    return text.front() == '#' ? Status() : entry(text);
}

Status TextListParser::entry(std::string_view text) {
    const std::string_view hashes = take_field(text);
    const std::size_t plus = hashes.find('+');
    const Result<Hash256> hash = hash_from_hex<256>(hashes.substr(0, plus));
    if (!hash.ok()) {
        skip(hash.status().message());
        return {};
    }
    std::optional<Hash64> phash;
    if (plus != std::string_view::npos) {
        const Result<Hash64> second = hash_from_hex<64>(hashes.substr(plus + 1));
        if (!second.ok()) {
            skip(second.status().message());
            return {};
        }
        phash = second.value();
    }
    const std::string_view id = take_field(text);
    const std::string_view category = take_field(text);
    Status added = builder_.add(hash.value(), id, category, trimmed_field(text), phash);
    if (added.code() == StatusCode::invalid_argument) {
        skip(added.message());
        return {};
    }
    if (added.ok()) ++import_.added;
    return added;
}

void TextListParser::skip(std::string reason) {
    ++import_.skipped;
    if (import_.first_skipped.size() < TextImport::kMaxSkippedKept) {
        import_.first_skipped.push_back({import_.lines, std::move(reason)});
    }
}

}  // namespace tutela
