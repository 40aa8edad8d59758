#include "media/tiff_reader.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>

namespace tutela {

TiffReader::TiffReader(ByteSpan bytes, const DecodeLimits& limits, Padding padding) noexcept
    : bytes_(bytes), max_memory_(limits.max_memory), padding_(padding) {}

TiffReader::~TiffReader() {
    if (tiff_ != nullptr) TIFFClose(tiff_);
}

// "h": no directory is read yet; "m": nothing is mapped, as pixels are read through on_read(). Strips without
// compression are cut into small ones by libtiff, which saves memory.
bool TiffReader::open() {
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    if (options == nullptr) return false;
    constexpr std::uint64_t kMost = std::numeric_limits<tmsize_t>::max();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, static_cast<tmsize_t>(std::min(max_memory_, kMost)));
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, this);
    tiff_ =
        TIFFClientOpenExt("", "rhm", this, on_read, on_write, on_seek, on_close, on_size, nullptr, nullptr, options);
    TIFFOpenOptionsFree(options);
    return tiff_ != nullptr;
}

bool TiffReader::open_directory(std::uint64_t offset) {
    padded_ = false;
    if (tiff_ == nullptr && !open()) return false;
    const bool read = TIFFSetSubDirectory(tiff_, offset) != 0;
    padded_ = true;
    return read;
}

tmsize_t TiffReader::on_read(thandle_t handle, void* data, tmsize_t size) {
    TiffReader& reader = self(handle);
    if (size <= 0) return 0;
    const std::uint64_t end = reader.bytes_.size();
    const std::uint64_t left = reader.offset_ < end ? end - reader.offset_ : 0;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, static_cast<std::uint64_t>(size)));
    if (count > 0) std::memcpy(data, reader.bytes_.data() + reader.offset_, count);
    std::size_t given = count;
    if (reader.padded_) {
        given = static_cast<std::size_t>(size);
        pad(static_cast<std::uint8_t*>(data) + count, given - count, reader.padding_, reader.offset_ + count);
    }
    reader.offset_ += given;
    return static_cast<tmsize_t>(given);
}

tmsize_t TiffReader::on_write(thandle_t /*handle*/, void* /*data*/, tmsize_t /*size*/) {
    return -1;
}

toff_t TiffReader::on_seek(thandle_t handle, toff_t offset, int whence) {
    TiffReader& reader = self(handle);
    if (whence == SEEK_CUR) offset += reader.offset_;
    if (whence == SEEK_END) offset += reader.bytes_.size();
    constexpr toff_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
    if (offset > kMost) return static_cast<toff_t>(-1);
    reader.offset_ = offset;
    return offset;
}

int TiffReader::on_close(thandle_t /*handle*/) {
    return 0;
}

toff_t TiffReader::on_size(thandle_t handle) {
    return self(handle).bytes_.size();
}

int TiffReader::on_error(TIFF* /*tiff*/, void* reader, const char* /*module*/, const char* format, va_list values) {
    auto& text = static_cast<TiffReader*>(reader)->error_;
    if (text[0] == '\0') (void)std::vsnprintf(text.data(), text.size(), format, values);
    return 1;  // and no other handler is called
}

// Of directories, warnings are about tags that nobody knows; of pixels, about faults that the fax and JPEG decoders
// repair in their way.
int TiffReader::on_warning(TIFF* /*tiff*/, void* reader, const char* module, const char* format, va_list values) {
    if (static_cast<TiffReader*>(reader)->padded_) on_error(nullptr, reader, module, format, values);
    return 1;
}

}  // namespace tutela
