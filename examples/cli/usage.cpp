#include "usage.hpp"

#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>

#include "output.hpp"
#include "text.hpp"
#include "tutela/hash.hpp"
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
    known_.add_options()(names, text);
    add_text(names, "", text);
}

void Options::value(const char* names, const char* value_name, const char* text) {
    known_.add_options()(names, po::value<std::string>());
    add_text(names, value_name, text);
}

void Options::value(const char* names, const char* value_name, const char* fallback, const char* text) {
    known_.add_options()(names, po::value<std::string>()->default_value(fallback));
    add_text(names, value_name, std::string(text) + " [default: " + fallback + ']');
}

void Options::values(const char* name, const char* value_name, const char* text) {
    known_.add_options()(name, po::value<Words>()->composing());
    add_text(name, value_name, text);
}

// "radius,r" and "R" -> "-r, --radius R"
void Options::add_text(std::string_view names, std::string_view value_name, std::string text) {
    const std::size_t comma = names.find(',');
    std::string left = comma == std::string_view::npos ? "    " : "-" + std::string(names.substr(comma + 1)) + ", ";
    left += "--" + std::string(names.substr(0, comma));
    if (!value_name.empty()) left += ' ' + std::string(value_name);
    texts_.emplace_back(std::move(left), std::move(text));
}

std::optional<int> Options::parse(const Words& words) {
    flag("help,h", "print this text");
    const bool own_version = known_.find_nothrow("version", false) != nullptr;
    if (!own_version) flag("version", "print the version");
    po::options_description all = known_;
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
    if (!own_version && given("version")) return print_version();
    return std::nullopt;
}

std::string Options::help_text() const {
    std::size_t width = 0;
    for (const auto& [left, text] : texts_)
        width = std::max(width, left.size());
    std::string lines;
    for (const auto& [left, text] : texts_) {
        lines.append("  ").append(left).append(width + 2 - left.size(), ' ').append(text).append("\n");
    }
    return "Usage: tutela " + std::string(help_.name) + ' ' + std::string(help_.synopsis) + "\n\n" +
           std::string(help_.text) + "\nOptions:\n" + lines + '\n' + std::string(help_.closing);
}

const std::string& Options::text(const char* name) const {
    if (!given(name)) throw UsageError(help_.name, std::string("--") + name + " is needed");
    return values_[name].as<std::string>();
}

Words Options::texts(const char* name) const {
    return given(name) ? values_[name].as<Words>() : Words();
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

const Words& Options::operands(std::size_t least, std::size_t most, const std::string& problem) const {
    if (operands_.size() < least || operands_.size() > most) throw UsageError(help_.name, problem);
    return operands_;
}

void add_list_options(Options& options) {
    options.value("list,l", "L", "the list: a snapshot or a text list");
    options.value("radius,r", "R", "31", "largest distance of a match, in bits: 0 to 256");
    options.value("engine", "E", "auto", "auto, flat, bk_tree or bk_forest; the answers are equal");
}

void add_jobs_option(Options& options) {
    options.value("jobs,j", "N", "how many to work on at the same time [default: one a usable processor]");
}

void add_load_check_option(Options& options) {
    options.flag("trust-list", "begin without reading all of a snapshot; a scan reads the rest at its end");
}

LoadCheck load_check_option(const Options& options) {  // also of commands that have no such option
    return options.given("trust-list") ? LoadCheck::layout : LoadCheck::everything;
}

void add_decode_option(Options& options, DecodeMode fallback) {
    options.value("decode", "M", decode_mode_name(fallback).data(),
                  "exact, luma, scaled; or screen, for plain, which may miss a match");
}

DecodeMode decode_option(const Options& options) {
    const std::string& name = options.choice("decode", {"exact", "luma", "scaled", "screen"});
    for (const DecodeMode mode : {DecodeMode::luma, DecodeMode::scaled, DecodeMode::screen}) {
        if (name == decode_mode_name(mode)) return mode;
    }
    return DecodeMode::exact;
}

void add_sandbox_option(Options& options) {
    options.flag("no-sandbox", "decode in this process: a crafted file can then take it over");
}

Isolation isolation_option(const Options& options) {
    return options.given("no-sandbox") ? Isolation::in_process : Isolation::sandboxed;
}

std::string with_sandbox_hint(const std::string& problem) {
    if (!problem.starts_with("the sandbox cannot start")) return problem;
    return problem + "; with --no-sandbox files are decoded in this process, unprotected";
}

void add_profile_option(Options& options, Profile fallback) {
    options.value("profile", "P", profile_name(fallback).data(),
                  "plain, standard (finds mirrored, turned, framed copies), thorough");
}

Profile profile_option(const Options& options) {
    const std::string& name = options.choice("profile", {"plain", "standard", "thorough"});
    for (const Profile profile : {Profile::standard, Profile::thorough}) {
        if (name == profile_name(profile)) return profile;
    }
    return Profile::plain;
}

Engine engine_option(const Options& options) {
    const std::string& name = options.choice("engine", {"auto", "flat", "bk_tree", "bk_forest"});
    for (const Engine engine : {Engine::flat, Engine::bk_tree, Engine::bk_forest}) {
        if (name == engine_name(engine)) return engine;
    }
    return Engine::automatic;
}

std::uint32_t radius_option(const Options& options) {
    return static_cast<std::uint32_t>(options.number("radius", 0, Hash256::kBits));
}

std::size_t jobs_option(const Options& options) {
    constexpr std::uint64_t kMost = 1024;
    return options.given("jobs") ? options.number("jobs", 1, kMost) : 0;
}

}  // namespace tutela::cli
