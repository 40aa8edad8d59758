#include "list_opening.hpp"

#include <sys/stat.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <utility>

#include "files.hpp"
#include "key_source.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/list_signature.hpp"

namespace tutela::cli {

namespace {

constexpr const char* kPrefix = "list-";

std::optional<ListTrust> trust_of(const Options& options) {
    if (!options.given("trusted")) {
        for (const char* name : {"state", "signature", "list-name"}) {
            if (options.given(name))
                throw UsageError(options.command(), std::string("--") + name + " is for --trusted F");
        }
        return std::nullopt;
    }
    const auto text = [&](const char* name) { return options.given(name) ? options.text(name) : std::string(); };
    return ListTrust{options.text("trusted"), text("state"), text("signature"), text("list-name")};
}

std::string line_about(const ListSignature& signature, const std::string& publisher) {
    const SignedFacts& facts = signature.facts;
    return "signed by " + inert(publisher) + ": " + inert(facts.list_name) + ", version " +
           std::to_string(facts.version) + ", of " + to_text(facts.created) +
           (facts.expires ? ", good until " + to_text(*facts.expires) : std::string(", good for ever")) + '\n';
}

// Whether a publisher who is trusted vouches for the list, now.
Status check_signature(const HashList& list, const std::string& path, const ListTrust& trust, std::string* line) {
    const Result<PinnedKeys> pinned = PinnedKeys::load(trust.keys_path);
    if (!pinned.ok()) return Status(pinned.status().code(), "the pinned keys: " + pinned.status().message());
    const std::filesystem::path place =
        trust.signature_path.empty() ? signature_path(path) : std::filesystem::path(trust.signature_path);
    const Result<ListSignature> signature = load_signature(place);
    if (signature.status().code() == StatusCode::not_found) return Status(StatusCode::not_found, "it is not signed");
    if (!signature.ok()) return Status(signature.status().code(), "its signature: " + signature.status().message());
    const SecondUtc now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (Status status = verify_signature(list, signature.value(), pinned.value(), now, trust.list_name); !status.ok())
        return status;
    if (!trust.state_path.empty()) {
        if (Status status = accept_version(signature.value(), trust.state_path); !status.ok()) return status;
    }
    if (line != nullptr)
        *line = line_about(signature.value(), *pinned.value().name_of(signature.value().facts.publisher));
    return {};
}

constexpr std::string_view kSnapshotMagic{"\x89TUTELA\n"};  // src/list/FORMAT.md

// Of a regular file; of anything else none. A damaged or newer list begins as it should.
std::string leading_bytes(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
    std::string first(kSnapshotMagic.size(), '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(first.data(), static_cast<std::streamsize>(first.size()));
    first.resize(static_cast<std::size_t>(file.gcount()));
    return first;
}

}  // namespace

bool is_encrypted_list(const std::string& path) {
    const std::string first = leading_bytes(path);
    return begins_encrypted_list({reinterpret_cast<const std::uint8_t*>(first.data()), first.size()});
}

bool is_snapshot(const std::string& path) {
    return leading_bytes(path) == kSnapshotMagic;
}

bool must_not_overwrite(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return false;
    if (S_ISREG(facts.st_mode) && (facts.st_size == 0 || is_snapshot(path) || is_encrypted_list(path))) return false;
    say(inert(path) + " exists and is no snapshot; it is not overwritten");
    return true;
}

void add_list_key_options(Options& options) {
    add_key_options(options, kPrefix);
}

void add_list_trust_options(Options& options) {
    options.value("trusted", "F", "only a list that one of the publishers in F has signed, a line 'name key' each");
    options.value("signature", "F", "its signature [default: the list's name and .sig]");
    options.value("state", "F", "remember in F which version came last: no older one is used again");
    options.value("list-name", "N", "only the list that its publisher calls N");
}

std::optional<ListOpening> list_opening_or_say(const Options& options) {
    ListOpening opening;
    opening.strict = options.given("strict");
    opening.check = load_check_option(options);
    opening.trust = trust_of(options);
    if (!key_is_given(options, kPrefix)) return opening;
    opening.key = key_or_say(options, kPrefix);
    if (!opening.key) return std::nullopt;
    return opening;
}

std::optional<HashList> open_list_or_say(const std::string& path, const ListOpening& opening, std::string* signature) {
    constexpr std::size_t kFewLines = 3;
    TextImport import;
    Result<HashList> list = open_list(path, ListOpenOptions{opening.check, opening.key}, &import);
    report_skipped_lines(path, import, kFewLines);
    if (!list.ok()) {
        say("cannot use the list " + name_in_error(path, list.status()) + ": " + inert(list.status().to_string()));
        return std::nullopt;
    }
    if (opening.strict && import.skipped > 0) {
        say("cannot use the list " + inert(path) + ": it has bad lines");
        return std::nullopt;
    }
    if (!is_trusted_or_say(list.value(), path, opening, signature)) return std::nullopt;
    return std::move(list).value();
}

Status check_trust(const HashList& list, const std::string& path, const ListOpening& opening, std::string* line) {
    return opening.trust ? check_signature(list, path, *opening.trust, line) : Status();
}

bool is_trusted_or_say(const HashList& list, const std::string& path, const ListOpening& opening, std::string* line) {
    const Status status = check_trust(list, path, opening, line);
    if (!status.ok()) say("cannot use the list " + inert(path) + ": " + inert(status.to_string()));
    return status.ok();
}

}  // namespace tutela::cli
