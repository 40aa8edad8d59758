// Pictures of the codecs as those of libheif.
#pragma once

#include <libheif/heif.h>

#include <cstddef>
#include <cstdint>

namespace tutela {

inline constexpr heif_error kHeifOk = {heif_error_Ok, heif_suberror_Unspecified, "ok"};

inline heif_error heif_failure(const char* text) noexcept {
    return {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, text};
}

struct HeifPlane {
    const std::uint8_t* data = nullptr;
    std::size_t stride_bytes = 0;
};

// What the bitstream says about its colours, in the numbers of ISO 23091-2.
struct HeifColors {
    std::uint16_t primaries = 2;
    std::uint16_t transfer = 2;
    std::uint16_t matrix = 2;
    bool full_range = false;
};

struct HeifPicture {
    int width = 0;
    int height = 0;
    int bits = 8;
    heif_chroma chroma = heif_chroma_420;
    HeifPlane planes[3];
    HeifColors colors;
};

// A copy; null when there is no memory or the picture is no picture.
heif_image* make_heif_image(const HeifPicture& picture) noexcept;

// Sides of a chroma plane.
[[nodiscard]] int chroma_width(int width, heif_chroma chroma) noexcept;
[[nodiscard]] int chroma_height(int height, heif_chroma chroma) noexcept;

}  // namespace tutela
