// The sections of a Photoshop document (PSD, and PSB for large ones), found without decoding any.
#pragma once

#include <cstdint>

#include "media/bytes.hpp"

namespace tutela {

enum class PsdMode : std::uint32_t {
    bitmap = 0,
    gray = 1,
    indexed = 2,
    rgb = 3,
    cmyk = 4,
    multichannel = 7,
    duotone = 8
};

struct PsdSections {
    bool has_header = false;
    bool large = false;  // PSB
    std::uint32_t channels = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t depth = 0;
    PsdMode mode = PsdMode::rgb;
    ByteSpan palette;    // 256 red, 256 green, 256 blue
    ByteSpan exif;       // empty when there is none
    ByteSpan thumbnail;  // a JPEG
    // False when the program that wrote the file left the composite out; then it is blank.
    bool has_composite = true;
    ByteSpan composite;  // from its kind of compression to the end of the file; empty when the file ends before
};

// Linear in the number of image resources. Thread-safe.
[[nodiscard]] PsdSections walk_psd(ByteSpan bytes) noexcept;

}  // namespace tutela
