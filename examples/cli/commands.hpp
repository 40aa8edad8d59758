// The subcommands. Each takes the words after its name and answers the exit code; UsageError stands for bad usage.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tutela::cli {

// Exit codes, as clamscan's.
inline constexpr int kNothingMatched = 0;
inline constexpr int kMatched = 1;
inline constexpr int kError = 2;

using Words = std::vector<std::string>;

int run_audit(const Words& words);
int run_compare(const Words& words);
int run_hash(const Words& words);
int run_match(const Words& words);
int run_list(const Words& words);
int run_list_decrypt(const Words& words);
int run_list_encrypt(const Words& words);
// Nothing when it is none of the commands that change lists.
std::optional<int> run_list_change(const std::string& command, const Words& words);
int run_list_lint(const Words& words);
int run_list_export(const Words& words);
int run_list_keygen(const Words& words);
int run_list_sign(const Words& words);
int run_scan(const Words& words);
int run_watch(const Words& words);

}  // namespace tutela::cli
