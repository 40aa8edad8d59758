// The bitmap inside a BMP, an ICO or a CUR: a header, masks, a palette, rows.
//
// Read are headers of 12 bytes (OS/2 1) and of 16 to 124 (Windows 3 to 5, OS/2 2); 1, 2, 4, 8, 16, 24 and 32 bits a
// pixel; RLE4, RLE8, bit fields of any layout; rows from the top or from the bottom. Unsupported are JPEG, PNG, Huffman
// and RLE24 inside. Pixels are those of Pillow's convert("RGB") where it reads the file: samples of less than 8 bits
// are scaled and cut off, indices beyond the palette are black, alpha and masks are dropped. Pillow drops empty lines
// of RLE and wraps rows that are too long; here the former are rows, the latter are cut.
#pragma once

#include <array>
#include <cstdint>

#include "media/bytes.hpp"
#include "tutela/frame.hpp"
#include "tutela/media.hpp"

namespace tutela {

struct DibHeader {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool top_down = false;
    std::uint32_t bits = 0;         // a pixel
    std::uint32_t compression = 0;  // as stored
    std::array<std::uint32_t, 3> masks{};
    std::uint32_t palette_begin = 0;  // from the header's first byte
    std::uint32_t palette_colors = 0;
    std::uint32_t color_bytes = 4;  // of a colour in the palette
    // Of the header, the masks and the palette.
    [[nodiscard]] std::uint64_t bytes() const noexcept {
        return palette_begin + std::uint64_t{palette_colors} * color_bytes;
    }
};

// `dib` begins with the header. Both sides of the result are at least 1. corrupt, unsupported.
Result<DibHeader> read_dib_header(ByteSpan dib);

// What came of a decoding.
struct DibRows {
    std::uint32_t rows = 0;   // that have pixels: from the top, or from the bottom as they are stored
    const char* reason = "";  // what is damaged
};

// Into `frame`, rgb24; rows that are missing are black. `pixels` is where the rows begin, from the header on. Errors:
// out_of_memory, and those of Frame::reshape().
Result<DibRows> decode_dib(ByteSpan dib, const DibHeader& header, std::uint64_t pixels, Frame& frame);

}  // namespace tutela
