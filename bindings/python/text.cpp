#include "text.hpp"

namespace nb = nanobind;

namespace tutela::python {
namespace {

nb::str decoded(PyObject* text) {
    if (text == nullptr) throw nb::python_error();
    return nb::steal<nb::str>(text);
}

}  // namespace

std::string path_bytes(nb::handle path) {
    PyObject* encoded = nullptr;
    if (PyUnicode_FSConverter(path.ptr(), &encoded) == 0) throw nb::python_error();
    const nb::bytes owner = nb::steal<nb::bytes>(encoded);
    return {owner.c_str(), owner.size()};
}

nb::str path_text(std::string_view path) {
    return decoded(PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

nb::str to_text(std::string_view sentence) {
    return decoded(PyUnicode_DecodeUTF8(sentence.data(), static_cast<Py_ssize_t>(sentence.size()), "backslashreplace"));
}

}  // namespace tutela::python
