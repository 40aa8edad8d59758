#include "media/tiff_directories.hpp"

#include <algorithm>
#include <limits>

namespace tutela {

namespace {

constexpr std::uint64_t kMostEntries = 65'535;
constexpr std::size_t kMostChildren = 16;

enum Tag : std::uint64_t {
    kWidth = 256,
    kHeight = 257,
    kCompression = 259,
    kPhotometric = 262,
    kMaker = 271,
    kStripOffsets = 273,
    kOrientation = 274,
    kStripSizes = 279,
    kTileOffsets = 324,
    kTileSizes = 325,
    kSubDirectories = 330,
    kJpegTables = 347,
    kDngVersion = 50706,
};

// Bytes that one value of a field type takes; 0 for a type that is none.
std::uint64_t type_bytes(std::uint64_t type) noexcept {
    constexpr std::uint8_t kBytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type < sizeof kBytes ? kBytes[type] : 0;
}

}  // namespace

// One entry of a directory, its values found.
struct TiffWalker::Entry {
    std::uint64_t tag = 0;
    std::uint64_t size = 0;  // of a value
    std::uint64_t count = 0;
    std::uint64_t offset = 0;  // of the values
};

TiffWalker::TiffWalker(ByteSpan bytes) noexcept : bytes_(bytes) {
    if (has_text(bytes, 0, "MM")) {
        order_ = ByteOrder::big;
    } else if (!has_text(bytes, 0, "II")) {
        return;
    }
    std::uint64_t version = 0;
    if (!number(2, 2, version)) return;
    big_ = version == 43;
    // Olympus' and Panasonic's raw files have other versions and the same directories.
    std::uint64_t first = 0;
    if (number(big_ ? 8 : 4, big_ ? 8 : 4, first)) first_ = first;
}

bool TiffWalker::number(std::uint64_t offset, std::size_t size, std::uint64_t& value) const noexcept {
    if (offset > bytes_.size()) return false;
    const auto at = static_cast<std::size_t>(offset);
    std::uint32_t low = 0;
    if (size <= 4) {
        if (!read_uint(bytes_, at, size, order_, low)) return false;
        value = low;
        return true;
    }
    std::uint32_t high = 0;
    const bool big = order_ == ByteOrder::big;
    if (!read_uint(bytes_, at + (big ? 0 : 4), 4, order_, high)) return false;
    if (!read_uint(bytes_, at + (big ? 4 : 0), 4, order_, low)) return false;
    value = std::uint64_t{high} << 32 | low;
    return true;
}

bool TiffWalker::read(std::uint64_t offset, TiffDirectory& directory) const {
    directory = {};
    const std::size_t count_bytes = big_ ? 8 : 2;
    const std::size_t entry_bytes = big_ ? 20 : 12;
    const std::size_t word = big_ ? 8 : 4;
    std::uint64_t count = 0;
    if (offset == 0 || !number(offset, count_bytes, count) || count == 0) return false;
    std::uint64_t at = offset + count_bytes;
    directory.whole = true;
    Entry offsets;
    Entry sizes;
    for (std::uint64_t i = 0; i < std::min(count, kMostEntries); ++i, at += entry_bytes) {
        Entry entry;
        std::uint64_t type = 0;
        entry.offset = at + 4 + word;
        if (!number(at, 2, entry.tag) || !number(at + 2, 2, type) || !number(at + 4, word, entry.count) ||
            bytes_.size() - std::min<std::uint64_t>(entry.offset, bytes_.size()) < word) {
            directory.whole = false;
            return i > 0;
        }
        entry.size = type_bytes(type);
        if (entry.size == 0) continue;
        if (entry.count > word / entry.size) {
            number(entry.offset, word, entry.offset);
            const bool inside =
                entry.offset <= bytes_.size() && entry.count <= (bytes_.size() - entry.offset) / entry.size;
            if (!inside) directory.whole = false;
        }
        if (entry.tag == kStripOffsets || entry.tag == kTileOffsets) offsets = entry;
        if (entry.tag == kStripSizes || entry.tag == kTileSizes) sizes = entry;
        keep(entry, directory);
    }
    directory.data_end = end_of(offsets, sizes);
    directory.pieces = offsets.count;
    number(offsets.offset, static_cast<std::size_t>(offsets.size), directory.first_piece);
    if (count > kMostEntries || !number(at, word, directory.next)) directory.whole = false;
    return true;
}

std::uint64_t TiffWalker::end_of(const Entry& offsets, const Entry& sizes) const noexcept {
    std::uint64_t end = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    for (std::uint64_t i = 0; i < std::min(offsets.count, sizes.count); ++i) {
        if (!number(offsets.offset + i * offsets.size, static_cast<std::size_t>(offsets.size), offset) ||
            !number(sizes.offset + i * sizes.size, static_cast<std::size_t>(sizes.size), size)) {
            break;
        }
        if (size <= std::numeric_limits<std::uint64_t>::max() - offset) end = std::max(end, offset + size);
    }
    return end;
}

void TiffWalker::keep(const Entry& entry, TiffDirectory& directory) const {
    std::uint64_t value = 0;
    if (entry.count == 0 || !number(entry.offset, static_cast<std::size_t>(entry.size), value)) return;
    const auto narrow = static_cast<std::uint32_t>(std::min<std::uint64_t>(value, 0xffffffff));
    switch (entry.tag) {
        case kWidth: directory.width = narrow; break;
        case kHeight: directory.height = narrow; break;
        case kCompression: directory.compression = narrow; break;
        case kPhotometric: directory.photometric = narrow; break;
        case kMaker: directory.has_maker = true; break;
        case kOrientation: directory.orientation = narrow <= 8 ? narrow : 0; break;
        case kJpegTables: directory.has_tables = true; break;
        case kDngVersion: directory.is_dng = true; break;
        case kSubDirectories:
            for (std::uint64_t i = 0; i < std::min<std::uint64_t>(entry.count, kMostChildren); ++i)
                if (number(entry.offset + i * entry.size, static_cast<std::size_t>(entry.size), value)) {
                    directory.children.push_back(value);
                }
            break;
        default: break;
    }
}

namespace {

constexpr std::size_t kDirectoriesLookedAt = 32;

// The first few directories: the chain, and after each its subdirectories.
std::vector<TiffDirectory> first_directories(const TiffWalker& walker) {
    std::vector<TiffDirectory> found;
    std::vector<std::uint64_t> waiting{walker.first()};
    while (!waiting.empty() && found.size() < kDirectoriesLookedAt) {
        TiffDirectory directory;
        const std::uint64_t offset = waiting.back();
        waiting.pop_back();
        if (!walker.read(offset, directory)) continue;
        if (directory.next != 0) waiting.push_back(directory.next);
        waiting.insert(waiting.end(), directory.children.rbegin(), directory.children.rend());
        found.push_back(std::move(directory));
    }
    return found;
}

}  // namespace

bool has_raw_samples(const TiffDirectory& directory) noexcept {
    constexpr std::uint32_t kColorFilters = 32803;
    constexpr std::uint32_t kLinearRaw = 34892;
    constexpr std::uint32_t kCompressions[] = {32767, 32769, 32770, 34713, 65000, 65535};  // Sony, Epson, Samsung, …
    return directory.photometric == kColorFilters || directory.photometric == kLinearRaw ||
           std::find(std::begin(kCompressions), std::end(kCompressions), directory.compression) !=
               std::end(kCompressions);
}

bool is_camera_raw(ByteSpan bytes) {
    const std::vector<TiffDirectory> directories = first_directories(TiffWalker(bytes));
    if (directories.empty()) return false;
    if (directories.front().is_dng) return true;
    return directories.front().has_maker && std::any_of(directories.begin(), directories.end(), has_raw_samples);
}

std::uint64_t announced_tiff_bytes(ByteSpan bytes) {
    std::uint64_t end = 0;
    for (const TiffDirectory& directory : first_directories(TiffWalker(bytes)))
        end = std::max({end, directory.data_end, directory.whole ? 0 : std::uint64_t{bytes.size()} + 1});
    return end;
}

}  // namespace tutela
