// `tutela watch`: live streams in, a line of JSON for all that is to be said.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "commands.hpp"
#include "files.hpp"
#include "filter_options.hpp"
#include "output.hpp"
#include "process.hpp"
#include "text.hpp"
#include "usage.hpp"
#include "watched_list.hpp"
#include "watcher.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kWatchHelp = {
    "watch", "[options] --list L SOURCE...",
    "Compares live streams with a list of known hashes and prints a line of JSON the moment something is shown, when\n"
    "it gets nearer or goes on (each 10 seconds), and when it is over; of known videos also from when to when.\n"
    "\n"
    "A SOURCE is an address (rtsp, rtmp, rtmps, http, https, udp, rtp, srt; HLS, MPEG-TS and others), or video,\n"
    "compressed or not (YUV4MPEG2): a file, a named pipe, or - for standard input. NAME=SOURCE names it. What\n"
    "receives and decodes a stream is a program of its own, tutela-stream, which may open connections to that host "
    "and\n"
    "nothing else. An address that is lost is connected to again. Times are counted from the first frame.\n"
    "\n"
    "Beside the lines of matches there are: connected and lost (with its reason) of addresses, health (how a stream\n"
    "does), stalled and resumed, end (with its reason), and list (another one is in use).\n"
    "\n"
    "When the snapshot changes or its delta does ('tutela list update' and the like), the new list is in use within a\n"
    "second; SIGHUP reads a text list anew. Frames go on being compared with the one before meanwhile; a list that\n"
    "cannot be used is said, and changes nothing. SIGTERM and Ctrl-C end it without losing a line.\n",
    "Exit codes: 0 nothing matched, 1 something matched, 2 an error, or a source that broke off.\n"
    "\n"
    "Example:\n"
    "  tutela watch --list known.tutela camera=rtsp://camera.example/1 https://live.example/index.m3u8\n"};

Options watch_options() {
    Options options(kWatchHelp);
    add_list_options(options);
    options.value("min-quality", "Q", "50", "frames of lower quality are not looked up: 0 to 100");
    add_profile_option(options, StreamOptions{}.profile);
    options.value("sampling", "S", "every", "every, a number of frames a second, or key frames: key");
    options.flag("live", "when frames come faster than they are looked at, only the newest is; others are counted");
    options.values("allow-host", "H", "redirects and playlists may lead to this host too; repeatable");
    options.value("retry", "S", "30", "a lost address is tried again after 1, 2, 4, ... seconds, at most S");
    options.value("give-up", "S", "0", "and given up after so many seconds without a frame; 0: never");
    options.value("timeout", "S", "30", "an address that gives nothing for so many seconds is lost");
    options.value("ca-file", "F", "certificates (PEM) that vouch for hosts, instead of the system's");
    options.flag("reopen", "a named pipe is not over when its writer is: the next one begins a new run");
    options.value("repeat", "S", "10", "what goes on is said again after so many seconds");
    options.value("health", "S", "60", "seconds between the lines that say how a stream does; 0: at its end alone");
    options.value("stall", "S", "10", "a line when no frame came for so many seconds; 0: none");
    options.value("max-pixels", "N", "100000000", "streams of larger frames are refused");
    add_filter_options(options);
    add_list_trust_options(options);
    add_list_key_options(options);
    options.flag("strict", "a bad line in a text list is an error");
    return options;
}

// Uncompressed video has no frame that cannot be decoded alone.
void read_sampling(const Options& options, WatchOptions& watch) {
    const std::string& word = options.text("sampling");
    if (word == "every") return;
    if (word == "key") {
        watch.source.sampling.kind = SamplingKind::key_frames;
        return;
    }
    watch.per_second = options.number("sampling", 1, 1000);
    watch.source.sampling = {.kind = SamplingKind::per_second,
                             .per_second = static_cast<std::uint32_t>(watch.per_second)};
}

WatchOptions read_options(const Options& options) {
    constexpr std::uint64_t kMostSeconds = 1'000'000;
    WatchOptions watch;
    watch.stream.radius = radius_option(options);
    watch.stream.min_quality = static_cast<std::int32_t>(options.number("min-quality", 0, 100));
    watch.stream.index.engine = engine_option(options);
    watch.stream.profile = profile_option(options);
    watch.stream.repeat_interval_us = static_cast<std::int64_t>(options.number("repeat", 1, kMostSeconds)) * 1'000'000;
    watch.max_pixels = options.number("max-pixels", 1, 1ULL << 32);
    watch.live = options.given("live");
    watch.reopen = options.given("reopen");
    read_sampling(options, watch);
    watch.source.newest = watch.live;
    watch.source.limits.max_pixels = watch.max_pixels;
    watch.source.allowed_hosts = options.texts("allow-host");
    if (options.given("ca-file")) watch.source.ca_file = std::filesystem::absolute(options.text("ca-file"));
    watch.source.silence = std::chrono::seconds(options.number("timeout", 1, kMostSeconds));
    watch.most_wait = std::chrono::seconds(options.number("retry", 1, kMostSeconds));
    watch.give_up = std::chrono::seconds(options.number("give-up", 0, kMostSeconds));
    watch.health = std::chrono::seconds(options.number("health", 0, kMostSeconds));
    watch.stall = std::chrono::seconds(options.number("stall", 0, kMostSeconds));
    return watch;
}

// "NAME=SOURCE", or a source alone, which is its name then: an address without what is secret in it.
std::pair<std::string, std::string> name_and_path(const std::string& word) {
    const std::size_t equals = word.find('=');
    const bool named = equals != std::string::npos && word.find('/') >= equals;
    const std::string path = named ? word.substr(equals + 1) : word;
    if (named) return {word.substr(0, equals), path};
    const Result<std::string> shown = shown_address(path);
    return {shown.ok() ? shown.value() : path, path};
}

bool open_source_or_say(const std::string& word, Watcher& watcher) {
    const auto [name, path] = name_and_path(word);
    const Status status = watcher.add(name, path);
    if (status.ok()) return true;
    const bool address = path.find("://") != std::string::npos;
    const std::string what = address ? shown_address(path).ok() ? inert(shown_address(path).value()) : "an address"
                                     : name_in_error(path, status);
    say("cannot open " + what + ": " + inert(status.message()));
    return false;
}

// Watches until all streams have ended, or a signal ends it.
Status watch_all(WatchedList& list, Watcher& watcher, const std::atomic<bool>& stop) {
    std::atomic<bool>& hangup = flag_of_hangups();
    while (watcher.open() && !stop.load(std::memory_order_relaxed)) {
        if (Status status = watcher.step(); !status.ok()) return status;
        const std::optional<Known> known = list.poll(hangup);
        if (!known) continue;
        if (Status status = watcher.set_list(*known); !status.ok()) return status;
    }
    return watcher.finish();
}

int watch(const Options& options, const Words& sources) {
    const WatchOptions how = read_options(options);
    const std::atomic<bool>& stop = stop_on_signals();
    std::optional<ListOpening> opening = list_opening_or_say(options);
    std::optional<WatchedList> list = opening ? WatchedList::open_or_say(options, *std::move(opening)) : std::nullopt;
    if (!list) return kError;
    Result<Output> out = Output::open("-");
    if (!out.ok()) {
        say(out.status().message());
        return kError;
    }
    Watcher watcher(list->known(), how, out.value());
    for (const std::string& word : sources) {
        if (!open_source_or_say(word, watcher)) return kError;
    }
    if (const Status status = watch_all(*list, watcher, stop); !status.ok()) {
        say(status.message());
        return kError;
    }
    if (watcher.failed()) return kError;
    return watcher.matched() ? kMatched : kNothingMatched;
}

}  // namespace

int run_watch(const Words& words) {
    Options options = watch_options();
    if (const auto code = options.parse(words)) return *code;
    return watch(options, options.operands(1, SIZE_MAX, "at least one SOURCE is needed"));
}

}  // namespace tutela::cli
