// libpng's push reader, for one picture.
#pragma once

#include <png.h>

#include <array>
#include <cstdint>

#include "media/png_chunks.hpp"
#include "tutela/frame.hpp"

namespace tutela {

// libpng keeps several rows of up to 8 bytes a pixel: a picture of one endless row would take more than its frame.
inline constexpr std::uint32_t kMaxPngSide = 1'000'000;

// One decode by libpng's push reader, which gives out every row that the bytes so far hold, whole or not. libpng leaves
// a failing call by longjmp: this object holds all that must survive, and run() keeps nothing.
class PngReader {
public:
    PngReader(Frame& frame, const PngHeader& header) noexcept : frame_(frame), header_(header) {}
    ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    // Decodes into the frame, which has the picture's size: gray8 or rgb24 as the header says, alpha dropped; or bgra32
    // for any picture, with its alpha or transparent colour. What came of it is to be asked below.
    void run(ByteSpan bytes) noexcept;

    // Rows from the top that have pixels; in an interlaced picture they may still be coarse.
    [[nodiscard]] std::uint32_t rows() const noexcept { return rows_; }
    [[nodiscard]] bool complete() const noexcept { return rows_given_ == rows_expected(); }
    [[nodiscard]] bool out_of_memory() const noexcept { return out_of_memory_; }
    // The first error or warning; empty when there was none.
    [[nodiscard]] const char* complaint() const noexcept { return complaint_.data(); }

private:
    static PngReader& self(png_structp png) noexcept { return *static_cast<PngReader*>(png_get_progressive_ptr(png)); }
    static void on_error(png_structp png, png_const_charp text);
    static void on_warning(png_structp png, png_const_charp text);
    static png_voidp allocate(png_structp png, png_alloc_size_t size);
    static void release(png_structp png, png_voidp memory);
    static void on_info(png_structp png, png_infop info);
    static void on_row(png_structp png, png_bytep row, png_uint_32 number, int pass);
    static void on_end(png_structp png, png_infop info);
    [[nodiscard]] bool with_alpha() const noexcept;
    void feed(ByteSpan bytes) noexcept;
    void note(png_const_charp text) noexcept;
    [[nodiscard]] std::uint64_t rows_expected() const noexcept;

    Frame& frame_;
    PngHeader header_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    std::uint32_t rows_ = 0;
    std::uint64_t rows_given_ = 0;  // summed over the passes
    bool out_of_memory_ = false;
    std::array<char, 128> complaint_{};
};

}  // namespace tutela
