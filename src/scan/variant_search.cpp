#include "scan/variant_search.hpp"

#include <algorithm>
#include <tuple>

#include "core/try.hpp"

namespace tutela {

Status VariantSearch::run(const Index<256>& index, std::span<const VariantHash> variants, std::uint32_t radius,
                          Finding& finding) {
    hits_.clear();
    for (const VariantHash& variant : variants) {
        TUTELA_TRY(index.search(variant.hash, radius, answer_));
        if (!answer_.empty()) merge(variant.id);
    }
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
        return std::tie(a.neighbor.distance_bits, a.neighbor.position) <
               std::tie(b.neighbor.distance_bits, b.neighbor.position);
    });
    finding.neighbors.clear();
    finding.variants.clear();
    finding.neighbors.reserve(hits_.size());
    finding.variants.reserve(hits_.size());
    for (const Hit& hit : hits_) {
        finding.neighbors.push_back(hit.neighbor);
        finding.variants.push_back(hit.variant);
    }
    return {};
}

void VariantSearch::merge(VariantId variant) {
    for (const Neighbor& neighbor : answer_)
        hits_.push_back({neighbor, variant});
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
        return std::tie(a.neighbor.position, a.neighbor.distance_bits, a.variant) <
               std::tie(b.neighbor.position, b.neighbor.distance_bits, b.variant);
    });
    const auto same = [](const Hit& a, const Hit& b) { return a.neighbor.position == b.neighbor.position; };
    hits_.erase(std::unique(hits_.begin(), hits_.end(), same), hits_.end());
}

}  // namespace tutela
