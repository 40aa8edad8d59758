// Everything that decides the rows of a run, as texts: what a journal must agree with to be continued.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tutela/scan.hpp"

namespace tutela {

struct Setting {
    std::string name;  // for a person
    std::string value;

    bool operator==(const Setting&) const = default;
};
using RunSettings = std::vector<Setting>;

// Engine and threads are left out, as they change no row. Relative paths bring the working directory along.
[[nodiscard]] RunSettings run_settings(const RunFacts& facts, const ScanOptions& options,
                                       std::span<const std::string> paths, bool keep_hashes);

// The names of what differs, separated by commas; empty when nothing does. No values, as a path is no message.
[[nodiscard]] std::string differing_names(const RunSettings& a, const RunSettings& b);

[[nodiscard]] std::vector<std::uint8_t> pack_settings(const RunSettings& settings);
[[nodiscard]] bool unpack_settings(std::span<const std::uint8_t> record, RunSettings& settings);

}  // namespace tutela
