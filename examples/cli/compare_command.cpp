// `tutela compare`: two videos of which the hashes are at hand.
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "commands.hpp"
#include "files.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/video.hpp"
#include "tutela/vpdq.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kCompareHelp = {
    "compare", "[options] A B",
    "Compares two videos by their vPDQ files (text or JSON): how much of A is in B and of B in A, as vPDQ counts it,\n"
    "and which stretch of A equals which of B: times of the first and the last frame.\n",
    "Exit codes: 0 nothing matched, 1 something matched, 2 an error.\n"
    "\n"
    "Example:\n"
    "  tutela compare suspect.vpdq known.vpdq\n"};

std::optional<VpdqImport> read_or_say(const std::string& path, bool strict) {
    Result<VpdqImport> import = read_vpdq(path);
    if (!import.ok()) {
        say(name_in_error(path, import.status()) + ": " + inert(import.status().to_string()));
        return std::nullopt;
    }
    report_skipped_rows(path, import.value());
    if (!strict || import.value().skipped == 0) return std::move(import).value();
    say(inert(path) + ": it has bad rows");
    return std::nullopt;
}

// 3723004000 -> "01:02:03.004"
std::string clock_time(std::int64_t us) {
    const std::int64_t ms = us / 1000;
    char text[48];
    (void)std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld.%03lld", static_cast<long long>(ms / 3'600'000),
                        static_cast<long long>(ms / 60'000 % 60), static_cast<long long>(ms / 1000 % 60),
                        static_cast<long long>(ms % 1000));
    return text;
}

std::string percent_text(double percent) {
    char text[48];
    (void)std::snprintf(text, sizeof text, "%.2f", percent);
    return text;
}

std::string text_of(const VideoComparison& comparison) {
    const VpdqComparison& percent = comparison.percent;
    std::string text = "A in B: " + percent_text(percent.query_match_percent) + "% of " +
                       counted(percent.query_frames, "frame") +
                       "\nB in A: " + percent_text(percent.compared_match_percent) + "% of " +
                       counted(percent.compared_frames, "frame") + '\n';
    for (const Segment& segment : comparison.segments) {
        text += "A " + clock_time(segment.query_start_us) + ".." + clock_time(segment.query_end_us) + " equals B " +
                clock_time(segment.known_start_us) + ".." + clock_time(segment.known_end_us) + " (" +
                counted(segment.frames, "frame") + ", least distance " + std::to_string(segment.least_distance_bits) +
                ")\n";
    }
    return text;
}

std::string json_of(const VideoComparison& comparison) {
    const VpdqComparison& percent = comparison.percent;
    char numbers[400];
    (void)std::snprintf(numbers, sizeof numbers,
                        "{\"query_match_percent\":%.17g,\"compared_match_percent\":%.17g,\"query_frames\":%zu,"
                        "\"compared_frames\":%zu,\"segments\":[",
                        percent.query_match_percent, percent.compared_match_percent, percent.query_frames,
                        percent.compared_frames);
    std::string json = numbers;
    for (const Segment& segment : comparison.segments) {
        if (json.back() == '}') json += ',';
        json += "{\"query_start_us\":" + std::to_string(segment.query_start_us) +
                ",\"query_end_us\":" + std::to_string(segment.query_end_us) +
                ",\"known_start_us\":" + std::to_string(segment.known_start_us) +
                ",\"known_end_us\":" + std::to_string(segment.known_end_us) +
                ",\"frames\":" + std::to_string(segment.frames) +
                ",\"least_distance\":" + std::to_string(segment.least_distance_bits) + '}';
    }
    return json + "]}\n";
}

}  // namespace

int run_compare(const Words& words) {
    Options options(kCompareHelp);
    options.value("radius,r", "BITS", "31", "how many bits two frames may differ in, 0 to 256");
    options.value("min-quality", "Q", "50", "leave out frames of a lower quality, 0 to 100");
    options.value("format", "F", "text", "text or jsonl");
    options.flag("strict", "a bad row is an error");
    if (const auto code = options.parse(words)) return *code;
    VpdqOptions how;
    how.radius = static_cast<std::uint32_t>(options.number("radius", 0, 256));
    how.min_quality = static_cast<std::int32_t>(options.number("min-quality", 0, 100));
    const bool json = options.choice("format", {"text", "jsonl"}) == "jsonl";
    const Words& paths = options.operands(2, 2, "exactly A and B are needed");
    const std::optional<VpdqImport> a = read_or_say(paths[0], options.given("strict"));
    const std::optional<VpdqImport> b = a ? read_or_say(paths[1], options.given("strict")) : std::nullopt;
    if (!a || !b) return kError;
    const Result<VideoComparison> comparison = compare_videos(a->frames, b->frames, how);
    if (!comparison.ok()) {
        say(inert(comparison.status().to_string()));
        return kError;
    }
    const int written = print(json ? json_of(comparison.value()) : text_of(comparison.value()));
    if (written != kNothingMatched) return written;
    return comparison.value().percent.query_match_percent > 0 ? kMatched : kNothingMatched;
}

}  // namespace tutela::cli
