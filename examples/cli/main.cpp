// The command line tool: chooses the subcommand, turns bad usage into one line and a hint.
#include <array>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "commands.hpp"
#include "output.hpp"
#include "process.hpp"
#include "text.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr std::string_view kProgramHelp =
    "Usage: tutela COMMAND [options] ...\n"
    "\n"
    "Finds known images again by perceptual hash.\n"
    "\n"
    "Commands:\n"
    "  scan         compare files and folders with a list and report what is found\n"
    "  watch        say what live streams show, the moment they do\n"
    "  audit        compare a report with the files it speaks of\n"
    "  hash         print the PDQ hash of pictures\n"
    "  match        look hashes up in a list\n"
    "  compare      compare two videos by their vPDQ files\n"
    "  list build   merge text lists, vPDQ files and snapshots into one snapshot\n"
    "  list info    say what a list holds\n"
    "  list sign    sign a list; list keygen makes the key\n"
    "  list encrypt write a list encrypted; list decrypt in the open\n"
    "  list verify  check a list from its first byte to its last\n"
    "\n"
    "Options:\n"
    "  -h, --help     print this text; after a command, the help of that command\n"
    "      --version  print the version\n"
    "      --allow-core-dumps  before the command: a crash may leave a core, without most that is of lists\n"
    "\n"
    "Exit codes: 0 nothing matched, 1 something matched, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list build known.tutela known.txt\n"
    "  tutela scan --list known.tutela Pictures\n";

struct Command {
    std::string_view name;
    int (*run)(const Words&);
};
constexpr std::array<Command, 7> kCommands = {{
    {"audit", run_audit},
    {"compare", run_compare},
    {"hash", run_hash},
    {"match", run_match},
    {"list", run_list},
    {"scan", run_scan},
    {"watch", run_watch},
}};

int dispatch(const Words& words) {
    if (words.empty()) throw UsageError("", "a command is needed");
    const std::string& first = words.front();
    if (first == "--help" || first == "-h") return print(kProgramHelp);
    if (first == "--version") return print_version();
    for (const Command& command : kCommands) {
        if (first == command.name) return command.run(Words(words.begin() + 1, words.end()));
    }
    throw UsageError("", "there is no command '" + inert_without_hashes(first) + "'");
}

int run(const Words& words) {
    try {
        return dispatch(words);
    } catch (const UsageError& error) {
        const std::string command = error.command().empty() ? "" : error.command() + ' ';
        say(std::string(error.what()) + "; see 'tutela " + command + "--help'");
    } catch (const std::bad_alloc&) {
        note("tutela: out of memory");
    } catch (const std::exception& error) {
        say(std::string("a defect, please report it: ") + inert_without_hashes(error.what()));
    }
    return kError;
}

}  // namespace

}  // namespace tutela::cli

int main(int argc, char** argv) {
    char** words = argv + (argc > 0 ? 1 : 0);
    const bool allow_core_dumps = words != argv + argc && std::string_view(*words) == "--allow-core-dumps";
    if (allow_core_dumps) ++words;
    tutela::cli::harden_process(allow_core_dumps);
    try {
        return tutela::cli::run(tutela::cli::Words(words, argv + argc));
    } catch (...) {
        return tutela::cli::kError;  // no memory even for the message
    }
}
