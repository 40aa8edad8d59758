// Writes the rarer pictures for tests, in memory; as encoders.hpp.
#pragma once

#include <jxl/encode.h>
#include <libheif/heif.h>
#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/bytes.hpp"
#include "media/encoders.hpp"

namespace tutela::test {

// --- TIFF

struct TiffOptions {
    std::uint16_t compression = COMPRESSION_NONE;
    std::uint32_t rows_per_strip = 8;
    std::uint32_t tile_side = 0;  // 0: strips
    bool planes = false;          // channels lie apart
    bool predictor = false;
    bool bilevel = false;  // gray8 is cut to its high bit
    std::uint16_t photometric = 0xffff;
    std::uint16_t orientation = 0;
    bool dng = false;  // it says that it is one
};

namespace detail {

struct Memory {
    Bytes bytes;
    std::size_t at = 0;
};

inline TIFF* open_tiff_memory(Memory& memory, const char* mode) {
    return TIFFClientOpen(
        "", mode, &memory,
        [](thandle_t handle, void* data, tmsize_t size) -> tmsize_t {
            Memory& file = *static_cast<Memory*>(handle);
            const std::size_t left = file.at < file.bytes.size() ? file.bytes.size() - file.at : 0;
            const std::size_t count = std::min(left, static_cast<std::size_t>(size));
            if (count > 0) std::memcpy(data, file.bytes.data() + file.at, count);
            file.at += count;
            return static_cast<tmsize_t>(count);
        },
        [](thandle_t handle, void* data, tmsize_t size) -> tmsize_t {
            Memory& file = *static_cast<Memory*>(handle);
            const auto count = static_cast<std::size_t>(size);
            file.bytes.resize(std::max(file.bytes.size(), file.at + count));
            std::memcpy(file.bytes.data() + file.at, data, count);
            file.at += count;
            return size;
        },
        [](thandle_t handle, toff_t offset, int whence) -> toff_t {
            Memory& file = *static_cast<Memory*>(handle);
            if (whence == SEEK_CUR) offset += file.at;
            if (whence == SEEK_END) offset += file.bytes.size();
            return file.at = offset;
        },
        [](thandle_t) { return 0; },
        [](thandle_t handle) -> toff_t { return static_cast<Memory*>(handle)->bytes.size(); }, nullptr, nullptr);
}

// The samples of a row or of a piece of one, of one channel when they lie apart.
inline Bytes tiff_row(const FrameView& view, std::uint32_t y, std::uint32_t x, std::uint32_t width, int plane,
                      const TiffOptions& options) {
    const std::uint32_t channels = bytes_per_pixel(view.format);
    Bytes row(options.bilevel ? (width + 7) / 8 : std::size_t{width} * (plane < 0 ? channels : 1));
    for (std::uint32_t i = 0; i < width; ++i) {
        if (y >= view.height || x + i >= view.width) continue;
        const std::uint8_t* pixel = view.row(y) + std::size_t{x + i} * channels;
        if (options.bilevel) {
            row[i / 8] = static_cast<std::uint8_t>(row[i / 8] | (pixel[0] >> 7) << (7 - i % 8));
        } else if (plane < 0) {
            std::copy_n(pixel, channels, row.begin() + i * channels);
        } else {
            row[i] = pixel[plane];
        }
    }
    return row;
}

inline void set_tiff_tags(TIFF* tiff, const FrameView& view, const TiffOptions& options) {
    const std::uint32_t channels = bytes_per_pixel(view.format);
    const auto photometric = channels == 1   ? PHOTOMETRIC_MINISBLACK
                             : channels == 3 ? PHOTOMETRIC_RGB
                                             : PHOTOMETRIC_SEPARATED;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, view.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, view.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, options.bilevel ? 1 : 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, options.planes ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, options.photometric != 0xffff ? options.photometric : photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, options.compression);
    if (options.photometric == PHOTOMETRIC_YCBCR) TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (options.predictor) TIFFSetField(tiff, TIFFTAG_PREDICTOR, 2);
    if (options.orientation != 0) TIFFSetField(tiff, TIFFTAG_ORIENTATION, options.orientation);
    if (options.dng) TIFFSetField(tiff, TIFFTAG_DNGVERSION, "\1\4\0\0");
    if (options.tile_side == 0) {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, options.rows_per_strip);
    } else {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, options.tile_side);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, options.tile_side);
    }
}

inline void write_tiff_page(TIFF* tiff, const FrameView& view, const TiffOptions& options) {
    set_tiff_tags(tiff, view, options);
    const int planes = options.planes ? static_cast<int>(bytes_per_pixel(view.format)) : 1;
    for (int p = 0; p < planes; ++p) {
        const int plane = options.planes ? p : -1;
        const auto sample = static_cast<std::uint16_t>(p);
        for (std::uint32_t y = 0; options.tile_side == 0 && y < view.height; ++y) {
            Bytes row = tiff_row(view, y, 0, view.width, plane, options);
            TIFFWriteScanline(tiff, row.data(), y, sample);
        }
        const std::uint32_t side = options.tile_side;
        for (std::uint32_t y = 0; side > 0 && y < view.height; y += side) {
            for (std::uint32_t x = 0; x < view.width; x += side) {
                Bytes tile;
                for (std::uint32_t i = 0; i < side; ++i)
                    append(tile, tiff_row(view, y + i, x, side, plane, options));
                TIFFWriteEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, sample), tile.data(),
                                     static_cast<tmsize_t>(tile.size()));
            }
        }
    }
    TIFFWriteDirectory(tiff);
}

inline std::uint32_t little(const Bytes& bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    read_uint(bytes, at, size, ByteOrder::little, value);
    return value;
}

}  // namespace detail

// Pages of gray8, rgb24, or bgra32 taken for the four inks. As libtiff lays them out: each directory after its pixels.
inline Bytes encode_tiff(const std::vector<FrameView>& pages, const TiffOptions& options = {}) {
    detail::Memory memory;
    TIFF* tiff = detail::open_tiff_memory(memory, "wl");
    for (const FrameView& page : pages)
        detail::write_tiff_page(tiff, page, options);
    TIFFClose(tiff);
    return memory.bytes;
}

// The same file of one page with its directory in front, as most cameras and programs lay it out.
inline Bytes directory_first(const Bytes& tiff) {
    using detail::little;
    const std::size_t directory = little(tiff, 4, 4);
    const std::size_t count = little(tiff, directory, 2);
    constexpr std::size_t kTypeBytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    Bytes values;
    Bytes entries;
    Bytes pixels;
    const std::size_t values_at = 8 + 2 + count * 12 + 4;
    std::vector<std::pair<std::size_t, std::size_t>> pieces;  // of the pixels: where, how long
    std::size_t offsets_in_values = 0;
    std::size_t single_offset_at = 0;  // in the entries
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = directory + 2 + 12 * i;
        const std::uint32_t tag = little(tiff, at, 2);
        const std::size_t size = kTypeBytes[little(tiff, at + 2, 2)];
        const std::size_t number = little(tiff, at + 4, 4);
        const std::size_t from = size * number > 4 ? little(tiff, at + 8, 4) : at + 8;
        append_little(entries, tag, 2);
        const bool offsets = tag == TIFFTAG_STRIPOFFSETS || tag == TIFFTAG_TILEOFFSETS;
        const bool sizes = tag == TIFFTAG_STRIPBYTECOUNTS || tag == TIFFTAG_TILEBYTECOUNTS;
        pieces.resize(offsets || sizes ? number : pieces.size());
        for (std::size_t k = 0; k < number && (offsets || sizes); ++k)
            (offsets ? pieces[k].first : pieces[k].second) = little(tiff, from + k * size, size);
        append_little(entries, offsets ? 4 : little(tiff, at + 2, 2), 2);
        append_little(entries, static_cast<std::uint32_t>(number), 4);
        const auto value = tiff.begin() + static_cast<std::ptrdiff_t>(from);
        if (offsets) {  // known when all values are
            offsets_in_values = values.size();
            if (number > 1) values.resize(values.size() + 4 * number);
            append_little(entries, static_cast<std::uint32_t>(values_at + offsets_in_values), 4);
            single_offset_at = number == 1 ? entries.size() - 4 : 0;
        } else if (size * number > 4) {
            append_little(entries, static_cast<std::uint32_t>(values_at + values.size()), 4);
            values.insert(values.end(), value, value + static_cast<std::ptrdiff_t>(size * number));
            if (values.size() % 2 != 0) values.push_back(0);
        } else {
            const auto field = tiff.begin() + static_cast<std::ptrdiff_t>(at + 8);
            entries.insert(entries.end(), field, field + 4);
        }
    }
    Bytes file{'I', 'I', 42, 0, 8, 0, 0, 0};
    append_little(file, static_cast<std::uint32_t>(count), 2);
    for (std::size_t k = 0; k < pieces.size(); ++k) {
        const auto place = static_cast<std::uint32_t>(values_at + values.size() + pixels.size());
        for (std::size_t i = 0; i < 4; ++i) {
            const auto byte = static_cast<std::uint8_t>(place >> (8 * i));
            (single_offset_at > 0 ? entries[single_offset_at + i] : values[offsets_in_values + 4 * k + i]) = byte;
        }
        const auto from = tiff.begin() + static_cast<std::ptrdiff_t>(pieces[k].first);
        pixels.insert(pixels.end(), from, from + static_cast<std::ptrdiff_t>(pieces[k].second));
    }
    append(file, entries);
    append_little(file, 0, 4);
    append(file, values);
    append(file, pixels);
    return file;
}

// --- HEIF and AVIF

// rgb24, or bgra32, which is taken for RGBA. Empty when libheif here has no encoder for the format.
inline Bytes encode_heif(const FrameView& view, heif_compression_format format, bool full_color, int quality = 80) {
    heif_context* context = heif_context_alloc();
    heif_encoder* encoder = nullptr;
    heif_image* image = nullptr;
    heif_image_handle* handle = nullptr;
    Bytes bytes;
    if (heif_context_get_encoder_for_format(context, format, &encoder).code == heif_error_Ok) {
        const bool alpha = view.format == PixelFormat::bgra32;
        heif_image_create(static_cast<int>(view.width), static_cast<int>(view.height), heif_colorspace_RGB,
                          alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, &image);
        heif_image_add_plane(image, heif_channel_interleaved, static_cast<int>(view.width),
                             static_cast<int>(view.height), 8);
        int stride = 0;
        std::uint8_t* rows = heif_image_get_plane(image, heif_channel_interleaved, &stride);
        for (std::uint32_t y = 0; y < view.height; ++y)
            std::memcpy(rows + std::size_t{y} * static_cast<std::size_t>(stride), view.row(y),
                        std::size_t{alpha ? 4U : 3U} * view.width);
        heif_encoder_set_lossy_quality(encoder, quality);
        heif_encoder_set_parameter_string(encoder, "chroma", full_color ? "444" : "420");
        heif_encoder_set_parameter_string(encoder, "preset", "ultrafast");
        heif_encoder_set_parameter_string(encoder, "speed", "9");
        heif_writer writer = {1, [](heif_context*, const void* data, size_t size, void* out) {
                                  const auto* first = static_cast<const std::uint8_t*>(data);
                                  static_cast<Bytes*>(out)->assign(first, first + size);
                                  return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
                              }};
        if (heif_context_encode_image(context, image, encoder, nullptr, &handle).code == heif_error_Ok) {
            heif_context_write(context, &writer, &bytes);
            heif_image_handle_release(handle);
        }
        heif_image_release(image);
        heif_encoder_release(encoder);
    }
    heif_context_free(context);
    return bytes;
}

// --- JPEG XL

struct JxlOptions {
    bool lossless = true;
    bool container = false;
    std::uint32_t ticks = 0;  // of each frame, 1/1000 s; 0: a still
    std::uint32_t orientation = 1;
};

// gray8 or rgb24; several frames make an animation.
inline Bytes encode_jxl(const std::vector<FrameView>& frames, const JxlOptions& options = {}) {
    JxlEncoder* encoder = JxlEncoderCreate(nullptr);
    JxlEncoderUseContainer(encoder, options.container ? JXL_TRUE : JXL_FALSE);
    const std::uint32_t channels = bytes_per_pixel(frames.front().format);
    JxlBasicInfo info;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = frames.front().width;
    info.ysize = frames.front().height;
    info.bits_per_sample = 8;
    info.num_color_channels = channels;
    info.uses_original_profile = options.lossless ? JXL_TRUE : JXL_FALSE;
    info.orientation = static_cast<JxlOrientation>(options.orientation);
    if (options.ticks > 0) {
        info.have_animation = JXL_TRUE;
        info.animation.tps_numerator = 1000;
        info.animation.tps_denominator = 1;
    }
    JxlEncoderSetBasicInfo(encoder, &info);
    JxlColorEncoding color;
    JxlColorEncodingSetToSRGB(&color, channels == 1 ? JXL_TRUE : JXL_FALSE);
    JxlEncoderSetColorEncoding(encoder, &color);
    JxlEncoderFrameSettings* settings = JxlEncoderFrameSettingsCreate(encoder, nullptr);
    JxlEncoderSetFrameLossless(settings, options.lossless ? JXL_TRUE : JXL_FALSE);
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 3);
    const JxlPixelFormat format = {channels, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    for (const FrameView& frame : frames) {
        if (options.ticks > 0) {
            JxlFrameHeader header;
            JxlEncoderInitFrameHeader(&header);
            header.duration = options.ticks;
            JxlEncoderSetFrameHeader(settings, &header);
        }
        JxlEncoderAddImageFrame(settings, &format, frame.data, frame.stride_bytes * frame.height);
    }
    JxlEncoderCloseInput(encoder);
    Bytes bytes(1 << 16);
    std::size_t size = 0;
    JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
    while (status == JXL_ENC_NEED_MORE_OUTPUT) {
        if (bytes.size() - size < 4096) bytes.resize(bytes.size() * 2);
        std::uint8_t* out = bytes.data() + size;
        std::size_t left = bytes.size() - size;
        status = JxlEncoderProcessOutput(encoder, &out, &left);
        size = bytes.size() - left;
    }
    bytes.resize(status == JXL_ENC_SUCCESS ? size : 0);
    JxlEncoderDestroy(encoder);
    return bytes;
}

// --- Photoshop

// gray8 or rgb24, rows stored as they are or packed (as literals and runs of at most 16).
inline Bytes encode_psd(const FrameView& view, bool packed, bool large = false) {
    const std::uint32_t channels = bytes_per_pixel(view.format);
    Bytes file;
    append(file, "8BPS");
    append_big(file, large ? 2 : 1, 2);
    append(file, Bytes(6, 0));
    append_big(file, channels, 2);
    append_big(file, view.height, 4);
    append_big(file, view.width, 4);
    append_big(file, 8, 2);
    append_big(file, channels == 1 ? 1 : 3, 2);
    append(file, Bytes(large ? 16 : 12, 0));  // no palette, no resources, no layers
    append_big(file, packed ? 1 : 0, 2);
    Bytes lengths;
    Bytes rows;
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        for (std::uint32_t y = 0; y < view.height; ++y) {
            const std::size_t before = rows.size();
            for (std::uint32_t x = 0; x < view.width;) {
                const auto sample = [&](std::uint32_t column) { return view.row(y)[column * channels + channel]; };
                std::uint32_t run = 1;
                while (packed && run < 16 && x + run < view.width && sample(x + run) == sample(x))
                    ++run;
                if (packed) rows.push_back(static_cast<std::uint8_t>(run == 1 ? 0 : 257 - run));
                rows.push_back(sample(x));
                x += run;
            }
            append_big(lengths, static_cast<std::uint32_t>(rows.size() - before), large ? 4 : 2);
        }
    }
    if (packed) append(file, lengths);
    append(file, rows);
    return file;
}

// --- A camera's raw file: Fujifilm's, which is a header, the preview, and samples that nobody reads.
inline Bytes raw_file(const Bytes& preview) {
    Bytes file;
    append(file, "FUJIFILMCCD-RAW 0201FF383501");
    file.resize(84, 0);
    const auto size = static_cast<std::uint32_t>(preview.size());
    for (const std::uint32_t number : {108U, size, 108 + size, 0U, 108 + size, 200U})
        append_big(file, number, 4);
    append(file, preview);
    append(file, Bytes(200, 7));
    return file;
}

}  // namespace tutela::test
