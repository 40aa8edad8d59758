// Any bytes as an archive: it is refused, or its entries come, within the limits and to an end.
#include <cstdint>
#include <cstdlib>

#include "tutela/media.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tutela::ArchiveLimits limits;
    limits.max_entries = 200;
    limits.max_entry_bytes = 1U << 20;
    limits.max_total_bytes = 4U << 20;
    const auto source = tutela::open_archive({data, size}, limits);
    if (!source.ok()) return 0;
    // A zip's files may come by its directory and again by the headers before them.
    for (int calls = 0; calls < 1000; ++calls) {
        tutela::ArchiveEntry entry;
        std::span<const std::uint8_t> bytes;
        const auto next = source.value()->next(entry, bytes);
        if (bytes.size() > limits.max_entry_bytes || bytes.size() != entry.size_bytes) std::abort();
        // Reads every byte, for the sanitizers.
        std::uint64_t sum = 0;
        for (const std::uint8_t byte : bytes)
            sum += byte;
        if (sum > 255 * bytes.size()) std::abort();
        if ((next.ok() && !next.value()) || source.value()->ended()) return 0;
    }
    std::abort();
}
