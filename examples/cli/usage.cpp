#include "usage.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <sstream>

#include "output.hpp"
#include "text.hpp"
#include "tutela/status.hpp"

namespace tutela::cli {

namespace po = boost::program_options;

int print(std::string_view text) {
    Result<Output> out = Output::open("-");
    Status status = out.status();
    if (status.ok()) status = out.value().write(text);
    if (status.ok()) status = out.value().commit();
    if (status.ok()) return kNothingMatched;
    say(status.message());
    return kError;
}

int print_version() {
    return print("tutela " + std::string(version()) + '\n');
}

Options::Options(const CommandHelp& help) : help_(help) {}

void Options::flag(const char* names, const char* text) {
    visible_.add_options()(names, text);
}

void Options::value(const char* names, const char* value_name, const char* text) {
    visible_.add_options()(names, po::value<std::string>()->value_name(value_name), text);
}

void Options::value(const char* names, const char* value_name, const char* fallback, const char* text) {
    visible_.add_options()(names, po::value<std::string>()->value_name(value_name)->default_value(fallback), text);
}

std::optional<int> Options::parse(const Words& words) {
    flag("help,h", "print this text");
    flag("version", "print the version");
    po::options_description all = visible_;
    all.add_options()("operand", po::value<Words>(&operands_));
    po::positional_options_description positions;
    positions.add("operand", -1);
    // No abbreviated options: a script must not change its meaning when a version adds an option.
    constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    try {
        po::store(po::command_line_parser(words).options(all).positional(positions).style(kStyle).run(), values_);
        po::notify(values_);
    } catch (const po::error& error) {
        throw UsageError(help_.name, inert_without_hashes(error.what()));
    }
    if (given("help")) return print(help_text());
    if (given("version")) return print_version();
    return std::nullopt;
}

std::string Options::help_text() const {
    std::ostringstream options;
    options.imbue(std::locale::classic());
    options << visible_;
    return "Usage: tutela " + std::string(help_.name) + ' ' + std::string(help_.synopsis) + "\n\n" +
           std::string(help_.text) + '\n' + options.str() + '\n' + std::string(help_.closing);
}

const std::string& Options::text(const char* name) const {
    if (!given(name)) throw UsageError(help_.name, std::string("--") + name + " is needed");
    return values_[name].as<std::string>();
}

const std::string& Options::choice(const char* name, std::initializer_list<std::string_view> allowed) const {
    const std::string& value = text(name);
    std::string list;
    for (const std::string_view word : allowed) {
        if (value == word) return value;
        list += (list.empty() ? "" : ", ") + std::string(word);
    }
    throw UsageError(help_.name, std::string("--") + name + " must be one of " + list);
}

std::uint64_t Options::number(const char* name, std::uint64_t smallest, std::uint64_t largest) const {
    const std::string& digits = text(name);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (whole && value >= smallest && value <= largest) return value;
    throw UsageError(help_.name, std::string("--") + name + " must be a whole number from " + std::to_string(smallest) +
                                     " to " + std::to_string(largest));
}

const Words& Options::operands(std::size_t least, std::string_view what) const {
    if (operands_.size() >= least) return operands_;
    throw UsageError(help_.name, "at least " + counted(least, what) + (least == 1 ? " is needed" : " are needed"));
}

const std::string& Options::single_operand(std::string_view what) const {
    if (operands_.size() == 1) return operands_.front();
    throw UsageError(help_.name, "exactly one " + std::string(what) + " is needed");
}

Engine engine_option(const Options& options) {
    const std::string& name = options.choice("engine", {"auto", "flat", "bk_tree"});
    for (const Engine engine : {Engine::flat, Engine::bk_tree}) {
        if (name == engine_name(engine)) return engine;
    }
    return Engine::automatic;
}

}  // namespace tutela::cli
