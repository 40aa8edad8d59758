// What every entry point of the C interface needs: checks, errors, texts, structs that grow, exceptions stopped.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/try.hpp"
#include "tutela/executor.hpp"
#include "tutela/frame.hpp"
#include "tutela/hash.hpp"
#include "tutela/status.hpp"
#include "tutela/tutela.h"

namespace tutela::capi {

// Tells `error` (which may be null) of a failure, and gives the code. Nothing is written for an ok status.
tutela_status report(tutela_error* error, const Status& status) noexcept;
tutela_status report(tutela_error* error, StatusCode code, std::string_view message) noexcept;

// Runs the body of an entry point: a callable that gives a Status. No exception leaves.
template <typename Body>
tutela_status guarded(tutela_error* error, Body&& body) noexcept {
    try {
        return report(error, std::forward<Body>(body)());
    } catch (const std::bad_alloc&) {
        return report(error, StatusCode::out_of_memory, "memory ran out");
    } catch (...) {
        return report(error, StatusCode::internal, "an unexpected exception was stopped at the C interface");
    }
}

// invalid_argument, naming the parameter, when it is null.
Status require(const void* pointer, const char* name);

// The same, but null is fine for an array of nothing.
Status require_array(const void* pointer, std::size_t count, const char* name);

// Cuts `text` to fit, at the edge of a character, and ends it with NUL. Precondition: capacity > 0.
void copy_cut(std::string_view text, char* buffer, std::size_t capacity) noexcept;

// The rule for texts into buffers that the header states.
Status copy_text(std::string_view text, char* buffer, std::size_t capacity, std::size_t* length);

// Whether a version of one of the structs that grow could have this size; and the same as a Status.
bool is_struct_size(std::size_t struct_size) noexcept;
Status check_struct_size(std::uint32_t struct_size);

// Whether the bytes that the caller's struct has beyond `known` are all zero.
bool tail_is_zero(const void* from, std::size_t struct_size, std::size_t known) noexcept;

// Reads a struct that begins with struct_size and may be older or newer than T. `into` comes holding the defaults.
template <typename T>
Status read_struct(const T* from, T& into) {
    static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
    std::uint32_t size = 0;
    std::memcpy(&size, from, sizeof size);
    TUTELA_TRY(check_struct_size(size));
    if (!tail_is_zero(from, size, sizeof(T))) {
        return Status(StatusCode::invalid_argument, "a struct has a field set that this version does not know");
    }
    std::memcpy(&into, from, std::min<std::size_t>(size, sizeof(T)));
    into.struct_size = sizeof(T);
    return {};
}

// Fills the caller's struct, which may be shorter or longer than T, from the start. The size was checked before.
template <typename T>
void write_struct(const T& from, T* into) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
    const std::uint32_t size = std::min<std::uint32_t>(into->struct_size, sizeof(T));
    std::memcpy(into, &from, size);
    into->struct_size = size;
}

// What an _init function does. The caller's header may be older or newer than this library, so the caller says how big
// its struct is. Nothing for null or an impossible size.
template <typename T>
void init_struct(const T& defaults, T* into, std::size_t struct_size) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
    if (into == nullptr || !is_struct_size(struct_size)) return;
    std::memset(into, 0, struct_size);
    std::memcpy(into, &defaults, std::min(struct_size, sizeof(T)));
    into->struct_size = static_cast<std::uint32_t>(struct_size);
}

// A struct of zeroes that knows its size.
template <typename T>
T sized() noexcept {
    T value{};
    value.struct_size = sizeof(T);
    return value;
}

// `threads` as in the C interface: 1 is the calling thread alone, 0 one for each processor. invalid_argument over 1024.
Result<std::unique_ptr<Executor>> make_executor(std::uint32_t threads);

inline FrameView to_cpp(const tutela_frame& frame) noexcept {
    return {.data = frame.data,
            .width = frame.width,
            .height = frame.height,
            .stride_bytes = frame.stride_bytes,
            .format = static_cast<PixelFormat>(frame.format),
            .pts_us = frame.pts_us};
}
inline Hash256 to_cpp(const tutela_hash256& hash) noexcept {
    return std::bit_cast<Hash256>(hash);
}
inline tutela_hash256 to_c(const Hash256& hash) noexcept {
    return std::bit_cast<tutela_hash256>(hash);
}

}  // namespace tutela::capi
