#include "list/importers/vpdq_row.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "core/try.hpp"
#include "tutela/list.hpp"

namespace tutela {

namespace {

constexpr std::string_view kBlanks = " \t";

// The next field, without the blanks around it; `rest` becomes what is after its comma, nothing after the last.
std::string_view take_field(std::optional<std::string_view>& rest) noexcept {
    if (!rest) return {};
    const std::size_t comma = rest->find(',');
    std::string_view field = rest->substr(0, comma);
    if (comma == std::string_view::npos) {
        rest.reset();
    } else {
        rest->remove_prefix(comma + 1);
    }
    while (!field.empty() && kBlanks.find(field.front()) != std::string_view::npos)
        field.remove_prefix(1);
    while (!field.empty() && kBlanks.find(field.back()) != std::string_view::npos)
        field.remove_suffix(1);
    return field;
}

template <typename T>
bool parse_number(std::string_view text, T& value) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

Status invalid(const char* why) {
    return Status(StatusCode::invalid_argument, why);
}

Status read_quality(std::string_view text, FrameHash& frame) {
    if (parse_number(text, frame.quality) && frame.quality >= 0 && frame.quality <= 100) return {};
    return invalid("the quality is no number of 0 to 100");
}

Status read_seconds(std::string_view text, FrameHash& frame) {
    double seconds = 0;
    // Not NaN, which compares as neither.
    if (!parse_number(text, seconds) || !(seconds >= 0 && seconds * 1e6 <= static_cast<double>(kMaxFrameTimeUs)))
        return invalid("the time is no number of seconds");
    frame.pts_us = std::llround(seconds * 1e6);
    return {};
}

}  // namespace

Result<FrameHash> parse_vpdq_line(std::string_view row) {
    std::optional<std::string_view> rest = row;
    FrameHash frame;
    std::uint64_t number = 0;
    if (!parse_number(take_field(rest), number)) return invalid("the first field is no number of a frame");
    TUTELA_TRY(read_quality(take_field(rest), frame));
    TUTELA_ASSIGN(frame.hash, hash_from_hex<256>(take_field(rest)));
    if (!rest) return invalid("the time is missing");
    TUTELA_TRY(read_seconds(take_field(rest), frame));
    return rest ? Result<FrameHash>(invalid("there are more than four fields")) : frame;
}

Result<FrameHash> parse_vpdq_element(std::string_view row) {
    std::optional<std::string_view> rest = row;
    FrameHash frame;
    TUTELA_ASSIGN(frame.hash, hash_from_hex<256>(take_field(rest)));
    TUTELA_TRY(read_quality(take_field(rest), frame));
    if (!rest) return invalid("the time is missing");
    TUTELA_TRY(read_seconds(take_field(rest), frame));
    return rest ? Result<FrameHash>(invalid("there are more than three fields")) : frame;
}

std::string vpdq_seconds(const FrameHash& frame) {
    const std::int64_t us = std::max<std::int64_t>(frame.pts_us, 0);  // kNoPts is below zero
    const std::int64_t ms = us / 1000 + (us % 1000 >= 500 ? 1 : 0);
    const std::string decimals = std::to_string(1000 + ms % 1000);
    return std::to_string(ms / 1000) + '.' + decimals.substr(1);
}

}  // namespace tutela
