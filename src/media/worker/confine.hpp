// What the worker does to itself before it reads a byte of a file.
#pragma once

#include <cstdint>
#include <string>

namespace tutela::worker {

// Closes what it was not meant to inherit, and ends with its host from here on. An empty text, or what failed.
std::string settle_in();

// What is left to a worker beside memory of its own, time, and its two pipes.
struct Allowance {
    std::uint64_t max_memory = 0;  // bytes of address space more than now
    bool reads_file = false;       // pread() of its input
    bool reads_pipe = false;       // read() of its input
    bool polls = false;            // poll() of one descriptor at a time
    bool network = false;          // sockets of the internet's two families
    bool threads = false;
    const char* trusted_file = nullptr;  // with `network`: this one may be opened for reading
};

// For good: no core dump, no new file, no descriptor but for sockets where those are allowed, no new privilege; Landlock
// allows no file but the trusted one, and no connection unless `network` is set; seccomp allows little but what Allowance
// names. An empty text, or what the system lacks.
std::string confine(const Allowance& allowance);

}  // namespace tutela::worker
