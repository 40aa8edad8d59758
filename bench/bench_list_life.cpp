// What it takes to change a list that others are reading.
//
//   bench_list_life [ENTRIES]     10,000,000 unless said otherwise
//
// The list has random hashes with ids of 10 characters, and stores its index. It is built and saved, opened, changed by
// 10,000 records (half of them new, half with another category) and by disabling one, followed and searched, and
// compacted. Prints a line for each step: what, milliseconds, and bytes where it writes. The folder for temporary files
// needs three times the list's bytes, the memory as many.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hash_lists.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"
#include "tutela/list_update.hpp"

namespace {

using namespace tutela;  // NOLINT(google-build-using-namespace): a program
using Clock = std::chrono::steady_clock;

constexpr std::size_t kChanged = 10'000;

template <typename T>
T take(Result<T> result) {
    if (!result.ok()) {
        std::fprintf(stderr, "bench_list_life: %s\n", result.status().to_string().c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

void need(const Status& status) {
    if (!status.ok()) take(Result<int>(status));
}

class Step {
public:
    explicit Step(const char* name) : name_(name), begin_(Clock::now()) {}
    void end(std::uintmax_t bytes = 0) const {
        const std::chrono::duration<double, std::milli> took = Clock::now() - begin_;
        std::printf("%-34s %10.2f ms", name_, took.count());
        if (bytes > 0) std::printf(" %14ju bytes", bytes);
        std::printf("\n");
    }

private:
    const char* name_;
    Clock::time_point begin_;
};

std::string id_of(std::size_t number) {
    const std::string digits = std::to_string(number);
    return "i" + std::string(9 - digits.size(), '0') + digits;
}

void search(const char* name, const ListFollower& follower, const std::vector<Hash256>& hashes) {
    constexpr std::size_t kQueries = 4096;
    const auto current = follower.current();
    std::vector<Neighbor> found;
    std::size_t count = 0;
    const Clock::time_point begin = Clock::now();
    for (std::size_t i = 0; i < kQueries; ++i) {
        need(current->index->search(hashes[i * (hashes.size() / kQueries)], 31, found));
        count += found.size();
    }
    const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
    std::printf("%-34s %10.2f us a search, %zu of %zu found\n", name, took.count() / kQueries, count, kQueries);
}

void run(std::size_t entries, const std::filesystem::path& path) {
    const std::vector<Hash256> hashes = bench::make_list<256>(bench::ListKind::uniform, entries + kChanged / 2);
    ThreadPool pool(0);
    {
        const Step build("build");
        ListBuilder builder;
        for (std::size_t i = 0; i < entries; ++i)
            need(builder.add(hashes[i], id_of(i), "1"));
        HashList list = take(builder.build());
        build.end(list.bytes().size());
        const Step index("store the index");
        list = take(list.with_index(pool));
        index.end(list.bytes().size());
        const Step save("save");
        need(list.save(path));
        save.end(std::filesystem::file_size(path));
    }
    {
        const Step all("open, everything checked");
        (void)take(take(HashList::load(path)).open_index());
        all.end();
        const Step layout("open, layout checked");
        (void)take(take(HashList::load(path, LoadCheck::layout)).open_index());
        layout.end();
    }
    ListFollower follower = take(ListFollower::open(path, {.open = {.check = LoadCheck::layout}, .index = {}}));
    search("search before", follower, hashes);
    ListBuilder builder;
    for (std::size_t i = 0; i < kChanged / 2; ++i) {
        const std::size_t number = i * (entries / kChanged);
        need(builder.add(hashes[number], id_of(number), "2"));
        need(builder.add(hashes[entries + i], id_of(entries + i), "1"));
    }
    ListUpdate update{.put = take(builder.build())};
    ListChanges changes;
    const ListOpenOptions quick{.check = LoadCheck::layout};
    const Step change("change 10,000 records");
    need(update_list_file(path, update, changes, quick));
    change.end(std::filesystem::file_size(delta_path(path)));
    const Step refresh("follow that");
    (void)take(follower.refresh());
    refresh.end();
    search("search beside the delta", follower, hashes);
    const Step disable("disable one");
    need(update_list_file(path, {.disable = {{"", id_of(entries / 2 + 1)}}}, changes, quick));
    disable.end(std::filesystem::file_size(delta_path(path)));
    const Step again("follow that");
    (void)take(follower.refresh());
    again.end();
    const Step same("put the same 10,000 again");
    need(update_list_file(path, update, changes, quick));
    same.end();
    std::printf("  %ju unchanged of %zu\n", static_cast<std::uintmax_t>(changes.unchanged), kChanged);
    const Step compact("compact, everything checked");
    (void)take(compact_list_file(path, pool));
    compact.end(std::filesystem::file_size(path));
    const Step last("follow that");
    (void)take(follower.refresh());
    last.end();
    search("search after", follower, hashes);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    if (entries < kChanged || entries > 500'000'000) {
        std::fprintf(stderr, "usage: bench_list_life [ENTRIES]    10000 to 500000000\n");
        return 2;
    }
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("bench_list_life." + std::to_string(getpid()) + ".tutela");
    run(entries, path);
    std::filesystem::remove(path);
    std::filesystem::remove(delta_path(path));
    return 0;
}
