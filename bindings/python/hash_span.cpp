#include "hash_span.hpp"

#include <cstddef>
#include <cstdint>

#include "buffer.hpp"
#include "errors.hpp"

namespace nb = nanobind;

namespace tutela::python {
namespace {

std::vector<Hash256> from_array(const Buffer& array) {
    if (!array.is_uint8()) throw nb::type_error("an array of hashes must be of dtype uint8");
    if (array.dimensions() != 2 || array.extent(1) != Hash256::kBytes) {
        throw StatusError(Status(StatusCode::invalid_argument, "an array of hashes must have the shape (n, 32)"));
    }
    std::vector<Hash256> hashes(array.extent(0));
    const std::uint8_t* row = array.data();
    for (Hash256& hash : hashes) {
        const std::uint8_t* from = row;
        for (std::uint8_t& byte : hash.bytes) {
            byte = *from;
            from += array.stride(1);
        }
        row += array.stride(0);
    }
    return hashes;
}

std::vector<Hash256> from_iterable(nb::handle iterable) {
    std::vector<Hash256> hashes;
    for (nb::handle item : iterable) {
        Hash256 hash;
        if (!nb::try_cast(item, hash)) throw nb::type_error("hashes must be tutela.Hash256 objects");
        hashes.push_back(hash);
    }
    return hashes;
}

}  // namespace

HashSpan::HashSpan(nb::handle hashes) {
    if (nb::isinstance<HashList>(hashes)) {
        list_ = nb::cast<const HashList&>(hashes);
    } else if (PyObject_CheckBuffer(hashes.ptr()) != 0) {
        owned_ = from_array(Buffer(hashes));
    } else {
        owned_ = from_iterable(hashes);
    }
}

}  // namespace tutela::python
