#include "list_output.hpp"

#include <utility>

#include "output.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/hasher.hpp"

namespace tutela::cli {

namespace {

// True, and said, when an encrypted list would be replaced by one in the open.
bool would_lay_open(const std::string& path, bool encrypt) {
    if (encrypt || !is_encrypted_list(path)) return false;
    say(inert(path) + " is encrypted; without --encrypt it is not overwritten");
    return true;
}

bool wants_index(const std::string& when, std::size_t entries) {
    if (when != "auto") return when == "always";
    return automatic_engine(Hash256::kBits, entries, kPdqMatchRadius) == Engine::bk_forest;
}

}  // namespace

std::string counted_entries(std::size_t count) {
    return grouped(count) + (count == 1 ? " entry" : " entries");
}

std::string entries(const HashList& list) {
    std::string text = counted_entries(list.size() - list.inactive_count());
    if (list.video_count() > 0) text += " (" + counted(list.video_count(), "video") + " among them)";
    std::size_t hashes = 0;
    for (const FileHashKind kind : {FileHashKind::md5, FileHashKind::sha1, FileHashKind::sha256})
        hashes += list.file_hash_count(kind);
    if (hashes > 0) text += ", " + grouped(hashes) + (hashes == 1 ? " hash of a file" : " hashes of files");
    if (list.inactive_count() > 0) text += ", " + grouped(list.inactive_count()) + " disabled or withdrawn";
    return text;
}

void add_list_output_options(Options& options) {
    options.value("index", "WHEN", "auto", "store an index: auto (when the list is large), always or never");
    add_jobs_option(options);
    options.flag("encrypt", "encrypt OUT with the key of encrypted lists");
    add_list_key_options(options);
}

std::optional<ListOutput> list_output_or_say(const Options& options, const std::string& path,
                                             std::string_view command) {
    ListOutput output{path, options.choice("index", {"auto", "always", "never"}), options.given("encrypt"), {}};
    if (must_not_overwrite(path) || would_lay_open(path, output.encrypt)) return std::nullopt;
    std::optional<ListOpening> opening = list_opening_or_say(options);
    if (!opening) return std::nullopt;
    if (output.encrypt && !opening->key) throw UsageError(command, "--encrypt needs a key, such as --list-key-file F");
    output.key = opening->key;
    return output;
}

int write_list(const Options& options, const ListOutput& output, Result<HashList> list) {
    if (list.ok() && wants_index(output.index, list.value().size())) {
        ThreadPool pool(jobs_option(options));
        list = list.value().with_index(pool);
    }
    Status status = list.status();
    // Made before the list is written, so that no want of memory makes an error of a list that is there.
    std::string told;
    if (status.ok()) {
        told = inert(output.path) + ": " + entries(list.value()) + ", digest " + list.value().digest_hex() + '\n';
        status =
            output.encrypt ? save_encrypted(list.value(), output.path, *output.key) : list.value().save(output.path);
    }
    if (!status.ok()) {
        say("cannot write " + inert(output.path) + ": " + inert(status.to_string()));
        return kError;
    }
    return print(told);
}

}  // namespace tutela::cli
