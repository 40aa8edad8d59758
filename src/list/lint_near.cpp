// Entries near harmless pictures, and entries near very many others.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "core/try.hpp"
#include "list/lint_passes.hpp"

namespace tutela {

namespace {

constexpr std::size_t kPiece = 256;  // queries that a worker takes at a time

// Runs body(i) for every i below `count`, each worker with its own room for what it finds, until one fails.
template <typename Body>
Status for_each(Executor& executor, std::size_t count, const Body& body) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    Status failure;
    const std::size_t pieces = (count + kPiece - 1) / kPiece;
    const auto work = [&](std::size_t) {
        std::vector<Neighbor> found;
        for (std::size_t piece = next++; piece < pieces; piece = next++) {
            for (std::size_t i = piece * kPiece; i < std::min(count, (piece + 1) * kPiece); ++i) {
                Status status = body(i, found);
                if (status.ok()) continue;
                const std::lock_guard lock(mutex);
                if (failure.ok()) failure = std::move(status);
                next = pieces;
                return;
            }
        }
    };
    executor.run(std::min(std::max<std::size_t>(executor.concurrency(), 1), std::max<std::size_t>(pieces, 1)), work);
    return failure;
}

// Of each entry the nearest harmless picture: distance and number in one, so that the smallest wins, whoever finds it.
class NearestHarmless {
public:
    explicit NearestHarmless(std::size_t entries) : nearest_(entries, kNone) {}

    void add(std::uint32_t harmless, const std::vector<Neighbor>& found) {
        const std::lock_guard lock(mutex_);
        for (const Neighbor& neighbor : found) {
            std::uint64_t& nearest = nearest_[neighbor.position];
            nearest = std::min(nearest, std::uint64_t{neighbor.distance_bits} << 32U | harmless);
        }
    }

    [[nodiscard]] Status tell(const LintSink& sink) const {
        for (std::size_t position = 0; position < nearest_.size(); ++position) {
            if (nearest_[position] == kNone) continue;
            TUTELA_TRY(sink({LintKind::near_harmless, false, static_cast<std::uint32_t>(position),
                             static_cast<std::uint32_t>(nearest_[position]),
                             static_cast<std::uint32_t>(nearest_[position] >> 32U)}));
        }
        return {};
    }

private:
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};
    std::mutex mutex_;
    std::vector<std::uint64_t> nearest_;
};

Status lint_harmless(const HashList& list, const Index<256>& index, const LintOptions& options, Executor& executor,
                     const LintSink& sink) {
    if (options.harmless.empty()) return {};
    NearestHarmless nearest(list.size());
    TUTELA_TRY(for_each(executor, options.harmless.size(), [&](std::size_t i, std::vector<Neighbor>& found) {
        TUTELA_TRY(index.search(options.harmless[i], options.radius, found));
        if (!found.empty()) nearest.add(static_cast<std::uint32_t>(i), found);
        return Status();
    }));
    return nearest.tell(sink);
}

// Which thing an entry is: all frames of a video are one.
class Things {
public:
    explicit Things(const HashList& list) {
        if (list.video_count() == 0) return;
        thing_.resize(list.size());
        std::iota(thing_.begin(), thing_.end(), 0U);
        for (std::size_t i = 0; i < list.video_count(); ++i) {
            const VideoView video = list.video(i);
            const std::size_t first = std::min(video.first_position, thing_.size());
            const std::size_t frames = std::min(video.hashes.size(), thing_.size() - first);
            std::fill_n(thing_.begin() + static_cast<std::ptrdiff_t>(first), frames, static_cast<std::uint32_t>(first));
        }
    }

    // How far one has to go, nearest first, for so many different ones; more than `radius` when there are not as many.
    [[nodiscard]] std::uint32_t reach(std::span<const Neighbor> found, std::size_t enough, std::uint32_t radius) const {
        if (found.size() < enough) return radius + 1;
        if (thing_.empty()) return found[enough - 1].distance_bits;
        std::unordered_set<std::uint32_t> things;
        for (const Neighbor& neighbor : found) {
            things.insert(thing_[neighbor.position]);
            if (things.size() == enough) return neighbor.distance_bits;
        }
        return radius + 1;
    }

private:
    std::vector<std::uint32_t> thing_;  // of each entry; empty when each is one of its own
};

Status lint_dense(const HashList& list, const Index<256>& index, const LintOptions& options, Executor& executor,
                  const LintSink& sink) {
    const std::span<const Hash256> hashes = list.hashes();
    const Things things(list);
    const std::size_t enough = std::size_t{options.dense_things} + 1;  // the entry's own is one of them
    // Where so many things lie within a distance of one entry, all that are within the rest of the radius of it have them
    // in theirs, and need not be searched for. Whoever finds it first, it holds: the answer does not depend on the order.
    const std::unique_ptr<std::atomic<bool>[]> dense(new std::atomic<bool>[hashes.size()]());
    TUTELA_TRY(for_each(executor, hashes.size(), [&](std::size_t i, std::vector<Neighbor>& found) {
        if (dense[i].load(std::memory_order_relaxed) || list.entry_state(i) != EntryState::active) return Status();
        TUTELA_TRY(index.search(hashes[i], options.radius, found));
        const std::uint32_t reach = things.reach(found, enough, options.radius);
        for (const Neighbor& neighbor : found) {
            if (reach + neighbor.distance_bits > options.radius) break;  // nearest first
            dense[neighbor.position].store(true, std::memory_order_relaxed);
        }
        if (reach <= options.radius) dense[i].store(true, std::memory_order_relaxed);
        return Status();
    }));
    for (std::size_t position = 0; position < hashes.size(); ++position) {
        if (!dense[position].load(std::memory_order_relaxed)) continue;
        TUTELA_TRY(
            sink({LintKind::dense, false, static_cast<std::uint32_t>(position), std::nullopt, options.dense_things}));
    }
    return {};
}

}  // namespace

Status lint_near(const HashList& list, const LintOptions& options, const LintSink& sink) {
    if (list.size() == 0) return {};
    InlineExecutor inline_executor;
    Executor& executor = options.executor != nullptr ? *options.executor : inline_executor;
    IndexOptions index_options;
    index_options.radius = options.radius;
    index_options.executor = options.executor;
    TUTELA_ASSIGN(const std::unique_ptr<const Index<256>> index, list.open_index(index_options));
    TUTELA_TRY(lint_harmless(list, *index, options, executor, sink));
    return lint_dense(list, *index, options, executor, sink);
}

}  // namespace tutela
