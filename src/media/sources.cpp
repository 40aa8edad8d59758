// What all decoders have in common.
#include <string>

#include "core/try.hpp"
#include "media/decoders.hpp"

namespace tutela {

FrameSource::~FrameSource() = default;
ArchiveSource::~ArchiveSource() = default;
Decoder::~Decoder() = default;

void Decoder::decode_ahead(std::span<const std::span<const std::uint8_t>> /*files*/, const DecodeLimits& /*limits*/,
                           DecodeMode /*mode*/) {}

Result<bool> FrameSource::next_view(Frame& scratch, FrameView& view) {
    TUTELA_ASSIGN(const bool more, next(scratch));
    if (more) view = scratch.view();
    return more;
}

std::string_view decode_mode_name(DecodeMode mode) noexcept {
    switch (mode) {
        case DecodeMode::exact: return "exact";
        case DecodeMode::luma: return "luma";
        case DecodeMode::scaled: return "scaled";
        case DecodeMode::screen: return "screen";
    }
    return "unknown";
}

Status check_pixels(std::uint32_t width, std::uint32_t height, const DecodeLimits& limits) {
    if (std::uint64_t{width} * height <= limits.max_pixels) return {};
    return Status(StatusCode::limit, "the picture has " + std::to_string(width) + " x " + std::to_string(height) +
                                         " pixels, over the limit of " + std::to_string(limits.max_pixels));
}

}  // namespace tutela
