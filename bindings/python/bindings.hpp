// The parts of the module, each bound by one file. Later ones use the types of earlier ones.
#pragma once

#include <nanobind/nanobind.h>

namespace tutela::python {

void bind_hash(nanobind::module_& module);
void bind_variants(nanobind::module_& module);
void bind_entries(nanobind::module_& module);
void bind_list_filter(nanobind::module_& module);
void bind_list(nanobind::module_& module);
void bind_builder(nanobind::module_& module);
void bind_index(nanobind::module_& module);
void bind_list_update(nanobind::module_& module);
void bind_report(nanobind::module_& module);
void bind_scan(nanobind::module_& module);
void bind_video(nanobind::module_& module);
void bind_stream(nanobind::module_& module);

}  // namespace tutela::python
