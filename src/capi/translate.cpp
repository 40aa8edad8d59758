#include "capi/translate.hpp"

#include <string>

namespace tutela::capi {

namespace {

// No struct of the interface will ever be this big: a larger size is a struct that nobody initialised.
constexpr std::size_t kMaxStructSize = 4096;

}  // namespace

tutela_status report(tutela_error* error, StatusCode code, std::string_view message) noexcept {
    const auto number = static_cast<tutela_status>(code);
    if (number == TUTELA_OK || error == nullptr) return number;
    error->code = number;
    copy_cut(message.empty() ? status_name(code) : message, error->message, sizeof error->message);
    return number;
}

tutela_status report(tutela_error* error, const Status& status) noexcept {
    return report(error, status.code(), status.message());
}

Status require(const void* pointer, const char* name) {
    if (pointer != nullptr) return {};
    return Status(StatusCode::invalid_argument, std::string(name) + " is NULL");
}

Status require_array(const void* pointer, std::size_t count, const char* name) {
    return count == 0 ? Status() : require(pointer, name);
}

void copy_cut(std::string_view text, char* buffer, std::size_t capacity) noexcept {
    std::size_t size = text.size();
    if (size >= capacity) {
        size = capacity - 1;
        // text[size] is the first byte left out: while it continues a character, that character goes too.
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
            --size;
    }
    std::copy_n(text.data(), size, buffer);
    buffer[size] = '\0';
}

Status copy_text(std::string_view text, char* buffer, std::size_t capacity, std::size_t* length) {
    TUTELA_TRY(require_array(buffer, capacity, "buffer"));
    if (capacity > 0) copy_cut(text, buffer, capacity);
    if (length != nullptr) *length = text.size();
    return {};
}

bool is_struct_size(std::size_t struct_size) noexcept {
    return struct_size >= sizeof(std::uint32_t) && struct_size <= kMaxStructSize && struct_size % 4 == 0;
}

Status check_struct_size(std::uint32_t struct_size) {
    if (is_struct_size(struct_size)) return {};
    return Status(StatusCode::invalid_argument,
                  "struct_size is " + std::to_string(struct_size) + ": the struct's _init function was not called");
}

bool tail_is_zero(const void* from, std::size_t struct_size, std::size_t known) noexcept {
    const auto* bytes = static_cast<const unsigned char*>(from);
    for (std::size_t i = known; i < struct_size; ++i) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

Result<std::unique_ptr<Executor>> make_executor(std::uint32_t threads) {
    static constexpr std::uint32_t kMaxThreads = 1024;
    if (threads > kMaxThreads) {
        return Status(StatusCode::invalid_argument, "threads is over " + std::to_string(kMaxThreads));
    }
    std::unique_ptr<Executor> executor;
    if (threads == 1) {
        executor = std::make_unique<InlineExecutor>();
    } else {
        executor = std::make_unique<ThreadPool>(threads);
    }
    return executor;
}

}  // namespace tutela::capi
