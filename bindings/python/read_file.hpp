// A whole file in memory, for hashing it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tutela/status.hpp"

namespace tutela::python {

// The contents of the regular file at `path`. Errors: not_found, permission_denied, io_error; unsupported for anything
// but a regular file (a pipe could block for ever); limit for more than `max_bytes`. Throws std::bad_alloc.
Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::uint64_t max_bytes);

}  // namespace tutela::python
