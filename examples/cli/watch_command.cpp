// `tutela watch`: live streams in, a line of JSON for all that is to be said.
#include <chrono>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "commands.hpp"
#include "files.hpp"
#include "output.hpp"
#include "process.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"
#include "usage.hpp"
#include "watcher.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kWatchHelp = {
    "watch", "[options] --list L SOURCE...",
    "Compares live streams with a list of known hashes and prints a line of JSON the moment something is shown, when\n"
    "it gets nearer or goes on (each 10 seconds), and when it is over; of known videos also from when to when.\n"
    "\n"
    "A SOURCE is uncompressed video (YUV4MPEG2), as FFmpeg and others write it: a file, a named pipe, or - for\n"
    "standard input; NAME=SOURCE gives it a name for the lines. What decodes the stream is a program of its own, so\n"
    "that no byte of a stream is decoded here. Times are those of the frames: their number by the frame rate.\n"
    "\n"
    "Beside the lines of matches there are: health (how a stream does), stalled and resumed, end (with its reason), "
    "and\n"
    "list (another one is in use).\n"
    "\n"
    "SIGTERM and Ctrl-C end it without losing a line. SIGHUP reads the list anew, while frames go on being compared\n"
    "with the one before; a list that cannot be used is said, and changes nothing.\n",
    "Exit codes: 0 nothing matched, 1 something matched, 2 an error, or a source that broke off.\n"
    "\n"
    "Example:\n"
    "  ffmpeg -v error -i rtsp://camera -f yuv4mpegpipe - | tutela watch --list known.tutela camera=-\n"};

Options watch_options() {
    Options options(kWatchHelp);
    add_list_options(options);
    options.value("min-quality", "Q", "50", "frames of lower quality are not looked up: 0 to 100");
    add_profile_option(options, StreamOptions{}.profile);
    options.value("sampling", "S", "every", "every frame, or a number: so many a second");
    options.flag("live", "when frames come faster than they are looked at, the newest alone is; others are counted");
    options.flag("reopen", "a named pipe is not over when its writer is: the next one begins a new run");
    options.value("repeat", "S", "10", "what goes on is said again after so many seconds");
    options.value("health", "S", "60", "seconds between the lines that say how a stream does; 0: at its end alone");
    options.value("stall", "S", "10", "a line when no frame came for so many seconds; 0: none");
    options.value("max-pixels", "N", "100000000", "streams of larger frames are refused");
    options.flag("strict", "a bad line in a text list is an error");
    return options;
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
    if (options.text("sampling") != "every") watch.per_second = options.number("sampling", 1, 1000);
    watch.health = std::chrono::seconds(options.number("health", 0, kMostSeconds));
    watch.stall = std::chrono::seconds(options.number("stall", 0, kMostSeconds));
    return watch;
}

// The list and its index; nothing, and said, when they cannot be had.
std::optional<Known> open_known_or_say(const Options& options) {
    std::optional<HashList> list = open_list_or_say(options.text("list"), options.given("strict"));
    if (!list) return std::nullopt;
    const IndexOptions how{.engine = engine_option(options), .radius = radius_option(options)};
    Result<std::unique_ptr<const Index<256>>> index = list->open_index(how);
    if (!index.ok()) {
        say(inert(index.status().to_string()));
        return std::nullopt;
    }
    return Known{*std::move(list), std::move(index).value()};
}

// The same while streams are watched: what goes wrong is no end of it.
std::optional<Known> reread_known(const Options& options) {
    try {
        return open_known_or_say(options);
    } catch (const std::bad_alloc&) {
        say("out of memory for the list");
        return std::nullopt;
    }
}

// "NAME=PATH", or a path alone, which is its name then.
std::pair<std::string, std::string> name_and_path(const std::string& word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || word.find('/') < equals) return {word, word};
    return {word.substr(0, equals), word.substr(equals + 1)};
}

bool open_source_or_say(const std::string& word, Watcher& watcher) {
    const auto [name, path] = name_and_path(word);
    const Status status = watcher.add(name, path);
    if (!status.ok()) say("cannot open " + name_in_error(path, status) + ": " + inert(status.message()));
    return status.ok();
}

// Watches until all streams have ended, or a signal ends it.
Status watch_all(const Options& options, Watcher& watcher, const std::atomic<bool>& stop) {
    std::atomic<bool>& hangup = flag_of_hangups();
    std::future<std::optional<Known>> coming;  // a list that is being read
    while (watcher.open() && !stop.load(std::memory_order_relaxed)) {
        if (Status status = watcher.step(); !status.ok()) return status;
        if (!coming.valid() && hangup.exchange(false))
            coming = std::async(std::launch::async, [&options] { return reread_known(options); });
        if (!coming.valid() || coming.wait_for(std::chrono::seconds(0)) != std::future_status::ready) continue;
        const std::optional<Known> known = coming.get();
        if (!known) continue;
        if (Status status = watcher.set_list(*known); !status.ok()) return status;
    }
    return watcher.finish();
}

int watch(const Options& options, const Words& sources) {
    const WatchOptions how = read_options(options);
    const std::atomic<bool>& stop = stop_on_signals();
    std::optional<Known> known = open_known_or_say(options);
    if (!known) return kError;
    Result<Output> out = Output::open("-");
    if (!out.ok()) {
        say(out.status().message());
        return kError;
    }
    Watcher watcher(*std::move(known), how, out.value());
    for (const std::string& word : sources) {
        if (!open_source_or_say(word, watcher)) return kError;
    }
    if (const Status status = watch_all(options, watcher, stop); !status.ok()) {
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
