// `tutela list update`, `remove`, `disable`, `enable`, `compact`, `merge`, `diff`: changing lists that others read.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "commands.hpp"
#include "files.hpp"
#include "list_inputs.hpp"
#include "list_opening.hpp"
#include "list_output.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/list_update.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kUpdateHelp = {
    "list update", "[options] L IN...",
    "Puts records of IN, which may be all that 'list build' takes, into the snapshot L: new ones are added, those of "
    "a\n"
    "source and id that L has take their place unless they say the same, and those that a feed has taken back go. The\n"
    "snapshot itself is not written anew: the changes are L.delta, beside it, which all that open L take into "
    "account.\n"
    "Those who have L open, such as 'tutela watch', see them within a second. A record that was disabled stays so.\n",
    "Exit codes: 0 done, 2 an error: then nothing has changed.\n"
    "\n"
    "Example:\n"
    "  tutela list update known.tutela hotline-page-*.xml\n"};

constexpr CommandHelp kRemoveHelp = {
    "list remove", "[options] L [ID...]",
    "Removes records from the snapshot L, by the ids that reports name. Its delta is changed, see 'list update'.\n",
    "Exit codes: 0 done, 2 an error, such as an id that L does not have: then nothing has changed.\n"
    "\n"
    "Example:\n"
    "  tutela list remove known.tutela img-17\n"};

constexpr CommandHelp kDisableHelp = {
    "list disable", "[options] L [ID...]",
    "Keeps records of the snapshot L but lets nothing match them, until they are enabled; so a record that matches\n"
    "what it should not is out of the way at once. Its delta is changed, see 'list update'.\n",
    "Exit codes: 0 done, 2 an error, such as an id that L does not have: then nothing has changed.\n"
    "\n"
    "Example:\n"
    "  tutela list disable known.tutela img-17\n"
    "  tutela list lint known.tutela --write-quarantine bad.tsv\n"
    "  tutela list disable known.tutela --from bad.tsv\n"};

constexpr CommandHelp kEnableHelp = {
    "list enable", "[options] L [ID...]", "Lets records match again that were disabled.\n",
    "Exit codes: 0 done, 2 an error, such as an id that L does not have: then nothing has changed.\n"
    "\n"
    "Example:\n"
    "  tutela list enable known.tutela img-17\n"};

constexpr CommandHelp kCompactHelp = {"list compact", "[options] L",
                                      "Writes the snapshot L anew with what its delta says, and takes the delta away. "
                                      "Those who read L find the same all\n"
                                      "along. Needs as much memory as the new snapshot besides.\n",
                                      "Exit codes: 0 done, 2 an error: then nothing has changed.\n"
                                      "\n"
                                      "Example:\n"
                                      "  tutela list compact known.tutela\n"};

constexpr CommandHelp kMergeHelp = {
    "list merge", "[options] OUT IN...",
    "Makes one snapshot of lists, as 'list build' does, but with each record once: of those of the same source and id\n"
    "the last one stands, and of things without an id that are alike one.\n",
    "Exit codes: 0 the snapshot was written, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list merge all.tutela police.tutela hotline.tutela\n"};

constexpr CommandHelp kDiffHelp = {
    "list diff", "[options] A B",
    "Says in which records the lists differ, by source and id; what has no id is counted.\n",
    "Exit codes: 0 they hold the same, 1 they differ, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list diff yesterday.tutela today.tutela\n"};

std::string told(const ListChanges& changes) {
    std::string text;
    const auto add = [&text](std::uint64_t count, std::string_view what) {
        if (count > 0) text += (text.empty() ? "" : ", ") + grouped(count) + ' ' + std::string(what);
    };
    add(changes.added, "added");
    add(changes.replaced, "replaced");
    add(changes.stayed_disabled, "of them still disabled");
    add(changes.removed, "removed");
    add(changes.disabled, "disabled");
    add(changes.enabled, "enabled");
    add(changes.unchanged, "unchanged");
    return text.empty() ? "nothing to change" : text;
}

bool failed(const std::string& path, const Status& status) {
    if (status.ok()) return false;
    say("cannot change " + name_in_error(path, status) + ": " + inert(status.to_string()));
    return true;
}

// Changes the list, or says what a change would do. The exit code. The snapshot is not read whole: who uses it checks it,
// and a change should not take longer than it must.
int change(const Options& options, const std::string& path, const ListUpdate& update) {
    const bool dry_run = options.given("dry-run");
    std::optional<ListOpening> opening = list_opening_or_say(options);
    if (!opening) return kError;
    const ListOpenOptions how{.check = LoadCheck::layout, .key = opening->key};
    ListChanges changes;
    Status status;
    if (dry_run) {
        opening->check = LoadCheck::layout;
        const std::optional<HashList> list = open_list_or_say(path, *opening);
        if (!list) return kError;
        status = update_list(*list, update, changes).status();
    } else {
        status = update_list_file(path, update, changes, how);
    }
    if (update.all_must_be_there && changes.not_found > 0) {
        for (const std::string& id : changes.first_not_found)
            say(inert(path) + " has no record of the id " + inert_without_hashes(id));
        return kError;
    }
    if (!changes.first_ambiguous.empty())
        say("records of several sources have the id " + inert_without_hashes(changes.first_ambiguous) +
            "; see --source");
    if (failed(path, status)) return kError;
    return print(inert(path) + ": " + told(changes) + (dry_run ? " (not done)\n" : "\n"));
}

void add_change_options(Options& options) {
    add_list_key_options(options);
    options.flag("dry-run", "only say what would be done");
}

// What the inputs hold, as an update. False when it cannot be had, which is said.
bool take(Inputs& inputs, ListUpdate& update, const std::string& path) {
    Result<HashList> put = inputs.build();
    if (failed(path, put.status())) return false;
    update.put = std::move(put).value();
    for (const RemovedRecord& record : inputs.removed())
        update.remove.push_back({record.source, record.id});
    return true;
}

int update(const Words& words) {
    Options options(kUpdateHelp);
    add_change_options(options);
    add_input_options(options);
    if (const auto code = options.parse(words)) return *code;
    const Words& paths = options.operands(2, SIZE_MAX, "L and at least one IN are needed");
    InputSettings settings = input_settings(options);
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    if (!opening) return kError;
    settings.key = opening->key;
    Inputs inputs(std::move(settings));
    for (std::size_t i = 1; i < paths.size(); ++i) {
        if (!inputs.add(paths[i])) return kError;
    }
    ListUpdate update;
    return take(inputs, update, paths.front()) ? change(options, paths.front(), update) : kError;
}

// Lines of an id, or of a source, a tab and an id; # begins a comment. False when it cannot be read, which is said.
bool read_names(const std::string& path, std::vector<RecordName>& names) {
    Result<LineReader> reader = LineReader::open(path);
    if (!reader.ok()) {
        say("cannot read " + name_in_error(path, reader.status()) + ": " + inert(reader.status().message()));
        return false;
    }
    std::string line;
    for (;;) {
        const Result<bool> more = reader.value().next(line);
        if (!more.ok()) {
            say(reader.value().name() + ": " + inert(more.status().message()));
            return false;
        }
        if (!more.value()) return true;
        if (line.empty() || line.front() == '#') continue;
        const std::size_t tab = line.find('\t');
        RecordName name;
        if (tab != std::string::npos) name.source = line.substr(0, tab);
        name.id = tab == std::string::npos ? line : line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
        names.push_back(std::move(name));
    }
}

int change_named(const CommandHelp& help, std::vector<RecordName> ListUpdate::*which, const Words& words) {
    Options options(help);
    add_change_options(options);
    options.value("source", "S", "the source of the ids; needed where several have the same");
    options.value("from", "FILE", "a file of ids, one a line, or of a source, a tab and an id; - is standard input");
    if (const auto code = options.parse(words)) return *code;
    const Words& operands = options.operands(1, SIZE_MAX, "L is needed");
    ListUpdate update;
    std::vector<RecordName>& names = update.*which;
    std::optional<std::string> source;
    if (options.given("source")) source = options.text("source");
    for (std::size_t i = 1; i < operands.size(); ++i)
        names.push_back({source, operands[i]});
    if (options.given("from") && !read_names(options.text("from"), names)) return kError;
    if (operands.size() == 1 && !options.given("from")) throw UsageError(help.name, "an ID or --from FILE is needed");
    update.all_must_be_there = true;
    return change(options, operands.front(), update);
}

int compact(const Words& words) {
    Options options(kCompactHelp);
    add_jobs_option(options);
    add_list_key_options(options);
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    if (!opening) return kError;
    ThreadPool pool(jobs_option(options));
    const Result<HashList> list = compact_list_file(path, pool, {.key = opening->key});
    if (failed(path, list.status())) return kError;
    return print(inert(path) + ": " + entries(list.value()) + ", digest " + list.value().digest_hex() + '\n');
}

int merge(const Words& words) {
    Options options(kMergeHelp);
    add_list_output_options(options);
    add_input_options(options);
    if (const auto code = options.parse(words)) return *code;
    const Words& paths = options.operands(2, SIZE_MAX, "OUT and at least one IN are needed");
    InputSettings settings = input_settings(options);
    const std::optional<ListOutput> output = list_output_or_say(options, paths.front(), "list merge");
    if (!output) return kError;
    settings.key = output->key;
    Result<HashList> merged = ListBuilder().build();
    for (std::size_t i = 1; merged.ok() && i < paths.size(); ++i) {
        Inputs inputs(settings);
        ListUpdate update;
        if (!inputs.add(paths[i]) || !take(inputs, update, paths[i])) return kError;
        ListChanges changes;
        merged = update_list(merged.value(), update, changes);
        note(inert(paths[i]) + ": " + told(changes));
    }
    return write_list(options, *output, merged.ok() ? compact_list(merged.value()) : std::move(merged));
}

std::string_view kind_name(RecordDifference::Kind kind) {
    switch (kind) {
        case RecordDifference::Kind::added: return "added";
        case RecordDifference::Kind::removed: return "removed";
        case RecordDifference::Kind::changed: return "changed";
        case RecordDifference::Kind::disabled: return "disabled";
        case RecordDifference::Kind::enabled: return "enabled";
    }
    return "";
}

int diff(const Words& words) {
    Options options(kDiffHelp);
    options.flag("summary", "only the counts");
    add_list_key_options(options);
    if (const auto code = options.parse(words)) return *code;
    const Words& paths = options.operands(2, 2, "exactly A and B are needed");
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    const std::optional<HashList> first = opening ? open_list_or_say(paths[0], *opening) : std::nullopt;
    const std::optional<HashList> second = first ? open_list_or_say(paths[1], *opening) : std::nullopt;
    if (!first || !second) return kError;
    const bool summary = options.given("summary");
    Result<Output> out = Output::open("-");
    if (!out.ok()) return say(out.status().message()), kError;
    const auto each = [&](const RecordDifference& record) {
        if (summary) return Status();
        return out.value().write(std::string(kind_name(record.kind)) + '\t' + inert(record.source) + '\t' +
                                 inert(record.id) + '\n');
    };
    const Result<ListDifference> found = diff_lists(*first, *second, each);
    Status status = found.status();
    if (status.ok()) {
        const ListDifference& d = found.value();
        status = out.value().write(
            "# records: " + grouped(d.added) + " added, " + grouped(d.removed) + " removed, " + grouped(d.changed) +
            " changed, " + grouped(d.disabled) + " disabled, " + grouped(d.enabled) + " enabled, " + grouped(d.same) +
            " the same\n# without an id: " + grouped(d.nameless_added) + " added, " + grouped(d.nameless_removed) +
            " removed, " + grouped(d.nameless_same) + " the same\n");
    }
    if (status.ok()) status = out.value().flush();
    if (!status.ok()) return say(inert(status.message())), kError;
    const ListDifference& d = found.value();
    const bool same =
        d.added + d.removed + d.changed + d.disabled + d.enabled + d.nameless_added + d.nameless_removed == 0;
    return same ? kNothingMatched : kMatched;
}

}  // namespace

std::optional<int> run_list_change(const std::string& command, const Words& words) {
    if (command == "update") return update(words);
    if (command == "remove") return change_named(kRemoveHelp, &ListUpdate::remove, words);
    if (command == "disable") return change_named(kDisableHelp, &ListUpdate::disable, words);
    if (command == "enable") return change_named(kEnableHelp, &ListUpdate::enable, words);
    if (command == "compact") return compact(words);
    if (command == "merge") return merge(words);
    if (command == "diff") return diff(words);
    return std::nullopt;
}

}  // namespace tutela::cli
