// The engines of an index by name, and indexes.
#pragma once

#include <memory>
#include <string_view>

#include <nanobind/nanobind.h>

#include "tutela/index.hpp"

namespace tutela::python {

// What an object of the Python type Index holds; null for None. Throws nb::type_error for any other.
std::shared_ptr<const Index<256>> index_of(nanobind::handle index);

// An object of that type.
nanobind::object index_object(std::shared_ptr<const Index<256>> index);

// The engine that engine_name() calls so, or throws StatusError.
Engine engine_from_name(std::string_view name);

}  // namespace tutela::python
