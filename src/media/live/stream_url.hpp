// A stream's address, as far as it is understood here: which protocol, which host, and how it is shown.
#pragma once

#include <string>
#include <string_view>

#include "tutela/status.hpp"

namespace tutela::live {

struct StreamUrl {
    std::string scheme;  // in small letters
    std::string host;    // without brackets; empty where a scheme allows that
    std::string shown;   // without user, password, query and fragment
};

// invalid_argument; unsupported for a scheme that is not read. No message repeats a part of the address but its scheme.
Result<StreamUrl> parse_stream_url(std::string_view url);

// What FFmpeg may use for an address of this scheme, separated by commas: protocols, and readers.
[[nodiscard]] const char* protocols_of(std::string_view scheme) noexcept;
[[nodiscard]] const char* readers_of(std::string_view scheme) noexcept;
// Of bytes that come by a pipe.
[[nodiscard]] const char* readers_of_pipes() noexcept;

// Of host names: small letters, no dot at the end, no brackets.
[[nodiscard]] std::string plain_host(std::string_view host);

}  // namespace tutela::live
