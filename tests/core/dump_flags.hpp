// What the kernel says about a region of memory and core dumps.
#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

namespace tutela {

// The flags of the region at `address`, as /proc/self/smaps shows them; empty when it shows none.
inline std::string region_flags(const void* address) {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream maps("/proc/self/smaps");
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        if (words >> std::hex >> begin >> dash >> end && dash == '-') inside = begin <= wanted && wanted < end;
        if (inside && line.starts_with("VmFlags:")) return line + " ";
    }
    return {};
}

inline bool kernel_shows_dump_flags() {
    const int local = 0;
    return !region_flags(&local).empty();
}

inline bool is_left_out_of_dumps(const void* address) {
    return region_flags(address).find(" dd ") != std::string::npos;
}

}  // namespace tutela
