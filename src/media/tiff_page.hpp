// One page of a TIFF: its layout, checked, and its pixels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/tiff_reader.hpp"
#include "media/tiff_samples.hpp"
#include "tutela/media.hpp"

namespace tutela {

class TiffPage {
public:
    // The reader's current directory is the page.
    explicit TiffPage(TiffReader& reader) noexcept : reader_(reader) {}

    // Reads and checks the layout. unsupported, corrupt, limit.
    Status open(const DecodeLimits& limits);
    [[nodiscard]] std::uint32_t width() const noexcept { return width_; }
    [[nodiscard]] std::uint32_t height() const noexcept { return height_; }

    // Decodes into the frame, which is reshaped first. What cannot be decoded is black.
    Status decode(Frame& frame);
    // Whether a strip or a tile that was decoded goes on past the end of the file. Then the page has to be decoded
    // again, by readers of other paddings, and compared with each; settle() clears what is not the same in all.
    [[nodiscard]] bool is_cut() const noexcept { return !cuts_.empty(); }
    void compare(const FrameView& frame, const TiffPage& again, const FrameView& other);
    void settle(Frame& frame);

    // Rows down to the last that has pixels.
    [[nodiscard]] std::uint32_t rows_decoded() const noexcept { return rows_decoded_; }
    // What is wrong with the pixels; empty for nothing.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

private:
    enum class Way { scanlines, tiles, rgba };
    // A strip or a tile, as far as it lies within the picture.
    struct Piece {
        std::uint32_t number = 0;  // among the strips or tiles
        std::uint32_t plane = 0;
        std::uint32_t row = 0;
        std::uint32_t rows = 0;
        std::uint32_t column = 0;
        std::uint32_t columns = 0;
        std::uint32_t good_rows = 0;
    };

    Status read_layout();
    Status read_colors();
    Status read_palette();
    Status check_sizes(const DecodeLimits& limits) const;
    void decode_pieces(Frame& frame);
    void decode_piece(Frame& frame, const Piece& piece);
    std::uint32_t decode_strip(Frame& frame, const Piece& piece, bool cut);
    std::uint32_t decode_tile(Frame& frame, const Piece& piece);
    Status decode_rgba(Frame& frame);
    [[nodiscard]] bool is_band_cut(std::uint32_t row) const;
    void convert(const std::uint8_t* row, const Piece& piece, std::uint8_t* out) const;
    void clear(Frame& frame, const Piece& piece) const;
    void note_fault(const char* otherwise);

    TiffReader& reader_;
    std::uint32_t width_ = 0;
    std::uint32_t height_ = 0;
    std::uint32_t planes_ = 1;  // over 1: each channel lies in strips or tiles of its own
    std::uint32_t piece_width_ = 0;
    std::uint32_t piece_rows_ = 0;
    Way way_ = Way::scanlines;
    TiffSamples samples_;
    std::vector<std::uint8_t> buffer_;
    std::vector<Piece> cuts_;
    std::uint32_t rows_decoded_ = 0;
    std::string fault_;
};

}  // namespace tutela
