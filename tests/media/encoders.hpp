// Writes pictures for tests, in memory, by the libraries that the decoders use. A picture that cannot be written is an
// empty file, which no test takes for a success.
//
//     Bytes file = encode_jpeg(picture.view(), {.quality = 80, .sampling = Sampling::s420});
#pragma once

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>
#include <zlib.h>

#include <csetjmp>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tutela/frame.hpp"

namespace tutela::test {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
}
inline void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}
inline void append_big(Bytes& bytes, std::uint32_t value, int size) {
    for (int i = size - 1; i >= 0; --i)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void append_little(Bytes& bytes, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// --- EXIF

// The smallest EXIF block that states an orientation; no signature before it.
inline Bytes exif_block(std::uint32_t orientation, bool big_endian = false) {
    const std::uint8_t order = big_endian ? 'M' : 'I';
    Bytes block{order, order};
    const auto number = [&](std::uint32_t value, int size) {
        big_endian ? append_big(block, value, size) : append_little(block, value, size);
    };
    number(42, 2);
    number(8, 4);       // the directory comes next
    number(2, 2);       // of two entries:
    number(0x0100, 2);  // width
    number(4, 2);       // as a long
    number(1, 4);
    number(640, 4);
    number(0x0112, 2);  // orientation
    number(3, 2);       // as a short
    number(1, 4);
    number(orientation, 2);
    number(0, 2);
    number(0, 4);  // no second directory
    return block;
}

// --- JPEG

enum class Sampling { s444, s422, s420, s440 };

struct JpegOptions {
    int quality = 90;
    Sampling sampling = Sampling::s444;
    bool progressive = false;
    bool arithmetic = false;
    bool one_scan_per_component = false;
    bool keep_rgb = false;  // no YCbCr
    bool ycck = false;      // bgra32 is CMYK; store it as YCCK
    unsigned restart_rows = 0;
    std::vector<Bytes> app1 = {};  // payloads of APP1 segments, in this order
};

namespace detail {

struct JpegJump {
    jpeg_error_mgr errors;
    std::jmp_buf jump;
};
inline void jump_out(j_common_ptr jpeg) {
    std::longjmp(reinterpret_cast<JpegJump*>(jpeg->err)->jump, 1);  // NOLINT(cert-err52-cpp)
}

inline void set_jpeg_options(jpeg_compress_struct& jpeg, const JpegOptions& options) {
    if (options.keep_rgb) jpeg_set_colorspace(&jpeg, JCS_RGB);
    if (jpeg.in_color_space == JCS_CMYK) jpeg_set_colorspace(&jpeg, options.ycck ? JCS_YCCK : JCS_CMYK);
    jpeg_set_quality(&jpeg, options.quality, TRUE);
    const bool wide = options.sampling == Sampling::s422 || options.sampling == Sampling::s420;
    const bool high = options.sampling == Sampling::s440 || options.sampling == Sampling::s420;
    for (int i = 0; i < jpeg.num_components; ++i) {
        jpeg.comp_info[i].h_samp_factor = i == 0 && wide ? 2 : 1;
        jpeg.comp_info[i].v_samp_factor = i == 0 && high ? 2 : 1;
    }
    if (options.progressive) jpeg_simple_progression(&jpeg);
    jpeg.arith_code = options.arithmetic ? TRUE : FALSE;
    jpeg.restart_in_rows = static_cast<int>(options.restart_rows);
}

inline void write_jpeg(jpeg_compress_struct& jpeg, const FrameView& view, const JpegOptions& options,
                       const jpeg_scan_info* scans) {
    jpeg.image_width = view.width;
    jpeg.image_height = view.height;
    jpeg.input_components = static_cast<int>(bytes_per_pixel(view.format));
    jpeg.in_color_space = view.format == PixelFormat::gray8   ? JCS_GRAYSCALE
                          : view.format == PixelFormat::rgb24 ? JCS_RGB
                          : view.format == PixelFormat::bgr24 ? JCS_EXT_BGR
                                                              : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    set_jpeg_options(jpeg, options);
    if (options.one_scan_per_component) {
        jpeg.scan_info = scans;
        jpeg.num_scans = jpeg.num_components;
    }
    jpeg_start_compress(&jpeg, TRUE);
    for (const Bytes& payload : options.app1)
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, payload.data(), static_cast<unsigned>(payload.size()));
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = const_cast<JSAMPROW>(view.row(jpeg.next_scanline));
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
}

}  // namespace detail

// gray8, rgb24, bgr24, or bgra32 taken for CMYK as JPEG stores it (255: no ink).
inline Bytes encode_jpeg(const FrameView& view, const JpegOptions& options = {}) {
    detail::JpegJump errors{};
    jpeg_compress_struct jpeg{};
    unsigned char* memory = nullptr;
    unsigned long size = 0;
    jpeg_scan_info scans[MAX_COMPS_IN_SCAN] = {};
    for (int i = 0; i < MAX_COMPS_IN_SCAN; ++i)
        scans[i] = {1, {i, 0, 0, 0}, 0, 63, 0, 0};
    jpeg.err = jpeg_std_error(&errors.errors);
    errors.errors.error_exit = detail::jump_out;
    Bytes bytes;
    if (setjmp(errors.jump) == 0) {  // NOLINT(cert-err52-cpp)
        jpeg_create_compress(&jpeg);
        jpeg_mem_dest(&jpeg, &memory, &size);
        detail::write_jpeg(jpeg, view, options, scans);
        bytes.assign(memory, memory + size);
    }
    jpeg_destroy_compress(&jpeg);
    std::free(memory);
    return bytes;
}

// The payload of an APP1 segment with an EXIF block.
inline Bytes exif_app1(std::uint32_t orientation) {
    Bytes payload;
    append(payload, std::string_view("Exif\0\0", 6));
    append(payload, exif_block(orientation));
    return payload;
}

// --- PNG

struct PngOptions {
    // 8, or 16 (the low byte is then the complement of the high one); 1, 2 and 4 for gray and palettes, whose samples
    // are then taken modulo 2^bit_depth.
    int bit_depth = 8;
    bool alpha = false;  // adds a wavy alpha channel to gray8 and rgb24
    bool interlaced = false;
    bool transparent_color = false;       // a tRNS chunk
    int level = 6;                        // of zlib
    std::vector<png_color> palette = {};  // when set, gray8 samples are indices
    std::uint32_t orientation = 0;        // an eXIf chunk unless 0
};

namespace detail {

inline Bytes png_row(const FrameView& view, std::uint32_t y, const PngOptions& options) {
    const std::uint32_t channels = bytes_per_pixel(view.format);
    Bytes row;
    const auto put = [&](std::uint8_t sample) {
        row.push_back(sample);
        if (options.bit_depth == 16) row.push_back(static_cast<std::uint8_t>(~sample));
    };
    for (std::uint32_t x = 0; x < view.width; ++x) {
        for (std::uint32_t i = 0; i < channels; ++i) {
            const std::uint8_t sample = view.row(y)[x * channels + i];
            put(options.bit_depth < 8 ? static_cast<std::uint8_t>(sample % (1U << options.bit_depth)) : sample);
        }
        if (options.alpha) put(static_cast<std::uint8_t>(x * 5 + y * 3));
    }
    return row;
}

inline void write_png(png_structp png, png_infop info, const FrameView& view, const PngOptions& options,
                      const std::vector<png_bytep>& rows) {
    int color_type = view.format == PixelFormat::gray8 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
    if (options.alpha) color_type |= PNG_COLOR_MASK_ALPHA;
    if (!options.palette.empty()) color_type = PNG_COLOR_TYPE_PALETTE;
    png_set_IHDR(png, info, view.width, view.height, options.bit_depth, color_type,
                 options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, options.level);
    if (!options.palette.empty()) {
        png_set_PLTE(png, info, options.palette.data(), static_cast<int>(options.palette.size()));
    }
    static png_byte alphas[3] = {0, 128, 255};
    png_color_16 color{1, 128, 128, 128, 128};
    if (options.transparent_color) png_set_tRNS(png, info, alphas, 3, &color);
    if (options.orientation != 0) {
        Bytes block = exif_block(options.orientation, true);
        png_set_eXIf_1(png, info, static_cast<png_uint_32>(block.size()), block.data());
    }
    png_set_rows(png, info, const_cast<png_bytepp>(rows.data()));
    png_write_png(png, info, options.bit_depth < 8 ? PNG_TRANSFORM_PACKING : PNG_TRANSFORM_IDENTITY, nullptr);
}

}  // namespace detail

// gray8 or rgb24.
inline Bytes encode_png(const FrameView& view, const PngOptions& options = {}) {
    std::vector<Bytes> samples;
    std::vector<png_bytep> rows;
    for (std::uint32_t y = 0; y < view.height; ++y)
        samples.push_back(detail::png_row(view, y, options));
    for (Bytes& row : samples)
        rows.push_back(row.data());
    Bytes bytes;
    const auto quiet = [](png_structp, png_const_charp) {};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, quiet);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)) == 0) {  // NOLINT(cert-err52-cpp)
        png_set_write_fn(
            png, &bytes,
            [](png_structp writer, png_bytep data, png_size_t size) {
                Bytes& out = *static_cast<Bytes*>(png_get_io_ptr(writer));
                out.insert(out.end(), data, data + size);
            },
            nullptr);
        detail::write_png(png, info, view, options, rows);
    } else {
        bytes.clear();
    }
    png_destroy_write_struct(&png, &info);
    return bytes;
}

// One chunk of a PNG: length, type, data, checksum.
inline Bytes png_chunk(std::string_view type, const Bytes& data) {
    Bytes chunk;
    append_big(chunk, static_cast<std::uint32_t>(data.size()), 4);
    append(chunk, type);
    append(chunk, data);
    append_big(chunk, static_cast<std::uint32_t>(crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4))), 4);
    return chunk;
}

// A chunk put in after the header chunk.
inline Bytes with_png_chunk(Bytes png, std::string_view type, const Bytes& data) {
    const Bytes chunk = png_chunk(type, data);
    png.insert(png.begin() + 33, chunk.begin(), chunk.end());
    return png;
}

// --- WebP

struct WebpOptions {
    float quality = 80;
    bool lossless = false;
    bool alpha = false;             // adds a wavy alpha channel
    std::uint32_t orientation = 0;  // an EXIF chunk unless 0; not with alpha
};

// One chunk of a RIFF container, padded.
inline Bytes riff_chunk(std::string_view name, const Bytes& data) {
    Bytes chunk;
    append(chunk, name);
    append_little(chunk, static_cast<std::uint32_t>(data.size()), 4);
    append(chunk, data);
    if (data.size() % 2 != 0) chunk.push_back(0);
    return chunk;
}

// A WebP file of the given chunks.
inline Bytes webp_file(const std::vector<Bytes>& chunks) {
    Bytes body;
    append(body, "WEBP");
    for (const Bytes& chunk : chunks)
        append(body, chunk);
    Bytes file;
    append(file, "RIFF");
    append_little(file, static_cast<std::uint32_t>(body.size()), 4);
    append(file, body);
    return file;
}

// The VP8X chunk: flags (2 animation, 8 EXIF, 16 alpha) and the size of the canvas.
inline Bytes webp_header_chunk(std::uint32_t flags, std::uint32_t width, std::uint32_t height) {
    Bytes data;
    append_little(data, flags, 4);
    append_little(data, width - 1, 3);
    append_little(data, height - 1, 3);
    return riff_chunk("VP8X", data);
}

// rgb24.
inline Bytes encode_webp(const FrameView& view, const WebpOptions& options = {}) {
    Bytes rgba;
    for (std::uint32_t y = 0; y < view.height; ++y) {
        for (std::uint32_t x = 0; x < view.width; ++x) {
            const std::uint8_t* pixel = view.row(y) + 3 * x;
            rgba.insert(rgba.end(), pixel, pixel + 3);
            rgba.push_back(options.alpha ? static_cast<std::uint8_t>(x * 5 + y * 3) : 255);
        }
    }
    WebPConfig config;
    WebPPicture picture;
    WebPMemoryWriter writer;
    if (WebPConfigInit(&config) == 0 || WebPPictureInit(&picture) == 0) return {};
    WebPMemoryWriterInit(&writer);
    config.quality = options.quality;
    config.lossless = options.lossless ? 1 : 0;
    config.exact = 1;  // keep the colours of transparent pixels
    picture.use_argb = config.lossless;
    picture.width = static_cast<int>(view.width);
    picture.height = static_cast<int>(view.height);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    Bytes bytes;
    if (WebPPictureImportRGBA(&picture, rgba.data(), picture.width * 4) != 0 && WebPEncode(&config, &picture) != 0) {
        bytes.assign(writer.mem, writer.mem + writer.size);
    }
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&writer);
    if (options.orientation == 0 || bytes.empty()) return bytes;
    const Bytes image(bytes.begin() + 12, bytes.end());  // the chunk of a simple file
    return webp_file(
        {webp_header_chunk(8, view.width, view.height), image, riff_chunk("EXIF", exif_block(options.orientation))});
}

}  // namespace tutela::test
