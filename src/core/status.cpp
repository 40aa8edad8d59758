#include "tutela/status.hpp"

namespace tutela {

std::string_view status_name(StatusCode code) noexcept {
    switch (code) {
        case StatusCode::ok: return "ok";
        case StatusCode::cancelled: return "cancelled";
        case StatusCode::invalid_argument: return "invalid_argument";
        case StatusCode::too_small: return "too_small";
        case StatusCode::limit: return "limit";
        case StatusCode::timeout: return "timeout";
        case StatusCode::not_found: return "not_found";
        case StatusCode::permission_denied: return "permission_denied";
        case StatusCode::io_error: return "io_error";
        case StatusCode::unsupported: return "unsupported";
        case StatusCode::corrupt: return "corrupt";
        case StatusCode::checksum_mismatch: return "checksum_mismatch";
        case StatusCode::version_mismatch: return "version_mismatch";
        case StatusCode::out_of_memory: return "out_of_memory";
        case StatusCode::crashed: return "crashed";
        case StatusCode::unavailable: return "unavailable";
        case StatusCode::internal: return "internal";
    }
    return "unknown";
}

std::string Status::to_string() const {
    std::string text(status_name(code_));
    if (!message_.empty()) {
        text += ": ";
        text += message_;
    }
    return text;
}

std::string_view version() noexcept {
    return TUTELA_VERSION_STRING;
}

}  // namespace tutela
