// The directories of a TIFF file, read without libtiff: how many pages there are, whether the file is whole, whether
// it is a camera's raw file. Classic TIFF and BigTIFF, either byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/bytes.hpp"

namespace tutela {

struct TiffDirectory {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t orientation = 0;  // as in MediaInfo
    std::uint32_t compression = 1;
    std::uint32_t photometric = 0xffff;
    bool has_maker = false;  // the camera's maker is named
    bool is_dng = false;
    std::vector<std::uint64_t> children;  // SubIFDs, the first few
    std::uint64_t next = 0;               // 0: the last of its chain
    std::uint64_t data_end = 0;           // where the last of its strips and tiles ends
    std::uint64_t pieces = 0;             // strips or tiles
    std::uint64_t first_piece = 0;        // where the first of them lies
    bool has_tables = false;              // JPEG's, for all of its strips or tiles
    bool whole = false;                   // all of it, and of its values, lies within the file
};

class TiffWalker {
public:
    explicit TiffWalker(ByteSpan bytes) noexcept;

    // Where the first directory lies; 0 when the bytes are no TIFF.
    [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
    // Reads one directory, follows no pointer. False when not even its first entry lies within the file. Linear in
    // its entries, of which a classic TIFF has 65,535 at the most, and so many are read of others.
    bool read(std::uint64_t offset, TiffDirectory& directory) const;

private:
    struct Entry;
    bool number(std::uint64_t offset, std::size_t size, std::uint64_t& value) const noexcept;
    [[nodiscard]] std::uint64_t end_of(const Entry& offsets, const Entry& sizes) const noexcept;
    void keep(const Entry& entry, TiffDirectory& directory) const;

    ByteSpan bytes_;
    ByteOrder order_ = ByteOrder::little;
    bool big_ = false;
    std::uint64_t first_ = 0;
};

// Whether a file that begins as a TIFF is a camera's raw file: a DNG, or one that names the camera's maker and has a
// picture of raw samples. Looks at the first few directories.
[[nodiscard]] bool is_camera_raw(ByteSpan bytes);

// Whether the directory is one of a sensor's samples, which nobody shows before they are developed.
[[nodiscard]] bool has_raw_samples(const TiffDirectory& directory) noexcept;

// Where a TIFF, or a raw file that is built like one, should end by its first few directories; 0 when it has none.
[[nodiscard]] std::uint64_t announced_tiff_bytes(ByteSpan bytes);

}  // namespace tutela
