#include "media/tiff_page.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>

#include "core/try.hpp"
#include "media/decoders.hpp"

namespace tutela {

namespace {

// A picture of one endless row or column would take more than its frame.
constexpr std::uint32_t kMaxSide = 1'000'000;
constexpr std::uint32_t kMaxChannels = 16;

// JBIG, LERC, PixarLog, SGILog and the like have decoders that few have looked at, and hardly a picture.
constexpr std::array<std::uint16_t, 14> kCompressions = {
    COMPRESSION_NONE,     COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4, COMPRESSION_CCITTRLEW,
    COMPRESSION_LZW,      COMPRESSION_OJPEG,    COMPRESSION_JPEG,      COMPRESSION_DEFLATE,   COMPRESSION_ADOBE_DEFLATE,
    COMPRESSION_PACKBITS, COMPRESSION_LZMA,     COMPRESSION_ZSTD,      COMPRESSION_WEBP,
};

constexpr char kPixelsEndEarly[] = "the file ends within its pixels";
constexpr char kMissing[] = "pixels are missing";

Status unsupported(std::string what) {
    return Status(StatusCode::unsupported, std::move(what));
}

Status corrupt(std::string what) {
    return Status(StatusCode::corrupt, std::move(what));
}

std::uint16_t field16(TIFF* tiff, std::uint32_t tag, std::uint16_t otherwise) {
    std::uint16_t value = otherwise;
    return TIFFGetFieldDefaulted(tiff, tag, &value) != 0 ? value : otherwise;
}

std::uint32_t field32(TIFF* tiff, std::uint32_t tag, std::uint32_t otherwise) {
    std::uint32_t value = otherwise;
    return TIFFGetFieldDefaulted(tiff, tag, &value) != 0 ? value : otherwise;
}

// Pixels as libtiff's RGBA interface gives them, to rgb24.
void unpack(const std::uint32_t* pixels, std::uint32_t width, std::uint8_t* out) noexcept {
    for (std::uint32_t x = 0; x < width; ++x, out += 3) {
        out[0] = static_cast<std::uint8_t>(TIFFGetR(pixels[x]));
        out[1] = static_cast<std::uint8_t>(TIFFGetG(pixels[x]));
        out[2] = static_cast<std::uint8_t>(TIFFGetB(pixels[x]));
    }
}

bool holds_samples(std::uint32_t bits) noexcept {
    return bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 32;
}

}  // namespace

Status TiffPage::open(const DecodeLimits& limits) {
    TUTELA_TRY(read_layout());
    TUTELA_TRY(check_sizes(limits));
    return {};
}

Status TiffPage::read_layout() {
    TIFF* tiff = reader_.tiff();
    width_ = field32(tiff, TIFFTAG_IMAGEWIDTH, 0);
    height_ = field32(tiff, TIFFTAG_IMAGELENGTH, 0);
    if (width_ == 0 || height_ == 0) return corrupt("a side of 0 pixels");
    const std::uint16_t compression = field16(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    if (std::find(kCompressions.begin(), kCompressions.end(), compression) == kCompressions.end()) {
        return unsupported("a TIFF of compression " + std::to_string(compression));
    }
    if (TIFFIsCODECConfigured(compression) == 0) {
        return unsupported("a TIFF of compression " + std::to_string(compression) + ", which libtiff here lacks");
    }
    const std::uint16_t format = field16(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_INT && format != SAMPLEFORMAT_VOID) {
        return unsupported("a TIFF of samples that are no whole numbers");
    }
    samples_.bits = field16(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    samples_.channels = field16(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    if (!holds_samples(samples_.bits)) {
        return unsupported("a TIFF of " + std::to_string(samples_.bits) + " bits a sample");
    }
    if (samples_.channels == 0 || samples_.channels > kMaxChannels) {
        return unsupported("a TIFF of " + std::to_string(samples_.channels) + " samples a pixel");
    }
    if (samples_.channels > 1 && field16(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE) {
        planes_ = samples_.channels;
        samples_.channels = 1;
    }
    if (TIFFIsTiled(tiff) != 0) {
        way_ = Way::tiles;
        piece_width_ = field32(tiff, TIFFTAG_TILEWIDTH, 0);
        piece_rows_ = field32(tiff, TIFFTAG_TILELENGTH, 0);
    } else {
        piece_width_ = width_;
        piece_rows_ = std::min(height_, field32(tiff, TIFFTAG_ROWSPERSTRIP, height_));
    }
    if (piece_width_ == 0 || piece_rows_ == 0) return corrupt("a strip or tile of no pixels");
    return read_colors();
}

// What libtiff itself has to make RGB of (YCbCr but for JPEG's, which its decoder turns, Lab and others) goes the way of
// its RGBA interface.
Status TiffPage::read_colors() {
    TIFF* tiff = reader_.tiff();
    const std::uint32_t channels = std::max(samples_.channels, planes_);
    const std::uint16_t guess = channels < 3 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB;
    std::uint16_t photometric = guess;
    if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric) == 0) photometric = guess;
    const std::uint16_t compression = field16(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    const bool jpeg = compression == COMPRESSION_JPEG;
    if (jpeg && photometric == PHOTOMETRIC_YCBCR && planes_ == 1 &&
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB) != 0) {
        photometric = PHOTOMETRIC_RGB;
    }
    switch (photometric) {
        case PHOTOMETRIC_MINISWHITE:
        case PHOTOMETRIC_MINISBLACK:
            samples_.color = TiffColor::gray;
            samples_.inverted = photometric == PHOTOMETRIC_MINISWHITE;
            break;
        case PHOTOMETRIC_PALETTE: samples_.color = TiffColor::palette; break;
        case PHOTOMETRIC_RGB: samples_.color = TiffColor::rgb; break;
        case PHOTOMETRIC_SEPARATED: samples_.color = TiffColor::cmyk; break;
        case PHOTOMETRIC_MASK: return unsupported("a transparency mask");
        case PHOTOMETRIC_CFA: return unsupported("a camera's raw samples");
        default: way_ = Way::rgba; break;
    }
    if (compression == COMPRESSION_OJPEG) way_ = Way::rgba;
    if (way_ == Way::rgba) return {};
    if (channels < samples_.used()) return corrupt("fewer channels than its colours need");
    return samples_.color == TiffColor::palette ? read_palette() : Status();
}

// Colours have 16 bits, of which the high byte is taken; some writers fill in 8 only.
Status TiffPage::read_palette() {
    if (samples_.bits > 8) return unsupported("a palette of " + std::to_string(samples_.bits) + " bits");
    std::uint16_t* maps[3] = {};
    if (TIFFGetField(reader_.tiff(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) == 0) {
        return corrupt("no palette");
    }
    const std::size_t colors = std::size_t{1} << samples_.bits;
    bool wide = false;
    for (const std::uint16_t* map : maps)
        wide = wide || std::any_of(map, map + colors, [](std::uint16_t value) { return value > 255; });
    for (std::size_t i = 0; i < colors; ++i)
        for (std::size_t channel = 0; channel < 3; ++channel)
            samples_.palette[i][channel] = static_cast<std::uint8_t>(wide ? maps[channel][i] >> 8 : maps[channel][i]);
    return {};
}

Status TiffPage::check_sizes(const DecodeLimits& limits) const {
    TUTELA_TRY(check_pixels(width_, height_, limits));
    if (width_ > kMaxSide || height_ > kMaxSide) {
        return Status(StatusCode::limit, "the TIFF has a side over 1000000 pixels");
    }
    TIFF* tiff = reader_.tiff();
    if (TIFFIsTiled(tiff) != 0) TUTELA_TRY(check_pixels(piece_width_, piece_rows_, limits));
    if (way_ == Way::rgba) return {};
    const std::uint64_t row_bytes = (std::uint64_t{piece_width_} * samples_.channels * samples_.bits + 7) / 8;
    const std::uint64_t real = way_ == Way::tiles ? TIFFTileRowSize64(tiff) : TIFFScanlineSize64(tiff);
    if (real != row_bytes) return corrupt("rows of an unexpected size");
    if (way_ == Way::tiles && TIFFTileSize64(tiff) != row_bytes * piece_rows_) {
        return corrupt("tiles of an unexpected size");
    }
    return {};
}

Status TiffPage::decode(Frame& frame) {
    const bool gray = way_ != Way::rgba && samples_.color == TiffColor::gray;
    TUTELA_TRY(frame.reshape(width_, height_, gray ? PixelFormat::gray8 : PixelFormat::rgb24));
    frame.clear_rows_from(0);
    cuts_.clear();
    reader_.clear_error();
    if (way_ == Way::rgba) return decode_rgba(frame);
    const auto bytes = way_ == Way::tiles ? TIFFTileSize(reader_.tiff()) : TIFFScanlineSize(reader_.tiff());
    buffer_.assign(static_cast<std::size_t>(bytes), 0);
    decode_pieces(frame);
    return {};
}

void TiffPage::decode_pieces(Frame& frame) {
    const std::uint32_t planes = planes_ == 1 ? 1 : samples_.used();
    for (std::uint32_t plane = 0; plane < planes; ++plane) {
        for (std::uint32_t row = 0; row < height_; row += piece_rows_) {
            for (std::uint32_t column = 0; column < width_; column += piece_width_) {
                TIFF* tiff = reader_.tiff();
                const std::uint32_t number = way_ == Way::tiles
                                                 ? TIFFComputeTile(tiff, column, row, 0, static_cast<uint16_t>(plane))
                                                 : TIFFComputeStrip(tiff, row, static_cast<uint16_t>(plane));
                decode_piece(frame, {number, plane, row, std::min(piece_rows_, height_ - row), column,
                                     std::min(piece_width_, width_ - column), 0});
            }
        }
    }
}

void TiffPage::decode_piece(Frame& frame, const Piece& piece) {
    const std::uint64_t offset = TIFFGetStrileOffset(reader_.tiff(), piece.number);
    const std::uint64_t bytes = TIFFGetStrileByteCount(reader_.tiff(), piece.number);
    const bool cut = !reader_.holds(offset, bytes);
    reader_.clear_error();
    if (cut || bytes == 0) note_fault(cut ? kPixelsEndEarly : kMissing);
    if (bytes == 0 || !reader_.holds(offset, 1)) return;
    const std::uint32_t rows = way_ == Way::tiles ? decode_tile(frame, piece) : decode_strip(frame, piece, cut);
    if (rows < piece.rows || reader_.error()[0] != '\0') note_fault(kMissing);
    if (rows == 0) return;
    if (cut) {
        cuts_.push_back(piece);
        cuts_.back().good_rows = rows;
    } else {
        rows_decoded_ = std::max(rows_decoded_, piece.row + rows);
    }
}

// Row by row, so that those before a fault are kept. Of a strip that is cut off, what comes with a complaint is not.
std::uint32_t TiffPage::decode_strip(Frame& frame, const Piece& piece, bool cut) {
    for (std::uint32_t i = 0; i < piece.rows; ++i) {
        const std::uint32_t row = piece.row + i;
        const int read = TIFFReadScanline(reader_.tiff(), buffer_.data(), row, static_cast<std::uint16_t>(piece.plane));
        if (read != 1 || (cut && reader_.error()[0] != '\0')) return i;
        convert(buffer_.data(), piece, frame.row(row));
    }
    return piece.rows;
}

std::uint32_t TiffPage::decode_tile(Frame& frame, const Piece& piece) {
    std::fill(buffer_.begin(), buffer_.end(), std::uint8_t{0});
    const auto size = static_cast<tmsize_t>(buffer_.size());
    if (TIFFReadEncodedTile(reader_.tiff(), piece.number, buffer_.data(), size) != size) return 0;
    const std::size_t row_bytes = buffer_.size() / piece_rows_;
    const std::size_t pixel = bytes_per_pixel(frame.view().format);
    for (std::uint32_t i = 0; i < piece.rows; ++i)
        convert(buffer_.data() + i * row_bytes, piece, frame.row(piece.row + i) + piece.column * pixel);
    return piece.rows;
}

void TiffPage::convert(const std::uint8_t* row, const Piece& piece, std::uint8_t* out) const {
    if (planes_ == 1 || samples_.used() == 1) {
        convert_interleaved(samples_, row, piece.columns, out);
    } else {
        convert_plane(samples_, piece.plane, row, piece.columns, out);
    }
}

// Strip by strip, or one row of tiles after the other.
Status TiffPage::decode_rgba(Frame& frame) {
    TIFF* tiff = reader_.tiff();
    TIFFRGBAImage image;
    std::array<char, 1024> reason{};
    if (TIFFRGBAImageOK(tiff, reason.data()) == 0 || TIFFRGBAImageBegin(&image, tiff, 1, reason.data()) == 0) {
        return unsupported("a TIFF of unusual colours (" + std::string(reason.data()) + ")");
    }
    image.req_orientation = image.orientation;  // rows come as they are stored
    image.col_offset = 0;
    std::vector<std::uint32_t> raster(std::size_t{width_} * std::min(piece_rows_, height_));
    for (std::uint32_t row = 0; row < height_; row += piece_rows_) {
        const std::uint32_t rows = std::min(piece_rows_, height_ - row);
        const bool cut = is_band_cut(row);
        reader_.clear_error();
        if (cut) note_fault(kPixelsEndEarly);
        std::fill(raster.begin(), raster.end(), 0U);
        image.row_offset = static_cast<int>(row);
        const bool read = TIFFRGBAImageGet(&image, raster.data(), width_, rows) != 0;
        if (!read || reader_.error()[0] != '\0') note_fault(kMissing);
        if (!read) continue;
        for (std::uint32_t y = 0; y < rows; ++y)
            unpack(raster.data() + std::size_t{y} * width_, width_, frame.row(row + y));
        if (cut) {
            cuts_.push_back({0, 0, row, rows, 0, width_, rows});
        } else {
            rows_decoded_ = row + rows;
        }
    }
    TIFFRGBAImageEnd(&image);
    return {};
}

// Whether a strip or tile that `row` lies in goes on past the end of the file.
bool TiffPage::is_band_cut(std::uint32_t row) const {
    TIFF* tiff = reader_.tiff();
    for (std::uint32_t plane = 0; plane < planes_; ++plane) {
        for (std::uint32_t column = 0; column < width_; column += piece_width_) {
            const auto sample = static_cast<std::uint16_t>(plane);
            const std::uint32_t number = TIFFIsTiled(tiff) != 0 ? TIFFComputeTile(tiff, column, row, 0, sample)
                                                                : TIFFComputeStrip(tiff, row, sample);
            if (!reader_.holds(TIFFGetStrileOffset(tiff, number), TIFFGetStrileByteCount(tiff, number))) return true;
        }
    }
    return false;
}

// Of each piece that is cut off, the rows before the first that came out otherwise are the picture's. Both lists are in
// the order of decoding, and either may lack a piece of the other.
void TiffPage::compare(const FrameView& frame, const TiffPage& again, const FrameView& other) {
    const std::size_t pixel = bytes_per_pixel(frame.format);
    const auto place = [](const Piece& piece) { return std::tie(piece.plane, piece.row, piece.column); };
    auto same = again.cuts_.begin();
    for (Piece& piece : cuts_) {
        while (same != again.cuts_.end() && place(*same) < place(piece))
            ++same;
        const bool found = same != again.cuts_.end() && place(*same) == place(piece);
        const std::uint32_t most = found ? std::min(piece.good_rows, same->good_rows) : 0;
        const std::size_t start = piece.column * pixel;
        std::uint32_t rows = 0;
        while (rows < most && std::memcmp(frame.row(piece.row + rows) + start, other.row(piece.row + rows) + start,
                                          piece.columns * pixel) == 0)
            ++rows;
        piece.good_rows = rows;
    }
}

void TiffPage::settle(Frame& frame) {
    for (const Piece& piece : cuts_) {
        if (piece.good_rows > 0) rows_decoded_ = std::max(rows_decoded_, piece.row + piece.good_rows);
        clear(frame, piece);
    }
}

// Clears the rows of a piece below the good ones, of its own plane where colours lie apart.
void TiffPage::clear(Frame& frame, const Piece& piece) const {
    const std::size_t pixel = bytes_per_pixel(frame.view().format);
    const bool one_channel = planes_ > 1 && samples_.color == TiffColor::rgb;
    for (std::uint32_t row = piece.row + piece.good_rows; row < piece.row + piece.rows; ++row) {
        std::uint8_t* out = frame.row(row) + piece.column * pixel;
        if (!one_channel) {
            std::memset(out, 0, piece.columns * pixel);
            continue;
        }
        for (std::uint32_t x = 0; x < piece.columns; ++x)
            out[x * pixel + piece.plane] = 0;
    }
}

void TiffPage::note_fault(const char* otherwise) {
    if (!fault_.empty()) return;
    fault_ = reader_.error()[0] != '\0' ? "its data is damaged (" + std::string(reader_.error()) + ")" : otherwise;
}

}  // namespace tutela
