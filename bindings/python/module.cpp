// The extension module tutela._tutela, whose names the package tutela gives out.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string_view.h>

#include "bindings.hpp"
#include "errors.hpp"
#include "tutela/status.hpp"

NB_MODULE(_tutela, module) {
    module.doc() = "Finds known images again by perceptual hash. Import `tutela` instead.";
    module.attr("__version__") = tutela::version();
    tutela::python::bind_errors(module);
    tutela::python::bind_hash(module);
    tutela::python::bind_variants(module);
    tutela::python::bind_entries(module);
    tutela::python::bind_list_filter(module);
    tutela::python::bind_list(module);
    tutela::python::bind_builder(module);
    tutela::python::bind_index(module);
    tutela::python::bind_list_update(module);
    tutela::python::bind_report(module);
    tutela::python::bind_scan(module);
    tutela::python::bind_video(module);
    tutela::python::bind_stream(module);
}
