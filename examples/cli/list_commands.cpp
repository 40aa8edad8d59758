// `tutela list build`, `list info`, `list verify`.
#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "commands.hpp"
#include "files.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/hasher.hpp"
#include "tutela/list.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kListHelp = {
    "list", "build|info|verify ...",
    "Makes and examines lists of known hashes.\n"
    "\n"
    "  build OUT IN...  merge text lists and snapshots, in the order given, into the snapshot OUT\n"
    "  info L           say what a list holds\n"
    "  verify L         check a list from its first byte to its last\n",
    "Each has a --help of its own.\n"
    "\n"
    "Example:\n"
    "  tutela list build known.tutela known.txt\n"};

constexpr CommandHelp kBuildHelp = {
    "list build", "[options] OUT IN...",
    "Merges text lists and snapshots, in the order given, into the snapshot OUT, which appears under its name only\n"
    "when it is whole. Duplicates are kept. A text list has a line an entry, hex[+phash][,id[,category[,label]]]; "
    "blank\n"
    "lines and lines that start with # are comments; bad lines are named on standard error and skipped.\n"
    "An index stored in the snapshot spares every scan the seconds of building it; it makes the file some four times\n"
    "as large and leaves the digest as it is.\n"
    "A file that is no snapshot is never overwritten.\n",
    "Exit codes: 0 the snapshot was written, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list build known.tutela police.txt hotline.txt\n"};

constexpr CommandHelp kInfoHelp = {
    "list info", "[options] L",
    "Says what a list holds: kind, size, entries, index, digest, and its categories with their counts.\n",
    "Exit codes: 0 the list can be used, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list info known.tutela\n"};

constexpr CommandHelp kVerifyHelp = {
    "list verify", "[options] L",
    "Checks a snapshot whole: structure, texts, every checksum. A text list must not have a bad line.\n",
    "Exit codes: 0 the list is sound, 2 it is not, or an error.\n"
    "\n"
    "Example:\n"
    "  tutela list verify known.tutela\n"};

std::string entries(const HashList& list) {
    return grouped(list.size()) + (list.size() == 1 ? " entry" : " entries");
}

// A damaged or newer snapshot is one too. A file that cannot be looked into may be anything.
bool is_snapshot(const std::string& path) {
    switch (HashList::load(path, LoadCheck::layout).status().code()) {
        case StatusCode::ok:
        case StatusCode::limit:
        case StatusCode::corrupt:
        case StatusCode::checksum_mismatch:
        case StatusCode::version_mismatch: return true;
        default: return false;
    }
}

// Forgetting OUT would put the snapshot over the first text list. True, and said, when `path` must be left alone.
bool must_not_overwrite(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return false;
    if (S_ISREG(facts.st_mode) && (facts.st_size == 0 || is_snapshot(path))) return false;
    say(inert(path) + " exists and is no snapshot; it is not overwritten");
    return true;
}

Status add_snapshot(const HashList& list, ListBuilder& builder) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const EntryView entry = list.entry(i);
        const Entry copy{entry.hash, std::string(entry.id), std::string(entry.category), std::string(entry.label),
                         entry.phash};
        if (Status status = builder.add(copy); !status.ok()) return status;
    }
    return {};
}

// Adds one input to the list in the making and says what it held. False when it cannot be used.
bool add_input(const std::string& path, bool strict, ListBuilder& builder) {
    const auto refuse = [&](const Status& status) {
        say("cannot use " + name_in_error(path, status) + ": " + inert(status.to_string()));
        return false;
    };
    const Result<HashList> snapshot = HashList::load(path);
    if (snapshot.ok()) {
        if (const Status status = add_snapshot(snapshot.value(), builder); !status.ok()) return refuse(status);
        note(inert(path) + ": " + grouped(snapshot.value().size()) + " added, from a snapshot");
        return true;
    }
    if (snapshot.status().code() != StatusCode::unsupported) return refuse(snapshot.status());
    const Result<TextImport> import = read_text_list(path, builder);
    if (!import.ok()) return refuse(import.status());
    const TextImport& facts = import.value();
    report_skipped_lines(path, facts, TextImport::kMaxSkippedKept);
    note(inert(path) + ": " + grouped(facts.added) + " added, " + grouped(facts.skipped) + " skipped, " +
         counted(facts.lines, "line"));
    if (facts.lines == 0) return refuse(Status(StatusCode::corrupt, "the file is empty"));
    if (facts.added == 0 && facts.skipped > 0) {
        return refuse(Status(StatusCode::corrupt, "none of its lines is an entry"));
    }
    if (strict && facts.skipped > 0) return refuse(Status(StatusCode::corrupt, "it has bad lines"));
    return true;
}

bool wants_index(const std::string& when, std::size_t entries) {
    if (when != "auto") return when == "always";
    return automatic_engine(Hash256::kBits, entries, kPdqMatchRadius) == Engine::bk_forest;
}

int build(const Words& words) {
    Options options(kBuildHelp);
    options.value("index", "WHEN", "auto", "store an index: auto (when the list is large), always or never");
    add_jobs_option(options);
    options.flag("strict", "a bad line is an error: nothing is written");
    if (const auto code = options.parse(words)) return *code;
    const std::string when = options.choice("index", {"auto", "always", "never"});
    const Words& paths = options.operands(2, SIZE_MAX, "OUT and at least one IN are needed");
    if (must_not_overwrite(paths.front())) return kError;
    ListBuilder builder;
    for (std::size_t i = 1; i < paths.size(); ++i) {
        if (!add_input(paths[i], options.given("strict"), builder)) return kError;
    }
    Result<HashList> list = builder.build();
    if (list.ok() && wants_index(when, list.value().size())) {
        ThreadPool pool(jobs_option(options));
        list = list.value().with_index(pool);
    }
    Status status = list.status();
    std::string
        told;  // made before the list is written, so that no want of memory makes an error of a list that is there
    if (status.ok()) {
        told = inert(paths.front()) + ": " + entries(list.value()) + ", digest " + list.value().digest_hex() + '\n';
        status = list.value().save(paths.front());
    }
    if (!status.ok()) {
        say("cannot write " + inert(paths.front()) + ": " + inert(status.to_string()));
        return kError;
    }
    return print(told);
}

std::string category_lines(const HashList& list) {
    std::map<std::string_view, std::uint64_t> counts;
    for (std::size_t i = 0; i < list.size(); ++i)
        ++counts[list.entry(i).category];
    std::string text = "categories: " + grouped(counts.size()) + '\n';
    for (const auto& [category, count] : counts) {
        text += "  " + (category.empty() ? "(none)" : inert(category)) + ": " + grouped(count) + '\n';
    }
    return text;
}

int info(const Words& words) {
    Options options(kInfoHelp);
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    const std::optional<HashList> list = open_list_or_say(path, false);
    if (!list) return kError;
    return print("list:       " + inert(path) + "\nkind:       " + (is_snapshot(path) ? "snapshot" : "text list") +
                 "\nsize:       " + grouped(list->bytes().size()) + " bytes as a snapshot\nentries:    " +
                 grouped(list->size()) + "\nhash:       pdq, 256 bits\nindex:      " +
                 (list->has_index() ? "bk_forest, stored" : "none stored") + "\ndigest:     " + list->digest_hex() +
                 '\n' + category_lines(*list));
}

int verify(const Words& words) {
    Options options(kVerifyHelp);
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    const std::optional<HashList> list = open_list_or_say(path, true);
    if (!list) return kError;
    return print(inert(path) + ": sound, " + entries(*list) + ", digest " + list->digest_hex() + '\n');
}

}  // namespace

int run_list(const Words& words) {
    if (words.empty()) throw UsageError("list", "build, info or verify is needed");
    const Words rest(words.begin() + 1, words.end());
    if (words.front() == "build") return build(rest);
    if (words.front() == "info") return info(rest);
    if (words.front() == "verify") return verify(rest);
    Options options(kListHelp);
    if (const auto code = options.parse(words)) return *code;
    throw UsageError("list", "there is no command 'list " + inert_without_hashes(words.front()) + "'");
}

}  // namespace tutela::cli
