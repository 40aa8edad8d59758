#include "core/try.hpp"
#include "media/apng_decoder.hpp"
#include "media/decoders.hpp"
#include "media/exif.hpp"
#include "media/png_chunks.hpp"
#include "media/png_reader.hpp"

namespace tutela {

namespace {

class PngSource final : public FrameSource {
public:
    explicit PngSource(ByteSpan bytes) noexcept : bytes_(bytes) {}
    Status open(const DecodeLimits& limits);
    Result<bool> next(Frame& frame) override;
    [[nodiscard]] const PngChunks& chunks() const noexcept { return chunks_; }

private:
    Status decode(Frame& frame);

    ByteSpan bytes_;
    PngChunks chunks_;
    bool done_ = false;
};

Status PngSource::open(const DecodeLimits& limits) {
    chunks_ = walk_png(bytes_);
    if (chunks_.apple) return Status(StatusCode::unsupported, "Apple's private variant of PNG");
    if (!chunks_.has_header) return Status(StatusCode::corrupt, "the PNG has no valid header");
    if (!is_valid(chunks_.header)) return Status(StatusCode::corrupt, "the PNG's header contradicts the format");
    info_.format = MediaFormat::png;
    info_.width = chunks_.header.width;
    info_.height = chunks_.header.height;
    info_.orientation = exif_orientation(chunks_.exif);
    TUTELA_TRY(check_pixels(info_.width, info_.height, limits));
    if (info_.width > kMaxPngSide || info_.height > kMaxPngSide) {
        return Status(StatusCode::limit, "the PNG has a side over 1000000 pixels");
    }
    return {};
}

Result<bool> PngSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    TUTELA_TRY(decode(frame));
    return true;
}

Status PngSource::decode(Frame& frame) {
    const bool gray = (chunks_.header.color_type & PNG_COLOR_MASK_COLOR) == 0;
    TUTELA_TRY(frame.reshape(info_.width, info_.height, gray ? PixelFormat::gray8 : PixelFormat::rgb24));
    if (chunks_.header.interlaced) frame.clear_rows_from(0);  // passes are laid over each other
    PngReader reader(frame, chunks_.header);
    reader.run(bytes_.first(chunks_.useful_bytes));
    if (reader.out_of_memory()) return Status(StatusCode::out_of_memory, "not enough memory to decode the PNG");
    damage_.rows_decoded = reader.rows();
    if (!chunks_.whole) {
        damage_.reason = "the PNG ends before its end chunk";
    } else if (reader.complaint()[0] != '\0') {
        damage_.reason = "the PNG's data is damaged (" + std::string(reader.complaint()) + ")";
    } else if (!reader.complete()) {
        damage_.reason = "the PNG holds fewer rows than its header says";
    }
    damage_.damaged = !damage_.reason.empty();
    if (reader.rows() == 0) return Status(StatusCode::corrupt, damage_.reason);
    frame.clear_rows_from(reader.rows());
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_png(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<PngSource>(bytes);
    TUTELA_TRY(source->open(limits));
    if (source->chunks().animated) return open_apng(bytes, limits, source->chunks(), source->info());
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
