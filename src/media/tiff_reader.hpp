// libtiff over a span, with its messages as data; no handler or other setting of the process is touched. What they mean
// for a picture is tiff_decoder.cpp's matter.
#pragma once

#include <tiffio.h>

#include <array>
#include <cstdint>

#include "media/bytes.hpp"
#include "media/padding.hpp"
#include "tutela/media.hpp"

namespace tutela {

// One thread; neither copied nor moved, as libtiff keeps a pointer to it.
class TiffReader {
public:
    // Where the file ends too early, strips and tiles go on with `padding`, so that what was there can be decoded.
    TiffReader(ByteSpan bytes, const DecodeLimits& limits, Padding padding) noexcept;
    ~TiffReader();
    TiffReader(const TiffReader&) = delete;
    TiffReader& operator=(const TiffReader&) = delete;

    // Makes the directory at `offset` the current one; the header is read first. False: see error().
    bool open_directory(std::uint64_t offset);
    [[nodiscard]] TIFF* tiff() const noexcept { return tiff_; }

    // The first message since clear_error(); empty when there was none.
    [[nodiscard]] const char* error() const noexcept { return error_.data(); }
    void clear_error() noexcept { error_[0] = '\0'; }

    // Whether the bytes [offset, offset + size) lie within the file.
    [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t size) const noexcept {
        return offset <= bytes_.size() && size <= bytes_.size() - offset;
    }

private:
    static TiffReader& self(thandle_t handle) noexcept { return *static_cast<TiffReader*>(handle); }
    static tmsize_t on_read(thandle_t handle, void* data, tmsize_t size);
    static tmsize_t on_write(thandle_t handle, void* data, tmsize_t size);
    static toff_t on_seek(thandle_t handle, toff_t offset, int whence);
    static int on_close(thandle_t handle);
    static toff_t on_size(thandle_t handle);
    static int on_error(TIFF* tiff, void* reader, const char* module, const char* format, va_list values);
    static int on_warning(TIFF* tiff, void* reader, const char* module, const char* format, va_list values);
    bool open();

    ByteSpan bytes_;
    std::uint64_t max_memory_;
    Padding padding_;
    bool padded_ = false;
    std::uint64_t offset_ = 0;
    TIFF* tiff_ = nullptr;
    std::array<char, 160> error_{};
};

}  // namespace tutela
