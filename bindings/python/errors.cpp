#include "errors.hpp"

#include <cstdint>
#include <string>

#include "text.hpp"

namespace nb = nanobind;

namespace tutela::python {
namespace {

void raise(const Status& status) {
    try {
        const nb::object error =
            nb::module_::import_("tutela._errors").attr("from_status")(status.code(), to_text(status.message()));
        PyErr_SetObject(error.type().ptr(), error.ptr());
    } catch (nb::python_error& failure) {
        failure.restore();
    }
}

}  // namespace

std::uint64_t in_range(std::int64_t value, std::uint64_t maximum, const char* name) {
    if (value < 0 || static_cast<std::uint64_t>(value) > maximum) {
        throw StatusError(Status(StatusCode::invalid_argument,
                                 std::string(name) + " must be within 0 and " + std::to_string(maximum)));
    }
    return static_cast<std::uint64_t>(value);
}

void bind_errors(nb::module_& module) {
    nb::enum_<StatusCode>(module, "Status", nb::is_arithmetic(),
                          "What went wrong. The numbers are pinned: they are those of the C interface and of reports.")
        .value("ok", StatusCode::ok, "Nothing went wrong.")
        .value("cancelled", StatusCode::cancelled, "The caller asked for the stop.")
        .value("invalid_argument", StatusCode::invalid_argument, "A parameter outside its documented range.")
        .value("too_small", StatusCode::too_small, "An image with a side of fewer than 5 pixels.")
        .value("limit", StatusCode::limit, "A stated limit would be passed.")
        .value("timeout", StatusCode::timeout, "The work took longer than its limit allows.")
        .value("not_found", StatusCode::not_found, "No such file or folder.")
        .value("permission_denied", StatusCode::permission_denied, "The system refused access.")
        .value("io_error", StatusCode::io_error, "Reading or writing failed.")
        .value("unsupported", StatusCode::unsupported, "No kind of data that this build reads.")
        .value("corrupt", StatusCode::corrupt, "The data contradicts its own format.")
        .value("checksum_mismatch", StatusCode::checksum_mismatch, "The data is not what was written.")
        .value("version_mismatch", StatusCode::version_mismatch, "A format version that this build does not know.")
        .value("out_of_memory", StatusCode::out_of_memory, "Memory could not be had.")
        .value("crashed", StatusCode::crashed, "A process that works for the library ended without an answer.")
        .value("unavailable", StatusCode::unavailable, "A process that the library needs cannot be started, now.")
        .value("internal", StatusCode::internal, "A defect of the library: please report it.");

    nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
        try {
            std::rethrow_exception(thrown);
        } catch (const StatusError& error) {
            raise(error.status());
        }
    });
}

}  // namespace tutela::python
