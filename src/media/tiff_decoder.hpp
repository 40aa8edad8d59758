// The pages of a camera's raw file that is built as a TIFF.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "media/bytes.hpp"
#include "media/frame_ledger.hpp"
#include "tutela/media.hpp"

namespace tutela {

// A JPEG that was given already, and whole.
struct GivenJpeg {
    std::uint64_t offset = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

// Those that open_tiff() would give, without the pages that are such a JPEG and nothing else. The samples of the sensor
// are no page, and what this build does not read is no loss: neither is a picture before it is developed. `ledger` goes
// on counting from the frames before.
Result<std::unique_ptr<FrameSource>> open_raw_pages(ByteSpan bytes, const DecodeLimits& limits,
                                                    const FrameLedger& ledger, std::vector<GivenJpeg> given);

}  // namespace tutela
