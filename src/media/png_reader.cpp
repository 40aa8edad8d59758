#include "media/png_reader.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <cstring>

namespace tutela {

void PngReader::run(ByteSpan bytes) noexcept {
    png_ = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, this, on_error, on_warning, this, allocate, release);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
        out_of_memory_ = true;
        return;
    }
    if (setjmp(png_jmpbuf(png_)) != 0) return;  // NOLINT(cert-err52-cpp): libpng's way of errors
    feed(bytes);
}

bool PngReader::with_alpha() const noexcept {
    return frame_.view().format == PixelFormat::bgra32;
}

void PngReader::feed(ByteSpan bytes) noexcept {
    png_set_progressive_read_fn(png_, this, on_info, on_row, on_end);
    png_set_user_limits(png_, kMaxPngSide, kMaxPngSide);
    // Chunks that make no pixels are passed over: nothing of them is stored or inflated, so their size is no danger
    // and a limit on it would only refuse honest files. Their checksums are still looked at.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    static constexpr png_byte kTransparency[] = {'t', 'R', 'N', 'S', 0};
    if (!with_alpha()) png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, kTransparency, 1);
    png_set_chunk_malloc_max(png_, 0);
    png_set_chunk_cache_max(png_, 1);
    // A wrong checksum is noted as damage; what the chunk holds is still the best there is.
    png_set_crc_action(png_, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
    // The chunks' checksums cover the same bytes; zlib's own would only cost the last row of a picture, as it refuses
    // the call that completes it.
    png_set_option(png_, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    png_process_data(png_, info_, const_cast<png_bytep>(bytes.data()), bytes.size());  // libpng only reads them
}

void PngReader::note(png_const_charp text) noexcept {
    if (complaint_[0] != '\0') return;
    std::strncpy(complaint_.data(), text, complaint_.size() - 1);
}

void PngReader::on_error(png_structp png, png_const_charp text) {
    static_cast<PngReader*>(png_get_error_ptr(png))->note(text);
    png_longjmp(png, 1);
}

void PngReader::on_warning(png_structp png, png_const_charp text) {
    static_cast<PngReader*>(png_get_error_ptr(png))->note(text);
}

png_voidp PngReader::allocate(png_structp png, png_alloc_size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) static_cast<PngReader*>(png_get_mem_ptr(png))->out_of_memory_ = true;
    return memory;
}

void PngReader::release(png_structp /*png*/, png_voidp memory) {
    std::free(memory);
}

void PngReader::on_info(png_structp png, png_infop info) {
    PngReader& reader = self(png);
    const png_byte color_type = png_get_color_type(png, info);
    if (reader.with_alpha()) {
        png_set_expand(png);
        png_set_gray_to_rgb(png);
        png_set_bgr(png);
        png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
    } else {
        if (color_type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
        if (color_type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
        if ((color_type & PNG_COLOR_MASK_ALPHA) != 0) png_set_strip_alpha(png);
    }
    png_set_strip_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const FrameView view = reader.frame_.view();
    if (png_get_image_width(png, info) != view.width || png_get_image_height(png, info) != view.height ||
        png_get_rowbytes(png, info) != view.stride_bytes) {
        png_error(png, "the rows have an unexpected size");
    }
}

void PngReader::on_row(png_structp png, png_bytep row, png_uint_32 number, int pass) {
    PngReader& reader = self(png);
    if (row == nullptr || number >= reader.header_.height) return;  // no pixel of this row in this pass
    png_progressive_combine_row(png, reader.frame_.row(number), row);
    reader.rows_ = std::max(reader.rows_, number + 1);
    // The first passes of an interlaced picture give a row again for the rows below, to be filled with it meanwhile.
    const bool own = !reader.header_.interlaced || PNG_ROW_IN_INTERLACE_PASS(number, pass);
    reader.rows_given_ += own ? 1 : 0;
}

void PngReader::on_end(png_structp /*png*/, png_infop /*info*/) {}

std::uint64_t PngReader::rows_expected() const noexcept {
    if (!header_.interlaced) return header_.height;
    std::uint64_t rows = 0;
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; ++pass)
        rows += PNG_PASS_COLS(header_.width, pass) > 0 ? PNG_PASS_ROWS(header_.height, pass) : 0;
    return rows;
}

}  // namespace tutela
