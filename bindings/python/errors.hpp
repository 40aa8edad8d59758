// From Status to Python exceptions.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include <nanobind/nanobind.h>

#include "tutela/status.hpp"

namespace tutela::python {

// A Status on its way to Python, where it becomes the subclass of tutela.TutelaError that tutela/_errors.py names.
// May be thrown with or without the GIL.
class StatusError : public std::exception {
public:
    explicit StatusError(Status status) : status_(std::move(status)) {}

    [[nodiscard]] const Status& status() const noexcept { return status_; }
    [[nodiscard]] const char* what() const noexcept override { return status_.message().c_str(); }

private:
    Status status_;
};

// Throws StatusError unless `status` is ok.
inline void require(Status status) {
    if (!status.ok()) throw StatusError(std::move(status));
}

// The value, or throws StatusError.
template <typename T>
T take(Result<T> result) {
    if (!result.ok()) throw StatusError(result.status());
    return std::move(result).value();
}

// `value` as a number of 0..`maximum`, or throws StatusError: a Python int has no range of its own.
std::uint64_t in_range(std::int64_t value, std::uint64_t maximum, const char* name);

void bind_errors(nanobind::module_& module);

}  // namespace tutela::python
