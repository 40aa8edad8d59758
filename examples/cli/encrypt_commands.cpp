// `tutela list encrypt`, `list decrypt`.
#include <optional>
#include <string>

#include "commands.hpp"
#include "files.hpp"
#include "key_source.hpp"
#include "list_opening.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/list_key.hpp"
#include "tutela/list_update.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kEncryptHelp = {
    "list encrypt", "[options] L -o OUT",
    "Writes a list encrypted (XChaCha20-Poly1305): OUT is the snapshot, stored index included, and can be read with "
    "the\n"
    "key alone. Every command opens it with --list-key-file, --list-key-env or --list-key-command, without putting it\n"
    "on a disk in the open. OUT may be L itself. What L held before may still be found on its disk.\n",
    "Exit codes: 0 the list was written, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list keygen --for encryption list.key\n"
    "  tutela list encrypt known.tutela -o known.secret --key-file list.key\n"};

constexpr CommandHelp kDecryptHelp = {"list decrypt", "[options] L -o OUT",
                                      "Writes an encrypted list in the open: OUT is the snapshot that was encrypted.\n",
                                      "Exit codes: 0 the list was written, 2 an error.\n"
                                      "\n"
                                      "Example:\n"
                                      "  tutela list decrypt known.secret -o known.tutela --key-file list.key\n"};

int convert(const CommandHelp& help, const Words& words, bool encrypt) {
    Options options(help);
    options.value("output,o", "OUT", "where it goes; it appears under its name only when it is whole");
    add_key_options(options, "");
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    const std::string& out = options.text("output");
    if (!key_is_given(options, "")) throw UsageError(help.name, "--key-file, --key-env or --key-command is needed");
    if (must_not_overwrite(out)) return kError;
    const std::optional<ListKey> key = key_or_say(options, "");
    if (!key) return kError;
    ListOpening opening;
    opening.strict = true;
    opening.key = key;
    std::optional<HashList> list = open_list_or_say(path, opening);
    if (!list) return kError;
    Status status;
    if (list->has_delta()) {  // one file goes out
        Result<HashList> compacted = compact_list(*list);
        status = compacted.status();
        if (status.ok()) list = std::move(compacted).value();
    }
    if (status.ok()) status = encrypt ? save_encrypted(*list, out, *key) : list->save(out);
    if (!status.ok()) {
        say("cannot write " + inert(out) + ": " + inert(status.to_string()));
        return kError;
    }
    return print(inert(out) + ": " + (encrypt ? "encrypted" : "in the open") + ", digest " + list->digest_hex() + '\n');
}

}  // namespace

int run_list_encrypt(const Words& words) {
    return convert(kEncryptHelp, words, true);
}

int run_list_decrypt(const Words& words) {
    return convert(kDecryptHelp, words, false);
}

}  // namespace tutela::cli
