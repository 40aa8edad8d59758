// What a list knows, copied out of it: entries, things known by their files, and videos.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nanobind/nanobind.h>

#include "carried.hpp"
#include "tutela/list.hpp"

namespace tutela::python {

// What is said of a thing, and by whom.
struct Said {
    std::string id;
    std::string category;
    std::string label;
    std::string source;
    std::string scheme;
    std::string region;
    std::optional<std::int64_t> updated_us;
    std::vector<CarriedTuple> carried;

    [[nodiscard]] OriginView origin() const noexcept { return {source, scheme, region}; }
};

struct KnownEntry : Said {
    Hash256 hash;
    std::optional<Hash64> phash;
};

// A thing that a list knows by hashes of its file, or of which it only carries some.
struct FileEntry : Said {
    bool harmless = false;
    bool unmatchable = false;
    std::optional<std::size_t> position;
};

// A known video, without its hashes.
struct Video : Said {
    std::size_t first_position = 0;
    std::vector<std::int64_t> times_us;
    std::vector<std::uint8_t> qualities;
};

// Each throws nb::index_error when there is none of that position or number; negative positions count from the end.
KnownEntry entry_at(const HashList& list, nanobind::ssize_t position);
FileEntry file_entry_at(const HashList& list, std::size_t number);
Video video_at(const HashList& list, std::size_t number);

}  // namespace tutela::python
