// The system calls that a worker may make.
#pragma once

#include <string>

#include "media/worker/confine.hpp"

namespace tutela::worker {

// From here on any other call ends the process with SIGSYS, but for some harmless ones that codecs and the C library
// try and can do without: those fail. What is allowed follows from `allowance`. An empty text, or what the system lacks.
std::string allow_few_system_calls(const Allowance& allowance);

}  // namespace tutela::worker
