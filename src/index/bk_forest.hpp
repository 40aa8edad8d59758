// The engine for large lists: one BK-tree for each band of 16 bits, and the ring filter on what hangs there.
// Layer: index.
//
// A BK-tree over whole PDQ hashes cannot prune at radius 31: distances of random hashes are 128 +- 8, so nearly every
// ring is within reach. A band of 16 bits can: an entry within radius 31 is within distance 1 in at least one of 16
// bands, which
// 17 of 65,536 values are. So each band has a tree of its own (band_directory.hpp), and for each value a posting list.
//
// A posting is the entry's position and, apart from it, a sketch: the 16 bits of the next band. 32 sketches are a line,
// one cache line, tested by a few instructions; ring_filter.hpp says (and proves) what a sketch must be within, and all
// but 0.3% of the postings die there, before their position or their hash is touched. Lists begin on lines, and
// positions lie at the place of their sketch, in an array of their own.
//
// A query first gathers the line numbers of its probes (272 at radius 31), so their number is known before the first
// line is read: when a scan of all hashes is cheaper (short lists, large radii, lists of equal hashes), it is taken.
// Else the lines are scanned with the memory fetched 112 lines ahead; the cost is the latency of memory, hidden. Should
// more postings pass the filter than a scan would cost (many hashes alike in two bands, by chance or made so), it turns
// to the scan midway.
//
// Exact for every list and radius, by the proof; radii beyond what bands bear are scans.
//
// The hashes stay as they were given, as a permutation of bits changes no distance: only sketches and values of bands
// are of spread bits. So a forest can use the hashes of a list where they lie, and what it adds (106 bytes a hash of 10
// million) can be stored beside them and used from there as well: see stored_forest.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/mapping.hpp"
#include "index/band_directory.hpp"
#include "index/spread.hpp"
#include "kernels/kernels.hpp"
#include "tutela/executor.hpp"
#include "tutela/index.hpp"

namespace tutela {

// What a search did, for benchmarks and tests.
struct ForestWork {
    std::size_t lines = 0;       // scanned, or that would have been
    std::size_t candidates = 0;  // postings whose hash was compared, or that were found before a flat scan took over
    bool scanned_all = false;    // a flat scan was cheaper
};

// Keeps what a forest borrows alive.
using Owner = std::shared_ptr<const void>;

// Where a forest's hashes are: in a copy of its own, or with the owner of the span.
struct HashStorage {
    bool borrowed = false;
    Owner owner;  // kept as long as the forest, when borrowed; may be null when the caller sees to that
};

template <std::size_t Bits>
class BkForest final : public Index<Bits> {
public:
    // `reason`: why it was chosen automatically; empty when the caller asked for it. Bands are built side
    // by side on `executor`. Peak memory is what the index holds, 512 KiB a worker and, when the hashes are borrowed,
    // as much as they take. Precondition: check_hash_count(hashes.size()) is ok. Throws std::bad_alloc.
    BkForest(std::span<const Hash<Bits>> hashes, Executor& executor, std::string reason = {},
             BandFormChoice form = BandFormChoice::automatic, const kernels::Table& table = kernels::table(),
             HashStorage storage = {});

    // What a forest consists of, beside the hashes. All of it is borrowed from `owner`.
    struct Parts {
        std::vector<BandDirectory> bands;
        std::span<const std::uint16_t> sketches;
        std::span<const std::uint32_t> positions;
    };
    // Precondition: the bands' lines follow each other from line 0 on, and the arrays hold one line more.
    BkForest(std::span<const Hash<Bits>> hashes, Parts parts, Owner owner, std::string reason,
             const kernels::Table& table = kernels::table());

    Status search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const override;
    [[nodiscard]] std::size_t size() const noexcept override { return hashes_.size(); }
    [[nodiscard]] Engine engine() const noexcept override { return Engine::bk_forest; }
    [[nodiscard]] std::size_t memory_bytes() const noexcept override;
    [[nodiscard]] std::string explain() const override;

    // As search(), telling what it took. `may_scan_all` false keeps it to the bands wherever they can bear the radius.
    // The answer is not sorted. Precondition: radius <= Bits.
    ForestWork search_unsorted(const Hash<Bits>& query, std::uint32_t radius, bool may_scan_all,
                               std::vector<Neighbor>& out) const;

    [[nodiscard]] std::span<const BandDirectory> bands() const noexcept { return bands_; }
    [[nodiscard]] std::span<const std::uint16_t> sketches() const noexcept { return sketches_; }
    [[nodiscard]] std::span<const std::uint32_t> positions() const noexcept { return positions_; }

    static constexpr std::size_t kBands = Bits / 16;
    static constexpr std::uint32_t kNoPosition = 0xffffffffU;  // fills up lines; no list is so long

private:
    struct Build;
    struct Query;

    [[nodiscard]] const std::uint8_t* hash_bytes() const noexcept {
        return reinterpret_cast<const std::uint8_t*>(hashes_.data());
    }
    void scan_all(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const;

    std::string reason_;
    const kernels::Table& kernels_;
    std::vector<BandDirectory> bands_;
    std::span<const Hash<Bits>> hashes_;        // by position
    std::span<const std::uint16_t> sketches_;   // kernels::kLineSketches a line
    std::span<const std::uint32_t> positions_;  // of the sketches
    // What the spans above are of: memory of its own, as far as it was built, and the owner of the rest.
    Mapping own_hashes_;
    Mapping own_sketches_;
    Mapping own_positions_;
    Owner owner_;
};

}  // namespace tutela
