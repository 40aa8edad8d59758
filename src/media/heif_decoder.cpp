#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/exif.hpp"
#include "media/frame_ledger.hpp"
#include "media/heif_codecs.hpp"
#include "media/heif_items.hpp"
#include "media/isobmff.hpp"

#include <libheif/heif.h>

namespace tutela {

namespace {

struct Release {
    void operator()(heif_context* context) const noexcept { heif_context_free(context); }
    void operator()(const heif_image_handle* handle) const noexcept { heif_image_handle_release(handle); }
    void operator()(const heif_image* image) const noexcept { heif_image_release(image); }
    void operator()(heif_decoding_options* options) const noexcept { heif_decoding_options_free(options); }
};
using Handle = std::unique_ptr<heif_image_handle, Release>;
using Image = std::unique_ptr<heif_image, Release>;

// A cut file is filled up by no more than this: where its boxes announce more, hardly a picture is left, or they lie.
constexpr std::uint64_t kMostPadding = 64U << 20;
std::uint64_t most_padding(std::uint64_t file_bytes) noexcept {
    return std::min(kMostPadding, std::max<std::uint64_t>(1U << 16, 16 * file_bytes));
}

// Tiles may be larger than the small picture that they make.
constexpr int kTileSide = 4096;

// Its numbers alone: of some errors libheif's text lies in memory that it has freed.
Status failure(const heif_error& error) {
    const std::string why = "libheif cannot read it (error " + std::to_string(static_cast<int>(error.code)) + '.' +
                            std::to_string(static_cast<int>(error.subcode)) + ')';
    switch (error.code) {
        case heif_error_Memory_allocation_error:
            return Status(
                error.subcode == heif_suberror_Security_limit_exceeded ? StatusCode::limit : StatusCode::out_of_memory,
                why);
        case heif_error_Unsupported_feature:
        case heif_error_Unsupported_filetype: return Status(StatusCode::unsupported, why);
        default: return Status(StatusCode::corrupt, why);
    }
}

// The file opened by libheif; of one that is cut off a copy that goes on with padding.
class HeifFile {
public:
    Status open(ByteSpan bytes, std::uint64_t announced, Padding padding);
    [[nodiscard]] bool ended_early() const noexcept { return ended_early_; }
    [[nodiscard]] std::vector<heif_item_id> pictures() const;
    Result<Handle> picture(heif_item_id id) const;
    // RGB, as the file wants it to be shown: cropped, turned and mirrored.
    Result<Image> decode(const heif_image_handle* handle) const;

private:
    std::vector<std::uint8_t> padded_;
    std::unique_ptr<heif_context, Release> context_;
    bool ended_early_ = false;
};

Status HeifFile::open(ByteSpan bytes, std::uint64_t announced, Padding padding) {
    ByteSpan source = bytes;
    if (announced > bytes.size()) {
        padded_.assign(bytes.begin(), bytes.end());
        const std::uint64_t more = std::min<std::uint64_t>(announced - bytes.size(), most_padding(bytes.size()));
        padded_.resize(bytes.size() + static_cast<std::size_t>(more));
        pad(padded_.data() + bytes.size(), static_cast<std::size_t>(more), padding, bytes.size());
        source = padded_;
    }
    context_.reset(heif_context_alloc());
    if (context_ == nullptr) return Status(StatusCode::out_of_memory, "not enough memory to decode the HEIF");
    heif_context_set_max_decoding_threads(context_.get(), 0);
    const heif_error error =
        heif_context_read_from_memory_without_copy(context_.get(), source.data(), source.size(), nullptr);
    ended_early_ = error.subcode == heif_suberror_End_of_data;
    // Items that lie past the end make an error, and the others can be had all the same.
    heif_item_id id = 0;
    if (heif_context_get_primary_image_ID(context_.get(), &id).code == heif_error_Ok) return {};
    return failure(error.code != heif_error_Ok ? error : heif_context_get_primary_image_ID(context_.get(), &id));
}

// The primary picture first.
std::vector<heif_item_id> HeifFile::pictures() const {
    heif_item_id primary = 0;
    heif_context_get_primary_image_ID(context_.get(), &primary);
    std::vector<heif_item_id> ids(
        static_cast<std::size_t>(std::max(0, heif_context_get_number_of_top_level_images(context_.get()))));
    const int count =
        heif_context_get_list_of_top_level_image_IDs(context_.get(), ids.data(), static_cast<int>(ids.size()));
    ids.resize(static_cast<std::size_t>(std::max(0, count)));
    std::erase(ids, primary);
    ids.insert(ids.begin(), primary);
    return ids;
}

Result<Handle> HeifFile::picture(heif_item_id id) const {
    heif_image_handle* handle = nullptr;
    const heif_error error = heif_context_get_image_handle(context_.get(), id, &handle);
    if (error.code != heif_error_Ok || handle == nullptr) return failure(error);
    return Handle(handle);
}

Result<Image> HeifFile::decode(const heif_image_handle* handle) const {
    const int side = std::max({heif_image_handle_get_width(handle), heif_image_handle_get_height(handle),
                               heif_image_handle_get_ispe_width(handle), heif_image_handle_get_ispe_height(handle)});
    heif_context_set_maximum_image_size_limit(context_.get(), std::max(side, kTileSide));
    const std::unique_ptr<heif_decoding_options, Release> options(heif_decoding_options_alloc());
    if (options == nullptr) return Status(StatusCode::out_of_memory, "not enough memory to decode the HEIF");
    options->convert_hdr_to_8bit = 1;
    options->decoder_id = HeifCodecs::name();
    heif_image* image = nullptr;
    const heif_error error =
        heif_decode_image(handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGB, options.get());
    if (error.code != heif_error_Ok || image == nullptr) return failure(error);
    return Image(image);
}

std::uint32_t exif_orientation_of(const heif_image_handle* handle, std::size_t file_bytes) {
    heif_item_id id = 0;
    if (heif_image_handle_get_list_of_metadata_block_IDs(handle, "Exif", &id, 1) < 1) return 0;
    const std::size_t size = heif_image_handle_get_metadata_size(handle, id);
    if (size < 4 || size > file_bytes) return 0;
    std::vector<std::uint8_t> block(size);
    if (heif_image_handle_get_metadata(handle, id, block.data()).code != heif_error_Ok) return 0;
    std::uint32_t skipped = 0;
    read_uint(block, 0, 4, ByteOrder::big, skipped);
    return exif_orientation(slice(block, std::size_t{4} + skipped, size));
}

Status take_pixels(const heif_image* image, Frame& frame) {
    int stride = 0;
    const std::uint8_t* pixels = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    const int width = heif_image_get_width(image, heif_channel_interleaved);
    const int height = heif_image_get_height(image, heif_channel_interleaved);
    if (pixels == nullptr || width <= 0 || height <= 0 || stride < width * 3) {
        return Status(StatusCode::corrupt, "no pixels");
    }
    TUTELA_TRY(
        frame.reshape(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), PixelFormat::rgb24));
    for (int y = 0; y < height; ++y)
        std::memcpy(frame.row(static_cast<std::uint32_t>(y)), pixels + static_cast<std::ptrdiff_t>(y) * stride,
                    frame.view().stride_bytes);
    return {};
}

class HeifSource final : public FrameSource {
public:
    HeifSource(ByteSpan bytes, const DecodeLimits& limits) : bytes_(bytes), limits_(limits), ledger_(limits) {}
    Status open(MediaFormat format);
    Result<bool> next(Frame& frame) override;

private:
    Result<bool> try_picture(heif_item_id id, Frame& frame);
    Status decode(const HeifFile& file, heif_item_id id, Padding padding, Frame& frame, std::string& fault) const;
    Result<std::uint32_t> rows_of_cut(heif_item_id id, const FrameView& frame) const;

    ByteSpan bytes_;
    DecodeLimits limits_;
    FrameLedger ledger_;
    std::uint64_t announced_ = 0;
    HeifFile file_;
    std::vector<heif_item_id> pictures_;
    std::uint32_t next_ = 0;
};

Status HeifSource::open(MediaFormat format) {
    info_.format = format;
    if (!all_items_configured(bytes_)) {
        return Status(StatusCode::corrupt, "the HEIF lacks the configuration of a picture");
    }
    announced_ = announced_bytes(bytes_);
    TUTELA_TRY(file_.open(bytes_, announced_, Padding::zeros));
    if (file_.ended_early() && announced_ <= bytes_.size()) {
        announced_ = bytes_.size() + most_padding(bytes_.size());  // the boxes fit, but not what they point to
        TUTELA_TRY(file_.open(bytes_, announced_, Padding::zeros));
    }
    pictures_ = file_.pictures();
    TUTELA_ASSIGN(const Handle primary, file_.picture(pictures_.front()));
    const int width = heif_image_handle_get_width(primary.get());
    const int height = heif_image_handle_get_height(primary.get());
    if (width <= 0 || height <= 0) return Status(StatusCode::corrupt, "the HEIF has a side of 0");
    info_.width = static_cast<std::uint32_t>(width);
    info_.height = static_cast<std::uint32_t>(height);
    info_.orientation = exif_orientation_of(primary.get(), bytes_.size());
    return check_pixels(info_.width, info_.height, limits_);
}

Result<bool> HeifSource::next(Frame& frame) {
    while (next_ < pictures_.size()) {
        facts_.index = next_++;
        auto given = try_picture(pictures_[facts_.index], frame);
        if (!given.ok()) {
            next_ = static_cast<std::uint32_t>(pictures_.size());
            ledger_.stop();
        }
        if (!given.ok() || given.value()) return given;
    }
    TUTELA_TRY(ledger_.end("the HEIF has no picture"));
    ledger_.close(damage_, {});
    return false;
}

// False for a picture that is left out.
Result<bool> HeifSource::try_picture(heif_item_id id, Frame& frame) {
    const auto handle = file_.picture(id);
    if (!handle.ok()) {
        ledger_.lose("picture", facts_.index, handle.status());
        return false;
    }
    const heif_image_handle* picture = handle.value().get();
    const auto side = [](int pixels) { return static_cast<std::uint32_t>(std::max(pixels, 1)); };
    TUTELA_TRY(check_pixels(side(heif_image_handle_get_ispe_width(picture)),
                            side(heif_image_handle_get_ispe_height(picture)), limits_));
    TUTELA_TRY(ledger_.admit(side(heif_image_handle_get_width(picture)), side(heif_image_handle_get_height(picture))));
    std::string fault;
    Status status = decode(file_, id, Padding::zeros, frame, fault);
    std::uint32_t rows = status.ok() ? frame.view().height : 0;
    if (status.ok() && announced_ > bytes_.size()) {
        fault = "the HEIF ends before its last box";
        TUTELA_ASSIGN(rows, rows_of_cut(id, frame.view()));
        frame.clear_rows_from(rows);
        if (rows == 0) status = Status(StatusCode::corrupt, fault);
    }
    if (status.code() == StatusCode::out_of_memory || status.code() == StatusCode::limit) return status;
    if (!status.ok()) {
        ledger_.lose("picture", facts_.index, status);
        return false;
    }
    damage_ = ledger_.given(std::move(fault), rows);
    return true;
}

Status HeifSource::decode(const HeifFile& file, heif_item_id id, Padding padding, Frame& frame,
                          std::string& fault) const {
    TUTELA_ASSIGN(const Handle handle, file.picture(id));
    HeifCodecs codecs(limits_.max_pixels, announced_ > bytes_.size(), padding);
    TUTELA_ASSIGN(const Image image, file.decode(handle.get()));
    if (!codecs.fault().empty()) fault = "the HEIF's data is damaged (" + codecs.fault() + ")";
    heif_error warning{};
    if (fault.empty() && heif_image_get_decoding_warnings(image.get(), 0, &warning, 1) > 0) {
        fault = "the HEIF's data is damaged (" + failure(warning).message() + ")";
    }
    TUTELA_TRY(take_pixels(image.get(), frame));
    const bool as_stated = frame.view().width == info_.width && frame.view().height == info_.height;
    if (as_stated || id != pictures_.front()) return {};
    return Status(StatusCode::corrupt, "the picture has not the size that the HEIF says");
}

// The rows that come out the same whatever follows the end of the file.
Result<std::uint32_t> HeifSource::rows_of_cut(heif_item_id id, const FrameView& frame) const {
    std::uint32_t rows = frame.height;
    for (const Padding padding : kOtherPaddings) {
        HeifFile file;
        Frame again;
        std::string fault;
        TUTELA_TRY(file.open(bytes_, announced_, padding));
        const Status status = decode(file, id, padding, again, fault);
        if (status.code() == StatusCode::out_of_memory) return status;
        const FrameView other = again.view();
        if (!status.ok() || other.height != frame.height || other.width != frame.width) return std::uint32_t{0};
        std::uint32_t same = 0;
        while (same < rows && std::memcmp(frame.row(same), other.row(same), frame.stride_bytes) == 0)
            ++same;
        rows = same;
    }
    return rows;
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_heif(ByteSpan bytes, const DecodeLimits& limits, MediaFormat format) {
    auto source = std::make_unique<HeifSource>(bytes, limits);
    TUTELA_TRY(source->open(format));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
