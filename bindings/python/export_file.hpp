// HashList.export.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nanobind/nanobind.h>

#include "tutela/list_export.hpp"

namespace tutela::python {

// Writes the list into a new file, readable by its owner alone, which then takes the place of `path`. Throws
// StatusError, and nb::python_error when it is interrupted; then nothing is left behind.
ExportReport export_file(const HashList& list, nanobind::handle path, std::string_view format, const ListFilter* filter,
                         std::optional<std::string> region);

void bind_export_report(nanobind::module_& module);

}  // namespace tutela::python
