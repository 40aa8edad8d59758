#include "media/gif_pixels.hpp"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace tutela {

namespace {

using Bytes = std::vector<std::uint8_t>;

struct CloseGif {
    void operator()(GifFileType* gif) const noexcept { DGifCloseFile(gif, nullptr); }
};

struct Feed {
    Bytes bytes;
    std::size_t at = 0;
};

int read_feed(GifFileType* gif, GifByteType* out, int size) {
    Feed& feed = *static_cast<Feed*>(gif->UserData);
    const std::size_t count = std::min(static_cast<std::size_t>(size), feed.bytes.size() - feed.at);
    if (count != 0) std::memcpy(out, feed.bytes.data() + feed.at, count);
    feed.at += count;
    return static_cast<int>(count);
}

void put_little(Bytes& bytes, std::uint32_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value));
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
}

// The image as a GIF of its own. giflib then meets nothing else of the file; and as a block that is cut off is given a
// length that fits, and an end, it gives all rows that are there.
Bytes plain_gif(const GifImage& image) {
    Bytes gif{'G', 'I', 'F', '8', '9', 'a'};
    put_little(gif, image.width);
    put_little(gif, image.height);
    gif.insert(gif.end(), {0, 0, 0, ',', 0, 0, 0, 0});
    put_little(gif, image.width);
    put_little(gif, image.height);
    gif.push_back(0);
    gif.push_back(image.data[0]);
    std::size_t at = 1;
    while (at < image.data.size()) {
        const ByteSpan block = slice(image.data, at + 1, image.data[at]);
        at += 1 + std::size_t{image.data[at]};
        if (block.empty()) break;
        gif.push_back(static_cast<std::uint8_t>(block.size()));
        gif.insert(gif.end(), block.begin(), block.end());
    }
    gif.insert(gif.end(), {0, ';'});
    return gif;
}

struct Pass {
    std::uint32_t first = 0;
    std::uint32_t step = 1;
};
constexpr std::array<Pass, 4> kInterlacedPasses{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
constexpr std::array<Pass, 1> kOnePass{{{0, 1}}};

class Unpacker {
public:
    Unpacker(GifFileType* gif, GifPixels& pixels) noexcept
        : gif_(gif),
          pixels_(pixels),
          width_(static_cast<std::uint32_t>(gif->Image.Width)),
          height_(static_cast<std::uint32_t>(gif->Image.Height)) {}

    void run(std::span<const Pass> passes) {
        for (const Pass& pass : passes) {
            for (std::uint32_t y = pass.first; y < height_; y += pass.step)
                if (!read_row(y, passes.size() == 1 ? 1 : rows_stood_for(pass))) return;
        }
        pixels_.complete = true;
    }

private:
    // Until the later passes have come.
    static std::uint32_t rows_stood_for(const Pass& pass) noexcept { return pass.step - pass.first; }

    bool read_row(std::uint32_t y, std::uint32_t stands_for) {
        std::uint8_t* row = pixels_.indices.data() + std::size_t{y} * width_;
        if (DGifGetLine(gif_, row, static_cast<int>(width_)) != GIF_OK) {
            std::memset(row, 0, width_);  // unless a coarser one stood for it
            if (y > 0 && pixels_.rows > y) std::memcpy(row, row - width_, width_);
            return false;
        }
        const std::uint32_t end = std::min(y + stands_for, height_);
        for (std::uint32_t below = y + 1; below < end; ++below)
            std::memcpy(pixels_.indices.data() + std::size_t{below} * width_, row, width_);
        pixels_.rows = std::max(pixels_.rows, end);
        return true;
    }

    GifFileType* gif_;
    GifPixels& pixels_;
    std::uint32_t width_;
    std::uint32_t height_;
};

}  // namespace

Status unpack_gif(const GifImage& image, GifPixels& pixels) {
    pixels.rows = 0;
    pixels.complete = false;
    if (image.data.empty()) return {};
    pixels.indices.assign(std::size_t{image.width} * image.height, 0);
    Feed feed{plain_gif(image)};
    int error = 0;
    const std::unique_ptr<GifFileType, CloseGif> gif(DGifOpen(&feed, read_feed, &error));
    if (gif == nullptr) return Status(StatusCode::out_of_memory, "not enough memory to decode the GIF");
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(gif.get(), &record) != GIF_OK || DGifGetImageDesc(gif.get()) != GIF_OK) return {};
    Unpacker unpacker(gif.get(), pixels);
    image.interlaced ? unpacker.run(kInterlacedPasses) : unpacker.run(kOnePass);
    return {};
}

}  // namespace tutela
