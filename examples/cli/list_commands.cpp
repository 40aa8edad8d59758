// `tutela list build`, `list info`, `list verify`.
#include <cstdint>
#include <filesystem>
#include <map>
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
#include "tutela/hasher.hpp"
#include "tutela/list.hpp"
#include "tutela/list_update.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kListHelp = {"list", "COMMAND ...",
                                   "Makes and examines lists of known hashes.\n"
                                   "\n"
                                   "  build OUT IN...  merge lists of many formats, vPDQ files and snapshots, in the "
                                   "order given, into the snapshot OUT\n"
                                   "  compact L        fold the changes of a list into it\n"
                                   "  decrypt L        write an encrypted list in the open\n"
                                   "  diff A B         say in which records two lists differ\n"
                                   "  disable L ID...  let records match nothing\n"
                                   "  enable L ID...   let them match again\n"
                                   "  encrypt L        write a list encrypted\n"
                                   "  export L         write a list in the formats of others\n"
                                   "  info L           say what a list holds\n"
                                   "  keygen KEY       make a secret key, for signing or encryption\n"
                                   "  lint L           look for entries that match too much, or cannot be right\n"
                                   "  merge OUT IN...  as build, but with each record once\n"
                                   "  remove L ID...   take records out\n"
                                   "  sign L           sign a list\n"
                                   "  update L IN...   add and replace records, and take back those that a feed takes "
                                   "back\n"
                                   "  verify L         check a list from its first byte to its last\n",
                                   "Each has a --help of its own.\n"
                                   "\n"
                                   "Example:\n"
                                   "  tutela list build known.tutela known.txt\n"};

constexpr CommandHelp kBuildHelp = {
    "list build", "[options] OUT IN...",
    "Merges lists, vPDQ files and snapshots, in the order given, into the snapshot OUT, which appears under its name\n"
    "only when it is whole. Duplicates are kept. What a file is, its content tells:\n"
    "\n"
    "  text list        a line an entry, hex[+phash][,id[,category[,label]]]; # begins a comment\n"
    "  vPDQ             text or JSON: one known video, with the file's name without its suffix for an id\n"
    "  Project VIC      JSON 1.2, 1.3 and 2.0, hash sets and cases\n"
    "  hotlines         NCMEC's XML, StopNCII's JSON; newer records and tombstones of all files count\n"
    "  ThreatExchange   lines, CSV, cache CSV and descriptors in JSON, as python-threatexchange has them\n"
    "  police           INTERPOL's ICSE CSV; IPED's hash data base, CSV and SQLite\n"
    "  exact hashes     md5sum, sha1sum, sha256sum, hashdeep; NSRL's RDS 1, 2 and 3; Sleuth Kit's .kdb; any CSV\n"
    "  Tutela's own     CSV and JSON Lines of 'tutela list export'\n"
    "\n"
    "Bad lines and records are named on standard error and skipped; what can never match, such as a record that has\n"
    "a PhotoDNA alone, is counted, and kept only to be exported again.\n"
    "An index stored in the snapshot spares every scan the seconds of building it; it makes the file some four times\n"
    "as large and leaves the digest as it is.\n"
    "A file that is no snapshot is never overwritten.\n",
    "Exit codes: 0 the snapshot was written, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list build known.tutela police.json hotline-page-*.xml\n"
    "  tutela list build --harmless --source NSRL systems.tutela NSRLFile.txt\n"};

constexpr CommandHelp kInfoHelp = {
    "list info", "[options] L",
    "Says what a list holds: kind, size, entries, index, digest, and its categories with their counts.\n",
    "Exit codes: 0 the list can be used, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list info known.tutela\n"};

constexpr CommandHelp kVerifyHelp = {
    "list verify", "[options] L",
    "Checks a snapshot whole: structure, texts, every checksum. A text list must not have a bad line. With --trusted\n"
    "also who signed it, that it has not expired, and, with --state, that its version has not gone back.\n",
    "Exit codes: 0 the list is sound, 2 it is not, or an error.\n"
    "\n"
    "Example:\n"
    "  tutela list verify known.tutela --trusted publishers.txt --state versions.txt\n"};

int build(const Words& words) {
    Options options(kBuildHelp);
    add_list_output_options(options);
    add_input_options(options);
    if (const auto code = options.parse(words)) return *code;
    const Words& paths = options.operands(2, SIZE_MAX, "OUT and at least one IN are needed");
    InputSettings settings = input_settings(options);
    const std::optional<ListOutput> output = list_output_or_say(options, paths.front(), "list build");
    if (!output) return kError;
    settings.key = output->key;
    Inputs inputs(std::move(settings));
    for (std::size_t i = 1; i < paths.size(); ++i) {
        if (!inputs.add(paths[i])) return kError;
    }
    return write_list(options, *output, inputs.build());
}

// What the list's changes make of it.
std::string change_lines(const HashList& list) {
    std::uint64_t disabled = 0;
    std::uint64_t withdrawn = 0;
    for (std::size_t i = 0; list.inactive_count() > 0 && i < list.size(); ++i) {
        const EntryState state = list.entry_state(i);
        disabled += state == EntryState::disabled ? 1 : 0;
        withdrawn += state == EntryState::withdrawn ? 1 : 0;
    }
    std::string text;
    if (disabled > 0) text += "\ndisabled:   " + counted_entries(disabled);
    if (list.has_delta()) text += "\ndelta:      there is one; " + counted_entries(withdrawn) + " withdrawn by it";
    return text;
}

std::string video_line(const HashList& list) {
    if (list.video_count() == 0) return {};
    std::size_t frames = 0;
    for (std::size_t i = 0; i < list.video_count(); ++i)
        frames += list.video(i).hashes.size();
    return "\nvideos:     " + grouped(list.video_count()) + ", of " + counted(frames, "frame");
}

// On the disk, or as it would be there.
std::string size_line(const HashList& list, const std::string& path) {
    std::error_code error;
    const std::uintmax_t delta = list.has_delta() ? std::filesystem::file_size(delta_path(path), error) : 0;
    if (!list.has_delta()) return grouped(list.bytes().size()) + " bytes as a snapshot";
    const std::uintmax_t base = std::filesystem::file_size(path, error);
    return error ? "unknown" : grouped(base) + " bytes, and " + grouped(delta) + " of its delta";
}

std::string origin_name(const OriginView& origin) {
    std::string name = origin.source.empty() ? "(unnamed)" : inert(origin.source);
    if (!origin.scheme.empty()) name += ", " + inert(origin.scheme);
    return origin.region.empty() ? name : name + ' ' + inert(origin.region);
}

// Hashes of whole files, and who says what is in the list.
std::string file_lines(const HashList& list) {
    std::string text;
    std::uint64_t harmless = 0;
    std::map<std::string, std::uint64_t> origins;
    const auto count_origin = [&](const OriginView& origin) {
        if (origin != OriginView{}) ++origins[origin_name(origin)];
    };
    for (std::size_t i = 0; i < list.file_entry_count(); ++i) {
        const FileEntryView entry = list.file_entry(i);
        if (entry.unmatchable) continue;
        if (list.file_entry_state(i) == EntryState::withdrawn) continue;
        if (entry.harmless) ++harmless;
        if (!entry.position) count_origin(entry.origin);
    }
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list.entry_state(i) != EntryState::withdrawn) count_origin(list.entry(i).origin);
    const std::size_t carried = list.unmatchable_count();
    if (list.file_entry_count() > carried) {
        text += "files:      " + counted_entries(list.file_entry_count() - carried) + ", " + grouped(harmless) +
                " of them harmless\n";
        for (const FileHashKind kind : {FileHashKind::md5, FileHashKind::sha1, FileHashKind::sha256}) {
            if (const std::size_t hashes = list.file_hash_count(kind); hashes > 0)
                text += "  " + std::string(file_hash_name(kind)) + ": " + grouped(hashes) + '\n';
        }
    }
    if (carried > 0) text += "carried:    " + counted_entries(carried) + " without a hash to be found by\n";
    if (!origins.empty()) text += "origins:    " + grouped(origins.size()) + '\n';
    for (const auto& [name, count] : origins)
        text += "  " + name + ": " + grouped(count) + '\n';
    return text;
}

std::string category_lines(const HashList& list) {
    std::map<std::string_view, std::uint64_t> counts;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::optional<FramePlace> place = list.frame_at(i);
        const bool first = !place || place->frame == 0;  // a video counts once
        if (first && list.entry_state(i) != EntryState::withdrawn) ++counts[list.entry(i).category];
    }
    for (std::size_t i = 0; i < list.file_entry_count(); ++i) {
        const FileEntryView entry = list.file_entry(i);
        const bool counts_here = !entry.position && !entry.unmatchable;
        if (counts_here && list.file_entry_state(i) != EntryState::withdrawn) ++counts[entry.category];
    }
    std::string text = "categories: " + grouped(counts.size()) + '\n';
    for (const auto& [category, count] : counts) {
        text += "  " + (category.empty() ? "(none)" : inert(category)) + ": " + grouped(count) + '\n';
    }
    return text;
}

int info(const Words& words) {
    Options options(kInfoHelp);
    add_list_key_options(options);
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    const std::optional<HashList> list = opening ? open_list_or_say(path, *opening) : std::nullopt;
    if (!list) return kError;
    return print("list:       " + inert(path) + "\nkind:       " +
                 (is_encrypted_list(path) ? "encrypted snapshot"
                  : is_snapshot(path)     ? "snapshot"
                                          : "text list") +
                 "\nsize:       " + size_line(*list, path) + "\nentries:    " + grouped(list->size()) +
                 video_line(*list) + change_lines(*list) + "\nhash:       pdq, 256 bits\nindex:      " +
                 (list->has_index() ? "bk_forest, stored" : "none stored") + "\ndigest:     " + list->digest_hex() +
                 '\n' + file_lines(*list) + category_lines(*list));
}

int verify(const Words& words) {
    Options options(kVerifyHelp);
    add_list_trust_options(options);
    add_list_key_options(options);
    if (const auto code = options.parse(words)) return *code;
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    std::optional<ListOpening> opening = list_opening_or_say(options);
    if (!opening) return kError;
    opening->strict = true;
    std::string signature;
    const std::optional<HashList> list = open_list_or_say(path, *opening, &signature);
    if (!list) return kError;
    return print(inert(path) + ": sound, " + entries(*list) + ", digest " + list->digest_hex() + '\n' + signature);
}

}  // namespace

int run_list(const Words& words) {
    if (words.empty()) throw UsageError("list", "a command is needed, such as build, update or info");
    const Words rest(words.begin() + 1, words.end());
    if (words.front() == "build") return build(rest);
    if (words.front() == "decrypt") return run_list_decrypt(rest);
    if (words.front() == "encrypt") return run_list_encrypt(rest);
    if (words.front() == "export") return run_list_export(rest);
    if (words.front() == "keygen") return run_list_keygen(rest);
    if (words.front() == "sign") return run_list_sign(rest);
    if (words.front() == "info") return info(rest);
    if (words.front() == "lint") return run_list_lint(rest);
    if (words.front() == "verify") return verify(rest);
    if (const auto code = run_list_change(words.front(), rest)) return *code;
    Options options(kListHelp);
    if (const auto code = options.parse(words)) return *code;
    throw UsageError("list", "there is no command 'list " + inert_without_hashes(words.front()) + "'");
}

}  // namespace tutela::cli
