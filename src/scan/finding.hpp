// What the bytes of a picture alone decide; everything else in a row belongs to the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tutela/hash.hpp"
#include "tutela/index.hpp"
#include "tutela/media.hpp"
#include "tutela/report.hpp"
#include "tutela/variants.hpp"

namespace tutela {

struct Finding {
    Outcome outcome = Outcome::corrupt;
    std::string reason;
    bool damaged = false;
    std::string damage_reason;
    MediaInfo info;
    std::optional<DecodeMode> decode;  // of the frame that was hashed, or was too small for that
    std::optional<std::int32_t> quality;
    std::optional<Hash256> hash;
    std::optional<Hash64> hash64;     // of ScanOptions::hash64
    std::optional<Hash64> phash;      // of a match that is to be confirmed
    std::vector<Neighbor> neighbors;  // nearest first; positions in the list
    std::vector<VariantId> variants;  // for each neighbor, which variant of the picture is that near

    [[nodiscard]] bool has_hash() const noexcept { return hash.has_value(); }
};

}  // namespace tutela
