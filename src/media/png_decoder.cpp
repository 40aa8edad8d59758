#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdlib>
#include <cstring>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/exif.hpp"
#include "media/png_chunks.hpp"

namespace tutela {

namespace {

// libpng keeps several rows of up to 8 bytes a pixel: a picture of one endless row would take more than its frame.
constexpr std::uint32_t kMaxSide = 1'000'000;

// One decode by libpng's push reader, which gives out every row that the bytes so far hold, whole or not. libpng leaves
// a failing call by longjmp: this object holds all that must survive, and run() keeps nothing.
class PngReader {
public:
    PngReader(Frame& frame, const PngHeader& header) noexcept : frame_(frame), header_(header) {}
    ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    // Decodes into the frame, which has the picture's size. What came of it is to be asked below.
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

void PngReader::feed(ByteSpan bytes) noexcept {
    png_set_progressive_read_fn(png_, this, on_info, on_row, on_end);
    png_set_user_limits(png_, kMaxSide, kMaxSide);
    // Chunks that make no pixels are passed over: nothing of them is stored or inflated, so their size is no danger
    // and a limit on it would only refuse honest files. Their checksums are still looked at.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    static constexpr png_byte kTransparency[] = {'t', 'R', 'N', 'S', 0};
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, kTransparency, 1);
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
    if (color_type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (color_type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
    if ((color_type & PNG_COLOR_MASK_ALPHA) != 0) png_set_strip_alpha(png);
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

class PngSource final : public FrameSource {
public:
    explicit PngSource(ByteSpan bytes) noexcept : bytes_(bytes) {}
    Status open(const DecodeLimits& limits);
    Result<bool> next(Frame& frame) override;

private:
    Status decode(Frame& frame);

    ByteSpan bytes_;
    PngChunks chunks_;
    bool done_ = false;
};

Status PngSource::open(const DecodeLimits& limits) {
    chunks_ = walk_png(bytes_);
    if (chunks_.apple) return Status(StatusCode::unsupported, "Apple's private variant of PNG");
    if (!chunks_.has_header) return Status(StatusCode::corrupt, "the PNG has no valid header");
    if (!is_valid(chunks_.header)) return Status(StatusCode::corrupt, "the PNG's header contradicts the format");
    info_.format = MediaFormat::png;
    info_.width = chunks_.header.width;
    info_.height = chunks_.header.height;
    info_.orientation = exif_orientation(chunks_.exif);
    TUTELA_TRY(check_pixels(info_.width, info_.height, limits));
    if (info_.width > kMaxSide || info_.height > kMaxSide) {
        return Status(StatusCode::limit, "the PNG has a side over 1000000 pixels");
    }
    return {};
}

Result<bool> PngSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    TUTELA_TRY(decode(frame));
    return true;
}

Status PngSource::decode(Frame& frame) {
    const bool gray = (chunks_.header.color_type & PNG_COLOR_MASK_COLOR) == 0;
    TUTELA_TRY(frame.reshape(info_.width, info_.height, gray ? PixelFormat::gray8 : PixelFormat::rgb24));
    if (chunks_.header.interlaced) frame.clear_rows_from(0);  // passes are laid over each other
    PngReader reader(frame, chunks_.header);
    reader.run(bytes_.first(chunks_.useful_bytes));
    if (reader.out_of_memory()) return Status(StatusCode::out_of_memory, "not enough memory to decode the PNG");
    damage_.rows_decoded = reader.rows();
    if (!chunks_.whole) {
        damage_.reason = "the PNG ends before its end chunk";
    } else if (reader.complaint()[0] != '\0') {
        damage_.reason = "the PNG's data is damaged (" + std::string(reader.complaint()) + ")";
    } else if (!reader.complete()) {
        damage_.reason = "the PNG holds fewer rows than its header says";
    }
    damage_.damaged = !damage_.reason.empty();
    if (reader.rows() == 0) return Status(StatusCode::corrupt, damage_.reason);
    frame.clear_rows_from(reader.rows());
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_png(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<PngSource>(bytes);
    TUTELA_TRY(source->open(limits));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
