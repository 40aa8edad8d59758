// `tutela list export`.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "filter_options.hpp"
#include "list_opening.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/list.hpp"
#include "tutela/list_export.hpp"
#include "tutela/vpdq.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kHelp = {
    "list export", "[options] L [FOLDER]",
    "Writes a list, or what the --only options admit of it, into a file in the format of others:\n"
    "\n"
    "  vics             Project VIC's JSON 2.0, a hash set\n"
    "  csv              all but the frames of videos, safe to open in a spreadsheet\n"
    "  jsonl            JSON Lines with all that the list knows\n"
    "  threatexchange   CSV of python-threatexchange\n"
    "\n"
    "'tutela list build' reads each of them back. What a format cannot have is left out, and counted. The file holds\n"
    "hashes of the list, and is readable by you alone.\n"
    "\n"
    "vpdq and vpdq-json write the known videos into FOLDER, which is made if it is not there: a file for each,\n"
    "named after its id where that can be a file's name, else video-N, N being its place among the videos of the\n"
    "list. They too are readable by you alone. None is overwritten: where one is in the way, nothing is written.\n"
    "'tutela list build' reads them back as the same videos; their categories and labels are not in vPDQ.\n",
    "Exit codes: 0 it was written, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela list export --format vics --only-source hotline -o hotline.json known.tutela\n"
    "  tutela list export --entry clip known.tutela exported\n"};

struct Export {
    std::size_t number = 0;  // of the video in the list
    std::string path;
};

// Ids come from whoever made the list, and may be anything.
bool names_a_file(std::string_view id) {
    constexpr std::size_t kLongest = 200;
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view("._-").find(c) != std::string_view::npos;
    };
    return !id.empty() && id.size() <= kLongest && id.front() != '.' && id.front() != '-' &&
           std::all_of(id.begin(), id.end(), plain);
}

// The videos asked for, each with a file of its own. Names that differ in nothing but capitals are the same to some
// file systems.
std::vector<Export> exports_of(const HashList& list, const std::string& folder, const std::optional<std::string>& id,
                               const ListFilter& filter, std::string_view suffix) {
    std::vector<Export> exports;
    std::set<std::string> taken;
    for (std::size_t number = 0; number < list.video_count(); ++number) {
        const std::string name = list.entry_name(list.video(number).first_position);
        if ((id && name != *id) || !filter.admits(list.entry(list.video(number).first_position))) continue;
        std::string stem = names_a_file(name) ? name : "video-" + std::to_string(number + 1);
        std::string folded = stem;
        std::transform(folded.begin(), folded.end(), folded.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        while (!taken.insert(folded).second) {
            stem += "-" + std::to_string(number + 1);
            folded += "-" + std::to_string(number + 1);
        }
        exports.push_back({number, (std::filesystem::path(folder) / (stem + std::string(suffix))).string()});
    }
    return exports;
}

// Made for its owner alone.
Status make_folder(const std::string& folder) {
    struct stat facts {};
    if (::mkdir(folder.c_str(), 0700) == 0) return {};
    const int error = errno;
    if (error == EEXIST && ::stat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return {};
    const std::string reason = error == EEXIST ? "it is no folder" : std::generic_category().message(error);
    return Status(StatusCode::io_error, "cannot make the folder " + inert_without_hashes(folder) + ": " + reason);
}

bool in_the_way(const std::string& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) return false;
    say(inert(path) + " exists; nothing is written");
    return true;
}

std::vector<FrameHash> frames_of(const VideoView& video) {
    std::vector<FrameHash> frames(video.hashes.size());
    for (std::size_t i = 0; i < frames.size(); ++i)
        frames[i] = {video.hashes[i], video.qualities[i], video.times_us[i]};
    return frames;
}

Status write_file(const std::string& path, const std::string& text) {
    Result<Output> out = Output::open(path);
    if (!out.ok()) return out.status();
    if (Status status = out.value().write(text); !status.ok()) return status;
    return out.value().commit();
}

class FileSink final : public ExportSink {
public:
    explicit FileSink(Output& out) noexcept : out_(out) {}
    Status write(std::string_view bytes) override { return out_.write(bytes); }

private:
    Output& out_;
};

Status write_list(const HashList& list, const ExportOptions& settings, const std::string& path, ExportReport& report) {
    Result<Output> out = Output::open(path);
    if (!out.ok()) return out.status();
    FileSink sink(out.value());
    if (Status status = export_list(list, settings, sink, report); !status.ok()) return status;
    return out.value().commit();
}

std::string told(const ExportReport& report) {
    std::string text = grouped(report.written) + " written";
    const auto add = [&text](std::uint64_t count, std::string_view what) {
        if (count > 0) text += ", " + grouped(count) + ' ' + std::string(what);
    };
    add(report.reduced, "of them without something that the format cannot have");
    add(report.left_out, "left out, as the format can have nothing of them");
    add(report.filtered, "not asked for");
    add(report.disabled, "disabled and not written");
    return text;
}

// One file of the whole list.
int export_whole(const Options& options, ExportFormat format) {
    const std::string& path = options.operands(1, 1, "exactly one L is needed").front();
    if (options.given("entry")) throw UsageError("list export", "--entry is for vpdq and vpdq-json");
    const std::string& target = options.text("output");
    ExportOptions settings;
    settings.format = format;
    settings.filter = filter_option(options, "list export");
    if (options.given("region")) settings.region = options.text("region");
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    const std::optional<HashList> list = opening ? open_list_or_say(path, *opening) : std::nullopt;
    if (!list) return kError;
    ExportReport report;
    if (Status status = write_list(*list, settings, target, report); !status.ok()) {
        say("cannot write " + inert(target) + ": " + inert(status.to_string()));
        return kError;
    }
    note(inert(target) + ": " + told(report));
    return kNothingMatched;
}

}  // namespace

int run_list_export(const Words& words) {
    Options options(kHelp);
    options.value("format", "F", "vpdq", "vics, csv, jsonl, threatexchange, vpdq or vpdq-json");
    options.value("output,o", "OUT", "the file (not of vpdq and vpdq-json); - is standard output");
    options.value("region", "R", "the region of vics [default: that of the first entry that has one]");
    options.value("entry", "ID", "only the videos of this id (of vpdq and vpdq-json)");
    add_filter_options(options);
    add_list_key_options(options);
    if (const auto code = options.parse(words)) return *code;
    const std::string& format_name =
        options.choice("format", {"vics", "csv", "jsonl", "threatexchange", "vpdq", "vpdq-json"});
    if (const std::optional<ExportFormat> whole = export_format_of_name(format_name))
        return export_whole(options, *whole);
    if (options.given("output") || options.given("region"))
        throw UsageError("list export", "vpdq and vpdq-json go into a FOLDER, and have no region");
    const VpdqFormat format = format_name == "vpdq" ? VpdqFormat::text : VpdqFormat::json;
    std::optional<std::string> id;
    if (options.given("entry")) id = options.text("entry");
    const Words& paths = options.operands(2, 2, "exactly one L and one FOLDER are needed");
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    const std::optional<HashList> list = opening ? open_list_or_say(paths[0], *opening) : std::nullopt;
    if (!list) return kError;
    const ListFilter filter = filter_option(options, "list export");
    const bool exports_all = filter.admits_all();
    const std::vector<Export> exports =
        exports_of(*list, paths[1], id, filter, format == VpdqFormat::text ? ".vpdq" : ".json");
    if (exports.empty()) {
        say(inert(paths[0]) + (id ? " holds no video of the id " + inert_without_hashes(*id)
                                  : std::string(" holds no video") + (exports_all ? "" : " that is asked for")));
        return kError;
    }
    if (std::any_of(exports.begin(), exports.end(), [](const Export& one) { return in_the_way(one.path); }))
        return kError;
    if (Status status = make_folder(paths[1]); !status.ok()) {
        say(status.message());
        return kError;
    }
    for (const Export& one : exports) {
        const VideoView video = list->video(one.number);
        Result<std::string> text = write_vpdq(format, frames_of(video));
        Status status = text.ok() ? write_file(one.path, text.value()) : text.status();
        if (!status.ok()) {
            say(inert(one.path) + ": " + status.message());
            return kError;
        }
        note(inert(one.path) + ": entry " + inert(list->entry_name(video.first_position)) + ", " +
             counted(video.hashes.size(), "frame"));
    }
    return kNothingMatched;
}

}  // namespace tutela::cli
