// `tutela list keygen`, `list sign`.
#include <sys/stat.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "commands.hpp"
#include "files.hpp"
#include "list_opening.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/list_key.hpp"
#include "tutela/list_signature.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kKeygenHelp = {
    "list keygen", "[options] KEY",
    "Draws a secret key at random and writes it into the new file KEY, which its owner alone can read. One for "
    "signing\n"
    "also gives KEY.pub, a line 'name key' for the --trusted files of those who use the lists. One for encryption is\n"
    "for --key-file, in hex.\n",
    "Exit codes: 0 the key was written, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list keygen --name 'A hotline' publisher.key\n"};

constexpr CommandHelp kSignHelp = {
    "list sign", "[options] L --key KEY",
    "Signs a list: its digest, a name, a version, until when it may be used. The signature is a file beside the list,\n"
    "L.sig, and stays good when the same entries are stored with an index or encrypted.\n",
    "Exit codes: 0 the list is signed, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list sign known.tutela --key publisher.key --name known --expires 90d\n"};

bool exists_or_not(const std::string& path) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0;
}

bool said(const std::string& what, const Status& status) {
    if (status.ok()) return false;
    say(what + ": " + inert(status.message()));
    return true;
}

// The line of KEY.pub.
std::string pinned_line(const std::string& name, const PublicKey& key) {
    return name + ' ' + to_hex(key) + '\n';
}

int make_signing_key(const std::string& path, const std::string& name) {
    const Result<SigningKey> key = SigningKey::generate();
    if (said("cannot make a key", key.status())) return kError;
    const std::string line = pinned_line(name, key.value().public_key());
    if (!PinnedKeys::from_text(line).ok() || line.find('\n') + 1 != line.size())
        throw UsageError("list keygen", "a publisher's name is one line of text that does not begin with #");
    const std::string public_path = path + ".pub";
    if (exists_or_not(public_path)) {
        say(inert(public_path) + " exists, and keys replace nothing");
        return kError;
    }
    if (said(inert(path), key.value().save(path))) return kError;
    Result<Output> out = Output::open(public_path);
    Status status = out.status();
    if (status.ok()) status = out.value().write(line);
    if (status.ok()) status = out.value().commit();
    if (said(inert(public_path), status)) return kError;
    return print(line);
}

int keygen(const Words& words) {
    Options options(kKeygenHelp);
    options.value("for", "WHAT", "signing", "signing or encryption");
    options.value("name", "N", "of the publisher, for people [default: the name of KEY's file without its suffix]");
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one KEY is needed").front();
    if (options.choice("for", {"signing", "encryption"}) == "signing") {
        return make_signing_key(
            path, options.given("name") ? options.text("name") : std::filesystem::path(path).stem().string());
    }
    const Result<ListKey> key = ListKey::generate();
    const Status status = key.ok() ? key.value().save(path) : key.status();
    return said(inert(path), status) ? kError : kNothingMatched;
}

// "2027-01-31T00:00:00Z", "90d", "never".
std::optional<SecondUtc> expiry_of(const std::string& text, SecondUtc now) {
    if (text == "never") return std::nullopt;
    std::uint32_t days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error == std::errc() && days > 0 && std::string_view(end) == "d") return now + std::chrono::days(days);
    const Result<SecondUtc> time = time_from_text(text);
    if (time.ok()) return time.value();
    throw UsageError("list sign", "--expires needs a time as 2027-01-31T00:00:00Z, a number of days as 90d, or never");
}

// Name and version, continuing those of the signature that is there, if it is by the same key.
SignedFacts facts_of(const Options& options, const std::string& list, const std::filesystem::path& place,
                     const PublicKey& publisher) {
    SignedFacts facts;
    facts.created = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    facts.expires = expiry_of(options.text("expires"), facts.created);
    const Result<ListSignature> before = load_signature(place);
    const bool continues = before.ok() && before.value().facts.publisher == publisher;
    facts.list_name = options.given("name") ? options.text("name")
                      : continues           ? before.value().facts.list_name
                                            : std::filesystem::path(list).stem().string();
    facts.version = 1;
    if (options.given("version")) {
        facts.version = options.number("version", 1, UINT64_MAX);
    } else if (continues && before.value().facts.list_name == facts.list_name) {
        facts.version = before.value().facts.version + 1;
    }
    return facts;
}

int sign(const Words& words) {
    Options options(kSignHelp);
    options.value("key", "KEY", "the secret key, of tutela list keygen");
    options.value("name", "N", "which list this is [default: that of the signature before, or of L's file]");
    options.value("version", "V", "a number that rises with every version [default: one more than before]");
    options.value("expires", "T", "365d", "a time as 2027-01-31T00:00:00Z, a number of days as 90d, or never");
    options.value("output,o", "F", "where the signature goes [default: L.sig]");
    add_list_key_options(options);
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    const std::filesystem::path place =
        options.given("output") ? std::filesystem::path(options.text("output")) : signature_path(path);
    const Result<SigningKey> key = SigningKey::load(options.text("key"));
    if (said("cannot use the key " + name_in_error(options.text("key"), key.status()), key.status())) return kError;
    const SignedFacts facts = facts_of(options, path, place, key.value().public_key());
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    const std::optional<HashList> list = opening ? open_list_or_say(path, *opening) : std::nullopt;
    if (!list) return kError;
    const Result<ListSignature> signature = sign_list(*list, facts, key.value());
    if (said("cannot sign " + inert(path), signature.status())) return kError;
    if (said("cannot write " + inert(place.string()), save_signature(signature.value(), place))) return kError;
    return print(inert(path) + ": signed as " + inert(facts.list_name) + ", version " + std::to_string(facts.version) +
                 (facts.expires ? ", good until " + to_text(*facts.expires) : std::string(", good for ever")) +
                 ", digest " + list->digest_hex() + '\n');
}

}  // namespace

int run_list_keygen(const Words& words) {
    return keygen(words);
}

int run_list_sign(const Words& words) {
    return sign(words);
}

}  // namespace tutela::cli
