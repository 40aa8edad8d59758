#include "media/isobmff.hpp"

#include <algorithm>
#include <limits>

namespace tutela {

std::uint64_t announced_bytes(ByteSpan file) noexcept {
    std::uint64_t at = 0;
    while (at < file.size()) {
        const auto box = static_cast<std::size_t>(at);
        std::uint32_t size = 0;
        if (file.size() - box < 8) return at + 8;
        read_uint(file, box, 4, ByteOrder::big, size);
        if (size == 0) return file.size();
        std::uint64_t bytes = size;
        if (size == 1) {
            std::uint32_t high = 0;
            std::uint32_t low = 0;
            if (!read_uint(file, box + 8, 4, ByteOrder::big, high) ||
                !read_uint(file, box + 12, 4, ByteOrder::big, low)) {
                return at + 16;
            }
            bytes = std::uint64_t{high} << 32 | low;
        }
        if (bytes < 8) return file.size();  // what follows the boxes is no box
        if (bytes > std::numeric_limits<std::uint64_t>::max() - at) return std::numeric_limits<std::uint64_t>::max();
        at += bytes;
    }
    return at;
}

bool has_brand(ByteSpan first_bytes, std::string_view brand) noexcept {
    std::uint32_t size = 0;
    if (!has_text(first_bytes, 4, "ftyp") || !read_uint(first_bytes, 0, 4, ByteOrder::big, size)) return false;
    const std::size_t end = std::min<std::size_t>(size, first_bytes.size());
    for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        if (has_text(first_bytes, at, brand)) return true;
    return false;
}

}  // namespace tutela
