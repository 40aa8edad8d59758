#include "index/bk_forest.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/try.hpp"
#include "index/engine.hpp"
#include "index/ring_filter.hpp"

namespace tutela {

namespace {

// A line costs as much as a scan of this many hashes (bench_index: 4 to 7 ns against 0.13 to 0.5 ns a hash of 256 bits,
// and
// 0.08 to 0.18 ns of 64 bits).
template <std::size_t Bits>
constexpr std::size_t kHashesALine = Bits == 256 ? 16 : 40;

// And so does a candidate (3.5 to 9 ns, when there are so many that it matters; hashes are then scanned from memory).
template <std::size_t Bits>
constexpr std::size_t kHashesACandidate = Bits == 256 ? 8 : 40;

constexpr std::size_t kRoundUp = 8;  // line numbers are written in groups of this many

// The probes of one band at one distance.
struct Segment {
    std::size_t band;
    int distance;
    std::size_t ranges_end;
};

// A posting that passed the filter.
struct Candidate {
    std::uint64_t place;
    std::size_t band;
};

// What a search needs, kept by each thread for the next one. It holds no list hash.
struct Scratch {
    std::vector<LineRange> ranges;
    std::vector<Segment> segments;
    std::vector<std::uint32_t> lines;
    std::vector<kernels::LineHit> line_hits;
    std::vector<Candidate> candidates;
    std::vector<std::uint32_t> positions;
    std::vector<kernels::Hit> hits;
};

Scratch& scratch_of_thread() {
    static thread_local Scratch scratch;
    return scratch;
}

template <typename T>
void make_room(std::vector<T>& vector, std::size_t size) {
    if (vector.size() < size) vector.resize(size);
}

std::size_t count_lines(const std::vector<LineRange>& ranges) noexcept {
    std::size_t count = 0;
    for (const LineRange& range : ranges)
        count += range.end - range.begin;
    return count;
}

// Writes the numbers of the range's lines from `out` on; up to kRoundUp - 1 more may be overwritten behind them.
std::uint32_t* expand(const LineRange& range, std::uint32_t* out) noexcept {
    const std::uint32_t count = range.end - range.begin;
    for (std::uint32_t done = 0; done < count; done += kRoundUp) {
        for (std::uint32_t i = 0; i < kRoundUp; ++i)
            out[done + i] = range.begin + done + i;
    }
    return out + count;
}

}  // namespace

// One search by bands, step by step.
template <std::size_t Bits>
struct BkForest<Bits>::Query {
    const BkForest& forest;
    const Hash<Bits>& hash;
    const SpreadHash<Bits>& query;  // the same
    std::uint32_t radius;
    RingFilter<Bits> filter;
    Scratch& scratch;

    // The ranges of lines of every probe; returns the number of lines.
    std::size_t gather() const {
        scratch.ranges.clear();
        scratch.segments.clear();
        for (std::size_t band = 0; band < kBands; ++band)
            forest.bands_[band].prefetch(query.bands[band], filter.threshold(band));
        for (std::size_t band = 0; band < kBands; ++band) {
            for (int distance = 0; distance <= filter.threshold(band); ++distance) {
                forest.bands_[band].find(query.bands[band], distance, scratch.ranges);
                scratch.segments.push_back({band, distance, scratch.ranges.size()});
            }
        }
        std::size_t first_range = 0;
        for (const Segment& segment : scratch.segments) {
            forest.bands_[segment.band].finish(
                std::span(scratch.ranges).subspan(first_range, segment.ranges_end - first_range));
            first_range = segment.ranges_end;
        }
        return count_lines(scratch.ranges);
    }

    // Scans the lines of all segments; the postings that pass become candidates. False when there are more than `most`
    // of them: then it gave up, so that a list made to pass the filter costs little more than two scans, and bounded
    // memory.
    bool scan_lines(std::size_t line_count, std::size_t most) const {
        make_room(scratch.lines, line_count + kernels::kLineLookAhead + kRoundUp);
        make_room(scratch.line_hits, line_count + 1);
        scratch.candidates.clear();
        std::uint32_t* end = scratch.lines.data();
        for (const LineRange& range : scratch.ranges)
            end = expand(range, end);
        // What lies ahead of the last line: any line at all.
        std::fill_n(end, kernels::kLineLookAhead, 0U);
        for (std::size_t i = 0; i < std::min(line_count, kernels::kLineLookAhead); ++i)
            __builtin_prefetch(forest.sketches_.data() + std::size_t{scratch.lines[i]} * kernels::kLineSketches);

        const std::uint32_t* lines = scratch.lines.data();
        std::size_t first_range = 0;
        for (const Segment& segment : scratch.segments) {
            std::size_t count = 0;
            for (; first_range < segment.ranges_end; ++first_range)
                count += scratch.ranges[first_range].end - scratch.ranges[first_range].begin;
            if (!scan_segment(segment, lines, count, most)) return false;
            lines += count;
        }
        return true;
    }

    bool scan_segment(const Segment& segment, const std::uint32_t* lines, std::size_t count, std::size_t most) const {
        const std::uint16_t sketch = query.bands[(segment.band + 1) % kBands];
        const std::uint32_t limit = filter.next_limit(segment.band, segment.distance);
        const std::size_t found =
            forest.kernels_.scan_lines(sketch, forest.sketches_.data(), lines, count, limit, scratch.line_hits.data());
        for (std::size_t i = 0; i < found; ++i) {
            const std::uint64_t first = std::uint64_t{scratch.line_hits[i].line} * kernels::kLineSketches;
            for (std::uint32_t mask = scratch.line_hits[i].mask; mask != 0; mask &= mask - 1) {
                const std::uint64_t place = first + static_cast<std::uint64_t>(std::countr_zero(mask));
                scratch.candidates.push_back({place, segment.band});
                __builtin_prefetch(forest.positions_.data() + place);
            }
            if (scratch.candidates.size() > most) return false;
        }
        return true;
    }

    // Compares the candidates' hashes; those within the radius are appended to `out`, each once.
    void verify(std::vector<Neighbor>& out) const {
        make_room(scratch.positions, scratch.candidates.size());
        make_room(scratch.hits, scratch.candidates.size() + 1);
        std::size_t count = 0;
        for (const Candidate& candidate : scratch.candidates) {
            const std::uint32_t position = forest.positions_[candidate.place];
            if (position >= forest.size()) continue;  // fills up a line, or comes from a crafted file
            __builtin_prefetch(forest.hashes_.data() + position);
            scratch.candidates[count].band = candidate.band;
            scratch.positions[count++] = position;
        }
        const auto scan = Bits == 64 ? forest.kernels_.scan_places64 : forest.kernels_.scan_places256;
        const std::size_t found =
            scan(hash.bytes.data(), forest.hash_bytes(), scratch.positions.data(), count, radius, scratch.hits.data());
        for (std::size_t i = 0; i < found; ++i) {
            const kernels::Hit& hit = scratch.hits[i];
            const std::uint32_t position = scratch.positions[hit.position];
            if (filter.is_first(scratch.candidates[hit.position].band, query, spread(forest.hashes_[position])))
                out.push_back({position, hit.distance_bits});
        }
    }
};

template <std::size_t Bits>
BkForest<Bits>::BkForest(std::span<const Hash<Bits>> hashes, Parts parts, Owner owner, std::string reason,
                         const kernels::Table& table)
    : reason_(std::move(reason)),
      kernels_(table),
      bands_(std::move(parts.bands)),
      hashes_(hashes),
      sketches_(parts.sketches),
      positions_(parts.positions),
      owner_(std::move(owner)) {}

template <std::size_t Bits>
ForestWork BkForest<Bits>::search_unsorted(const Hash<Bits>& query, std::uint32_t radius, bool may_scan_all,
                                           std::vector<Neighbor>& out) const {
    out.clear();
    const SpreadHash<Bits> bands = spread(query);
    ForestWork work;
    if (radius > RingFilter<Bits>::kMaxRadius) {
        work.scanned_all = true;
    } else {
        const Query search{*this, query, bands, radius, RingFilter<Bits>(radius), scratch_of_thread()};
        work.lines = search.gather();
        work.scanned_all = may_scan_all && work.lines * kHashesALine<Bits> > size();
        if (!work.scanned_all) {
            const std::size_t most =
                may_scan_all ? size() / kHashesACandidate<Bits> : std::numeric_limits<std::size_t>::max();
            work.scanned_all = !search.scan_lines(work.lines, most);
            work.candidates = search.scratch.candidates.size();
            if (!work.scanned_all) search.verify(out);
        }
    }
    if (work.scanned_all) scan_all(query, radius, out);
    return work;
}

template <std::size_t Bits>
void BkForest<Bits>::scan_all(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const {
    scan_range(scan_kernel<Bits>(kernels_), query.bytes.data(), hash_bytes(), sizeof query, 0, size(), radius,
               [&](std::size_t position, std::uint32_t distance_bits) {
                   out.push_back({static_cast<std::uint32_t>(position), distance_bits});
               });
}

template <std::size_t Bits>
Status BkForest<Bits>::search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const {
    TUTELA_TRY(check_radius(radius, Bits));
    search_unsorted(query, radius, true, out);
    sort_answer(out);
    return {};
}

template <std::size_t Bits>
std::size_t BkForest<Bits>::memory_bytes() const noexcept {
    std::size_t bytes = own_hashes_.bytes().size() + own_sketches_.bytes().size() + own_positions_.bytes().size();
    for (const BandDirectory& band : bands_)
        bytes += band.memory_bytes();
    return bytes;
}

template <std::size_t Bits>
std::string BkForest<Bits>::explain() const {
    const auto resolved = std::count_if(bands_.begin(), bands_.end(),
                                        [](const BandDirectory& band) { return band.form() == BandForm::resolved; });
    return explain_engine(engine(), size(), Bits, reason_) + "; " + std::to_string(resolved) + " of " +
           std::to_string(kBands) + " bands resolved, the others branching";
}

template class BkForest<64>;
template class BkForest<256>;

}  // namespace tutela
