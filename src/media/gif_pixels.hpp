// The indices of one image of a GIF, unpacked by giflib.
#pragma once

#include <cstdint>
#include <vector>

#include "media/gif_blocks.hpp"
#include "tutela/status.hpp"

namespace tutela {

struct GifPixels {
    std::vector<std::uint8_t> indices;  // width * height
    // From the top, those that have indices. Of an interlaced image the coarse ones too: each row also stands for those
    // below it that have not come.
    std::uint32_t rows = 0;
    bool complete = false;
};

// out_of_memory; whatever is wrong with the data costs rows. The image must have pixels.
Status unpack_gif(const GifImage& image, GifPixels& pixels);

}  // namespace tutela
