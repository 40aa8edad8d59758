// A JPEG's coefficients written anew as a progressive JPEG, none of them changed.
#pragma once

#include "media/encoders.hpp"

namespace tutela::test {

// Empty when `jpeg` cannot be read.
inline Bytes as_progressive(const Bytes& file) {
    detail::JpegJump errors{};
    jpeg_decompress_struct in{};
    jpeg_compress_struct out{};
    unsigned char* memory = nullptr;
    unsigned long size = 0;
    in.err = out.err = jpeg_std_error(&errors.errors);
    errors.errors.error_exit = detail::jump_out;
    Bytes bytes;
    if (setjmp(errors.jump) == 0) {  // NOLINT(cert-err52-cpp)
        jpeg_create_decompress(&in);
        jpeg_create_compress(&out);
        jpeg_mem_src(&in, file.data(), file.size());
        jpeg_read_header(&in, TRUE);
        jvirt_barray_ptr* coefficients = jpeg_read_coefficients(&in);
        jpeg_copy_critical_parameters(&in, &out);
        jpeg_simple_progression(&out);
        jpeg_mem_dest(&out, &memory, &size);
        jpeg_write_coefficients(&out, coefficients);
        jpeg_finish_compress(&out);
        bytes.assign(memory, memory + size);
    }
    jpeg_destroy_compress(&out);
    jpeg_destroy_decompress(&in);
    std::free(memory);
    return bytes;
}

}  // namespace tutela::test
