// How long a file takes from its name to its row, by decode mode, and where the time goes; beside OpenCV's imread and
// PDQ computed as its reference does, on the same files in the same run.
//
// Names: scan/MODE/CODING/SIZE. The files are JPEGs of quality 85 with halved colour, made of the photographs that
// `./dev photos` fetches (label `photographs`), without them of waves and noise (label `synthetic`); they lie in the
// system's cache. Time is the processor time of one file in a whole scan by one thread against a list of a million
// hashes. Counters, in milliseconds a file, medians: read (with its SHA-256), decode, hash and search, each timed on
// its own; peer is imread and the unfused hash, and times_faster how often the scan fits in that. Without OpenCV's
// imgcodecs there is no peer.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#ifdef TUTELA_BENCH_IMREAD
#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#endif

#include "hash/pdq_unfused.hpp"
#include "media/encoders.hpp"
#include "media/pictures.hpp"
#include "scan/file_reader.hpp"
#include "tutela/scan.hpp"

namespace {

using namespace tutela;  // NOLINT(google-build-using-namespace): the whole subject
namespace fs = std::filesystem;

constexpr std::size_t kListSize = 1'000'000;
constexpr std::size_t kFilesASize = 8;

// Processor time of this thread, which does all the work: on a shared machine the wall's clock measures the neighbours.
double milliseconds_now() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}
double milliseconds_since(double start) {
    return milliseconds_now() - start;
}

[[noreturn]] void die(const std::string& why) {
    std::cerr << "bench_scan: " << why << '\n';
    std::exit(2);
}

template <typename T>
T take(Result<T> result) {
    if (!result.ok()) die(result.status().to_string());
    return std::move(result).value();
}

struct Size {
    const char* name;
    std::uint32_t width;
    std::uint32_t height;
};
constexpr std::array kSizes{Size{"512px", 512, 512}, Size{"1080p", 1920, 1080}, Size{"12MP", 4000, 3000}};

// Each pixel the mean of those that it covers. Precondition: `from` is rgb24 and no smaller.
Frame shrink(const FrameView& from, const Size& size) {
    Frame to;
    if (!to.reshape(size.width, size.height, PixelFormat::rgb24).ok()) die("no memory");
    const auto edge = [](std::uint64_t i, std::uint64_t full, std::uint64_t small) { return i * full / small; };
    for (std::uint32_t y = 0; y < size.height; ++y) {
        for (std::uint32_t x = 0; x < size.width; ++x) {
            std::array<std::uint64_t, 3> sums{};
            std::uint64_t count = 0;
            for (auto v = edge(y, from.height, size.height); v < edge(y + 1, from.height, size.height); ++v) {
                for (auto u = edge(x, from.width, size.width); u < edge(x + 1, from.width, size.width); ++u, ++count) {
                    for (std::size_t c = 0; c < 3; ++c)
                        sums[c] += from.row(static_cast<std::uint32_t>(v))[3 * u + c];
                }
            }
            for (std::size_t c = 0; c < 3; ++c)
                to.row(y)[3 * x + c] = static_cast<std::uint8_t>(sums[c] / count);
        }
    }
    return to;
}

std::vector<std::uint8_t> bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// JPEG photographs of this size and more, spread over those that there are.
std::vector<fs::path> photographs(const Size& size) {
    const fs::path folder = TUTELA_PHOTOS_DIR;
    std::ifstream index(folder / "index.tsv");
    std::vector<fs::path> all;
    std::string line;
    std::getline(index, line);
    while (std::getline(index, line)) {
        std::istringstream row(line);
        std::array<std::string, 4> text;  // digest, package, file, format
        for (std::string& cell : text)
            std::getline(row, cell, '\t');
        std::uint32_t width = 0;
        std::uint32_t height = 0;
        row >> width >> height;
        const bool fits = text[3] == "jpeg" && width >= size.width && height >= size.height;
        if (fits) all.push_back(folder / "files" / text[1] / text[2]);
    }
    std::vector<fs::path> some;
    for (std::size_t i = 0; i < std::min(all.size(), kFilesASize); ++i)
        some.push_back(all[i * all.size() / std::min(all.size(), kFilesASize)]);
    return some;
}

// The files, one folder a size and coding, gone at the end.
class Files {
public:
    Files() {
        std::string name = (fs::temp_directory_path() / "tutela-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) die("no folder for the files");
        root_ = name;
        for (const Size& size : kSizes) {
            const std::vector<fs::path> sources = photographs(size);
            photographs_ = !sources.empty();
            for (std::size_t i = 0; i < std::max<std::size_t>(sources.size(), 1); ++i)
                write(i, size, picture(sources, i, size));
        }
    }
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    ~Files() {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }

    [[nodiscard]] fs::path folder(const Size& size, bool progressive) const {
        return root_ / (std::string(size.name) + (progressive ? "-progressive" : "-sequential"));
    }
    [[nodiscard]] const char* kind() const { return photographs_ ? "photographs" : "synthetic"; }

private:
    static Frame picture(const std::vector<fs::path>& sources, std::size_t i, const Size& size) {
        if (sources.empty()) return test::make_picture(size.width, size.height, PixelFormat::rgb24);
        const std::vector<std::uint8_t> bytes = bytes_of(sources[i]);
        Frame frame;
        if (!take(take(open_media(bytes))->next(frame))) die("no picture in a photograph");
        return shrink(frame.view(), size);
    }
    void write(std::size_t number, const Size& size, const Frame& frame) const {
        for (const bool progressive : {false, true}) {
            const test::Bytes bytes = test::encode_jpeg(
                frame.view(), {.quality = 85, .sampling = test::Sampling::s420, .progressive = progressive});
            fs::create_directories(folder(size, progressive));
            std::ofstream out(folder(size, progressive) / (std::to_string(number) + ".jpg"), std::ios::binary);
            out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        }
    }

    fs::path root_;
    bool photographs_ = false;
};

const Files& files() {
    static const Files all;
    return all;
}

const HashList& list() {
    static const HashList all = [] {
        std::mt19937_64 random(1);
        ListBuilder builder;
        for (std::size_t i = 0; i < kListSize; ++i) {
            Hash256 hash;
            for (std::uint8_t& byte : hash.bytes)
                byte = static_cast<std::uint8_t>(random());
            if (!builder.add({hash, "", "", ""}).ok()) die("no list");
        }
        return take(builder.build());
    }();
    return all;
}

const Index<256>& index() {
    static const std::unique_ptr<const Index<256>> all = take(build_index<256>(list().hashes()));
    return *all;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

// The steps of a scan, one by one, in objects that go from file to file as those of a scan do.
class Steps {
public:
    enum Step { read, decode, hash, search, kSteps };

    void run(const fs::path& path, DecodeMode mode) {
        auto start = milliseconds_now();
        const auto lap = [&](Step step) {
            times[step] += milliseconds_since(start);
            start = milliseconds_now();
        };
        const Descriptor fd = open_for_reading(AT_FDCWD, path.c_str(), false);
        struct stat facts {};
        if (!fd.valid() || ::fstat(fd.get(), &facts) != 0) die("a file is gone");
        const FileContent content = take(reader_.read(fd.get(), facts));
        lap(read);
        const auto source = take(open_media(content.bytes, {}, mode));
        if (!take(source->next(frame_))) die("no picture");
        lap(decode);
        const std::uint32_t denominator = source->facts().denominator;
        found = take(denominator == 1 ? hasher_.hash(frame_.view())
                                      : hasher_.hash_reduced(frame_.view(), source->info().width, source->info().height,
                                                             denominator));
        lap(hash);
        const std::uint32_t drift = source->facts().mode == DecodeMode::screen ? kScreenDriftBits : 0;
        if (!index().search(found.hash, kPdqMatchRadius + drift, neighbors_).ok()) die("no search");
        lap(search);
    }

    std::array<double, kSteps> times{};
    FrameHash found;

private:
    std::unique_ptr<Decoder> decoder_ = make_decoder();
    FileReader reader_{*decoder_, {}, nullptr};
    Frame frame_;
    PdqHasher hasher_{PdqRounding::likely};
    std::vector<Neighbor> neighbors_;
};

#ifdef TUTELA_BENCH_IMREAD
FrameHash peer_hash(const fs::path& path) {
    static testing::UnfusedPdq pdq;
    const cv::Mat picture = cv::imread(path.string(), cv::IMREAD_COLOR);
    FrameView view;
    view.data = picture.data;
    view.width = static_cast<std::uint32_t>(picture.cols);
    view.height = static_cast<std::uint32_t>(picture.rows);
    view.stride_bytes = picture.step[0];
    view.format = PixelFormat::bgr24;
    return pdq.hash(view);
}
#endif

void scan(benchmark::State& state, DecodeMode mode, bool progressive, const Size& size) {
    const fs::path folder = files().folder(size, progressive);
    std::vector<fs::path> paths(fs::directory_iterator(folder), {});
    ScanOptions options;
    options.profile = Profile::plain;  // as the peer does: one hash a picture
    options.decode = mode;
    const Scanner scanner = take(Scanner::create(list(), options));
    const std::vector<std::string> names{folder.string()};
    const auto count = static_cast<double>(paths.size());
    InlineExecutor executor;
    Steps steps;
    std::array<std::vector<double>, Steps::kSteps> step_times;
    std::vector<double> totals;
    std::vector<double> peers;
    [[maybe_unused]] std::uint32_t farthest = 0;  // without the peer there is nothing to compare with
    for (auto _ : state) {
        const auto start = milliseconds_now();
        const RunTotals sums = take(scanner.scan(names, executor, [](const FileRow&) { return Status(); }));
        totals.push_back(milliseconds_since(start) / count);
        state.SetIterationTime(totals.back() / 1000);
        if (sums.count(Outcome::clean) != paths.size()) die("a file had another outcome than clean");
        steps.times = {};
        double peer = 0;
        for (const fs::path& path : paths) {
            steps.run(path, mode);
#ifdef TUTELA_BENCH_IMREAD
            const auto peer_start = milliseconds_now();
            const FrameHash expected = peer_hash(path);
            peer += milliseconds_since(peer_start) / count;
            farthest = std::max(farthest, distance(expected.hash, steps.found.hash));
#endif
        }
        for (std::size_t i = 0; i < steps.times.size(); ++i)
            step_times[i].push_back(steps.times[i] / count);
        peers.push_back(peer);
    }
    constexpr std::array kNames{"read", "decode", "hash", "search"};
    for (std::size_t i = 0; i < kNames.size(); ++i)
        state.counters[kNames[i]] = median(step_times[i]);
    state.counters["median"] = median(totals);
    state.counters["files_s"] = 1000 / median(totals);
    state.SetLabel(files().kind());
#ifdef TUTELA_BENCH_IMREAD
    state.counters["peer"] = median(peers);
    state.counters["times_faster"] = median(peers) / median(totals);
    state.counters["bits_off"] = farthest;
#else
    state.SetLabel(std::string(files().kind()) + ", peer missing: no OpenCV imgcodecs");
#endif
}

void add(DecodeMode mode, bool progressive) {
    for (const Size& size : kSizes) {
        const std::string name = "scan/" + std::string(decode_mode_name(mode)) +
                                 (progressive ? "/progressive/" : "/sequential/") + size.name;
        benchmark::RegisterBenchmark(name.c_str(),
                                     [=](benchmark::State& state) { scan(state, mode, progressive, size); })
            ->UseManualTime()
            ->Iterations(7)
            ->Unit(benchmark::kMillisecond);
    }
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
#ifdef TUTELA_BENCH_IMREAD
    cv::setNumThreads(1);
#endif
    for (const DecodeMode mode : {DecodeMode::exact, DecodeMode::luma, DecodeMode::scaled})
        add(mode, false);
    add(DecodeMode::luma, true);
    add(DecodeMode::screen, true);
    benchmark::RunSpecifiedBenchmarks();
}
