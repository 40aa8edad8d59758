#include <algorithm>
#include <numeric>
#include <vector>

#include "core/try.hpp"
#include "tutela/index.hpp"
#include "tutela/vpdq.hpp"

namespace tutela {

namespace {

// The hashes that count: of equal ones the first, if its quality suffices.
std::vector<Hash256> hashes_of(std::span<const FrameHash> frames, std::int32_t min_quality) {
    std::vector<std::size_t> order(frames.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return frames[a].hash.bytes < frames[b].hash.bytes; });
    std::vector<Hash256> hashes;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const FrameHash& frame = frames[order[i]];
        const bool again = i > 0 && frames[order[i - 1]].hash == frame.hash;
        if (!again && frame.quality >= min_quality) hashes.push_back(frame.hash);
    }
    return hashes;
}

double percent_of(std::size_t part, std::size_t whole) noexcept {
    return static_cast<double>(part * 100) / static_cast<double>(whole);
}

}  // namespace

Result<VpdqComparison> compare_vpdq(std::span<const FrameHash> query, std::span<const FrameHash> compared,
                                    const VpdqOptions& options) {
    if (options.radius > Hash256::kBits) return Status(StatusCode::invalid_argument, "the radius is over 256 bits");
    const std::vector<Hash256> ours = hashes_of(query, options.min_quality);
    const std::vector<Hash256> theirs = hashes_of(compared, options.min_quality);
    VpdqComparison result{0, 0, ours.size(), theirs.size()};
    if (ours.empty() || theirs.empty()) return result;
    IndexOptions how;
    how.radius = options.radius;
    TUTELA_ASSIGN(const auto index, build_index<256>(theirs, how));
    std::vector<bool> met(theirs.size());
    std::vector<Neighbor> near;
    std::size_t matched = 0;
    for (const Hash256& hash : ours) {
        TUTELA_TRY(index->search(hash, options.radius, near));
        matched += near.empty() ? 0 : 1;
        for (const Neighbor& neighbor : near)
            met[neighbor.position] = true;
    }
    result.query_match_percent = percent_of(matched, ours.size());
    result.compared_match_percent =
        percent_of(static_cast<std::size_t>(std::count(met.begin(), met.end(), true)), theirs.size());
    return result;
}

}  // namespace tutela
