// The blocks of a GIF, walked without decoding any.
#pragma once

#include <cstddef>
#include <cstdint>

#include "media/bytes.hpp"

namespace tutela {

struct GifImage {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool interlaced = false;
    ByteSpan palette;  // its own, or empty: 3 bytes a colour
    // Of the extension before it.
    bool has_transparency = false;
    std::uint32_t transparent_index = 0;
    std::uint32_t disposal = 0;
    std::uint32_t delay_us = 0;
    // The code size and the blocks of data behind it, with the empty one that ends them when `whole`.
    ByteSpan data;
    bool whole = false;
};

class GifWalker {
public:
    explicit GifWalker(ByteSpan bytes) noexcept;

    [[nodiscard]] bool has_header() const noexcept { return has_header_; }
    [[nodiscard]] std::uint32_t width() const noexcept { return width_; }
    [[nodiscard]] std::uint32_t height() const noexcept { return height_; }
    [[nodiscard]] ByteSpan palette() const noexcept { return palette_; }
    [[nodiscard]] std::uint32_t background_index() const noexcept { return background_index_; }

    // The next image; false at the end of the file. Linear in the number of blocks.
    bool next(GifImage& image) noexcept;

    // Once next() answered false: whether the end marker is there.
    [[nodiscard]] bool ended_well() const noexcept { return ended_well_; }
    // Whether there were bytes between the blocks that belong to none. Zeros are let pass.
    [[nodiscard]] bool met_garbage() const noexcept { return met_garbage_; }

private:
    bool read_image(GifImage& image) noexcept;
    void read_extension(GifImage& image) noexcept;
    bool skip_blocks() noexcept;

    ByteSpan bytes_;
    std::size_t at_ = 0;
    bool has_header_ = false;
    std::uint32_t width_ = 0;
    std::uint32_t height_ = 0;
    std::uint32_t background_index_ = 0;
    ByteSpan palette_;
    bool ended_well_ = false;
    bool met_garbage_ = false;
};

}  // namespace tutela
