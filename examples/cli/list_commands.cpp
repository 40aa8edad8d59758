// `tutela list build`, `list info`, `list verify`.
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "commands.hpp"
#include "files.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/hasher.hpp"
#include "tutela/list.hpp"
#include "tutela/vpdq.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kListHelp = {
    "list", "build|export|info|verify ...",
    "Makes and examines lists of known hashes.\n"
    "\n"
    "  build OUT IN...  merge text lists, vPDQ files and snapshots, in the order given, into the snapshot OUT\n"
    "  export L FOLDER  write the known videos of a list as vPDQ files\n"
    "  info L           say what a list holds\n"
    "  verify L         check a list from its first byte to its last\n",
    "Each has a --help of its own.\n"
    "\n"
    "Example:\n"
    "  tutela list build known.tutela known.txt\n"};

constexpr CommandHelp kBuildHelp = {
    "list build", "[options] OUT IN...",
    "Merges text lists, vPDQ files and snapshots, in the order given, into the snapshot OUT, which appears under\n"
    "its name only when it is whole. Duplicates are kept. A text list has a line an entry,\n"
    "hex[+phash][,id[,category[,label]]]; blank lines and lines that start with # are comments; bad lines are named\n"
    "on standard error and skipped. A vPDQ file (text or JSON, told by its first row) is one known video, with the\n"
    "file's name without its suffix for an id.\n"
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
    const std::string text = grouped(list.size()) + (list.size() == 1 ? " entry" : " entries");
    return list.video_count() == 0 ? text : text + " (" + counted(list.video_count(), "video") + " among them)";
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

// Whether a regular file begins as vPDQ does.
bool is_vpdq(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
    std::string first(4096, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(first.data(), static_cast<std::streamsize>(first.size()));
    first.resize(static_cast<std::size_t>(file.gcount()));
    return begins_vpdq(first);
}

// Adds inputs to the list in the making and says what they held.
class Inputs {
public:
    Inputs(bool strict, std::string video_category) : strict_(strict), video_category_(std::move(video_category)) {}

    // False when it cannot be used.
    bool add(const std::string& path) {
        Status status = add_any(path);
        if (!status.ok()) say("cannot use " + name_in_error(path, status) + ": " + inert(status.to_string()));
        return status.ok();
    }

    [[nodiscard]] Result<HashList> build() const { return builder_.build(); }

private:
    Status add_any(const std::string& path) {
        const Result<HashList> snapshot = HashList::load(path);
        if (!snapshot.ok() && snapshot.status().code() != StatusCode::unsupported) return snapshot.status();
        if (!snapshot.ok()) return is_vpdq(path) ? add_video(path) : add_text(path);
        if (Status status = builder_.add_list(snapshot.value()); !status.ok()) return status;
        note(inert(path) + ": " + grouped(snapshot.value().size()) + " added, from a snapshot");
        return {};
    }

    // The video is called as its file, without the last suffix.
    Status add_video(const std::string& path) {
        const Result<VpdqImport> import = read_vpdq(path);
        if (!import.ok()) return import.status();
        report_skipped_rows(path, import.value());
        if (strict_ && import.value().skipped > 0) return Status(StatusCode::corrupt, "it has bad rows");
        const std::string id = std::filesystem::path(path).stem().string();
        if (Status status = builder_.add_video(import.value().frames, id, video_category_); !status.ok()) return status;
        note(inert(path) + ": a video of " + counted(import.value().frames.size(), "frame") + " added, " +
             grouped(import.value().skipped) + " skipped");
        return {};
    }

    Status add_text(const std::string& path) {
        const Result<TextImport> import = read_text_list(path, builder_);
        if (!import.ok()) return import.status();
        const TextImport& facts = import.value();
        report_skipped_lines(path, facts, TextImport::kMaxSkippedKept);
        note(inert(path) + ": " + grouped(facts.added) + " added, " + grouped(facts.skipped) + " skipped, " +
             counted(facts.lines, "line"));
        if (facts.lines == 0) return Status(StatusCode::corrupt, "the file is empty");
        if (facts.added == 0 && facts.skipped > 0) return Status(StatusCode::corrupt, "none of its lines is an entry");
        return strict_ && facts.skipped > 0 ? Status(StatusCode::corrupt, "it has bad lines") : Status();
    }

    bool strict_;
    std::string video_category_;
    ListBuilder builder_;
};

bool wants_index(const std::string& when, std::size_t entries) {
    if (when != "auto") return when == "always";
    return automatic_engine(Hash256::kBits, entries, kPdqMatchRadius) == Engine::bk_forest;
}

int build(const Words& words) {
    Options options(kBuildHelp);
    options.value("index", "WHEN", "auto", "store an index: auto (when the list is large), always or never");
    add_jobs_option(options);
    options.value("video-category", "C", "the category of videos that come from vPDQ files");
    options.flag("strict", "a bad line is an error: nothing is written");
    if (const auto code = options.parse(words)) return *code;
    const std::string when = options.choice("index", {"auto", "always", "never"});
    const Words& paths = options.operands(2, SIZE_MAX, "OUT and at least one IN are needed");
    if (must_not_overwrite(paths.front())) return kError;
    Inputs inputs(options.given("strict"), options.given("video-category") ? options.text("video-category") : "");
    for (std::size_t i = 1; i < paths.size(); ++i) {
        if (!inputs.add(paths[i])) return kError;
    }
    Result<HashList> list = inputs.build();
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

std::string video_line(const HashList& list) {
    if (list.video_count() == 0) return {};
    const std::size_t stills = list.known_count() - list.video_count();
    return "\nvideos:     " + grouped(list.video_count()) + ", of " + counted(list.size() - stills, "frame");
}

std::string category_lines(const HashList& list) {
    std::map<std::string_view, std::uint64_t> counts;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::optional<FramePlace> place = list.frame_at(i);
        if (!place || place->frame == 0) ++counts[list.entry(i).category];  // a video counts once
    }
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
                 grouped(list->size()) + video_line(*list) + "\nhash:       pdq, 256 bits\nindex:      " +
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
    if (words.empty()) throw UsageError("list", "build, export, info or verify is needed");
    const Words rest(words.begin() + 1, words.end());
    if (words.front() == "build") return build(rest);
    if (words.front() == "export") return run_list_export(rest);
    if (words.front() == "info") return info(rest);
    if (words.front() == "verify") return verify(rest);
    Options options(kListHelp);
    if (const auto code = options.parse(words)) return *code;
    throw UsageError("list", "there is no command 'list " + inert_without_hashes(words.front()) + "'");
}

}  // namespace tutela::cli
