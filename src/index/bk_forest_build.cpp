// How a forest is made: every band by itself, so that the result does not depend on the number of threads.
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

#include "index/bk_forest.hpp"

namespace tutela {

namespace {

using Counts = std::array<std::uint32_t, BandDirectory::kValues>;

// Calls body(i) for i in 0 .. count - 1, each once, spread over the executor.
template <typename Body>
void for_each_number(Executor& executor, std::size_t count, const Body& body) {
    std::atomic<std::size_t> next = 0;
    executor.run(std::min(count, executor.concurrency()), [&](std::size_t) {
        for (std::size_t i = next++; i < count; i = next++)
            body(i);
    });
}

BandForm form_of(BandFormChoice choice, const Counts& counts) {
    if (choice == BandFormChoice::branching) return BandForm::branching;
    if (choice == BandFormChoice::resolved) return BandForm::resolved;
    std::size_t different = 0;
    for (const std::uint32_t count : counts)
        different += count != 0 ? 1 : 0;
    return BandDirectory::choose(different);
}

// The sketch of an empty place: it must not pass for many queries, and no value is far from all. So each is another.
std::uint16_t filler(std::uint64_t place) noexcept {
    return static_cast<std::uint16_t>(place * 40503U);
}

}  // namespace

template <std::size_t Bits>
struct BkForest<Bits>::Build {
    BkForest& forest;
    Executor& executor;
    SpreadHash<Bits>* hashes;

    void spread_all(std::span<const Hash<Bits>> list) const {
        static constexpr std::size_t kPiece = 65536;
        for_each_number(executor, (list.size() + kPiece - 1) / kPiece, [&](std::size_t piece) {
            const std::size_t end = std::min(list.size(), (piece + 1) * kPiece);
            for (std::size_t i = piece * kPiece; i < end; ++i)
                hashes[i] = spread(list[i]);
        });
    }

    void copy_all(std::span<const Hash<Bits>> list) const noexcept {
        if (!list.empty()) std::memcpy(static_cast<void*>(hashes), list.data(), list.size_bytes());
    }

    void make_directories(BandFormChoice choice, const kernels::Table& table) const {
        const auto counts = std::make_unique<std::array<Counts, kBands>>();
        for_each_number(executor, kBands, [&](std::size_t band) {
            Counts& of_band = (*counts)[band];
            for (std::size_t i = 0; i < forest.size(); ++i)
                ++of_band[hashes[i].bands[band]];
        });
        forest.bands_.reserve(kBands);
        std::uint32_t line = 0;
        for (const Counts& of_band : *counts) {
            forest.bands_.emplace_back(of_band, line, form_of(choice, of_band), table);
            line = forest.bands_.back().end_line();
        }
    }

    // Posts every entry to the list of its value, then fills the last line of each list.
    void post(std::size_t band, std::uint16_t* sketches, std::uint32_t* positions) const {
        const BandDirectory& directory = forest.bands_[band];
        std::vector<std::uint64_t> next(BandDirectory::kValues);
        for (std::size_t value = 0; value < next.size(); ++value) {
            const LineRange lines = directory.lines_of(static_cast<std::uint16_t>(value));
            next[value] = std::uint64_t{lines.begin} * kernels::kLineSketches;
        }
        for (std::size_t i = 0; i < forest.size(); ++i) {
            const std::uint64_t place = next[hashes[i].bands[band]]++;
            positions[place] = static_cast<std::uint32_t>(i);
            sketches[place] = hashes[i].bands[(band + 1) % kBands];
        }
        for (std::size_t value = 0; value < next.size(); ++value) {
            const LineRange lines = directory.lines_of(static_cast<std::uint16_t>(value));
            const std::uint64_t end = std::uint64_t{lines.end} * kernels::kLineSketches;
            for (std::uint64_t place = next[value]; place < end; ++place) {
                positions[place] = kNoPosition;
                sketches[place] = filler(place);
            }
        }
    }
};

namespace {

template <typename T>
std::span<T> array_of(Mapping& memory) noexcept {
    return {reinterpret_cast<T*>(memory.writable().data()), memory.writable().size() / sizeof(T)};
}

}  // namespace

template <std::size_t Bits>
BkForest<Bits>::BkForest(std::span<const Hash<Bits>> hashes, Executor& executor, std::string reason,
                         BandFormChoice form, const kernels::Table& table, HashStorage storage)
    : reason_(std::move(reason)), kernels_(table), hashes_(hashes), owner_(std::move(storage.owner)) {
    Mapping spread_memory = Mapping::of_zeroes(hashes.size_bytes());
    spread_memory.prefer_huge_pages();
    const Build build{*this, executor, array_of<SpreadHash<Bits>>(spread_memory).data()};
    build.spread_all(hashes);
    build.make_directories(form, table);
    // One line more: a scan looks ahead to line 0, also when there is none.
    const std::size_t places = (std::size_t{bands_.back().end_line()} + 1) * kernels::kLineSketches;
    own_sketches_ = Mapping::of_zeroes(places * sizeof(std::uint16_t));
    own_positions_ = Mapping::of_zeroes(places * sizeof(std::uint32_t));
    own_sketches_.prefer_huge_pages();
    own_positions_.prefer_huge_pages();
    const std::span<std::uint16_t> sketches = array_of<std::uint16_t>(own_sketches_);
    const std::span<std::uint32_t> positions = array_of<std::uint32_t>(own_positions_);
    for_each_number(executor, kBands, [&](std::size_t band) { build.post(band, sketches.data(), positions.data()); });
    sketches_ = sketches;
    positions_ = positions;
    if (storage.borrowed) return;
    // The spread hashes have done their work: their place takes the copy.
    build.copy_all(hashes);
    own_hashes_ = std::move(spread_memory);
    hashes_ = array_of<Hash<Bits>>(own_hashes_);
}

template BkForest<64>::BkForest(std::span<const Hash<64>>, Executor&, std::string, BandFormChoice,
                                const kernels::Table&, HashStorage);
template BkForest<256>::BkForest(std::span<const Hash<256>>, Executor&, std::string, BandFormChoice,
                                 const kernels::Table&, HashStorage);

}  // namespace tutela
