// Sentences for what an operating system answers. A table of our own: strerror() speaks the locale's language, and the
// same tree must give the same report everywhere.
#pragma once

#include <string>

namespace tutela {

// "permission denied" for EACCES, and so on; "system error N" for a number that is not in the table.
[[nodiscard]] std::string errno_reason(int error);

}  // namespace tutela
