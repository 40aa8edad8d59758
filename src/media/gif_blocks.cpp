#include "media/gif_blocks.hpp"

namespace tutela {

namespace {

constexpr std::size_t kHeaderBytes = 13;  // the version, the screen
constexpr std::uint32_t kHasPalette = 0x80;
constexpr std::uint32_t kInterlaced = 0x40;
constexpr std::uint32_t kHasTransparency = 1;
constexpr std::uint32_t kMicrosecondsOfDelay = 10'000;

std::size_t palette_bytes(std::uint32_t flags) noexcept {
    return (flags & kHasPalette) == 0 ? 0 : std::size_t{3} << ((flags & 7) + 1);
}

}  // namespace

GifWalker::GifWalker(ByteSpan bytes) noexcept : bytes_(bytes), has_header_(bytes.size() >= kHeaderBytes) {
    width_ = little(bytes, 6, 2);
    height_ = little(bytes, 8, 2);
    background_index_ = little(bytes, 11, 1);
    palette_ = slice(bytes, kHeaderBytes, palette_bytes(little(bytes, 10, 1)));
    at_ = kHeaderBytes + palette_bytes(little(bytes, 10, 1));
}

bool GifWalker::next(GifImage& image) noexcept {
    image = {};
    while (at_ < bytes_.size()) {
        const std::uint8_t kind = bytes_[at_++];
        if (kind == ',') return read_image(image);
        if (kind == '!') {
            read_extension(image);
        } else if (kind == ';') {
            ended_well_ = true;
            at_ = bytes_.size();
        } else if (kind != 0) {
            met_garbage_ = true;
        }
    }
    return false;
}

// An extension that is not whole ends the file, as all of the rest is read as its blocks.
void GifWalker::read_extension(GifImage& image) noexcept {
    const bool graphic_control = little(bytes_, at_, 1) == 0xf9 && little(bytes_, at_ + 1, 1) >= 4;
    const std::size_t block = at_ + 2;
    at_ += 1;
    if (!skip_blocks() || !graphic_control) return;
    const std::uint32_t flags = little(bytes_, block, 1);
    image.has_transparency = (flags & kHasTransparency) != 0;
    image.disposal = flags >> 2 & 7;
    image.delay_us = little(bytes_, block + 1, 2) * kMicrosecondsOfDelay;
    image.transparent_index = little(bytes_, block + 3, 1);
}

bool GifWalker::read_image(GifImage& image) noexcept {
    if (slice(bytes_, at_, 9).size() < 9) {
        at_ = bytes_.size();
        return false;
    }
    image.x = little(bytes_, at_, 2);
    image.y = little(bytes_, at_ + 2, 2);
    image.width = little(bytes_, at_ + 4, 2);
    image.height = little(bytes_, at_ + 6, 2);
    const std::uint32_t flags = bytes_[at_ + 8];
    image.interlaced = (flags & kInterlaced) != 0;
    image.palette = slice(bytes_, at_ + 9, palette_bytes(flags));
    const std::size_t data = at_ + 9 + palette_bytes(flags);
    at_ = data + 1;
    image.whole = skip_blocks();
    image.data = slice(bytes_, data, at_ - data);
    return true;
}

// Moves behind the empty block; false, and to the end of the file, when there is none.
bool GifWalker::skip_blocks() noexcept {
    while (at_ < bytes_.size()) {
        const std::size_t size = bytes_[at_];
        at_ += 1 + size;
        if (size == 0) return true;
    }
    at_ = bytes_.size();
    return false;
}

}  // namespace tutela
