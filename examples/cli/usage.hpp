// The words of a command line: options, their values, help. Bad usage is thrown, as there is nothing to clean up yet.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "tutela/index.hpp"
#include "tutela/list.hpp"
#include "tutela/media.hpp"
#include "tutela/variants.hpp"

namespace tutela::cli {

// One line for a person, without a hash.
class UsageError : public std::runtime_error {
public:
    // `command`: where to look for help, such as "scan" or "list build"; empty for the tool itself.
    UsageError(std::string_view command, const std::string& problem) : std::runtime_error(problem), command_(command) {}
    [[nodiscard]] const std::string& command() const noexcept { return command_; }

private:
    std::string command_;
};

// What `--help` says beside the options.
struct CommandHelp {
    std::string_view name;      // "scan"
    std::string_view synopsis;  // "[options] --list L PATH..."
    std::string_view text;      // what it does: full lines, each ended by a newline
    std::string_view closing;   // exit codes and an example, likewise
};

// Writes to standard output; the exit code.
int print(std::string_view text);
int print_version();

// The options of one command. Declare, parse, ask.
class Options {
public:
    explicit Options(const CommandHelp& help);

    // `names`: "quiet,q" also gives the short -q.
    void flag(const char* names, const char* text);
    // An option with a value; without a `fallback` it may be absent.
    void value(const char* names, const char* value_name, const char* text);
    void value(const char* names, const char* value_name, const char* fallback, const char* text);

    // An option that may be given again and again.
    void values(const char* name, const char* value_name, const char* text);

    // An exit code when the command is done with that: --help or --version (unless the command has a --version of its
    // own).
    std::optional<int> parse(const Words& words);

    [[nodiscard]] bool given(const char* name) const { return values_.count(name) != 0; }
    // The value of an option that must be there.
    [[nodiscard]] const std::string& text(const char* name) const;
    [[nodiscard]] Words texts(const char* name) const;
    [[nodiscard]] const std::string& choice(const char* name, std::initializer_list<std::string_view> allowed) const;
    [[nodiscard]] std::uint64_t number(const char* name, std::uint64_t smallest, std::uint64_t largest) const;
    // For a UsageError.
    [[nodiscard]] std::string_view command() const noexcept { return help_.name; }
    // The words that are no options. Fewer than `least` or more than `most` are the UsageError `problem`.
    [[nodiscard]] const Words& operands(std::size_t least, std::size_t most, const std::string& problem) const;

private:
    void add_text(std::string_view names, std::string_view value_name, std::string text);
    [[nodiscard]] std::string help_text() const;

    CommandHelp help_;
    boost::program_options::options_description known_;
    std::vector<std::pair<std::string, std::string>> texts_;  // for the help: "-r, --radius R", and what it means
    boost::program_options::variables_map values_;
    Words operands_;
};

// Options that several commands share.
void add_list_options(Options& options);
void add_jobs_option(Options& options);
void add_decode_option(Options& options, DecodeMode fallback);
void add_profile_option(Options& options, Profile fallback);
void add_sandbox_option(Options& options);
Isolation isolation_option(const Options& options);
// What went wrong, and the way round it when that is the sandbox.
std::string with_sandbox_hint(const std::string& problem);
Engine engine_option(const Options& options);
void add_load_check_option(Options& options);
LoadCheck load_check_option(const Options& options);
DecodeMode decode_option(const Options& options);
Profile profile_option(const Options& options);
std::uint32_t radius_option(const Options& options);
// 0, which means one for each usable processor, when the user does not say.
std::size_t jobs_option(const Options& options);

}  // namespace tutela::cli
