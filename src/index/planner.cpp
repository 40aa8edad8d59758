#include "index/planner.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "index/bk_tree.hpp"
#include "index/ring_filter.hpp"
#include "kernels/kernels.hpp"

namespace tutela {

namespace {

// The model's constants are from bench/bench_index.cpp: microseconds a search without a match, one thread, AVX-512,
// uniform lists, measured (and, in brackets, by the model):
//                                    flat             bk_tree          bk_forest
//     64 bits, radius 4, 1 million     62  (65)         18  (17)         0.19 (0.19)
//     64 bits, radius 8, 1 million     61  (65)         58  (49)         1.2  (1.8)
//     64 bits, radius 4, 10 million  1,780 (1,800)     272  (298)        0.38 (0.5)
//     256 bits, radius 31, 1 million  127  (130)       870  (780)        2.5  (2.6)
//     256 bits, radius 31, 10 million 3,500 (3,500) 13,400  (21,000)     6.8  (6.6)
// Other machines differ by factors that the engines share; the choices lie further apart.

// Nanoseconds a hash of a scan: of a list that stays in the cache, and of one that does not.
double scan_ns(std::size_t bits, std::size_t count) noexcept {
    constexpr std::size_t kCacheBytes = std::size_t{48} << 20;
    const bool cached = count * bits / 8 <= kCacheBytes;
    if (bits == 64) return cached ? 0.065 : 0.18;
    return cached ? 0.13 : 0.35;
}

// The part of the list that a BK-tree compares. A pivot leaves out what is not within the radius of the query's
// distance from it; that of two random hashes differs with a deviation of sqrt(bits / 2). Each level of the tree does
// so once; the depth, a fit, grows with the list.
double compared_part(std::size_t bits, std::size_t count, std::uint32_t radius) noexcept {
    const double within = std::erf((radius + 0.5) / std::sqrt(static_cast<double>(bits)));
    const double depth = 0.75 * std::log10(std::max(1.0, static_cast<double>(count) / 1000));
    return std::pow(within, depth);
}

// The hashes of a leaf lie side by side, but leaves do not: a scan of them is slower than a scan of all.
double tree_ns(std::size_t bits) noexcept {
    return bits == 64 ? 1.25 : 6;
}

template <std::size_t Bits>
double forest_us(std::size_t count, std::uint32_t radius, double flat_us) noexcept {
    constexpr double kProbeNs = 6;
    constexpr double kLineNs = 3.5;
    constexpr std::array<double, kMaxBandRadius + 1> kValuesAt = {1, 16, 120, 560, 1820};  // 16 over the distance
    if (radius > RingFilter<Bits>::kMaxRadius) return flat_us;
    const RingFilter<Bits> filter(radius);
    double probes = 0;
    for (std::size_t band = 0; band < RingFilter<Bits>::kBands; ++band) {
        for (int distance = 0; distance <= filter.threshold(band); ++distance)
            probes += kValuesAt[static_cast<std::size_t>(distance)];
    }
    const double entries = static_cast<double>(count) / 65536;
    const double lines =
        std::max(1 - std::exp(-entries), entries / kernels::kLineSketches + 0.5 * std::min(1.0, entries));
    return std::min(flat_us, probes * (kProbeNs + kLineNs * lines) / 1000);
}

// "2.6" or "130": two figures are more than such a model knows.
std::string figure(double us) {
    std::array<char, 32> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), us, std::chars_format::fixed, us < 10 ? 1 : 0);
    return {text.data(), end};
}

}  // namespace

SearchCost search_cost(std::size_t bits, std::size_t count, std::uint32_t radius) noexcept {
    SearchCost cost;
    cost.flat = scan_ns(bits, count) * static_cast<double>(count) / 1000;
    cost.bk_tree = cost.flat * tree_ns(bits) * compared_part(bits, count, radius);
    cost.bk_forest = bits == 64 ? forest_us<64>(count, radius, cost.flat) : forest_us<256>(count, radius, cost.flat);
    return cost;
}

Plan plan_engine(Engine asked, std::size_t bits, std::size_t count, std::optional<std::uint32_t> radius) {
    if (asked != Engine::automatic) return {asked, {}};
    const std::uint32_t planned = radius.value_or(usual_radius(bits));
    const SearchCost cost = search_cost(bits, count, planned);
    Plan plan{Engine::flat, {}};
    // A leaf is scanned: a tree of one is a scan.
    if (count > BkTree<64>::kLeafSize && cost.bk_tree < cost.flat) plan.engine = Engine::bk_tree;
    if (count >= kForestFrom && cost.bk_forest < std::min(cost.flat, cost.bk_tree)) plan.engine = Engine::bk_forest;
    plan.reason = "at radius " + std::to_string(planned) + " a search takes an estimated " + figure(cost.flat) +
                  " us by flat, " + figure(cost.bk_tree) + " by bk_tree and " + figure(cost.bk_forest) +
                  " by bk_forest";
    if (count < kForestFrom) plan.reason += ", which small lists do without for its memory";
    return plan;
}

}  // namespace tutela
