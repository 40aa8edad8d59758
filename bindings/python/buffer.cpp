#include "buffer.hpp"

#include <utility>

namespace nb = nanobind;

namespace tutela::python {

Buffer::Buffer(nb::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_RECORDS_RO) != 0) throw nb::python_error();
}

Buffer::~Buffer() {
    PyBuffer_Release(&view_);
}

FileBytes::FileBytes(std::unique_ptr<const Buffer> buffer) {
    if (buffer->dimensions() != 1 || !buffer->is_bytes()) {
        throw nb::type_error("the contents of an image file must be bytes");
    }
    const bool gapless = buffer->stride(0) == 1 || buffer->extent(0) <= 1;
    if (buffer->read_only() && gapless) {
        lent_ = std::move(buffer);
        return;
    }
    copy_.resize(buffer->extent(0));
    const std::uint8_t* from = buffer->data();
    for (std::uint8_t& byte : copy_) {
        byte = *from;
        from += buffer->stride(0);
    }
}

}  // namespace tutela::python
