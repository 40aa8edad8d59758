// Many queries at once, over any engine.
#include <atomic>

#include "core/try.hpp"
#include "index/engine.hpp"
#include "tutela/index.hpp"

namespace tutela {

namespace {

// Queries that a worker takes at a time: enough to make taking them cheap, few enough to share the work evenly.
constexpr std::size_t kPiece = 64;

// Queries of a join between two calls of its sink.
constexpr std::size_t kJoinPiece = 4096;

// The answers to the queries of one piece, end to end.
struct PieceAnswer {
    std::vector<Neighbor> found;
    std::vector<std::size_t> counts;
};

// As many workers as pay for `pieces`. A function of its own, so that no lambda's type is exported with the class.
template <typename Batch>
void run_workers(Executor& executor, std::size_t pieces, Batch& batch) {
    executor.run(std::min(pieces, executor.concurrency()), [&](std::size_t) { batch.work(); });
}

void append(const PieceAnswer& piece, BatchAnswer& out) {
    for (const std::size_t count : piece.counts)
        out.offsets.push_back(out.offsets.back() + count);
    for (const Neighbor& neighbor : piece.found) {
        out.positions.push_back(neighbor.position);
        out.distances_bits.push_back(neighbor.distance_bits);
    }
}

}  // namespace

template <std::size_t Bits>
void Index<Bits>::search_some(std::span<const Hash<Bits>> queries, std::uint32_t radius,
                              std::vector<std::vector<Neighbor>>& out) const {
    for (std::size_t q = 0; q < queries.size(); ++q)
        static_cast<void>(search(queries[q], radius, out[q]));  // the radius was checked: nothing else can fail
}

// The work of one batch: pieces of the queries, taken by workers.
template <std::size_t Bits>
struct Index<Bits>::Batch {
    const Index& index;
    std::span<const Hash<Bits>> queries;
    std::uint32_t radius;
    std::vector<PieceAnswer> pieces;
    std::atomic<std::size_t> next = 0;

    void work() {
        std::vector<std::vector<Neighbor>> answers(kPiece);
        for (std::size_t i = next++; i < pieces.size(); i = next++) {
            const std::size_t count = std::min(kPiece, queries.size() - i * kPiece);
            answers.resize(count);
            index.search_some(queries.subspan(i * kPiece, count), radius, answers);
            for (const std::vector<Neighbor>& answer : answers) {
                pieces[i].found.insert(pieces[i].found.end(), answer.begin(), answer.end());
                pieces[i].counts.push_back(answer.size());
            }
        }
    }
};

template <std::size_t Bits>
Status Index<Bits>::search_batch(std::span<const Hash<Bits>> queries, std::uint32_t radius, Executor& executor,
                                 BatchAnswer& out) const {
    TUTELA_TRY(check_radius(radius, Bits));
    Batch batch{*this, queries, radius, std::vector<PieceAnswer>((queries.size() + kPiece - 1) / kPiece)};
    run_workers(executor, batch.pieces.size(), batch);
    out.offsets.assign(1, 0);
    out.positions.clear();
    out.distances_bits.clear();
    for (const PieceAnswer& piece : batch.pieces)
        append(piece, out);
    return {};
}

template <std::size_t Bits>
Status Index<Bits>::nearest(const Hash<Bits>& query, std::uint32_t radius, std::size_t count,
                            std::vector<Neighbor>& out) const {
    TUTELA_TRY(search(query, radius, out));
    if (out.size() > count) out.resize(count);
    return {};
}

template <std::size_t Bits>
Status self_join(const Index<Bits>& index, std::span<const Hash<Bits>> hashes, std::uint32_t radius, Executor& executor,
                 const std::function<Status(std::span<const NeighborPair>)>& sink) {
    if (index.size() != hashes.size()) {
        return Status(StatusCode::invalid_argument, "the index holds " + std::to_string(index.size()) +
                                                        " hashes, but " + std::to_string(hashes.size()) + " are given");
    }
    TUTELA_TRY(check_radius(radius, Bits));
    BatchAnswer answer;
    std::vector<NeighborPair> pairs;
    for (std::size_t begin = 0; begin < hashes.size(); begin += kJoinPiece) {
        const auto queries = hashes.subspan(begin, std::min(kJoinPiece, hashes.size() - begin));
        TUTELA_TRY(index.search_batch(queries, radius, executor, answer));
        pairs.clear();
        for (std::size_t q = 0; q < queries.size(); ++q) {
            const auto first = static_cast<std::uint32_t>(begin + q);
            for (std::uint64_t i = answer.offsets[q]; i < answer.offsets[q + 1]; ++i) {
                if (answer.positions[i] > first)
                    pairs.push_back({first, answer.positions[i], answer.distances_bits[i]});
            }
        }
        if (!pairs.empty()) TUTELA_TRY(sink(pairs));
    }
    return {};
}

template void Index<64>::search_some(std::span<const Hash<64>>, std::uint32_t,
                                     std::vector<std::vector<Neighbor>>&) const;
template void Index<256>::search_some(std::span<const Hash<256>>, std::uint32_t,
                                      std::vector<std::vector<Neighbor>>&) const;
template Status Index<64>::search_batch(std::span<const Hash<64>>, std::uint32_t, Executor&, BatchAnswer&) const;
template Status Index<256>::search_batch(std::span<const Hash<256>>, std::uint32_t, Executor&, BatchAnswer&) const;
template Status Index<64>::nearest(const Hash<64>&, std::uint32_t, std::size_t, std::vector<Neighbor>&) const;
template Status Index<256>::nearest(const Hash<256>&, std::uint32_t, std::size_t, std::vector<Neighbor>&) const;
template Status self_join<64>(const Index<64>&, std::span<const Hash<64>>, std::uint32_t, Executor&,
                              const std::function<Status(std::span<const NeighborPair>)>&);
template Status self_join<256>(const Index<256>&, std::span<const Hash<256>>, std::uint32_t, Executor&,
                               const std::function<Status(std::span<const NeighborPair>)>&);

}  // namespace tutela
