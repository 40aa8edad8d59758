#include "media/apng_decoder.hpp"

#include <zlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/try.hpp"
#include "media/canvas.hpp"
#include "media/frame_sequence.hpp"
#include "media/png_reader.hpp"

namespace tutela {

namespace {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

// A chunk of our own: length, type, data, checksum.
void put_chunk(Bytes& bytes, std::string_view type, ByteSpan data) {
    put(bytes, static_cast<std::uint32_t>(data.size()));
    const std::size_t start = bytes.size();
    bytes.insert(bytes.end(), type.begin(), type.end());
    bytes.insert(bytes.end(), data.begin(), data.end());
    put(bytes, static_cast<std::uint32_t>(crc32(0, bytes.data() + start, static_cast<uInt>(4 + data.size()))));
}

// What there is of a chunk of pixels that is cut off.
void put_cut_chunk(Bytes& bytes, const PngChunk& chunk, std::size_t skipped) {
    std::uint32_t length = 0;
    read_uint(chunk.all, 0, 4, ByteOrder::big, length);
    put(bytes, length - static_cast<std::uint32_t>(skipped));
    for (const char letter : std::string_view("IDAT"))
        bytes.push_back(static_cast<std::uint8_t>(letter));
    const ByteSpan data = chunk.data.subspan(skipped);
    bytes.insert(bytes.end(), data.begin(), data.end());
}

// What a frame control chunk says.
struct FrameControl {
    Region place;
    std::int64_t delay_us = 0;
    Disposal disposal = Disposal::keep;
    bool over = false;
    bool known = true;  // its operations are
};

// False when the chunk is too short.
bool parse_control(ByteSpan data, FrameControl& control) noexcept {
    std::uint32_t numerator = 0;
    std::uint32_t denominator = 0;
    std::uint32_t disposal = 0;
    std::uint32_t blend = 0;
    read_uint(data, 4, 4, ByteOrder::big, control.place.width);
    read_uint(data, 8, 4, ByteOrder::big, control.place.height);
    read_uint(data, 12, 4, ByteOrder::big, control.place.x);
    read_uint(data, 16, 4, ByteOrder::big, control.place.y);
    read_uint(data, 20, 2, ByteOrder::big, numerator);
    read_uint(data, 22, 2, ByteOrder::big, denominator);
    read_uint(data, 24, 1, ByteOrder::big, disposal);
    if (!read_uint(data, 25, 1, ByteOrder::big, blend)) return false;
    control.delay_us = std::int64_t{numerator} * 1'000'000 / (denominator == 0 ? 100 : denominator);
    control.disposal = disposal == 1 ? Disposal::clear : disposal == 2 ? Disposal::restore : Disposal::keep;
    control.over = blend == 1;
    control.known = disposal <= 2 && blend <= 1;
    return true;
}

// A frame as it lies in the file.
struct Layer {
    bool has_control = false;  // without one: a default image, which is no part of the animation
    FrameControl control = {};
    bool in_idat = false;
    bool has_pixels = false;
    std::size_t begin = 0;  // the chunks that hold its pixels, with others among them
    std::size_t end = 0;
};

class ApngSource final : public FrameSequence {
public:
    ApngSource(ByteSpan bytes, const DecodeLimits& limits, const PngChunks& chunks, const MediaInfo& info)
        : FrameSequence(limits, Layers::over), bytes_(bytes.first(chunks.useful_bytes)), chunks_(chunks) {
        info_ = info;
        if (!chunks.whole) blame("the PNG ends before its end chunk");
    }

private:
    Result<bool> advance() override;
    Status make(Frame& frame) override;
    bool belongs(const PngChunk& chunk);
    void take_control(const PngChunk& chunk);
    void take_pixels(const PngChunk& chunk);
    void check_sequence(const PngChunk& chunk);
    void close();
    [[nodiscard]] Bytes plain_png(const Region& place) const;
    Status decode(const Region& place);
    Status show(const FrameView& view, Frame& frame) const;

    ByteSpan bytes_;
    PngChunks chunks_;
    std::size_t at_ = kFirstPngChunk;
    bool pixels_came_ = false;      // of the first frame or the default image
    bool animation_began_ = false;  // fdAT came
    std::uint32_t sequence_ = 0;
    std::uint32_t frames_ = 0;  // of the animation
    std::int64_t pts_us_ = 0;
    Bytes colors_;  // the palette's and the transparency's chunks
    Layer layer_;
    Frame pixels_;
    Canvas canvas_;
    bool canvas_ready_ = false;
};

// Whether the chunk is of the frame at hand, or of none. The first one that is not begins the next frame.
bool ApngSource::belongs(const PngChunk& chunk) {
    if (chunk.is("fcTL")) return !layer_.has_control && !layer_.has_pixels;
    return true;
}

void ApngSource::check_sequence(const PngChunk& chunk) {
    std::uint32_t number = 0;
    read_uint(chunk.data, 0, 4, ByteOrder::big, number);
    if (number != sequence_) blame("the PNG's frames are not numbered in order");
    sequence_ = number + 1;
}

void ApngSource::take_control(const PngChunk& chunk) {
    check_sequence(chunk);
    layer_.has_control = parse_control(chunk.data, layer_.control);
    if (!layer_.has_control) blame("the PNG has a frame control chunk that is too short");
}

void ApngSource::take_pixels(const PngChunk& chunk) {
    if (chunk.is("fdAT")) {
        if (chunk.data.size() >= 4) check_sequence(chunk);
        animation_began_ = true;
        if (!layer_.has_control || layer_.in_idat) {
            blame("the PNG has pixels of a frame that it does not describe");
            return;
        }
    } else {
        if (animation_began_ || (pixels_came_ && !layer_.has_pixels)) {
            blame("the PNG has pixels of its default image at a wrong place");
            return;
        }
        pixels_came_ = true;
        layer_.in_idat = true;
    }
    if (!layer_.has_pixels) layer_.begin = at_ - chunk.all.size();
    layer_.has_pixels = true;
    layer_.end = at_;
}

Result<bool> ApngSource::advance() {
    layer_ = {};
    PngChunk chunk;
    std::size_t next = at_;
    while (next_png_chunk(bytes_, next, chunk)) {
        if (!belongs(chunk)) break;
        at_ = next;
        if (chunk.whole && !chunk.checksum_right()) blame("the PNG's data is damaged (a wrong checksum)");
        if (chunk.is("fcTL")) take_control(chunk);
        if (chunk.is("IDAT") || chunk.is("fdAT")) take_pixels(chunk);
        if (!pixels_came_ && (chunk.is("PLTE") || chunk.is("tRNS"))) {
            colors_.insert(colors_.end(), chunk.all.begin(), chunk.all.end());
        }
    }
    upcoming_ = {info_.width, info_.height};
    if (!layer_.has_pixels && !layer_.has_control) {
        if (frames_ != chunks_.announced_frames) blame("the PNG has another number of frames than it announces");
        return false;
    }
    if (!layer_.has_control) return true;
    ++frames_;
    upcoming_.pts_us = pts_us_;
    pts_us_ += layer_.control.delay_us;
    return true;
}

// The frame as a PNG of its own.
Bytes ApngSource::plain_png(const Region& place) const {
    Bytes png(bytes_.begin(), bytes_.begin() + kFirstPngChunk);
    Bytes header;
    put(header, place.width);
    put(header, place.height);
    const ByteSpan methods = bytes_.subspan(kFirstPngChunk + 16, 5);
    header.insert(header.end(), methods.begin(), methods.end());
    put_chunk(png, "IHDR", header);
    png.insert(png.end(), colors_.begin(), colors_.end());
    const ByteSpan chunks = bytes_.first(layer_.end);
    PngChunk chunk;
    std::size_t at = layer_.begin;
    while (next_png_chunk(chunks, at, chunk)) {
        if (!chunk.is(layer_.in_idat ? "IDAT" : "fdAT")) continue;
        const std::size_t skipped = layer_.in_idat ? 0 : std::min<std::size_t>(4, chunk.data.size());
        if (!chunk.whole) {  // the end of the file
            put_cut_chunk(png, chunk, skipped);
            return png;
        }
        if (layer_.in_idat) {
            png.insert(png.end(), chunk.all.begin(), chunk.all.end());
        } else {
            put_chunk(png, "IDAT", chunk.data.subspan(skipped));
        }
    }
    put_chunk(png, "IEND", {});
    return png;
}

Status ApngSource::decode(const Region& place) {
    TUTELA_TRY(pixels_.reshape(place.width, place.height, PixelFormat::bgra32));
    pixels_.clear_rows_from(0);
    PngHeader header = chunks_.header;
    header.width = place.width;
    header.height = place.height;
    PngReader reader(pixels_, header);
    reader.run(plain_png(place));
    if (reader.out_of_memory()) return Status(StatusCode::out_of_memory, "not enough memory to decode the PNG");
    if (reader.complaint()[0] != '\0') {
        upcoming_.reason = "the PNG's data is damaged (" + std::string(reader.complaint()) + ")";
    } else if (!reader.complete()) {
        upcoming_.reason = "the PNG holds fewer rows than the frame has";
    } else if (!layer_.control.known) {
        upcoming_.reason = "it asks for an operation that does not exist";
    }
    if (reader.rows() == 0) return Status(StatusCode::corrupt, upcoming_.reason);
    upcoming_.rows_decoded = reader.rows();
    return {};
}

Status ApngSource::show(const FrameView& view, Frame& frame) const {
    const bool gray = (chunks_.header.color_type & PNG_COLOR_MASK_COLOR) == 0;
    return drop_alpha(view, gray ? PixelFormat::gray8 : PixelFormat::rgb24, frame);
}

Status ApngSource::make(Frame& frame) {
    if (!layer_.has_pixels) return Status(StatusCode::corrupt, "it has no pixels");
    const Region whole{0, 0, info_.width, info_.height};
    const FrameControl& control = layer_.control;
    if (!layer_.in_idat && !control.place.lies_in(info_.width, info_.height)) {
        return Status(StatusCode::corrupt, "it does not lie in the picture");
    }
    const Region place = layer_.in_idat ? whole : control.place;  // the first frame must have the picture's size
    TUTELA_TRY(decode(place));
    if (!layer_.has_control) return show(pixels_.view(), frame);
    if (!canvas_ready_) TUTELA_TRY(canvas_.reset(info_.width, info_.height));
    canvas_ready_ = true;
    TUTELA_TRY(canvas_.begin(place, control.disposal));
    const std::uint32_t rows = upcoming_.rows_decoded;
    canvas_.lay(pixels_.view(), place, rows, control.over ? blend_rounded : nullptr);
    upcoming_.rows_decoded = rows == place.height ? info_.height : place.y + rows;
    return show(canvas_.view(), frame);
}

}  // namespace

std::unique_ptr<FrameSource> open_apng(ByteSpan bytes, const DecodeLimits& limits, const PngChunks& chunks,
                                       const MediaInfo& info) {
    return std::make_unique<ApngSource>(bytes, limits, chunks, info);
}

}  // namespace tutela
