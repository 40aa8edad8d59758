// Exact search by Hamming distance in a list of hashes. Layer: index (it knows no list: hashes in, positions out).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/executor.hpp"
#include "tutela/export.h"
#include "tutela/hash.hpp"
#include "tutela/status.hpp"

namespace tutela {

// One entry within the radius.
struct Neighbor {
    std::uint32_t position = 0;       // in the span the index was built from
    std::uint32_t distance_bits = 0;  // 0..radius

    bool operator==(const Neighbor&) const noexcept = default;
};

// How an index searches. All engines give the same answers; they differ in time and memory.
enum class Engine : std::uint32_t {
    automatic = 0,  // chosen from size, width and radius; explain() says what and why
    flat = 1,       // compares the query with every hash, a cache line at a time
    bk_tree = 2,    // a Burkhard-Keller tree: for small radii (it prunes with |d(q,p) - d(x,p)| > radius only)
    bk_forest = 3,  // a tree for each band of 16 bits: for large lists, at radii up to 3 (64 bits) or 4 a band
};

// The name of an engine: "flat", "bk_tree", "automatic"; "unknown" for a number that is none.
TUTELA_API std::string_view engine_name(Engine engine) noexcept;

// What Engine::automatic stands for, for `count` hashes of `bits` bits (64 or 256) and searches of `radius`.
// Thread-safe.
TUTELA_API Engine automatic_engine(std::size_t bits, std::size_t count, std::uint32_t radius);

struct IndexOptions {
    Engine engine = Engine::automatic;
    // The radius that most searches will have, for the choice; any other gives the same answers. Unset: 31 for 256
    // bits, 4 for 64.
    std::optional<std::uint32_t> radius = std::nullopt;
    // Where the parts of a bk_forest are built side by side; null: in the calling thread. Used during the build only.
    Executor* executor = nullptr;
};

// The answers to many queries, end to end (compressed sparse rows): those to query q are elements
// offsets[q] .. offsets[q + 1] - 1 of the other two.
struct BatchAnswer {
    std::vector<std::uint64_t> offsets;  // one more than there were queries; the first is 0
    std::vector<std::uint32_t> positions;
    std::vector<std::uint32_t> distances_bits;

    bool operator==(const BatchAnswer&) const = default;
};

// Two entries of one list that lie within a radius: first < second.
struct NeighborPair {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::uint32_t distance_bits = 0;

    bool operator==(const NeighborPair&) const noexcept = default;
};

// An immutable, exact index over a copy of the hashes it was built from.
//
// Exact means: search() gives all and only the positions whose hash is within the radius, duplicates included.
// Thread-safe: any number of threads may search one index at once; search() allocates nothing but the answer.
template <std::size_t Bits>
class TUTELA_API Index {
public:
    virtual ~Index();
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;

    // Replaces `out` by all positions with distance(query, hash) <= radius (inclusive), nearest first, equal
    // distances by rising position. The capacity of `out` is reused. invalid_argument when radius > Bits.
    virtual Status search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const = 0;

    // What search() answers to each query, in the order of the queries, whatever the executor. `out` is replaced; its
    // capacity is reused. invalid_argument when radius > Bits. Throws std::bad_alloc.
    Status search_batch(std::span<const Hash<Bits>> queries, std::uint32_t radius, Executor& executor,
                        BatchAnswer& out) const;

    // The `count` nearest of what search() answers (all, when there are fewer).
    Status nearest(const Hash<Bits>& query, std::uint32_t radius, std::size_t count, std::vector<Neighbor>& out) const;

    [[nodiscard]] virtual std::size_t size() const noexcept = 0;
    // Never Engine::automatic.
    [[nodiscard]] virtual Engine engine() const noexcept = 0;
    // Heap memory held, the hashes included.
    [[nodiscard]] virtual std::size_t memory_bytes() const noexcept = 0;
    // One line for a person: the engine, the size and, when it was chosen automatically, why.
    [[nodiscard]] virtual std::string explain() const = 0;

protected:
    Index() = default;

    // What search() answers to each of the first few queries, into the first elements of `out`, which exist and are
    // replaced. Returns how many queries were answered: all of them, or fewer, but at least one, so that the answers
    // together hold not much more than `enough` neighbors, or are the answer to one query. The radius is within the
    // width, and there is a query. Override it when several queries together are cheaper than one after the other.
    virtual std::size_t search_some(std::span<const Hash<Bits>> queries, std::uint32_t radius, std::size_t enough,
                                    std::vector<std::vector<Neighbor>>& out) const;
    // The same of another index, for one that passes queries on.
    static std::size_t search_some_of(const Index& other, std::span<const Hash<Bits>> queries, std::uint32_t radius,
                                      std::size_t enough, std::vector<std::vector<Neighbor>>& out) {
        return other.search_some(queries, radius, enough, out);
    }

private:
    struct Batch;
    struct Join;
    template <std::size_t Width>
    friend Status self_join(const Index<Width>& index, std::span<const Hash<Width>> hashes, std::uint32_t radius,
                            Executor& executor, const std::function<Status(std::span<const NeighborPair>)>& sink);
};

// Builds an index of `hashes`, which are copied; the span need not outlive the call. Empty is fine. limit when there
// are more than 2^32 - 1 hashes (positions are 32 bits); invalid_argument for an unknown engine.
// Throws std::bad_alloc. Defined for 64 and 256 bits. Thread-safe.
template <std::size_t Bits>
TUTELA_API Result<std::unique_ptr<const Index<Bits>>> build_index(std::span<const Hash<Bits>> hashes,
                                                                  const IndexOptions& options = {});

// Finds all pairs of entries within `radius` of each other, to cluster a list or to find its duplicates. `hashes` are
// those that `index` was built from, in the same order. The pairs come in pieces, by rising first entry, then by
// distance, then by second entry, whatever the executor. A list of duplicates has very many pairs; those in memory at a
// time are, for each worker of the executor, at most a few times the entries of the list and a million more. `sink` is
// called in the calling thread, for each few entries that are done, even when they have no pairs: its error ends the
// join and is returned. invalid_argument when radius > Bits or when the sizes differ. Throws std::bad_alloc.
// Defined for 64 and 256 bits.
template <std::size_t Bits>
TUTELA_API Status self_join(const Index<Bits>& index, std::span<const Hash<Bits>> hashes, std::uint32_t radius,
                            Executor& executor, const std::function<Status(std::span<const NeighborPair>)>& sink);

}  // namespace tutela
