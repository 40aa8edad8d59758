// The engines of an index by name.
#pragma once

#include <string_view>

#include "tutela/index.hpp"

namespace tutela::python {

// The engine that engine_name() calls so, or throws StatusError.
Engine engine_from_name(std::string_view name);

}  // namespace tutela::python
