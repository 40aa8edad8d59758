#include "scan/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>

namespace tutela {

namespace {

constexpr std::size_t kNone = SIZE_MAX;
// What one step of disagreement between the times costs a chain, in frames: straight chains win.
constexpr double kBendCost = 0.05;

// A pair on the grid, and the best chain that ends in it.
struct Node {
    std::int64_t query = 0;  // steps
    std::int64_t known = 0;
    FramePair pair;
    double score = 0;
    std::size_t before = kNone;
    bool used = false;
};

// The nodes of one query time are nodes[first, last), by rising known time.
struct Column {
    std::int64_t query = 0;
    std::size_t first = 0;
    std::size_t last = 0;
};

class Aligner {
public:
    Aligner(std::span<const FramePair> pairs, const AlignOptions& options)
        : options_(options),
          max_gap_(std::max<std::int64_t>(options.max_gap_us / kAlignStepUs, 1)),
          jitter_(static_cast<double>(options.jitter_us) / kAlignStepUs) {
        put_on_grid(pairs);
        make_columns();
    }

    std::vector<Segment> run() {
        std::vector<Segment> segments;
        for (;;) {
            find_chains();
            const std::size_t end = best_end();
            if (end == kNone || nodes_[end].score < 1) return segments;
            const Segment segment = trace(end);
            if (segment.frames < options_.min_frames) return segments;
            if (segment.query_end_us - segment.query_start_us >= options_.min_length_us) segments.push_back(segment);
            retire(segment);
        }
    }

private:
    void put_on_grid(std::span<const FramePair> pairs) {
        nodes_.reserve(pairs.size());
        for (const FramePair& pair : pairs) {
            Node& node = nodes_.emplace_back();
            node.query = pair.query_us / kAlignStepUs;
            node.known = pair.known_us / kAlignStepUs;
            node.pair = pair;
        }
        std::sort(nodes_.begin(), nodes_.end(), [](const Node& a, const Node& b) {
            return std::tie(a.query, a.known, a.pair.distance_bits, a.pair.query_us, a.pair.known_us) <
                   std::tie(b.query, b.known, b.pair.distance_bits, b.pair.query_us, b.pair.known_us);
        });
        const auto same_cell = [](const Node& a, const Node& b) { return a.query == b.query && a.known == b.known; };
        nodes_.erase(std::unique(nodes_.begin(), nodes_.end(), same_cell), nodes_.end());
    }

    void make_columns() {
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (columns_.empty() || columns_.back().query != nodes_[i].query) columns_.push_back({nodes_[i].query, i, i});
            columns_.back().last = i + 1;
        }
    }

    // For each node the best chain that ends in it, column after column.
    void find_chains() {
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            for (std::size_t i = columns_[column].first; i < columns_[column].last; ++i) {
                Node& node = nodes_[i];
                node.score = node.used ? 0 : 1;
                node.before = kNone;
                if (!node.used) extend(node, column);
            }
        }
    }

    void extend(Node& node, std::size_t column) const {
        for (std::size_t c = column; c-- > 0;) {
            const std::int64_t gap = node.query - columns_[c].query;
            if (gap > max_gap_) return;
            const double slack = options_.speed_change * static_cast<double>(gap) + jitter_;
            const auto low = node.known - gap - static_cast<std::int64_t>(slack);
            const auto high = std::min(node.known, node.known - gap + static_cast<std::int64_t>(slack));
            auto at = std::lower_bound(nodes_.begin() + static_cast<std::ptrdiff_t>(columns_[c].first),
                                       nodes_.begin() + static_cast<std::ptrdiff_t>(columns_[c].last), low,
                                       [](const Node& other, std::int64_t known) { return other.known < known; });
            for (; at != nodes_.begin() + static_cast<std::ptrdiff_t>(columns_[c].last) && at->known <= high; ++at) {
                if (at->used) continue;
                const double bend = std::abs(static_cast<double>(node.known - at->known - gap));
                const double score = at->score + 1 - kBendCost * bend;
                if (score > node.score) {
                    node.score = score;
                    node.before = static_cast<std::size_t>(at - nodes_.begin());
                }
            }
        }
    }

    [[nodiscard]] std::size_t best_end() const {
        std::size_t best = kNone;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (!nodes_[i].used && (best == kNone || nodes_[i].score > nodes_[best].score)) best = i;
        }
        return best;
    }

    [[nodiscard]] Segment trace(std::size_t end) const {
        Segment segment;
        segment.query_end_us = nodes_[end].pair.query_us;
        segment.known_end_us = nodes_[end].pair.known_us;
        segment.least_distance_bits = nodes_[end].pair.distance_bits;
        for (std::size_t i = end; i != kNone; i = nodes_[i].before) {
            const FramePair& pair = nodes_[i].pair;
            segment.query_start_us = pair.query_us;
            segment.known_start_us = pair.known_us;
            segment.least_distance_bits = std::min(segment.least_distance_bits, pair.distance_bits);
            ++segment.frames;
        }
        return segment;
    }

    // That stretch of the query is explained.
    void retire(const Segment& segment) {
        for (Node& node : nodes_)
            node.used = node.used || (node.pair.query_us >= segment.query_start_us &&
                                      node.pair.query_us <= segment.query_end_us);
    }

    const AlignOptions options_;
    const std::int64_t max_gap_;  // steps
    const double jitter_;         // steps
    std::vector<Node> nodes_;
    std::vector<Column> columns_;
};

}  // namespace

std::vector<Segment> align(std::span<const FramePair> pairs, const AlignOptions& options) {
    return Aligner(pairs, options).run();
}

}  // namespace tutela
