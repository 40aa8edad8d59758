#include "media/dib.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "core/try.hpp"

namespace tutela {

namespace {

constexpr std::uint32_t kCoreHeaderBytes = 12;
constexpr std::uint32_t kInfoHeaderBytes = 40;
constexpr std::uint32_t kOs2HeaderBytes = 64;
constexpr std::uint32_t kMaxHeaderBytes = 124;
constexpr std::uint32_t kMaxColors = 1U << 16;

enum Compression : std::uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6 };

// Sides, depth and compression, as the sort of header has them; fields that a short header lacks are 0.
void read_fields(ByteSpan fields, DibHeader& header, std::int32_t& width, std::int32_t& height) noexcept {
    if (fields.size() == kCoreHeaderBytes) {
        width = static_cast<std::int32_t>(little(fields, 4, 2));
        height = static_cast<std::int32_t>(little(fields, 6, 2));
        header.bits = little(fields, 10, 2);
        header.color_bytes = 3;
        return;
    }
    width = static_cast<std::int32_t>(little(fields, 4, 4));
    height = static_cast<std::int32_t>(little(fields, 8, 4));
    header.bits = little(fields, 14, 2);
    header.compression = little(fields, 16, 4);
    header.palette_colors = little(fields, 32, 4);
}

bool is_known(const DibHeader& header) noexcept {
    switch (header.compression) {
        case kPlain: break;
        case kRle8: return header.bits == 8;
        case kRle4: return header.bits == 4;
        case kBitFields:
        case kAlphaBitFields: return header.bits == 16 || header.bits == 24 || header.bits == 32;
        default: return false;
    }
    constexpr std::uint32_t kDepths[] = {1, 2, 4, 8, 16, 24, 32};
    return std::find(std::begin(kDepths), std::end(kDepths), header.bits) != std::end(kDepths);
}

// Where the masks stand: in the header, or behind a short one.
void read_masks(ByteSpan dib, std::uint32_t header_bytes, DibHeader& header) noexcept {
    const bool stored = header.compression == kBitFields || header.compression == kAlphaBitFields;
    if (header.bits == 16) {
        header.masks = {0x7c00, 0x3e0, 0x1f};
    } else {
        header.masks = {0xff0000, 0xff00, 0xff};
    }
    if (!stored) return;
    std::array<std::uint32_t, 3> masks{};
    for (std::size_t i = 0; i < masks.size(); ++i)
        masks[i] = little(dib, kInfoHeaderBytes + 4 * i, 4);
    if (masks != std::array<std::uint32_t, 3>{}) header.masks = masks;
    if (header_bytes == kInfoHeaderBytes) header.palette_begin += header.compression == kBitFields ? 12 : 16;
}

using Color = std::array<std::uint8_t, 3>;
using Palette = std::array<Color, 256>;

Palette read_palette(ByteSpan dib, const DibHeader& header) noexcept {
    Palette palette{};
    for (std::size_t i = 0; i < palette.size(); ++i) {
        const ByteSpan color = slice(dib, header.palette_begin + i * header.color_bytes, 3);
        if (i < header.palette_colors && color.size() == 3) palette[i] = {color[2], color[1], color[0]};
    }
    return palette;
}

void put_indices(ByteSpan row, const DibHeader& header, const Palette& palette, std::uint8_t* out) noexcept {
    const std::uint32_t a_byte = 8 / header.bits;
    const std::uint32_t mask = (1U << header.bits) - 1;
    for (std::uint32_t x = 0; x < header.width; ++x, out += 3) {
        const std::uint32_t shift = 8 - header.bits * (x % a_byte + 1);
        std::memcpy(out, palette[row[x / a_byte] >> shift & mask].data(), 3);
    }
}

// A sample to 8 bits, cut off as Pillow does. A mask of no bits is black.
std::uint8_t sample(std::uint32_t pixel, std::uint32_t mask) noexcept {
    if (mask == 0) return 0;
    const int shift = std::countr_zero(mask);
    return static_cast<std::uint8_t>(std::uint64_t{(pixel & mask) >> shift} * 255 / (mask >> shift));
}

void put_fields(ByteSpan row, const DibHeader& header, std::uint8_t* out) noexcept {
    const std::uint32_t size = header.bits / 8;
    const bool bytes = header.bits >= 24 && header.masks == std::array<std::uint32_t, 3>{0xff0000, 0xff00, 0xff};
    for (std::size_t x = 0; x < header.width; ++x, out += 3) {
        const std::uint8_t* pixel = row.data() + x * size;
        if (bytes) {
            out[0] = pixel[2];
            out[1] = pixel[1];
            out[2] = pixel[0];
            continue;
        }
        const std::uint32_t value = little(row, x * size, size);
        for (std::size_t i = 0; i < 3; ++i)
            out[i] = sample(value, header.masks[i]);
    }
}

// The row of the frame that is stored as number `stored`.
std::uint32_t place_of(const DibHeader& header, std::uint32_t stored) noexcept {
    return header.top_down ? stored : header.height - 1 - stored;
}

DibRows decode_rows(ByteSpan dib, const DibHeader& header, std::uint64_t pixels, Frame& frame) noexcept {
    const Palette palette = header.bits <= 8 ? read_palette(dib, header) : Palette{};
    const std::uint64_t row_bits = std::uint64_t{header.width} * header.bits;
    const std::uint64_t stride = (row_bits + 31) / 32 * 4;
    const auto row_bytes = static_cast<std::size_t>((row_bits + 7) / 8);
    for (std::uint32_t y = 0; y < header.height; ++y) {
        const ByteSpan row = slice(dib, pixels + y * stride, row_bytes);
        if (row.size() < row_bytes) return {y, "it ends within its pixels"};
        std::uint8_t* out = frame.row(place_of(header, y));
        header.bits <= 8 ? put_indices(row, header, palette, out) : put_fields(row, header, out);
    }
    return {header.height};
}

// Run lengths, drawn into a frame that is filled with colour 0, which skipped pixels have.
class RunReader {
public:
    RunReader(ByteSpan codes, const DibHeader& header, const Palette& palette, Frame& frame) noexcept
        : codes_(codes), header_(header), palette_(palette), frame_(frame) {}

    DibRows run() noexcept {
        while (codes_.size() - at_ >= 2) {
            const std::uint8_t count = codes_[at_];
            const std::uint8_t value = codes_[at_ + 1];
            at_ += 2;
            if (count != 0) {
                draw_run(count, value);
            } else if (value == 0) {
                x_ = 0;
                ++y_;
            } else if (value == 1) {
                return {header_.height};
            } else if (value == 2) {
                if (codes_.size() - at_ < 2) break;
                x_ += codes_[at_];
                y_ += codes_[at_ + 1];
                at_ += 2;
            } else if (!draw_literals(value)) {
                break;
            }
            if (y_ >= header_.height && x_ > 0) return {header_.height, "its run lengths go on after the last row"};
        }
        return {std::min(static_cast<std::uint32_t>(y_), header_.height), "it ends within its run lengths"};
    }

private:
    void put(std::uint32_t index) noexcept {
        if (y_ < header_.height && x_ < header_.width) {
            std::uint8_t* row = frame_.row(place_of(header_, static_cast<std::uint32_t>(y_)));
            std::memcpy(row + x_ * 3, palette_[index].data(), 3);
        }
        ++x_;
    }

    void draw_run(std::uint32_t count, std::uint32_t value) noexcept {
        for (std::uint32_t i = 0; i < count; ++i)
            put(header_.bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
    }

    // False when they are cut off.
    bool draw_literals(std::uint32_t count) noexcept {
        const std::size_t size = header_.bits == 8 ? count : (count + 1) / 2;
        const ByteSpan literals = slice(codes_, at_, size);
        if (literals.size() < size) return false;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t value = literals[header_.bits == 8 ? i : i / 2];
            put(header_.bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
        }
        at_ = std::min(at_ + size + size % 2, codes_.size());
        return true;
    }

    ByteSpan codes_;
    const DibHeader& header_;
    const Palette& palette_;
    Frame& frame_;
    std::size_t at_ = 0;
    std::uint64_t x_ = 0;
    std::uint64_t y_ = 0;
};

DibRows decode_runs(ByteSpan dib, const DibHeader& header, std::uint64_t pixels, Frame& frame) noexcept {
    const Palette palette = read_palette(dib, header);
    for (std::uint32_t y = 0; y < header.height; ++y)
        for (std::size_t x = 0; x < header.width; ++x)
            std::memcpy(frame.row(y) + x * 3, palette[0].data(), 3);
    const ByteSpan codes = pixels < dib.size() ? dib.subspan(static_cast<std::size_t>(pixels)) : ByteSpan();
    const DibRows result = RunReader(codes, header, palette, frame).run();
    for (std::uint32_t y = result.rows; y < header.height; ++y)
        std::memset(frame.row(place_of(header, y)), 0, frame.view().stride_bytes);
    return result;
}

}  // namespace

Result<DibHeader> read_dib_header(ByteSpan dib) {
    const std::uint32_t header_bytes = little(dib, 0, 4);
    const ByteSpan fields = slice(dib, 0, header_bytes);
    if (dib.size() < 4 || (fields.size() < header_bytes && header_bytes <= kMaxHeaderBytes)) {
        return Status(StatusCode::corrupt, "the bitmap ends within its header");
    }
    if (header_bytes != kCoreHeaderBytes && (header_bytes < 16 || header_bytes > kMaxHeaderBytes)) {
        return Status(StatusCode::unsupported, "a bitmap header of " + std::to_string(header_bytes) + " bytes");
    }
    DibHeader header;
    std::int32_t width = 0;
    std::int32_t height = 0;
    read_fields(fields, header, width, height);
    if (width <= 0 || height == 0) return Status(StatusCode::corrupt, "the bitmap has a side of 0 or less");
    header.width = static_cast<std::uint32_t>(width);
    header.top_down = height < 0;
    header.height = header.top_down ? 0U - static_cast<std::uint32_t>(height) : static_cast<std::uint32_t>(height);
    const bool os2 = header_bytes == kOs2HeaderBytes && header.compression >= kBitFields;  // other meanings there
    if (os2 || !is_known(header)) {
        return Status(StatusCode::unsupported, "a bitmap of " + std::to_string(header.bits) + " bits, compression " +
                                                   std::to_string(header.compression));
    }
    header.palette_begin = header_bytes;
    read_masks(dib, header_bytes, header);
    if (header.bits > 8) header.palette_colors = 0;
    if (header.bits <= 8 && header.palette_colors == 0) header.palette_colors = 1U << header.bits;
    if (header.palette_colors > kMaxColors) return Status(StatusCode::corrupt, "the bitmap's palette is too large");
    return header;
}

Result<DibRows> decode_dib(ByteSpan dib, const DibHeader& header, std::uint64_t pixels, Frame& frame) {
    TUTELA_TRY(frame.reshape(header.width, header.height, PixelFormat::rgb24));
    frame.clear_rows_from(0);
    const bool runs = header.compression == kRle8 || header.compression == kRle4;
    return runs ? decode_runs(dib, header, pixels, frame) : decode_rows(dib, header, pixels, frame);
}

}  // namespace tutela
