// What the sandbox costs: whole scans of the same files with decoders in this process and in a sandbox, in turns.
//
// Two sets, made by code: 5,000 JPEGs of 64 x 64, and 200 of 1920 x 1080 (2 megapixels), with halved colour;
// one thread, an empty list, profile plain, the decode mode `luma`. Names: sandbox/SET. Counters: the median over the
// rounds of microseconds a file by the wall's clock and of processor time (the worker's included; its start too), and
// what the sandbox takes beyond the other in percent. On a busy machine the processor time is the one to look at.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "media/encoders.hpp"
#include "media/pictures.hpp"
#include "tutela/scan.hpp"

namespace {

using namespace tutela;  // NOLINT(google-build-using-namespace): the whole subject
namespace fs = std::filesystem;

struct Set {
    const char* name;
    std::uint32_t files;
    std::uint32_t width;
    std::uint32_t height;
};
constexpr Set kSets[] = {{"64px", 5000, 64, 64}, {"2MP", 200, 1920, 1080}};

[[noreturn]] void die(const std::string& why) {
    std::cerr << "bench_sandbox: " << why << '\n';
    std::exit(2);
}

template <typename T>
T take(Result<T> result) {
    if (!result.ok()) die(result.status().to_string());
    return std::move(result).value();
}

// A folder of its own, removed at the end.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "tutela-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) die("no temporary folder");
        path_ = name;
    }
    ~Folder() {
        std::error_code error;
        fs::remove_all(path_, error);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

// No two files have the same bytes: a scan would decode those once. The large ones are eight pictures, each in 25
// qualities, as drawing them takes longer than all else.
void fill(const fs::path& folder, const Set& set) {
    Frame picture;
    for (std::uint32_t i = 0; i < set.files; ++i) {
        const bool large = set.width > 1000;
        if (!large || i % 25 == 0) picture = test::make_picture(set.width, set.height, PixelFormat::rgb24, i);
        const int quality = large ? 70 + static_cast<int>(i % 25) : 85;
        const test::Bytes bytes =
            test::encode_jpeg(picture.view(), {.quality = quality, .sampling = test::Sampling::s420});
        std::ofstream file(folder / std::to_string(i), std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
}

double processor_seconds(int who) {
    struct rusage usage {};
    (void)::getrusage(who, &usage);
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec * 1e-6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Cost {
    double wall = 0;  // microseconds a file
    double processor = 0;
};

Cost scan_once(const fs::path& folder, const Set& set, Isolation isolation) {
    const double children = processor_seconds(RUSAGE_CHILDREN);
    Cost cost;
    {
        ScanOptions options;
        options.profile = Profile::plain;
        options.isolation = isolation;
        options.worker.program = TUTELA_WORKER;
        const Scanner scanner = take(Scanner::create(take(ListBuilder().build()), options));
        InlineExecutor executor;
        const std::string paths[] = {folder.string()};
        const double self = processor_seconds(RUSAGE_SELF);
        const auto start = std::chrono::steady_clock::now();
        const RunTotals totals = take(scanner.scan(paths, executor, [](const FileRow&) { return Status(); }));
        cost.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        cost.processor = processor_seconds(RUSAGE_SELF) - self;
        if (totals.files != set.files || totals.count(Outcome::corrupt) != 0) die("the files were not read");
    }
    cost.processor += processor_seconds(RUSAGE_CHILDREN) - children;
    return {cost.wall * 1e6 / set.files, cost.processor * 1e6 / set.files};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void run(benchmark::State& state, const Set& set) {
    const Folder folder;
    fill(folder.path(), set);
    (void)scan_once(folder.path(), set, Isolation::in_process);
    std::vector<double> wall[2];
    std::vector<double> processor[2];
    for (auto _ : state) {
        double taken = 0;
        for (const Isolation isolation : {Isolation::in_process, Isolation::sandboxed}) {
            const Cost cost = scan_once(folder.path(), set, isolation);
            const std::size_t which = isolation == Isolation::sandboxed ? 1 : 0;
            wall[which].push_back(cost.wall);
            processor[which].push_back(cost.processor);
            taken += cost.wall * set.files / 1e6;
        }
        state.SetIterationTime(taken);
    }
    const auto percent = [](double more, double base) { return 100 * (more / base - 1); };
    state.counters["wall_us"] = median(wall[0]);
    state.counters["wall_sandboxed_us"] = median(wall[1]);
    state.counters["wall_percent"] = percent(median(wall[1]), median(wall[0]));
    state.counters["cpu_us"] = median(processor[0]);
    state.counters["cpu_sandboxed_us"] = median(processor[1]);
    state.counters["cpu_percent"] = percent(median(processor[1]), median(processor[0]));
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    for (const Set& set : kSets) {
        benchmark::RegisterBenchmark((std::string("sandbox/") + set.name).c_str(),
                                     [&set](benchmark::State& state) { run(state, set); })
            ->Iterations(9)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond);
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
