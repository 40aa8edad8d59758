// Many queries at once, over any engine.
#include <atomic>
#include <deque>

#include "core/try.hpp"
#include "index/engine.hpp"
#include "tutela/index.hpp"

namespace tutela {

namespace {

// Queries that a worker takes at a time: enough to make taking them cheap, few enough to share the work evenly.
constexpr std::size_t kPiece = 64;

// Neighbors that a worker gathers before it passes them on.
constexpr std::size_t kEnough = std::size_t{1} << 17;

// Pieces of a join that are under way, for each worker.
constexpr std::size_t kJoinPieces = 4;

using Answers = std::vector<std::vector<Neighbor>>;

// The answers to the queries of one piece, end to end.
struct PieceAnswer {
    std::vector<Neighbor> found;
    std::vector<std::size_t> counts;
};

// As many workers as pay for `pieces`. A function of its own, so that no lambda's type is exported with the class.
template <typename Work>
void run_workers(Executor& executor, std::size_t pieces, Work& work) {
    work.next = 0;
    executor.run(std::min(pieces, executor.concurrency()), [&](std::size_t) { work.work(); });
}

void append(const PieceAnswer& piece, BatchAnswer& out) {
    for (const std::size_t count : piece.counts)
        out.offsets.push_back(out.offsets.back() + count);
    for (const Neighbor& neighbor : piece.found) {
        out.positions.push_back(neighbor.position);
        out.distances_bits.push_back(neighbor.distance_bits);
    }
}

// Their capacity is used again, but not that of a long answer: in a list of duplicates, any can be as long as the list.
void give_back_long(Answers& answers) {
    for (std::vector<Neighbor>& answer : answers) {
        if (answer.capacity() > kEnough / kPiece) answer = {};
    }
}

}  // namespace

template <std::size_t Bits>
std::size_t Index<Bits>::search_some(std::span<const Hash<Bits>> queries, std::uint32_t radius, std::size_t enough,
                                     Answers& out) const {
    std::size_t found = 0;
    std::size_t count = 0;
    while (count < queries.size() && found <= enough) {
        static_cast<void>(search(queries[count], radius, out[count]));  // the radius was checked: nothing else can fail
        found += out[count++].size();
    }
    return count;
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
        Answers answers(kPiece);
        for (std::size_t i = next++; i < pieces.size(); i = next++) {
            auto left = queries.subspan(i * kPiece, std::min(kPiece, queries.size() - i * kPiece));
            while (!left.empty()) {
                const std::size_t count = index.search_some(left, radius, kEnough, answers);
                for (std::size_t q = 0; q < count; ++q) {
                    pieces[i].found.insert(pieces[i].found.end(), answers[q].begin(), answers[q].end());
                    pieces[i].counts.push_back(answers[q].size());
                }
                left = left.subspan(count);
                give_back_long(answers);
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

// The pieces of a join that are under way: the queries begin .. end - 1, and the pairs of those before `begin`, which
// wait for the pieces before them.
template <std::size_t Bits>
struct Index<Bits>::Join {
    struct Piece {
        std::size_t begin;
        std::size_t end;
        std::vector<NeighborPair> pairs;
    };

    const Index& index;
    std::span<const Hash<Bits>> hashes;
    std::uint32_t radius;
    std::deque<Piece> pieces;
    std::atomic<std::size_t> next = 0;

    void work() {
        Answers answers(kPiece);
        for (std::size_t i = next++; i < pieces.size(); i = next++) {
            Piece& piece = pieces[i];
            while (piece.begin < piece.end && piece.pairs.size() < kEnough)
                add_pairs(piece, answers);
        }
    }

    void add_pairs(Piece& piece, Answers& answers) const {
        const auto queries = hashes.subspan(piece.begin, piece.end - piece.begin);
        const std::size_t count = index.search_some(queries, radius, kEnough, answers);
        for (std::size_t q = 0; q < count; ++q) {
            const auto first = static_cast<std::uint32_t>(piece.begin + q);
            for (const Neighbor& neighbor : answers[q]) {
                if (neighbor.position > first)
                    piece.pairs.push_back({first, neighbor.position, neighbor.distance_bits});
            }
        }
        piece.begin += count;
        give_back_long(answers);
    }

    // Hands on what has its turn: all of the first piece, then of the next if that one is done, and so on.
    Status deliver(const std::function<Status(std::span<const NeighborPair>)>& sink) {
        while (!pieces.empty()) {
            Piece& piece = pieces.front();
            TUTELA_TRY(sink(piece.pairs));
            piece.pairs.clear();
            if (piece.begin < piece.end) return {};
            pieces.pop_front();
        }
        return {};
    }
};

template <std::size_t Bits>
Status self_join(const Index<Bits>& index, std::span<const Hash<Bits>> hashes, std::uint32_t radius, Executor& executor,
                 const std::function<Status(std::span<const NeighborPair>)>& sink) {
    if (index.size() != hashes.size()) {
        return Status(StatusCode::invalid_argument, "the index holds " + std::to_string(index.size()) +
                                                        " hashes, but " + std::to_string(hashes.size()) + " are given");
    }
    TUTELA_TRY(check_radius(radius, Bits));
    typename Index<Bits>::Join join{index, hashes, radius, {}};
    std::size_t begun = 0;
    while (begun < hashes.size() || !join.pieces.empty()) {
        while (begun < hashes.size() && join.pieces.size() < kJoinPieces * executor.concurrency()) {
            const std::size_t end = std::min(hashes.size(), begun + kPiece);
            join.pieces.push_back({begun, end, {}});
            begun = end;
        }
        run_workers(executor, join.pieces.size(), join);
        TUTELA_TRY(join.deliver(sink));
    }
    return {};
}

template std::size_t Index<64>::search_some(std::span<const Hash<64>>, std::uint32_t, std::size_t, Answers&) const;
template std::size_t Index<256>::search_some(std::span<const Hash<256>>, std::uint32_t, std::size_t, Answers&) const;
template Status Index<64>::search_batch(std::span<const Hash<64>>, std::uint32_t, Executor&, BatchAnswer&) const;
template Status Index<256>::search_batch(std::span<const Hash<256>>, std::uint32_t, Executor&, BatchAnswer&) const;
template Status Index<64>::nearest(const Hash<64>&, std::uint32_t, std::size_t, std::vector<Neighbor>&) const;
template Status Index<256>::nearest(const Hash<256>&, std::uint32_t, std::size_t, std::vector<Neighbor>&) const;
template Status self_join<64>(const Index<64>&, std::span<const Hash<64>>, std::uint32_t, Executor&,
                              const std::function<Status(std::span<const NeighborPair>)>&);
template Status self_join<256>(const Index<256>&, std::span<const Hash<256>>, std::uint32_t, Executor&,
                               const std::function<Status(std::span<const NeighborPair>)>&);

}  // namespace tutela
