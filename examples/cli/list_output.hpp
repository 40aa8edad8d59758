// Writing a list that a command has made, as a snapshot.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "list_opening.hpp"
#include "tutela/list.hpp"
#include "usage.hpp"

namespace tutela::cli {

// "1,234 entries".
std::string counted_entries(std::size_t count);
// What a list holds, in a few words.
std::string entries(const HashList& list);

// --index, --jobs, --encrypt and the key.
void add_list_output_options(Options& options);

// How and where a list is to be written.
struct ListOutput {
    std::string path;
    std::string index;  // auto, always or never
    bool encrypt = false;
    std::optional<ListKey> key;  // also of encrypted inputs
};

// What these options say. Nothing, and said, when the file at `path` must be left alone, or the key cannot be had.
// Throws UsageError, for the command of this name.
std::optional<ListOutput> list_output_or_say(const Options& options, const std::string& path, std::string_view command);

// Writes it, with an index where that is wanted, and says so. The exit code.
int write_list(const Options& options, const ListOutput& output, Result<HashList> list);

}  // namespace tutela::cli
