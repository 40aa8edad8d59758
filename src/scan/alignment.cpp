#include "scan/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace tutela {

namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
// What a chain is worth: so much for each frame, less for each step by which the times of neighbours disagree and for the
// distance, so that of the many ways through a slow scene the straight one wins that pairs each frame with its like.
constexpr std::int64_t kFrameWorth = 100;
constexpr std::int64_t kBendCost = 10;
constexpr std::int64_t kMostBitsCost = 50;  // each bit of distance costs 1
// A match stands apart from its chain when it is so far from it, and so many times the usual distance.
constexpr std::int64_t kLooseUs = 1'000'000;
constexpr std::int64_t kLooseGaps = 3;
// Where a chain leads is seen from so many frames at its end.
constexpr std::size_t kLineFrames = 24;
// Chains of so many frames explain the pairs around them; what no such chain explains counts as noise.
constexpr std::size_t kSolidFrames = 8;

// A pair and its cell.
struct Cell {
    std::int64_t query = 0;  // steps
    std::int64_t known = 0;
    FramePair pair;
};

// The best chain that ends in a cell.
struct Chain {
    std::int64_t score = 0;
    std::uint32_t before = kNone;
    std::uint32_t start = 0;
};

// The cells of one query time are [first, last), by rising known time. No chain leads from one region to another.
struct Column {
    std::int64_t query = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::int64_t region = 0;
};

// Stretches of time, merged, in order.
class Stretches {
public:
    struct Stretch {
        std::int64_t start_us = 0;
        std::int64_t end_us = 0;
    };

    explicit Stretches(std::vector<Stretch> stretches) : stretches_(std::move(stretches)) {
        std::sort(stretches_.begin(), stretches_.end(),
                  [](const Stretch& a, const Stretch& b) { return a.start_us < b.start_us; });
        std::size_t kept = 0;
        for (const Stretch& stretch : stretches_) {
            if (kept > 0 && stretch.start_us <= stretches_[kept - 1].end_us) {
                stretches_[kept - 1].end_us = std::max(stretches_[kept - 1].end_us, stretch.end_us);
            } else {
                stretches_[kept++] = stretch;
            }
        }
        stretches_.resize(kept);
    }

    [[nodiscard]] bool cover(std::int64_t time_us) const noexcept {
        const auto after =
            std::upper_bound(stretches_.begin(), stretches_.end(), time_us,
                             [](std::int64_t time, const Stretch& stretch) { return time < stretch.start_us; });
        return after != stretches_.begin() && (after - 1)->end_us >= time_us;
    }

private:
    std::vector<Stretch> stretches_;
};

std::int64_t worth(const Cell& cell) noexcept {
    return kFrameWorth - std::min<std::int64_t>(cell.pair.distance_bits, kMostBitsCost);
}

bool same_cell(const Cell& a, const Cell& b) noexcept {
    return a.query == b.query && a.known == b.known;
}

std::vector<Cell> put_on_grid(std::span<const FramePair> pairs, std::int64_t step) {
    std::vector<Cell> cells;
    cells.reserve(pairs.size());
    for (const FramePair& pair : pairs)
        cells.push_back({pair.query_us / step, pair.known_us / step, pair});
    std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
        return std::tie(a.query, a.known, a.pair.distance_bits, a.pair.query_us, a.pair.known_us) <
               std::tie(b.query, b.known, b.pair.distance_bits, b.pair.query_us, b.pair.known_us);
    });
    cells.erase(std::unique(cells.begin(), cells.end(), same_cell), cells.end());
    return cells;
}

std::int64_t to_steps(std::int64_t us, std::int64_t step) noexcept {
    return (us + step - 1) / step;
}

// So many steps may lie between neighbours of a chain.
std::int64_t longest_gap(std::int64_t max_gap_us, std::int64_t step) noexcept {
    return std::max<std::int64_t>(to_steps(max_gap_us, step), 1);
}

// A segment and the number of its cells' known times.
struct Found {
    Segment segment;
    std::size_t known_cells = 0;
};

// The segments of one run.
class Aligner {
public:
    Aligner(std::span<const FramePair> pairs, const AlignOptions& options) : options_(options) {
        cells_ = put_on_grid(pairs, step_);
        if (cells_.size() > kMaxAlignCells) coarsen(pairs);
        max_gap_ = longest_gap(options.max_gap_us, step_);
        jitter_ = to_steps(options.jitter_us, step_);
    }

    std::vector<Segment> run() {
        if (cells_.empty()) return {};
        const std::vector<Cell> all = cells_;
        for (int round = 0; round < kMaxAlignRounds && !cells_.empty(); ++round) {
            make_columns();
            find_chains();
            if (!take_chains()) break;
            retire();
        }
        drop_chance(all);
        std::vector<Segment> segments;
        for (const auto& [start, segment] : segments_)
            segments.push_back(segment);
        return segments;
    }

private:
    // The finest grid on which there are few enough cells: each has four of the one before.
    void coarsen(std::span<const FramePair> pairs) {
        int too_fine = 0;
        int coarse = 42;  // a step of 2^59 us leaves few cells of any times
        while (coarse - too_fine > 1) {
            const int middle = (coarse + too_fine) / 2;
            (put_on_grid(pairs, kAlignStepUs << middle).size() > kMaxAlignCells ? too_fine : coarse) = middle;
        }
        step_ = kAlignStepUs << coarse;
        cells_ = put_on_grid(pairs, step_);
    }

    // By how many steps the times of two matches of one chain may disagree.
    [[nodiscard]] std::int64_t slack(std::int64_t gap, std::int64_t jitter) const noexcept {
        return static_cast<std::int64_t>(options_.speed_change * static_cast<double>(gap)) + jitter;
    }

    // The same number for all times between two segments.
    [[nodiscard]] std::int64_t region_of(std::int64_t query_us) const {
        const auto next = segments_.upper_bound(query_us);
        return next == segments_.end() ? std::numeric_limits<std::int64_t>::max() : next->first;
    }

    void make_columns() {
        columns_.clear();
        for (std::uint32_t i = 0; i < cells_.size(); ++i) {
            const std::int64_t region = region_of(cells_[i].pair.query_us);
            if (columns_.empty() || columns_.back().query != cells_[i].query)
                columns_.push_back({cells_[i].query, i, i, region});
            columns_.back().last = i + 1;
        }
    }

    // For each cell the best chain that ends in it, column after column.
    void find_chains() {
        chains_.assign(cells_.size(), {});
        std::vector<std::uint32_t> cursors;  // in the columns before, nearest first: no earlier cell is in reach
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            cursors.clear();
            for (std::size_t c = column; c-- > 0;) {
                if (columns_[column].query - columns_[c].query > max_gap_) break;
                if (columns_[column].region != columns_[c].region) break;
                cursors.push_back(columns_[c].first);
            }
            for (std::uint32_t i = columns_[column].first; i < columns_[column].last; ++i) {
                chains_[i] = {worth(cells_[i]), kNone, i};
                for (std::size_t back = 0; back < cursors.size(); ++back)
                    extend(i, columns_[column - 1 - back], cursors[back]);
            }
        }
    }

    // Whether a chain that starts there may go on to here.
    [[nodiscard]] bool keeps_speed(const Cell& start, const Cell& here) const noexcept {
        const std::int64_t length = here.query - start.query;
        return std::abs(here.known - start.known - length) <= slack(length, 2 * jitter_);
    }

    // The best chain to cell i by way of a column before it.
    void extend(std::uint32_t i, const Column& column, std::uint32_t& cursor) {
        const Cell& here = cells_[i];
        const std::int64_t gap = here.query - column.query;
        const std::int64_t reach = slack(gap, jitter_);
        const std::int64_t own = worth(here);
        const std::int64_t low = here.known - gap - reach;
        const std::int64_t high = std::min(here.known, here.known - gap + reach);
        while (cursor < column.last && cells_[cursor].known < low)
            ++cursor;
        for (std::uint32_t at = cursor; at < column.last && cells_[at].known <= high; ++at) {
            const std::int64_t bend = std::abs(here.known - cells_[at].known - gap);
            const std::int64_t score = chains_[at].score + own - kBendCost * bend;
            if (score > chains_[i].score && keeps_speed(cells_[chains_[at].start], here))
                chains_[i] = {score, at, chains_[at].start};
        }
    }

    // The segments of this round: the best chain, then the best that shares no cell and no time with those before. One
    // that does may have a better way in the next round. Returns whether there was any.
    bool take_chains() {
        std::vector<std::uint32_t> ends;
        for (std::uint32_t i = 0; i < chains_.size(); ++i) {
            if (chains_[i].before != kNone) ends.push_back(i);
        }
        std::sort(ends.begin(), ends.end(), [&](std::uint32_t a, std::uint32_t b) {
            return chains_[a].score != chains_[b].score ? chains_[a].score > chains_[b].score : a < b;
        });
        const std::size_t before = segments_.size();
        std::vector<bool> seen(cells_.size());
        std::vector<std::uint32_t> trace;
        for (const std::uint32_t end : ends) {
            trace.clear();
            std::uint32_t i = end;
            for (; i != kNone && !seen[i]; i = chains_[i].before) {
                seen[i] = true;
                trace.push_back(i);
            }
            if (i != kNone) continue;
            std::reverse(trace.begin(), trace.end());
            const Found found = segment_of(without_loose_ends(trace));
            if (long_enough(found) && !overlaps(found.segment.query_start_us, found.segment.query_end_us))
                segments_.emplace(found.segment.query_start_us, found.segment);
        }
        return segments_.size() > before;
    }

    // The chain without one or two matches that stand apart at an end of it and do not lie where it would lead.
    [[nodiscard]] std::span<const std::uint32_t> without_loose_ends(std::span<const std::uint32_t> trace) const {
        if (trace.size() < 5) return trace;
        std::vector<std::int64_t> gaps;
        for (std::size_t i = 1; i < trace.size(); ++i)
            gaps.push_back(cells_[trace[i]].query - cells_[trace[i - 1]].query);
        const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
        std::nth_element(gaps.begin(), middle, gaps.end());
        const std::int64_t limit = std::max(kLooseGaps * *middle, to_steps(kLooseUs, step_));
        std::size_t first = 0;
        std::size_t last = trace.size();
        for (const std::size_t loose : {1, 2}) {
            const auto later = trace.subspan(loose);
            if (leads_astray(trace[loose - 1], later.front(), later.first(std::min(later.size(), kLineFrames)), limit))
                first = loose;
            const auto earlier = trace.first(trace.size() - loose);
            if (leads_astray(trace[trace.size() - loose], earlier.back(),
                             earlier.last(std::min(earlier.size(), kLineFrames)), limit))
                last = trace.size() - loose;
        }
        return trace.subspan(first, last - first);
    }

    // Whether a cell is far from its neighbour and off the line (of least squares) of those on the other side of it.
    [[nodiscard]] bool leads_astray(std::uint32_t cell, std::uint32_t neighbour, std::span<const std::uint32_t> line,
                                    std::int64_t limit) const noexcept {
        if (std::abs(cells_[cell].query - cells_[neighbour].query) <= limit) return false;
        double mean_query = 0;
        double mean_known = 0;
        for (const std::uint32_t i : line) {
            mean_query += static_cast<double>(cells_[i].query) / static_cast<double>(line.size());
            mean_known += static_cast<double>(cells_[i].known) / static_cast<double>(line.size());
        }
        double square = 0;
        double product = 0;
        for (const std::uint32_t i : line) {
            const double query = static_cast<double>(cells_[i].query) - mean_query;
            square += query * query;
            product += query * (static_cast<double>(cells_[i].known) - mean_known);
        }
        const double expected = mean_known + product / square * (static_cast<double>(cells_[cell].query) - mean_query);
        return std::abs(static_cast<double>(cells_[cell].known) - expected) > 0.75 * static_cast<double>(jitter_);
    }

    [[nodiscard]] Found segment_of(std::span<const std::uint32_t> trace) const {
        const FramePair& first = cells_[trace.front()].pair;
        const FramePair& last = cells_[trace.back()].pair;
        Found found;
        found.segment = {
            first.query_us,     last.query_us, first.known_us, last.known_us, static_cast<std::uint32_t>(trace.size()),
            first.distance_bits};
        for (std::size_t i = 0; i < trace.size(); ++i) {
            found.segment.least_distance_bits =
                std::min(found.segment.least_distance_bits, cells_[trace[i]].pair.distance_bits);
            if (i == 0 || cells_[trace[i]].known != cells_[trace[i - 1]].known) ++found.known_cells;
        }
        return found;
    }

    // Of a frozen picture many frames of the query match one of the known video.
    [[nodiscard]] bool long_enough(const Found& found) const noexcept {
        const Segment& segment = found.segment;
        return segment.frames >= options_.min_frames && found.known_cells >= options_.min_frames &&
               segment.query_end_us - segment.query_start_us >= options_.min_length_us &&
               segment.known_end_us - segment.known_start_us >= options_.min_length_us / 2;
    }

    [[nodiscard]] bool overlaps(std::int64_t start_us, std::int64_t end_us) const {
        const auto after = segments_.upper_bound(end_us);
        return after != segments_.begin() && std::prev(after)->second.query_end_us >= start_us;
    }

    // The time of the segments is explained.
    void retire() {
        std::erase_if(cells_, [&](const Cell& cell) { return overlaps(cell.pair.query_us, cell.pair.query_us); });
    }

    // Leaves out what unconnected pairs would make by chance. In noise a pair is expected to have `density` others
    // where the next of its chain may be, so noise of n pairs makes about n * density^(frames - 1) chains.
    void drop_chance(const std::vector<Cell>& cells) {
        std::vector<Stretches::Stretch> query;
        std::vector<Stretches::Stretch> known;
        for (const auto& [start, segment] : segments_) {
            if (segment.frames < kSolidFrames) continue;
            query.push_back({segment.query_start_us, segment.query_end_us});
            known.push_back({segment.known_start_us, segment.known_end_us});
        }
        const Stretches explained_query(std::move(query));
        const Stretches explained_known(std::move(known));
        std::vector<std::int64_t> noise_query;  // times of what is not explained
        std::vector<std::int64_t> noise_known;
        std::int64_t lowest = cells.front().known;
        std::int64_t highest = lowest;
        for (const Cell& cell : cells) {
            lowest = std::min(lowest, cell.known);
            highest = std::max(highest, cell.known);
            if (explained_query.cover(cell.pair.query_us) || explained_known.cover(cell.pair.known_us)) continue;
            noise_query.push_back(cell.pair.query_us);
            noise_known.push_back(cell.pair.known_us);
        }
        std::sort(noise_query.begin(), noise_query.end());
        std::sort(noise_known.begin(), noise_known.end());
        double window = 0;
        for (std::int64_t gap = 1; gap <= max_gap_; ++gap)
            window += static_cast<double>(std::min(2 * slack(gap, jitter_), gap + slack(gap, jitter_)) + 1);
        const double area = static_cast<double>(cells.back().query - cells.front().query + 1) *
                            static_cast<double>(highest - lowest + 1);
        std::erase_if(segments_, [&](const auto& found) {
            const Segment& segment = found.second;
            const auto frames = static_cast<double>(segment.frames);
            // Its own pairs are in both of its stretches.
            const double own = count_within(noise_query, segment.query_start_us, segment.query_end_us) +
                               count_within(noise_known, segment.known_start_us, segment.known_end_us);
            const double noise = static_cast<double>(noise_query.size()) - own + (own > frames ? frames : 0);
            return noise >= frames && noise * std::pow(noise * window / area, frames - 1) > options_.chance;
        });
    }

    static double count_within(const std::vector<std::int64_t>& times, std::int64_t first, std::int64_t last) {
        return static_cast<double>(std::upper_bound(times.begin(), times.end(), last) -
                                   std::lower_bound(times.begin(), times.end(), first));
    }

    const AlignOptions& options_;
    std::int64_t step_ = kAlignStepUs;  // microseconds
    std::int64_t max_gap_ = 0;          // steps
    std::int64_t jitter_ = 0;           // steps
    std::vector<Cell> cells_;
    std::vector<Column> columns_;
    std::vector<Chain> chains_;                 // one for each cell
    std::map<std::int64_t, Segment> segments_;  // by start in the query; none overlap
};

}  // namespace

std::int64_t align_step_of(std::int64_t query_us) noexcept {
    return query_us / kAlignStepUs;
}

bool begins_run(std::int64_t step_before, std::int64_t step, const AlignOptions& options) noexcept {
    return step - step_before > longest_gap(options.max_gap_us, kAlignStepUs);
}

std::vector<Segment> align(std::span<const FramePair> pairs, const AlignOptions& options) {
    std::vector<FramePair> sorted(pairs.begin(), pairs.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const FramePair& a, const FramePair& b) { return a.query_us < b.query_us; });
    std::vector<Segment> segments;
    for (std::size_t first = 0, next = 0; first < sorted.size(); first = next) {
        for (next = first + 1; next < sorted.size(); ++next) {
            if (begins_run(align_step_of(sorted[next - 1].query_us), align_step_of(sorted[next].query_us), options))
                break;
        }
        const std::vector<Segment> found = Aligner(std::span(sorted).subspan(first, next - first), options).run();
        segments.insert(segments.end(), found.begin(), found.end());
    }
    return segments;
}

}  // namespace tutela
