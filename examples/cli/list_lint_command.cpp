// `tutela list lint`: what is wrong with the entries of a list.
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "files.hpp"
#include "list_opening.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/list_lint.hpp"
#include "tutela/media.hpp"
#include "tutela/report.hpp"
#include "tutela/scan.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kLintHelp = {
    "list lint", "[options] L",
    "Looks for entries of a list that match too much, or cannot be right, and names them by position and id, never by\n"
    "hash:\n"
    "\n"
    "  low_quality    frames of known videos of a quality below 50\n"
    "  flat           hashes of pictures without content: blank, striped, gray ramps\n"
    "  duplicate      the same hash as an earlier entry\n"
    "  conflict       the same hash as another, and another category of the same scheme and region\n"
    "  near_harmless  within the radius of a photograph that --harmless-photographs knows\n"
    "  dense          within the radius of very many other entries\n"
    "\n"
    "What is flat, near_harmless or dense matches what it should not. --write-quarantine F names those entries in F, "
    "a\n"
    "line each, source<TAB>id, which `tutela list disable L --from F` takes. A known video goes there only with\n"
    "--quarantine-videos, as one frame of it may be blank.\n",
    "Exit codes: 0 nothing found, 1 something found, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list lint known.tutela --harmless-photographs Holidays --write-quarantine poison.txt\n"};

// Pictures of folders and of files, hashed as `tutela hash` does.
class HarmlessPhotographs {
public:
    HarmlessPhotographs(const ListOpening& opening, Isolation isolation, Executor& executor)
        : opening_(opening), isolation_(isolation), executor_(executor) {}

    // A folder, a picture, or a list of hashes. False when it cannot be used, which is said.
    bool add(const std::string& path) {
        std::error_code error;
        if (std::filesystem::is_directory(path, error) || is_picture(path)) return add_pictures(path);
        const std::optional<HashList> list = open_list_or_say(path, opening_);
        if (list) hashes_.insert(hashes_.end(), list->hashes().begin(), list->hashes().end());
        return list.has_value();
    }

    [[nodiscard]] std::span<const Hash256> hashes() const noexcept { return hashes_; }

private:
    static bool is_picture(const std::string& path) {
        std::array<char, kSniffBytes> first{};
        std::ifstream file(path, std::ios::binary);
        file.read(first.data(), first.size());
        const auto size = static_cast<std::size_t>(file.gcount());
        return sniff_format({reinterpret_cast<const std::uint8_t*>(first.data()), size}) != MediaFormat::unknown;
    }

    bool add_pictures(const std::string& path) {
        const std::size_t before = hashes_.size();
        const Status status = scan(path);
        if (!status.ok()) {
            say(with_sandbox_hint(inert(path) + ": " + inert(status.message())));
            return false;
        }
        note(inert(path) + ": " + counted(hashes_.size() - before, "photograph"));
        return true;
    }

    Status scan(const std::string& path) {
        Result<HashList> none = ListBuilder().build();
        if (!none.ok()) return none.status();
        ScanOptions options;
        options.decode = DecodeMode::exact;
        options.profile = Profile::plain;
        options.isolation = isolation_;
        const Result<Scanner> scanner = Scanner::create(std::move(none).value(), std::move(options));
        if (!scanner.ok()) return scanner.status();
        const std::vector<std::string> paths = {path};
        return scanner.value()
            .scan(paths, executor_,
                  [&](const FileRow& row) {
                      if (row.hash && row.quality.value_or(0) >= kPdqMinQuality) hashes_.push_back(*row.hash);
                      return Status();
                  })
            .status();
    }

    const ListOpening& opening_;
    Isolation isolation_;
    Executor& executor_;
    std::vector<Hash256> hashes_;
};

struct Named {
    std::string name;
    std::string_view id;
    std::string_view source;
    bool is_video = false;
};

Named name_of(const HashList& list, bool is_file, std::uint32_t position) {
    if (is_file) {
        const FileEntryView entry = list.file_entry(position);
        return {list.file_entry_name(position), entry.id, entry.origin.source, false};
    }
    const EntryView entry = list.entry(position);
    return {list.entry_name(position), entry.id, entry.origin.source, list.frame_at(position).has_value()};
}

std::string reason(const HashList& list, const LintFinding& finding) {
    const std::string value = std::to_string(finding.value);
    switch (finding.kind) {
        case LintKind::low_quality: return "a frame of quality " + value;
        case LintKind::flat: return "a picture without content: " + value + " of 256 bits are set";
        case LintKind::duplicate:
        case LintKind::conflict: {
            const std::string other =
                std::to_string(*finding.other) + ", " + inert(name_of(list, finding.is_file, *finding.other).name);
            const std::string same = "the same hash as " + std::string(finding.is_file ? "file " : "entry ") + other;
            return finding.kind == LintKind::duplicate ? same : same + ", which is of another category";
        }
        case LintKind::near_harmless:
            return "at distance " + value + " of harmless photograph " + std::to_string(*finding.other);
        case LintKind::dense: return "near " + value + " other entries or more";
    }
    return {};
}

std::string text_line(const HashList& list, const LintFinding& finding) {
    std::string line(lint_name(finding.kind));
    line.append(15 - std::min<std::size_t>(15, line.size()), ' ');
    return line + (finding.is_file ? "file " : "entry ") + std::to_string(finding.position) + ", " +
           inert(name_of(list, finding.is_file, finding.position).name) + ": " + reason(list, finding) + '\n';
}

std::string json_line(const HashList& list, const LintFinding& finding) {
    const Named named = name_of(list, finding.is_file, finding.position);
    return "{\"kind\":" + json_text(lint_name(finding.kind)) + ",\"" + (finding.is_file ? "file" : "entry") +
           "\":" + std::to_string(finding.position) + ",\"entry_id\":" + json_text(named.name) +
           ",\"source\":" + json_text(named.source) +
           ",\"other\":" + (finding.other ? std::to_string(*finding.other) : "null") +
           ",\"value\":" + std::to_string(finding.value) + "}\n";
}

// The entries that are to be disabled, each once.
class Quarantine {
public:
    explicit Quarantine(bool videos) : videos_(videos) {}

    void add(const Named& named) {
        if (named.is_video && !videos_) {
            ++videos_left_;
        } else if (named.id.empty() || breaks_line(named.id) || breaks_line(named.source)) {
            ++nameless_;
        } else if (seen_.emplace(named.source, named.id).second) {
            lines_ += std::string(named.source) + '\t' + std::string(named.id) + '\n';
        }
    }

    // False, and said, when it cannot be written.
    [[nodiscard]] bool write_or_say(const std::string& path) const {
        Result<Output> out = Output::open(path);
        Status status = out.status();
        if (status.ok()) status = out.value().write(lines_);
        if (status.ok()) status = out.value().commit();
        if (!status.ok()) {
            say(inert(status.message()));
            return false;
        }
        note(inert(path) + ": " + counted(seen_.size(), "name") + " to disable");
        if (nameless_ > 0) note("left out: findings of entries that have no id to be named by: " + grouped(nameless_));
        if (videos_left_ > 0) note("left out: findings of frames of known videos: " + grouped(videos_left_));
        return true;
    }

private:
    static bool breaks_line(std::string_view text) { return text.find_first_of("\t\r\n") != std::string_view::npos; }

    bool videos_;
    std::string lines_;
    std::set<std::pair<std::string_view, std::string_view>> seen_;  // into the list
    std::uint64_t nameless_ = 0;
    std::uint64_t videos_left_ = 0;
};

using Counts = std::map<LintKind, std::uint64_t>;

std::string last_line(const Counts& counts, bool json) {
    std::string text;
    std::uint64_t sum = 0;
    for (const auto& [kind, count] : counts) {
        sum += count;
        if (!text.empty()) text += json ? "," : ", ";
        text += json ? json_text(lint_name(kind)) + ':' + std::to_string(count)
                     : grouped(count) + ' ' + std::string(lint_name(kind));
    }
    if (json) return "{\"end\":{\"findings\":" + std::to_string(sum) + ",\"kinds\":{" + text + "}}}\n";
    return sum == 0 ? "nothing found\n" : "found: " + text + '\n';
}

}  // namespace

int run_list_lint(const Words& words) {
    Options options(kLintHelp);
    options.values("harmless-photographs", "P", "a folder, a picture or a list of hashes; may be given again");
    options.value("radius,r", "R", "31", "what a match is: 0 to 256 bits");
    options.value("min-quality", "Q", "50", "frames of known videos of lower quality are low_quality: 0 to 100");
    options.value("dense", "N", "1000", "so many other stills and videos within the radius are dense");
    options.value("format", "F", "text", "text or jsonl");
    options.value("output,o", "F", "-", "where the findings go; a file appears when whole; - is standard output");
    options.value("write-quarantine", "F", "name the entries that are poison in F");
    options.flag("quarantine-videos", "known videos too, when any of their frames is");
    add_list_key_options(options);
    add_sandbox_option(options);
    add_jobs_option(options);
    if (const auto code = options.parse(words)) return *code;
    const std::string path = options.operands(1, 1, "exactly one L is needed").front();
    const bool json = options.choice("format", {"text", "jsonl"}) == "jsonl";
    LintOptions lint;
    lint.radius = static_cast<std::uint32_t>(options.number("radius", 0, Hash256::kBits));
    lint.min_quality = static_cast<std::int32_t>(options.number("min-quality", 0, 100));
    lint.dense_things = static_cast<std::uint32_t>(options.number("dense", 1, kMaxEntries - 1));
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    if (!opening) return kError;
    ThreadPool pool(jobs_option(options));
    lint.executor = &pool;
    HarmlessPhotographs harmless(*opening, isolation_option(options), pool);
    if (options.given("harmless-photographs")) {
        for (const std::string& place : options.texts("harmless-photographs")) {
            if (!harmless.add(place)) return kError;
        }
    }
    lint.harmless = harmless.hashes();
    const std::optional<HashList> list = open_list_or_say(path, *opening);
    if (!list) return kError;
    Result<Output> out = Output::open(options.text("output"));
    if (!out.ok()) {
        say(inert(out.status().message()));
        return kError;
    }
    Counts counts;
    Quarantine quarantine(options.given("quarantine-videos"));
    Status status = lint_list(*list, lint, [&](const LintFinding& finding) {
        ++counts[finding.kind];
        if (is_poison(finding.kind)) quarantine.add(name_of(*list, finding.is_file, finding.position));
        return out.value().write(json ? json_line(*list, finding) : text_line(*list, finding));
    });
    if (status.ok()) status = out.value().write(last_line(counts, json));
    if (status.ok()) status = out.value().commit();
    if (!status.ok()) {
        say(inert(status.message()));
        return kError;
    }
    if (options.given("write-quarantine") && !quarantine.write_or_say(options.text("write-quarantine"))) return kError;
    return counts.empty() ? kNothingMatched : kMatched;
}

}  // namespace tutela::cli
