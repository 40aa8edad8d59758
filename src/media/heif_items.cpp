#include "media/heif_items.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace tutela {

namespace {

struct Box {
    ByteSpan type;
    ByteSpan payload;
};

bool is(const Box& box, std::string_view type) noexcept {
    return has_text(box.type, 0, type);
}

bool read_big(ByteSpan bytes, std::size_t& at, std::size_t size, std::uint32_t& value) noexcept {
    if (!read_uint(bytes, at, size, ByteOrder::big, value)) return false;
    at += size;
    return true;
}

// The boxes that lie one after the other in `bytes`, to the first that does not fit.
std::vector<Box> boxes_of(ByteSpan bytes) {
    std::vector<Box> found;
    for (std::size_t at = 0; bytes.size() - at >= 8;) {
        std::uint32_t size = 0;
        std::size_t header = 8;
        std::size_t field = at;
        read_big(bytes, field, 4, size);
        std::uint64_t total = size;
        if (size == 0) total = bytes.size() - at;
        if (size == 1) {
            std::uint32_t high = 0;
            std::uint32_t low = 0;
            field = at + 8;
            if (!read_big(bytes, field, 4, high) || !read_big(bytes, field, 4, low)) break;
            total = std::uint64_t{high} << 32 | low;
            header = 16;
        }
        if (total < header) break;
        total = std::min<std::uint64_t>(total, bytes.size() - at);
        found.push_back({slice(bytes, at + 4, 4), slice(bytes, at + header, static_cast<std::size_t>(total) - header)});
        at += static_cast<std::size_t>(total);
    }
    return found;
}

// All boxes of a type among the children of others.
std::vector<Box> children(const std::vector<Box>& parents, std::string_view type, std::size_t skipped_bytes) {
    std::vector<Box> found;
    for (const Box& parent : parents)
        for (const Box& box : boxes_of(slice(parent.payload, skipped_bytes, parent.payload.size())))
            if (type.empty() || is(box, type)) found.push_back(box);
    return found;
}

std::string_view configuration_of(const Box& entry, std::size_t type_at) noexcept {
    if (has_text(entry.payload, type_at, "hvc1")) return "hvcC";
    if (has_text(entry.payload, type_at, "av01")) return "av1C";
    if (has_text(entry.payload, type_at, "vvc1")) return "vvcC";
    return {};
}

// The items that an association box gives a property at one of these places to.
void associate(const Box& box, const std::unordered_set<std::uint32_t>& places,
               std::unordered_set<std::uint32_t>& items) {
    std::size_t at = 0;
    std::uint32_t version_and_flags = 0;
    std::uint32_t entries = 0;
    if (!read_big(box.payload, at, 4, version_and_flags) || !read_big(box.payload, at, 4, entries)) return;
    const std::size_t id_bytes = version_and_flags >> 24 == 0 ? 2 : 4;
    const std::size_t place_bytes = (version_and_flags & 1) != 0 ? 2 : 1;
    for (std::uint32_t i = 0; i < entries; ++i) {
        std::uint32_t id = 0;
        std::uint32_t count = 0;
        if (!read_big(box.payload, at, id_bytes, id) || !read_big(box.payload, at, 1, count)) return;
        for (; count > 0; --count) {
            std::uint32_t place = 0;
            if (!read_big(box.payload, at, place_bytes, place)) return;
            if (places.contains(place & (place_bytes == 2 ? 0x7fffU : 0x7fU))) items.insert(id);
        }
    }
}

// The items that have a property of this type.
std::unordered_set<std::uint32_t> items_with(const std::vector<Box>& properties, std::string_view type) {
    std::unordered_set<std::uint32_t> places;
    std::uint32_t place = 0;
    for (const Box& property : children(children(properties, "ipco", 0), {}, 0)) {
        ++place;
        if (is(property, type)) places.insert(place);
    }
    std::unordered_set<std::uint32_t> items;
    for (const Box& box : children(properties, "ipma", 0))
        associate(box, places, items);
    return items;
}

}  // namespace

bool all_items_configured(ByteSpan file) {
    std::vector<Box> meta;
    for (const Box& box : boxes_of(file))
        if (is(box, "meta")) meta.push_back(box);
    const std::vector<Box> properties = children(meta, "iprp", 4);
    for (const std::string_view wanted : {"hvcC", "av1C", "vvcC"}) {
        const std::unordered_set<std::uint32_t> configured = items_with(properties, wanted);
        for (const Box& list : children(meta, "iinf", 4)) {
            // Its count has two or four bytes.
            const std::size_t head = list.payload.empty() || list.payload[0] == 0 ? 6 : 8;
            for (const Box& entry : children({list}, "infe", head)) {
                std::size_t at = 4;
                std::uint32_t id = 0;
                const bool wide = !entry.payload.empty() && entry.payload[0] == 3;
                if (!read_big(entry.payload, at, wide ? 4 : 2, id)) continue;
                if (configuration_of(entry, at + 2) == wanted && !configured.contains(id)) return false;
            }
        }
    }
    return true;
}

}  // namespace tutela
