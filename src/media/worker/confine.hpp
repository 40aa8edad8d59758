// What the worker does to itself before it reads a byte of a file.
#pragma once

#include <cstdint>
#include <string>

namespace tutela::worker {

// Closes what it was not meant to inherit, and ends with its host from here on. An empty text, or what failed.
std::string settle_in();

// For good: no core dump, no new file, no descriptor, `max_memory` bytes more of address space than now, no new
// privilege; Landlock allows no file and no connection; seccomp allows little but memory, threads, time and its two
// pipes, and where `reads_input` is set pread() of its input. An empty text, or what the system lacks.
std::string confine(std::uint64_t max_memory, bool reads_input);

}  // namespace tutela::worker
