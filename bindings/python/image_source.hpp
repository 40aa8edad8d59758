// What Python code hands over as an image, made into pixels.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include <nanobind/nanobind.h>

#include "buffer.hpp"
#include "tutela/frame.hpp"
#include "tutela/media.hpp"
#include "tutela/status.hpp"

namespace tutela::python {

// Pixels ready to be hashed, and whether the file that held them was whole.
struct Picture {
    FrameView view;
    Damage damage;
};

// A path, the bytes of an image file, or an array of pixels; told apart by type and, among buffers, by the number of
// dimensions: 1 is a file, 2 is gray, 3 is RGB.
//
// Construct and destroy it with the GIL, which it needs to look at Python objects; load() needs none.
class ImageSource {
public:
    // Throws nb::python_error or StatusError when `source` is nothing of the kind.
    explicit ImageSource(nanobind::handle source);

    // The same for nothing but an array of pixels: a path or a file is a TypeError.
    static ImageSource of_array(nanobind::handle source);

    // The pixels: in `frame`, or where the caller's array lies. Valid as long as both.
    Result<Picture> load(Frame& frame) const;

private:
    using Path = std::string;
    using Pixels = std::unique_ptr<const Buffer>;
    std::variant<Path, FileBytes, Pixels> source_;
};

}  // namespace tutela::python
