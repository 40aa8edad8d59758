// Texts and file names on their way between Python and the library.
#pragma once

#include <string>
#include <string_view>

#include <nanobind/nanobind.h>

namespace tutela::python {

// The bytes of a path (str, bytes, os.PathLike) as the system has them. Throws nb::python_error for other objects.
std::string path_bytes(nanobind::handle path);

// A path as a str that open() takes back, whatever bytes it holds.
nanobind::str path_text(std::string_view path);

// A sentence as a str; it may quote a file name, whose bytes need not be UTF-8 and then read \xNN.
nanobind::str to_text(std::string_view sentence);

}  // namespace tutela::python
