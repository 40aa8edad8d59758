#include "list/record_columns.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace tutela {

bool is_carried_kind(std::string_view kind) noexcept {
    constexpr std::size_t kLongest = 64;
    return !kind.empty() && kind.size() <= kLongest && std::all_of(kind.begin(), kind.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

Status check_carried(std::span<const CarriedHashView> carried) {
    for (const CarriedHashView& hash : carried) {
        const auto invalid = [](const char* why) { return Status(StatusCode::invalid_argument, why); };
        if (!is_carried_kind(hash.kind)) return invalid("the kind of a carried hash is no name");
        if (hash.value.empty() || hash.value.size() > kMaxCarriedBytes)
            return invalid("a carried hash has no byte or more than 65535");
        if (!hash.binary && (hash.value.find('\0') != std::string_view::npos || !is_utf8(hash.value)))
            return invalid("a carried hash is no text");
    }
    return {};
}

void TimeColumn::reserve(std::size_t things, bool present) {
    if ((present || times_.size() > 0) && things > times_.size()) times_.reserve_more(things - times_.size());
}

void TimeColumn::set(std::size_t place, const std::optional<std::int64_t>& time) noexcept {
    if ((!time && times_.size() == 0) || place < times_.size()) return;
    while (times_.size() < place)
        times_.push_back(kNoTime);
    times_.push_back(time.value_or(kNoTime));
}

std::span<const std::int64_t> TimeColumn::all(std::size_t things) {
    if (times_.size() == 0) return {};
    while (times_.size() < things)
        times_.push_back(kNoTime);
    return times_.span();
}

void CarriedColumns::reserve(std::span<const CarriedHashView> carried, TextPool& texts) {
    if (carried.empty()) return;
    std::size_t kinds = 0;
    std::size_t values = 0;
    for (const CarriedHashView& hash : carried) {
        kinds += hash.kind.size();
        values += hash.value.size();
    }
    entries_.reserve_more(carried.size());
    files_.reserve_more(carried.size());
    bytes_.reserve_more(values);
    texts.reserve_more(carried.size(), kinds);
}

void CarriedColumns::add(SecretArray<CarriedRecord>& into, std::size_t owner, std::span<const CarriedHashView> carried,
                         TextPool& texts) noexcept {
    for (const CarriedHashView& hash : carried) {
        CarriedRecord record;
        record.owner = static_cast<std::uint32_t>(owner);
        record.kind = texts.intern(hash.kind);
        record.size = static_cast<std::uint32_t>(hash.value.size());
        record.flags = hash.binary ? kCarriedBinaryFlag : 0;
        record.offset = bytes_.size();
        bytes_.append(hash.value);
        into.push_back(record);
    }
}

}  // namespace tutela
