// Videos: what decoding, hashing and searching cost a frame, and how many streams a core can follow.
//
//   bench_video [CLIP...]    (1080p H.264 at 30 frames a second; without one, ffmpeg makes one of a test picture)
//
// In this process, one thread, against a list of a million made-up hashes, radius 31, PDQ of each frame as a scan makes
// it (PdqRounding::likely, no variants). Names: video/SAMPLING/CLIP. Time is that of the thread's processor. Counters:
// frames_s, frames of the video (given or not) for a second of a core; streams, that for 30 frames a second;
// decode_ms, hash_ms and match_ms for a frame of the video, and overhead_percent, the share of the latter two.
// plane/pdq/CLIP and plane/xxh3/CLIP: the hash of the clip's first luma plane, and XXH3-128 of the same bytes, which
// would notice a plane that equals the one before. The plane is read again and again, so both find it in the cache.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <time.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "core/digest.hpp"
#include "hash_lists.hpp"
#include "tutela/hasher.hpp"
#include "tutela/index.hpp"
#include "tutela/media.hpp"

namespace {

using namespace tutela;  // NOLINT(google-build-using-namespace): the whole subject

constexpr std::size_t kListHashes = 1'000'000;
constexpr double kStreamRate = 30;

[[noreturn]] void die(const std::string& why) {
    std::cerr << "bench_video: " << why << '\n';
    std::exit(2);
}

template <typename T>
T take(Result<T> result) {
    if (!result.ok()) die(result.status().to_string());
    return std::move(result).value();
}

double processor_seconds() {
    struct timespec now {};
    (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<std::uint8_t> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.empty()) die("no clip " + path);
    return bytes;
}

const Index<256>& million() {
    static const auto index = [] {
        bench::HashSource<256> source(bench::ListKind::clustered, 1);
        std::vector<Hash256> hashes(kListHashes);
        for (Hash256& hash : hashes)
            hash = source.next();
        return take(build_index<256>(hashes));
    }();
    return *index;
}

struct Spent {
    double decode = 0;
    double hash = 0;
    double match = 0;
};

Spent go_through(const std::vector<std::uint8_t>& clip, const Sampling& sampling) {
    Spent spent;
    PdqHasher hasher(PdqRounding::likely);
    std::vector<Neighbor> found;
    Frame scratch;
    FrameView view;
    double before = processor_seconds();
    const auto lap = [&](double& into) {
        const double now = processor_seconds();
        into += now - before;
        before = now;
    };
    const auto source = take(open_video({.bytes = clip}, {}, sampling));
    while (take(source->next_view(scratch, view))) {
        lap(spent.decode);
        const FrameHash hash = take(hasher.hash(view));
        lap(spent.hash);
        if (!million().search(hash.hash, kPdqMatchRadius, found).ok()) die("the search failed");
        lap(spent.match);
    }
    lap(spent.decode);
    return spent;
}

struct Clip {
    std::vector<std::uint8_t> bytes;
    std::size_t frames = 0;
    Frame first;
};

// Read and counted once, however many samplings are measured.
const Clip& clip_of(const std::string& path) {
    static std::map<std::string, Clip> clips;
    const auto [at, added] = clips.try_emplace(path);
    Clip& clip = at->second;
    if (!added) return clip;
    clip.bytes = read_file(path);
    const auto source = take(open_video({.bytes = clip.bytes}));
    if (!take(source->next(clip.first))) die("no frames in " + path);
    Frame frame;
    for (clip.frames = 1; take(source->next(frame));)
        ++clip.frames;
    return clip;
}

void measure(benchmark::State& state, const std::string& path, const Sampling& sampling) {
    const Clip& clip = clip_of(path);
    (void)million();
    Spent sum;
    for ([[maybe_unused]] const auto round : state) {
        const Spent spent = go_through(clip.bytes, sampling);
        sum.decode += spent.decode;
        sum.hash += spent.hash;
        sum.match += spent.match;
        state.SetIterationTime(spent.decode + spent.hash + spent.match);
    }
    const double total = sum.decode + sum.hash + sum.match;
    const double all = static_cast<double>(clip.frames) * static_cast<double>(state.iterations());
    state.counters["frames_s"] = all / total;
    state.counters["streams"] = all / total / kStreamRate;
    state.counters["decode_ms"] = sum.decode * 1000 / all;
    state.counters["hash_ms"] = sum.hash * 1000 / all;
    state.counters["match_ms"] = sum.match * 1000 / all;
    state.counters["overhead_percent"] = (sum.hash + sum.match) * 100 / total;
}

void measure_plane_pdq(benchmark::State& state, const std::string& path) {
    const FrameView view = clip_of(path).first.view();
    PdqHasher hasher(PdqRounding::likely);
    for ([[maybe_unused]] const auto round : state)
        benchmark::DoNotOptimize(take(hasher.hash(view)));
}

void measure_plane_xxh3(benchmark::State& state, const std::string& path) {
    const FrameView view = clip_of(path).first.view();
    for ([[maybe_unused]] const auto round : state)
        benchmark::DoNotOptimize(xxh3_128({view.data, view.stride_bytes * view.height}));
}

// Encoded anew each time, as it must be no file that somebody else left.
class MadeClip {
public:
    MadeClip() {
        std::string name = (std::filesystem::temp_directory_path() / "tutela-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) die("no temporary folder");
        folder_ = name;
        const std::string command =
            "ffmpeg -v error -f lavfi -i testsrc2=size=1920x1080:rate=30:duration=5 -c:v libx264 "
            "-preset veryfast -g 60 -pix_fmt yuv420p '" +
            path() + "' </dev/null";
        if (std::system(command.c_str()) != 0) die("ffmpeg makes no clip");  // NOLINT(cert-env33-c)
    }
    ~MadeClip() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    MadeClip(const MadeClip&) = delete;
    MadeClip& operator=(const MadeClip&) = delete;
    [[nodiscard]] std::string path() const { return (folder_ / "made.mp4").string(); }

private:
    std::filesystem::path folder_;
};

void register_clip(const std::string& path) {
    const std::string clip = std::filesystem::path(path).filename().string();
    for (const Sampling& sampling :
         {Sampling{}, Sampling{.kind = SamplingKind::per_second}, Sampling{.kind = SamplingKind::adaptive},
          Sampling{.kind = SamplingKind::key_frames}}) {
        const std::string name = "video/" + std::string(sampling_name(sampling.kind)) + "/" + clip;
        benchmark::RegisterBenchmark(name.c_str(), measure, path, sampling)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond);
    }
    benchmark::RegisterBenchmark(("plane/pdq/" + clip).c_str(), measure_plane_pdq, path)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("plane/xxh3/" + clip).c_str(), measure_plane_xxh3, path)
        ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int count, char** words) {
    benchmark::Initialize(&count, words);
    std::optional<MadeClip> made;
    if (count == 1) register_clip(made.emplace().path());
    for (int i = 1; i < count; ++i)
        register_clip(words[i]);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
