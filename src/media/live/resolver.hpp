// The hosts that a stream may reach. They are looked up once, before the process is confined; from then on getaddrinfo()
// of this program answers from what is known here, and knows no other host. All of FFmpeg's protocols pass there.
#pragma once

#include <span>
#include <string>

namespace tutela::live {

// Looks them up, by the system's own getaddrinfo(). Only once, in one thread.
void know_hosts(std::span<const std::string> hosts);

// Where sockets are bound that name no host: to the address of the first host, when that is of this machine alone
// (loopback), else to any.
void bind_like_first_host();

// Whether a host is one of them, by name or by address.
[[nodiscard]] bool is_known_host(const char* host);

// What was refused or could not be looked up first, as a sentence; empty when nothing was.
[[nodiscard]] const std::string& refusal();
[[nodiscard]] const std::string& lookup_failure();
// Notes one, unless there is one already. `host` may be anything; it is not repeated.
void refuse(const char* why);

}  // namespace tutela::live
