// Errors as values. Layer: core.
//
// Every fallible call of the library returns a Status or a Result<T>; nobody can drop one unseen, as both are
// [[nodiscard]]. The library throws nothing but std::bad_alloc, prints nothing and never ends the process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tutela/export.h"

namespace tutela {

// What went wrong. The numbers are part of the C ABI and of reports: they are pinned, gaps are room for more of
// the same kind, and a number is never used for another meaning.
enum class StatusCode : std::int32_t {
    ok = 0,
    cancelled = 1,  // the caller asked for the stop

    invalid_argument = 10,  // a parameter outside its documented range
    too_small = 11,         // a frame with a side below the algorithm's minimum
    limit = 12,             // a stated limit (bytes, pixels, entries) would be passed
    timeout = 13,           // the work took longer than its limit allows

    not_found = 20,
    permission_denied = 21,
    io_error = 22,

    unsupported = 30,        // well, but not a kind of data this build reads
    corrupt = 31,            // the data contradicts its own format
    checksum_mismatch = 32,  // the data is not what was written
    version_mismatch = 33,   // a format version this build does not know

    out_of_memory = 40,
    crashed = 41,      // a process that works for the library ended without an answer
    unavailable = 42,  // a process that the library needs cannot be started, now

    internal = 90,  // a defect of the library: please report it
};

// The stable lower-case name of a code, such as "checksum_mismatch"; "unknown" for a number that is no code.
// Thread-safe. The text is static.
TUTELA_API std::string_view status_name(StatusCode code) noexcept;

// A code and a sentence for a person. The sentence never contains a list hash. Copyable; thread-compatible.
class [[nodiscard]] Status {
public:
    // Success.
    Status() noexcept = default;
    // A failure (or success, with StatusCode::ok). `message`: one line, no final full stop needed.
    explicit Status(StatusCode code, std::string message = {}) : code_(code), message_(std::move(message)) {}

    [[nodiscard]] bool ok() const noexcept { return code_ == StatusCode::ok; }
    [[nodiscard]] StatusCode code() const noexcept { return code_; }
    // The sentence; may be empty. Valid as long as this object.
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    // "corrupt: the PNG has no IHDR", for logs.
    [[nodiscard]] TUTELA_API std::string to_string() const;

private:
    StatusCode code_ = StatusCode::ok;
    std::string message_;
};

// A value, or the reason why there is none. T need not be default-constructible.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : value_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
    Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
        if (status_.ok()) status_ = Status(StatusCode::internal, "a Result was made of an ok Status without a value");
    }

    [[nodiscard]] bool ok() const noexcept { return value_.has_value(); }
    // The reason; ok() when there is a value.
    [[nodiscard]] const Status& status() const noexcept { return status_; }

    // The value. Precondition: ok(); anything else is undefined, as with std::optional's operator*.
    [[nodiscard]] T& value() & noexcept { return *value_; }
    [[nodiscard]] const T& value() const& noexcept { return *value_; }
    [[nodiscard]] T&& value() && noexcept { return *std::move(value_); }

private:
    std::optional<T> value_;
    Status status_;
};

// The library's version as "MAJOR.MINOR.PATCH". Its one source is tutela.h. Thread-safe; static text.
TUTELA_API std::string_view version() noexcept;

}  // namespace tutela
