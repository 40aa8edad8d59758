// How long one search takes, by engine, width, kind and size of list, and radius, in one thread.
//
//   bench_index                                  lists of 100,000 and 1,000,000 hashes
//   bench_index --large                          and of 10,000,000
//   bench_index --benchmark_filter='256/.*r:31'  only some
//
// Names: search/ENGINE/BITS/KIND/N:SIZE/r:RADIUS. Queries have (nearly all) no match. Counters: pairs is the number of
// query-hash pairs decided a second; compared the part of the list that was compared; bytes_a_hash the memory held; of
// a forest, lines and candidates of one search (bk_forest-branching has every band in that form). Before it is timed,
// each index must give the naive answer to queries near entries of the list: recall is the part of the true matches
// found. batch/...: 256 queries in one call, at radius 4 (64 bits) or 31 (256 bits).
// ceiling/... reads once, as fast as the C library can, as many bytes as the hashes have: what a search that looks at
// every bit cannot beat.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>

#include "hash_lists.hpp"
#include "index/bk_forest.hpp"
#include "index/bk_tree.hpp"
#include "tutela/index.hpp"

namespace {

using tutela::BandFormChoice;
using tutela::Engine;
using tutela::Hash;
using tutela::bench::ListKind;

// So many that what one search brings into the cache is gone before the same query comes again.
constexpr std::size_t kQueries = 2048;

// The list and the index used last: the benchmarks are ordered so that each is made once, and only one is in memory.
template <typename Value>
const Value& cached(const std::string& key, const std::function<Value()>& make) {
    static std::string last_key;
    static std::unique_ptr<Value> last;
    if (last == nullptr || last_key != key) {
        last.reset();
        last = std::make_unique<Value>(make());
        last_key = key;
    }
    return *last;
}

struct Case {
    Engine engine;
    BandFormChoice form;  // of a forest
    ListKind kind;
    std::size_t size;
    std::uint32_t radius;

    [[nodiscard]] std::string engine_name() const {
        return std::string(tutela::engine_name(engine)) + (form == BandFormChoice::branching ? "-branching" : "");
    }
    [[nodiscard]] std::string list_name() const {
        return std::string(list_kind_name(kind)) + "/N:" + std::to_string(size);
    }
};

template <std::size_t Bits>
const std::vector<Hash<Bits>>& list_of(const Case& c) {
    return cached<std::vector<Hash<Bits>>>(c.list_name(),
                                           [&] { return tutela::bench::make_list<Bits>(c.kind, c.size); });
}

template <std::size_t Bits>
std::unique_ptr<const tutela::Index<Bits>> make_index(const Case& c) {
    const auto& list = list_of<Bits>(c);
    if (c.form != BandFormChoice::automatic) {
        tutela::InlineExecutor here;
        return std::make_unique<tutela::BkForest<Bits>>(list, here, "", c.form);
    }
    auto built = tutela::build_index<Bits>(list, {.engine = c.engine});
    return built.ok() ? std::move(built).value() : nullptr;
}

template <std::size_t Bits>
const tutela::Index<Bits>* index_of(const Case& c) {
    using Built = std::unique_ptr<const tutela::Index<Bits>>;
    const std::string key = c.engine_name() + "/" + c.list_name();
    return cached<Built>(key, [&] { return make_index<Bits>(c); }).get();
}

// The mean part of the list that a search compares.
template <std::size_t Bits>
double compared_part(const tutela::Index<Bits>& index, const std::vector<Hash<Bits>>& queries, std::uint32_t radius) {
    const auto* tree = dynamic_cast<const tutela::BkTree<Bits>*>(&index);
    if (tree == nullptr) return 1;
    double sum = 0;
    for (const Hash<Bits>& query : queries)
        sum += static_cast<double>(tree->compared(query, radius));
    return sum / static_cast<double>(queries.size() * index.size());
}

// The part of the true matches that the index finds, over queries within the radius of an entry; -1 when it finds one
// that is none, or a wrong distance.
template <std::size_t Bits>
double recall(const tutela::Index<Bits>& index, const std::vector<Hash<Bits>>& list, std::uint32_t radius) {
    constexpr std::size_t kChecked = 20;
    tutela::bench::HashSource<Bits> source(ListKind::uniform, 4);
    std::size_t found = 0;
    std::size_t wanted = 0;
    std::vector<tutela::Neighbor> answer;
    for (std::size_t i = 0; i < kChecked; ++i) {
        const Hash<Bits> query =
            source.flipped(list[i * (list.size() / kChecked)], tutela::bench::below(source.random(), radius + 1));
        if (!index.search(query, radius, answer).ok()) return -1;
        for (const tutela::Neighbor& neighbor : answer) {
            if (distance(query, list[neighbor.position]) != neighbor.distance_bits) return -1;
        }
        found += answer.size();
        wanted += static_cast<std::size_t>(std::count_if(
            list.begin(), list.end(), [&](const Hash<Bits>& hash) { return distance(query, hash) <= radius; }));
    }
    return found > wanted ? -1 : static_cast<double>(found) / static_cast<double>(wanted);
}

template <std::size_t Bits>
void count_forest_work(benchmark::State& state, const tutela::BkForest<Bits>& forest,
                       const std::vector<Hash<Bits>>& queries, std::uint32_t radius) {
    tutela::ForestWork sum;
    std::vector<tutela::Neighbor> answer;
    for (const Hash<Bits>& query : queries) {
        const tutela::ForestWork work = forest.search_unsorted(query, radius, true, answer);
        sum.lines += work.lines;
        sum.candidates += work.candidates;
    }
    state.counters["lines"] = static_cast<double>(sum.lines) / static_cast<double>(queries.size());
    state.counters["candidates"] = static_cast<double>(sum.candidates) / static_cast<double>(queries.size());
}

template <std::size_t Bits>
void search(benchmark::State& state, const Case& c) {
    const tutela::Index<Bits>* index = index_of<Bits>(c);
    if (index == nullptr) return state.SkipWithError("the index cannot be built");
    const std::vector<Hash<Bits>> queries = tutela::bench::make_queries<Bits>(c.kind, kQueries);
    std::vector<tutela::Neighbor> answer;
    std::size_t next = 0;
    std::size_t matches = 0;
    for (auto _ : state) {
        if (!index->search(queries[next++ % queries.size()], c.radius, answer).ok())
            return state.SkipWithError("the search failed");
        matches += answer.size();
    }
    const auto searches = static_cast<double>(state.iterations());
    state.counters["pairs"] = {searches * static_cast<double>(c.size), benchmark::Counter::kIsRate};
    if (const auto* forest = dynamic_cast<const tutela::BkForest<Bits>*>(index); forest != nullptr) {
        count_forest_work(state, *forest, queries, c.radius);
    } else {
        state.counters["compared"] = compared_part(*index, queries, c.radius);
    }
    state.counters["recall"] = recall(*index, list_of<Bits>(c), c.radius);
    state.counters["bytes_a_hash"] = static_cast<double>(index->memory_bytes()) / static_cast<double>(c.size);
    state.counters["matches"] = static_cast<double>(matches) / searches;
}

// The queries of one call.
template <std::size_t Bits>
void batch(benchmark::State& state, const Case& c) {
    constexpr std::size_t kInOneCall = 256;
    const tutela::Index<Bits>* index = index_of<Bits>(c);
    if (index == nullptr) return state.SkipWithError("the index cannot be built");
    const std::vector<Hash<Bits>> queries = tutela::bench::make_queries<Bits>(c.kind, kInOneCall);
    tutela::InlineExecutor here;
    tutela::BatchAnswer answer;
    for (auto _ : state) {
        if (!index->search_batch(queries, c.radius, here, answer).ok()) return state.SkipWithError("the search failed");
    }
    const auto searches = static_cast<double>(state.iterations() * kInOneCall);
    state.counters["pairs"] = {searches * static_cast<double>(c.size), benchmark::Counter::kIsRate};
    state.counters["queries"] = {searches, benchmark::Counter::kIsRate};
}

template <std::size_t Bits>
void build(benchmark::State& state, const Case& c) {
    (void)list_of<Bits>(c);  // made outside of the time
    for (auto _ : state)
        benchmark::DoNotOptimize(make_index<Bits>(c));
    state.counters["hashes"] = {static_cast<double>(state.iterations() * c.size), benchmark::Counter::kIsRate};
}

void ceiling(benchmark::State& state, std::size_t bytes) {
    const std::vector<char> memory(bytes, 'x');
    for (auto _ : state)
        benchmark::DoNotOptimize(std::memchr(memory.data(), 'y', memory.size()));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}

template <std::size_t Bits>
void add_list(ListKind kind, std::size_t size) {
    const std::string bits = std::to_string(Bits) + "/";
    const std::pair<Engine, BandFormChoice> engines[] = {{Engine::flat, BandFormChoice::automatic},
                                                         {Engine::bk_tree, BandFormChoice::automatic},
                                                         {Engine::bk_forest, BandFormChoice::automatic},
                                                         {Engine::bk_forest, BandFormChoice::branching}};
    for (const auto& [engine, form] : engines) {
        const Case base{engine, form, kind, size, 0};
        const std::string name = base.engine_name() + "/" + bits;
        benchmark::RegisterBenchmark(("build/" + name + base.list_name()).c_str(), build<Bits>, base)
            ->Unit(benchmark::kMillisecond);
        const Case together{engine, form, kind, size, Bits == 64 ? 4U : 31U};
        benchmark::RegisterBenchmark(("batch/" + name + base.list_name()).c_str(), batch<Bits>, together)
            ->Unit(benchmark::kMillisecond);
        for (const std::uint32_t radius : {4U, Bits == 64 ? 8U : 15U, Bits == 64 ? 12U : 31U, Bits == 64 ? 15U : 47U}) {
            const Case c{engine, form, kind, size, radius};
            const std::string full = "search/" + name + c.list_name() + "/r:" + std::to_string(radius);
            benchmark::RegisterBenchmark(full.c_str(), search<Bits>, c)->Unit(benchmark::kMicrosecond);
        }
    }
}

template <std::size_t Bits>
void add_size(std::size_t size) {
    const std::string name = "ceiling/" + std::to_string(Bits) + "/N:" + std::to_string(size);
    benchmark::RegisterBenchmark(name.c_str(), ceiling, size * Bits / 8)->Unit(benchmark::kMicrosecond);
    for (const ListKind kind : {ListKind::uniform, ListKind::clustered})
        add_list<Bits>(kind, size);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::size_t> sizes = {100'000, 1'000'000};
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--large") != 0) continue;
        sizes.push_back(10'000'000);
        std::swap(argv[i], argv[--argc]);
    }
    for (const std::size_t size : sizes) {
        add_size<64>(size);
        add_size<256>(size);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
