// Where the key of encrypted lists comes from: a file, the environment, or a program that prints it. Never the command
// line, which every process of the system can read.
#pragma once

#include <optional>
#include <string>

#include "tutela/list_key.hpp"
#include "usage.hpp"

namespace tutela::cli {

// --PREFIXkey-file, --PREFIXkey-env and --PREFIXkey-command.
void add_key_options(Options& options, const std::string& prefix);
// Whether one of them is given. Throws UsageError for two.
bool key_is_given(const Options& options, const std::string& prefix);
// The key; nothing, and said, when it cannot be had. A variable of the environment is removed from it, so that programs
// started later do not inherit the key. Precondition: key_is_given().
std::optional<ListKey> key_or_say(const Options& options, const std::string& prefix);

}  // namespace tutela::cli
