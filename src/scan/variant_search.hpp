// Looks up all variants of a picture, and keeps for each entry the one that is nearest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scan/finding.hpp"
#include "tutela/index.hpp"
#include "tutela/variants.hpp"

namespace tutela {

// Owns what a search reuses.
class VariantSearch {
public:
    // Sets `neighbors` and `variants` of the finding: each entry within the radius of a variant, once, nearest first,
    // equal distances by rising position. Of variants that are equally near, the first counts. What is held at a time
    // is at most two answers to one query, however many variants there are.
    Status run(const Index<256>& index, std::span<const VariantHash> variants, std::uint32_t radius, Finding& finding);

private:
    struct Hit {
        Neighbor neighbor;
        VariantId variant;
    };

    void merge(VariantId variant);

    std::vector<Neighbor> answer_;
    std::vector<Hit> hits_;
};

}  // namespace tutela
