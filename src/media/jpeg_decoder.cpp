#include <algorithm>
#include <limits>
#include <vector>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/exif.hpp"
#include "media/inks.hpp"
#include "media/jpeg_markers.hpp"
#include "media/jpeg_reader.hpp"

#include <jerror.h>

namespace tutela {

namespace {

// A progressive picture of the greatest allowed size may have this many scans, smaller ones more: the time that an
// attacker's scans of nothing can cost stays bounded. Cameras and web tools write 4 to 12.
constexpr std::uint64_t kScansOfLargestPicture = 40;
// Rows between two looks at whether going on makes sense.
constexpr std::uint32_t kRowsAtOnce = 64;
// How often a decode that failed in a later scan begins anew without it. Once does, unless a segment imitates others.
constexpr int kMaxCuts = 3;

Status corrupt(std::string why) {
    return Status(StatusCode::corrupt, std::move(why));
}

Status unsupported_precision(const jpeg_decompress_struct& jpeg) {
    return Status(StatusCode::unsupported, "a JPEG of " + std::to_string(jpeg.data_precision) + " bits a sample");
}

std::uint64_t allowed_scans(const jpeg_decompress_struct& jpeg, const DecodeLimits& limits) noexcept {
    constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
    if (limits.max_pixels > kNone / kScansOfLargestPicture) return limits.max_jpeg_scans;
    const std::uint64_t pixels = std::max<std::uint64_t>(1, std::uint64_t{jpeg.image_width} * jpeg.image_height);
    return std::min<std::uint64_t>(limits.max_jpeg_scans, limits.max_pixels * kScansOfLargestPicture / pixels);
}

constexpr std::uint32_t reduced_side(std::uint32_t side, std::uint32_t denominator) noexcept {
    return side / denominator + (side % denominator != 0 ? 1 : 0);
}

// Whether no scan so far has brought a component: its table is kept when its first scan begins.
bool lacks_component(const jpeg_decompress_struct& jpeg) noexcept {
    return std::any_of(jpeg.comp_info, jpeg.comp_info + jpeg.num_components,
                       [](const jpeg_component_info& component) { return component.quant_table == nullptr; });
}

// Inks as they are stored in JPEG, 255 for none, to light: rgb = black - (255 - ink) * black / 255, rounded.
void multiply_out(const std::uint8_t* cmyk, std::uint8_t* rgb, std::uint32_t width) noexcept {
    for (std::uint32_t x = 0; x < width; ++x) {
        const std::uint32_t black = cmyk[4 * x + 3];
        for (std::uint32_t i = 0; i < 3; ++i)
            rgb[3 * x + i] = through_ink(cmyk[4 * x + i], black);
    }
}

class JpegSource final : public FrameSource {
public:
    JpegSource(ByteSpan bytes, const DecodeLimits& limits) noexcept : bytes_(bytes), limits_(limits) {}
    Status open(DecodeMode mode);
    Result<bool> next(Frame& frame) override;

private:
    Status make_reader(ByteSpan bytes);
    Status header_error() const;
    [[nodiscard]] FrameFacts plan(DecodeMode mode);
    bool decode_first_scan(Frame& frame);
    Status decode(Frame& frame);
    Status decode_once(Frame& frame);
    Status read_rows(Frame& frame);
    bool read_cmyk_rows(Frame& frame, std::uint32_t first, std::uint32_t count);
    [[nodiscard]] Status failure() const;
    [[nodiscard]] std::uint32_t rows_reached() const noexcept;
    void judge(std::uint32_t frame_height);

    ByteSpan bytes_;
    DecodeLimits limits_;
    std::unique_ptr<JpegReader> reader_;
    std::size_t first_scan_end_ = 0;  // when the mode is screen
    std::vector<std::uint8_t> cmyk_row_;
    std::string first_failure_;  // of a decode that was begun anew
    bool finished_ = true;       // the reader came to the picture's end without an error
    bool component_missing_ = false;
    bool done_ = false;
};

Status JpegSource::open(DecodeMode mode) {
    info_.format = MediaFormat::jpeg;
    TUTELA_TRY(make_reader(bytes_));
    const jpeg_decompress_struct& jpeg = reader_->facts();
    info_.width = jpeg.image_width;
    info_.height = jpeg.image_height;
    info_.orientation = exif_orientation(find_jpeg_exif(bytes_));
    if (jpeg.data_precision != 8) return unsupported_precision(jpeg);
    if (jpeg.num_components != 1 && jpeg.num_components != 3 && jpeg.num_components != 4) {
        return Status(StatusCode::unsupported,
                      "a JPEG with " + std::to_string(jpeg.num_components) + " colour components");
    }
    TUTELA_TRY(check_pixels(info_.width, info_.height, limits_));
    facts_ = plan(mode);
    return {};
}

// The frame that will be given when this mode is asked for.
FrameFacts JpegSource::plan(DecodeMode mode) {
    const jpeg_decompress_struct& jpeg = reader_->facts();
    const bool has_luma = jpeg.jpeg_color_space == JCS_YCbCr || jpeg.jpeg_color_space == JCS_GRAYSCALE;
    if (mode == DecodeMode::exact || !has_luma) return {};
    const std::uint32_t side = std::min(info_.width, info_.height);
    if (mode == DecodeMode::scaled) {
        for (const std::uint32_t denominator : {8U, 4U, 2U}) {
            if (reduced_side(side, denominator) >= kScaledMinSide) return {DecodeMode::scaled, denominator};
        }
    }
    if (mode == DecodeMode::screen && jpeg.progressive_mode && !jpeg.arith_code && side >= kScreenMinSide) {
        const auto scans = coarse_first_scans(bytes_, static_cast<std::uint32_t>(jpeg.num_components));
        if (scans && scans->count <= allowed_scans(jpeg, limits_)) {
            first_scan_end_ = scans->first_end;
            return {DecodeMode::screen, DCTSIZE};
        }
    }
    return {DecodeMode::luma, 1};
}

Status JpegSource::make_reader(ByteSpan bytes) {
    reader_.reset();  // first, so that two never hold memory at once
    reader_ = std::make_unique<JpegReader>(bytes);
    if (reader_->read_header()) return {};
    return header_error();
}

Status JpegSource::header_error() const {
    const jpeg_decompress_struct& jpeg = reader_->facts();
    switch (reader_->error_code()) {
        case JERR_OUT_OF_MEMORY: return failure();
        case JERR_SOF_UNSUPPORTED:
            return Status(StatusCode::unsupported, "a JPEG of a kind that this build does not read");
        case JERR_IMAGE_TOO_BIG: return Status(StatusCode::limit, "the JPEG has a side over 65500 pixels");
        case JERR_BAD_PRECISION:
            if (jpeg.data_precision != 12 && jpeg.data_precision != 16) break;
            return unsupported_precision(jpeg);
        case JERR_EMPTY_IMAGE:
            if (jpeg.image_width == 0 || jpeg.image_height != 0 || !has_jpeg_dnl(bytes_)) break;
            return Status(StatusCode::unsupported, "a JPEG that states its height after its pixels");
        default: break;
    }
    return corrupt("the JPEG's header is damaged (" + std::string(reader_->error_text()) + ")");
}

// What stopped a decode, as a status.
Status JpegSource::failure() const {
    switch (reader_->failure()) {
        case JpegReader::Failure::memory:
            return Status(StatusCode::out_of_memory, "not enough memory to decode the JPEG");
        case JpegReader::Failure::scans:
            return Status(StatusCode::limit, "the JPEG has more scans than the limit allows");
        default: break;
    }
    if (reader_->error_code() == JERR_ARITH_NOTIMPL) {
        return Status(StatusCode::unsupported, "a JPEG with arithmetic coding");
    }
    if (reader_->error_code() == JERR_NO_BACKING_STORE) {
        return Status(StatusCode::limit, "the JPEG would take more memory than its size explains");
    }
    return corrupt("the JPEG's data is damaged (" + std::string(reader_->error_text()) + ")");
}

Result<bool> JpegSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    if (facts_.mode == DecodeMode::screen) {
        if (decode_first_scan(frame)) return true;
        facts_ = {DecodeMode::luma, 1};
        finished_ = true;
        TUTELA_TRY(make_reader(bytes_));
    }
    const Status status = decode(frame);
    if (status.ok()) judge(frame.view().height);
    reader_.reset();
    if (!status.ok()) return status;
    if (damage_.rows_decoded == 0) return corrupt(damage_.reason);
    return true;
}

// The picture of the first scan alone. False when it has a fault, which a decode of the whole file will judge.
bool JpegSource::decode_first_scan(Frame& frame) {
    const bool decoded = make_reader(bytes_.first(first_scan_end_)).ok() && decode_once(frame).ok() && finished_;
    if (!decoded || reader_->warned() || reader_->gap().scan != 0) return false;
    damage_.rows_decoded = frame.view().height;
    reader_.reset();
    return true;
}

// A broken segment between two scans makes libjpeg give up, though the scans before it hold a picture. Then the
// picture is decoded again as if the file ended there.
Status JpegSource::decode(Frame& frame) {
    Status status = decode_once(frame);
    ByteSpan bytes = bytes_;
    for (int cuts = 0; status.code() == StatusCode::corrupt && cuts < kMaxCuts; ++cuts) {
        const std::size_t cut = last_jpeg_marker_before(bytes, reader_->offset());
        if (cut == 0) break;
        if (first_failure_.empty()) first_failure_ = status.message();
        bytes = bytes.first(cut);
        if (!make_reader(bytes).ok()) break;  // nothing but the header was whole
        status = decode_once(frame);
    }
    return status;
}

Status JpegSource::decode_once(Frame& frame) {
    const jpeg_decompress_struct& jpeg = reader_->facts();
    const JpegReader::Output output{facts_.mode != DecodeMode::exact, facts_.denominator};
    if (!reader_->start(allowed_scans(jpeg, limits_), output)) return failure();
    const bool gray = jpeg.out_color_space == JCS_GRAYSCALE;
    TUTELA_TRY(frame.reshape(jpeg.output_width, jpeg.output_height, gray ? PixelFormat::gray8 : PixelFormat::rgb24));
    TUTELA_TRY(read_rows(frame));
    component_missing_ = lacks_component(jpeg);  // asked first, as finishing frees what it looks at
    if (jpeg.output_scanline == jpeg.output_height) finished_ = reader_->finish();
    return {};
}

// Reads to the last row, or until it is clear that there is none.
Status JpegSource::read_rows(Frame& frame) {
    const bool cmyk = reader_->facts().out_color_space == JCS_CMYK;
    if (cmyk) cmyk_row_.resize(std::size_t{info_.width} * 4);
    const std::size_t stride = frame.view().stride_bytes;
    const std::uint32_t height = frame.view().height;
    for (std::uint32_t y = 0; y < height && rows_reached() > 0;) {
        const std::uint32_t count = std::min(kRowsAtOnce, height - y);
        const bool done = cmyk ? read_cmyk_rows(frame, y, count) : reader_->read_rows(frame.row(y), stride, count);
        if (!done) return failure();
        y += count;
    }
    return {};
}

bool JpegSource::read_cmyk_rows(Frame& frame, std::uint32_t first, std::uint32_t count) {
    for (std::uint32_t y = first; y < first + count; ++y) {
        if (!reader_->read_rows(cmyk_row_.data(), cmyk_row_.size(), 1)) return false;
        multiply_out(cmyk_row_.data(), frame.row(y), info_.width);
    }
    return true;
}

// How many rows have their data. In a picture of several scans these are the rows that any scan reached, as each scan
// adds detail or a colour to all of them.
std::uint32_t JpegSource::rows_reached() const noexcept {
    const JpegReader::Gap& gap = reader_->gap();
    const jpeg_decompress_struct& jpeg = reader_->facts();
    if (gap.scan != 1) return info_.height;
    const std::uint64_t band_rows = static_cast<std::uint64_t>(jpeg.max_v_samp_factor) * DCTSIZE;
    std::uint64_t rows = gap.band_row * band_rows;
    // The last row of a band takes colour from the next band when colour has fewer rows than luma.
    if (rows > 0 && jpeg.max_v_samp_factor > 1) --rows;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(rows, info_.height));
}

// Fills in damage_ after a decode to the end into `frame_height` rows. The rows that no data reached are gray, as
// libjpeg makes them and the field's tools show them.
void JpegSource::judge(std::uint32_t frame_height) {
    const std::uint32_t rows = rows_reached();
    // Of a reduced frame, the rows that are made of these alone; at least one, as in the other modes.
    damage_.rows_decoded =
        rows == info_.height ? frame_height : std::min(rows, std::max(1U, rows / facts_.denominator));
    if (!first_failure_.empty()) {
        damage_.reason = first_failure_;
    } else if (reader_->ended()) {
        damage_.reason = "the JPEG ends before its end marker";
    } else if (!finished_) {
        damage_.reason = failure().message();
    } else if (reader_->warned()) {
        damage_.reason = "the JPEG's data is damaged (" + std::string(reader_->warning_text()) + ")";
    } else if (component_missing_) {
        damage_.reason = "the JPEG lacks a colour component";
    }
    damage_.damaged = !damage_.reason.empty();
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_jpeg(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode) {
    auto source = std::make_unique<JpegSource>(bytes, limits);
    TUTELA_TRY(source->open(mode));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
