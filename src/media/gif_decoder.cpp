#include "media/gif_decoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/frame_sequence.hpp"
#include "media/gif_blocks.hpp"
#include "media/gif_pixels.hpp"

namespace tutela {

namespace {

constexpr std::size_t kPixelBytes = 3;
constexpr std::uint32_t kToBackground = 2;
constexpr std::uint32_t kToPrevious = 3;

using Color = std::array<std::uint8_t, kPixelBytes>;
using Palette = std::array<Color, 256>;

Palette make_palette(ByteSpan colors) noexcept {
    Palette palette{};
    if (!colors.empty()) {
        std::memcpy(palette.data(), colors.data(), std::min(colors.size(), sizeof palette));
        return palette;
    }
    for (std::size_t i = 0; i < palette.size(); ++i)
        palette[i].fill(static_cast<std::uint8_t>(i));
    return palette;
}

void fill(std::uint8_t* row, std::uint32_t pixels, const Color& color) noexcept {
    for (std::uint32_t x = 0; x < pixels; ++x)
        std::memcpy(row + x * kPixelBytes, color.data(), kPixelBytes);
}

class GifSource final : public FrameSequence {
public:
    GifSource(ByteSpan bytes, const DecodeLimits& limits) : FrameSequence(limits, Layers::over), walker_(bytes) {}
    Status open(const DecodeLimits& limits);

private:
    Result<bool> advance() override;
    Status make(Frame& frame) override;
    void look_ahead();
    void dispose() noexcept;
    Status grow(const Color& color);
    Status remember(const Palette& palette, std::size_t colors);
    void draw(const Palette& palette, std::uint32_t rows) noexcept;
    [[nodiscard]] std::uint32_t canvas_width() const noexcept { return canvas_.view().width; }
    [[nodiscard]] std::uint32_t canvas_height() const noexcept { return canvas_.view().height; }

    GifWalker walker_;
    GifImage image_;  // the frame at hand
    GifImage ahead_;  // the one after it
    bool has_ahead_ = false;
    bool timed_ = false;
    std::int64_t pts_us_ = 0;
    std::uint32_t width_ = 0;  // what the canvas must have by now
    std::uint32_t height_ = 0;
    GifPixels pixels_;
    Frame canvas_;
    bool drawn_ = false;  // something is on it
    // What the frame before leaves to do.
    GifImage last_;
    Color background_{};
    Frame saved_;
};

Status GifSource::open(const DecodeLimits& limits) {
    if (!walker_.has_header()) return Status(StatusCode::corrupt, "the GIF ends within its header");
    look_ahead();
    if (!has_ahead_) return Status(StatusCode::corrupt, "the GIF holds no image");
    info_.format = MediaFormat::gif;
    info_.width = width_ = std::max(walker_.width(), ahead_.x + ahead_.width);
    info_.height = height_ = std::max(walker_.height(), ahead_.y + ahead_.height);
    if (width_ == 0 || height_ == 0) return Status(StatusCode::corrupt, "the GIF has a side of 0");
    return check_pixels(width_, height_, limits);
}

void GifSource::look_ahead() {
    has_ahead_ = walker_.next(ahead_);
    if (walker_.met_garbage()) blame("the GIF has bytes between its blocks");
    if (!has_ahead_ && !walker_.ended_well()) blame("the GIF ends before its end marker");
}

Result<bool> GifSource::advance() {
    if (!has_ahead_) return false;
    image_ = ahead_;
    look_ahead();
    timed_ = timed_ || has_ahead_;
    name_frames(timed_);
    width_ = std::max(width_, image_.x + image_.width);
    height_ = std::max(height_, image_.y + image_.height);
    upcoming_ = {width_, height_, timed_ ? pts_us_ : kNoPts};
    pts_us_ += image_.delay_us;
    return true;
}

void GifSource::dispose() noexcept {
    const bool restore = last_.disposal == kToPrevious;
    if (last_.disposal != kToBackground && !restore) return;
    for (std::uint32_t y = 0; y < last_.height; ++y) {
        std::uint8_t* row = canvas_.row(last_.y + y) + last_.x * kPixelBytes;
        if (restore) {
            std::memcpy(row, saved_.row(y), last_.width * kPixelBytes);
        } else {
            fill(row, last_.width, background_);
        }
    }
    last_.disposal = 0;
}

// Makes the canvas as large as the frame at hand needs it; the new places get the colour.
Status GifSource::grow(const Color& color) {
    if (canvas_width() == width_ && canvas_height() == height_) return {};
    Frame larger;
    TUTELA_TRY(larger.reshape(width_, height_, PixelFormat::rgb24));
    const std::size_t kept = canvas_width() * kPixelBytes;
    for (std::uint32_t y = 0; y < height_; ++y) {
        const bool old = y < canvas_height();
        if (old && kept != 0) std::memcpy(larger.row(y), canvas_.row(y), kept);
        const std::uint32_t from = old ? canvas_width() : 0;
        fill(larger.row(y) + from * kPixelBytes, width_ - from, color);
    }
    canvas_ = std::move(larger);
    return {};
}

// Keeps what is needed to dispose of the frame at hand.
Status GifSource::remember(const Palette& palette, std::size_t colors) {
    last_ = image_;
    if (last_.width == 0 || last_.height == 0) last_.disposal = 0;
    // With nothing before the first frame there is nothing to restore: Pillow clears to the transparent colour, if any.
    if (last_.disposal == kToPrevious && !drawn_) last_.disposal = image_.has_transparency ? kToBackground : 0;
    const std::uint32_t index = image_.has_transparency ? image_.transparent_index : walker_.background_index();
    background_ =
        palette[drawn_ && colors != 0 && index >= colors ? 0 : index];  // the first frame is different in Pillow
    if (last_.disposal != kToPrevious) return {};
    TUTELA_TRY(saved_.reshape(last_.width, last_.height, PixelFormat::rgb24));
    for (std::uint32_t y = 0; y < last_.height; ++y)
        std::memcpy(saved_.row(y), canvas_.row(last_.y + y) + last_.x * kPixelBytes, last_.width * kPixelBytes);
    return {};
}

void GifSource::draw(const Palette& palette, std::uint32_t rows) noexcept {
    // On the first frame nothing shines through: its transparent places have the colour of their index.
    const bool shines_through = image_.has_transparency && drawn_;
    for (std::uint32_t y = 0; y < rows; ++y) {
        const std::uint8_t* indices = pixels_.indices.data() + std::size_t{y} * image_.width;
        std::uint8_t* row = canvas_.row(image_.y + y) + image_.x * kPixelBytes;
        for (std::uint32_t x = 0; x < image_.width; ++x) {
            if (shines_through && indices[x] == image_.transparent_index) continue;
            std::memcpy(row + x * kPixelBytes, palette[indices[x]].data(), kPixelBytes);
        }
    }
}

Status GifSource::make(Frame& frame) {
    const bool has_pixels = image_.width != 0 && image_.height != 0;
    pixels_.rows = 0;
    if (has_pixels) {
        TUTELA_TRY(unpack_gif(image_, pixels_));
        if (!image_.whole) {
            upcoming_.reason = "the GIF ends within its pixels";
        } else if (!pixels_.complete) {
            upcoming_.reason = "the GIF's data is damaged, or holds fewer rows than it announces";
        }
        if (pixels_.rows == 0) return Status(StatusCode::corrupt, upcoming_.reason);
    }
    const ByteSpan colors = image_.palette.empty() ? walker_.palette() : image_.palette;
    const Palette palette = make_palette(colors);
    if (!drawn_) {
        TUTELA_TRY(grow(palette[image_.has_transparency ? image_.transparent_index : 0]));
    } else {
        dispose();
        TUTELA_TRY(grow(image_.has_transparency ? Color{} : palette[0]));
    }
    TUTELA_TRY(remember(palette, colors.size() / kPixelBytes));
    draw(palette, pixels_.rows);
    drawn_ = true;
    upcoming_.rows_decoded = pixels_.rows == image_.height ? height_ : image_.y + pixels_.rows;
    const FrameView view = canvas_.view();
    TUTELA_TRY(frame.reshape(view.width, view.height, view.format));
    std::memcpy(frame.data(), view.data, view.stride_bytes * view.height);
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_gif(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<GifSource>(bytes, limits);
    TUTELA_TRY(source->open(limits));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
