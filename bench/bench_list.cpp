// How long a list file takes to open, and what a search in an index that lies in a file costs.
//
//   bench_list           lists of 1,000,000 entries
//   bench_list --large   and of 10,000,000
//   bench_list --huge    find-file alone, of 100,000,000: 7 GB of memory
//
// Names: WHAT/N:SIZE. The list has uniform hashes and a stored index; its file lies in the folder for temporary files
// and is warm, as it is for every process but the first. open-layout: open the file by its layout and make the index;
// open-everything: the same with all of it checked; index-built: make the index that is not stored, for comparison.
// search-stored and search-built: one search at radius 31 without a match, in the file and in memory of its own; recall
// as in bench_index. add-index: the snapshot with an index, of the one without. find-file: one look-up by MD5 among so
// many, half of them known, a million of them in turn; file_bytes_a_hash is what each of them takes in the snapshot.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hash_lists.hpp"
#include "tutela/executor.hpp"
#include "tutela/index.hpp"
#include "tutela/list.hpp"

namespace {

using tutela::Hash256;
using tutela::HashList;
using tutela::LoadCheck;
using tutela::bench::ListKind;

constexpr std::uint32_t kRadius = 31;
constexpr std::size_t kQueries = 2048;

// Ends the program: a benchmark of something that failed says nothing.
template <typename T>
T take(tutela::Result<T> result) {
    if (!result.ok()) {
        std::fprintf(stderr, "bench_list: %s\n", result.status().to_string().c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

// A list, and the file that holds it with an index; one size at a time.
struct Lists {
    std::size_t size = 0;
    HashList plain;
    std::filesystem::path path;

    explicit Lists(std::size_t count) : size(count), plain(make(count)) {
        path = std::filesystem::temp_directory_path() / ("bench_list." + std::to_string(getpid()) + ".tutela");
        tutela::InlineExecutor here;
        const tutela::Status saved = take(plain.with_index(here)).save(path);
        if (!saved.ok()) take(tutela::Result<int>(saved));
    }
    Lists(const Lists&) = delete;
    Lists& operator=(const Lists&) = delete;
    ~Lists() { std::filesystem::remove(path); }

    static HashList make(std::size_t count) {
        tutela::ListBuilder builder;
        for (const Hash256& hash : tutela::bench::make_list<256>(ListKind::uniform, count)) {
            if (!builder.add(hash, "").ok()) std::exit(1);
        }
        return take(builder.build());
    }
};

const Lists& lists_of(std::size_t size) {
    static std::unique_ptr<Lists> last;
    if (last == nullptr || last->size != size) {
        last.reset();
        last = std::make_unique<Lists>(size);
    }
    return *last;
}

void open_file(benchmark::State& state, std::size_t size, LoadCheck check) {
    const Lists& lists = lists_of(size);
    for (auto _ : state) {
        const HashList list = take(HashList::load(lists.path, check));
        benchmark::DoNotOptimize(take(list.open_index()));
    }
    state.counters["file_bytes_an_entry"] =
        static_cast<double>(std::filesystem::file_size(lists.path)) / static_cast<double>(size);
}

void build(benchmark::State& state, std::size_t size) {
    const Lists& lists = lists_of(size);
    for (auto _ : state)
        benchmark::DoNotOptimize(take(lists.plain.open_index({.engine = tutela::Engine::bk_forest})));
}

void add_index(benchmark::State& state, std::size_t size) {
    const Lists& lists = lists_of(size);
    tutela::InlineExecutor here;
    for (auto _ : state)
        benchmark::DoNotOptimize(take(lists.plain.with_index(here)));
}

// The part of the planted matches that is found with the right distance.
double recall(const tutela::Index<256>& index, std::span<const Hash256> hashes) {
    constexpr std::size_t kPlanted = 1000;
    tutela::bench::HashSource<256> source(ListKind::uniform, 5);
    std::vector<tutela::Neighbor> answer;
    std::size_t found = 0;
    for (std::size_t i = 0; i < kPlanted; ++i) {
        const std::size_t position = i * (hashes.size() / kPlanted);
        const auto flips = static_cast<std::uint32_t>(tutela::bench::below(source.random(), kRadius + 1));
        if (!index.search(source.flipped(hashes[position], flips), kRadius, answer).ok()) return -1;
        const tutela::Neighbor wanted{static_cast<std::uint32_t>(position), flips};
        found += std::count(answer.begin(), answer.end(), wanted) == 1 ? 1 : 0;
    }
    return static_cast<double>(found) / kPlanted;
}

void search(benchmark::State& state, std::size_t size, bool stored) {
    const Lists& lists = lists_of(size);
    const HashList list = stored ? take(HashList::load(lists.path, LoadCheck::layout)) : lists.plain;
    const auto index = take(list.open_index({.engine = tutela::Engine::bk_forest}));
    const std::vector<Hash256> queries = tutela::bench::make_queries<256>(ListKind::uniform, kQueries);
    std::vector<tutela::Neighbor> answer;
    std::size_t next = 0;
    for (auto _ : state) {
        if (!index->search(queries[next++ % queries.size()], kRadius, answer).ok()) std::exit(1);
    }
    state.counters["recall"] = recall(*index, list.hashes());
}

// So many different ones that no cache holds what they touch.
constexpr std::size_t kKnownFiles = 500'000;

void find_file(benchmark::State& state, std::size_t size) {
    tutela::bench::HashSource<256> source(ListKind::uniform, 9);
    const auto next_md5 = [&] {
        tutela::Md5 md5;
        const Hash256 hash = source.next();
        std::copy_n(hash.bytes.begin(), md5.size(), md5.begin());
        return md5;
    };
    tutela::ListBuilder builder;
    std::vector<tutela::FileHashes> queries;
    for (std::size_t i = 0; i < size; ++i) {
        const tutela::Md5 md5 = next_md5();
        if (i % (size / kKnownFiles) == 0) {
            queries.push_back({.md5 = md5});
            queries.push_back({.md5 = next_md5()});
        }
        if (!builder.add({.file = {.md5 = md5}, .origin = {"set", "", ""}}).ok()) std::exit(1);
    }
    const HashList list = take(builder.build());
    std::size_t next = 0;
    std::size_t found = 0;
    for (auto _ : state)
        found += list.find_file(queries[next++ % queries.size()]).size();
    state.counters["found"] = static_cast<double>(found) / static_cast<double>(state.iterations());
    state.counters["file_bytes_a_hash"] = static_cast<double>(list.bytes().size()) / static_cast<double>(size);
}

void add_size(std::size_t size) {
    const auto name = [&](const char* what) { return what + ("/N:" + std::to_string(size)); };
    const auto unit = [](benchmark::internal::Benchmark* row) { row->Unit(benchmark::kMillisecond); };
    unit(benchmark::RegisterBenchmark(name("open-layout").c_str(), open_file, size, LoadCheck::layout));
    unit(benchmark::RegisterBenchmark(name("open-everything").c_str(), open_file, size, LoadCheck::everything));
    unit(benchmark::RegisterBenchmark(name("index-built").c_str(), build, size));
    unit(benchmark::RegisterBenchmark(name("add-index").c_str(), add_index, size));
    benchmark::RegisterBenchmark(name("find-file").c_str(), find_file, size);
    for (const bool stored : {true, false}) {
        benchmark::RegisterBenchmark(name(stored ? "search-stored" : "search-built").c_str(), search, size, stored)
            ->Unit(benchmark::kMicrosecond);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::size_t> sizes = {1'000'000};
    for (int i = 1; i < argc; ++i) {
        const bool huge = std::strcmp(argv[i], "--huge") == 0;
        if (!huge && std::strcmp(argv[i], "--large") != 0) continue;
        if (huge) {
            sizes.clear();
            benchmark::RegisterBenchmark("find-file/N:100000000", find_file, std::size_t{100'000'000});
        } else {
            sizes.push_back(10'000'000);
        }
        std::swap(argv[i], argv[--argc]);
    }
    for (const std::size_t size : sizes)
        add_size(size);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
