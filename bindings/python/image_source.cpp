#include "image_source.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "read_file.hpp"
#include "text.hpp"

namespace nb = nanobind;

namespace tutela::python {
namespace {

// Where check() draws the line for a side; held against it before a size is cut down to 32 bits.
constexpr std::size_t kMaxSide = std::size_t{1} << 30;

Status invalid(std::string message) {
    return Status(StatusCode::invalid_argument, std::move(message));
}

void require_pixels(const Buffer& pixels) {
    if (!pixels.is_uint8()) {
        throw nb::type_error(("pixels must be of dtype uint8, not of format '" + pixels.format() + "'").c_str());
    }
    if (pixels.dimensions() != 2 && pixels.dimensions() != 3) {
        throw StatusError(invalid("an array of pixels must have the shape (height, width) or (height, width, 3)"));
    }
    if (pixels.dimensions() == 3 && pixels.extent(2) != 3) {
        throw StatusError(
            invalid("an array of pixels must have 1 or 3 channels, RGB, in the shape (height, width) or "
                    "(height, width, 3); drop an alpha channel with array[:, :, :3]"));
    }
    if (pixels.extent(0) > kMaxSide || pixels.extent(1) > kMaxSide) {
        throw StatusError(invalid("an array of pixels has a side of more than 2^30"));
    }
}

// Copies pixels of any strides, also negative ones, into packed rows.
void pack(const Buffer& pixels, std::size_t channels, Frame& frame) {
    const std::ptrdiff_t sample_stride = channels == 1 ? 1 : pixels.stride(2);
    for (std::size_t y = 0; y < pixels.extent(0); ++y) {
        std::uint8_t* to = frame.row(static_cast<std::uint32_t>(y));
        const std::uint8_t* row = pixels.data() + static_cast<std::ptrdiff_t>(y) * pixels.stride(0);
        for (std::size_t x = 0; x < pixels.extent(1); ++x) {
            const std::uint8_t* pixel = row + static_cast<std::ptrdiff_t>(x) * pixels.stride(1);
            for (std::size_t c = 0; c < channels; ++c)
                *to++ = pixel[static_cast<std::ptrdiff_t>(c) * sample_stride];
        }
    }
}

Result<FrameView> view_of(const Buffer& pixels, Frame& frame) {
    const std::size_t channels = pixels.dimensions() == 2 ? 1 : 3;
    FrameView view;
    view.format = channels == 1 ? PixelFormat::gray8 : PixelFormat::rgb24;
    view.height = static_cast<std::uint32_t>(pixels.extent(0));
    view.width = static_cast<std::uint32_t>(pixels.extent(1));
    const std::size_t row_bytes = view.width * channels;
    const bool packed_samples = channels == 1 || pixels.stride(2) == 1;
    const bool packed_pixels = pixels.stride(1) == static_cast<std::ptrdiff_t>(channels);
    const bool rows_down = pixels.stride(0) >= static_cast<std::ptrdiff_t>(row_bytes);
    if (packed_samples && packed_pixels && rows_down) {
        view.data = pixels.data();
        view.stride_bytes = static_cast<std::size_t>(pixels.stride(0));
        return view;
    }
    if (Status status = frame.reshape(view.width, view.height, view.format); !status.ok()) return status;
    pack(pixels, channels, frame);
    return frame.view();
}

Result<Picture> decode(std::span<const std::uint8_t> file, Frame& frame) {
    Result<std::unique_ptr<FrameSource>> source = open_media(file);
    if (!source.ok()) return source.status();
    Result<bool> given = source.value()->next(frame);
    if (!given.ok()) return given.status();
    if (!given.value()) return Status(StatusCode::corrupt, "the file holds no frame");
    return Picture{frame.view(), source.value()->damage()};
}

bool is_path(nb::handle source) {
    return PyUnicode_Check(source.ptr()) || nb::hasattr(source, "__fspath__");
}

}  // namespace

ImageSource::ImageSource(nb::handle source) {
    if (is_path(source)) {
        source_ = path_bytes(source);
        return;
    }
    if (PyObject_CheckBuffer(source.ptr()) == 0) {
        throw nb::type_error(
            "an image is a path, the bytes of an image file, or an array of pixels (for other image "
            "objects, such as those of Pillow: numpy.asarray(image.convert(\"RGB\")))");
    }
    auto buffer = std::make_unique<const Buffer>(source);
    if (buffer->dimensions() == 1) {
        source_.emplace<FileBytes>(std::move(buffer));
    } else {
        require_pixels(*buffer);
        source_ = std::move(buffer);
    }
}

ImageSource ImageSource::of_array(nb::handle source) {
    if (!is_path(source) && PyObject_CheckBuffer(source.ptr()) != 0) {
        ImageSource made(source);
        if (std::holds_alternative<Pixels>(made.source_)) return made;
    }
    throw nb::type_error("a frame is an array of pixels");
}

Result<Picture> ImageSource::load(Frame& frame) const {
    if (const Path* path = std::get_if<Path>(&source_)) {
        const Result<std::vector<std::uint8_t>> file = read_file(*path, DecodeLimits{}.max_bytes);
        if (!file.ok()) return file.status();
        return decode(file.value(), frame);
    }
    if (const FileBytes* file = std::get_if<FileBytes>(&source_)) return decode(file->get(), frame);
    const Result<FrameView> view = view_of(*std::get<Pixels>(source_), frame);
    if (!view.ok()) return view.status();
    return Picture{view.value(), {}};
}

}  // namespace tutela::python
