#include <algorithm>
#include <cstring>
#include <vector>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/exif.hpp"
#include "media/inks.hpp"
#include "media/psd_sections.hpp"

namespace tutela {

namespace {

constexpr std::uint32_t kMostChannels = 56;
constexpr std::uint32_t kLongestSide = 300'000;
constexpr std::size_t kPaletteBytes = 768;
enum Compression : std::uint32_t { kRaw = 0, kPackBits = 1 };

// One row, until either end; what is missing is 0. False when the lengths do not fit.
bool unpack_bits(ByteSpan packed, std::uint8_t* row, std::size_t row_bytes) noexcept {
    std::size_t at = 0;
    std::size_t filled = 0;
    while (at < packed.size() && filled < row_bytes) {
        const std::uint8_t head = packed[at++];
        if (head == 128) continue;  // stands for nothing
        const bool run = head > 128;
        const std::size_t wanted = run ? 257U - head : head + 1U;
        const std::size_t count = std::min({wanted, row_bytes - filled, run ? wanted : packed.size() - at});
        if (run && at == packed.size()) break;
        if (run) {
            std::memset(row + filled, packed[at++], count);
        } else {
            std::memcpy(row + filled, packed.data() + at, count);
            at += count;
        }
        filled += count;
        if (count < wanted) break;
    }
    std::memset(row + filled, 0, row_bytes - filled);
    return filled == row_bytes;
}

class PsdSource final : public FrameSource {
public:
    PsdSource(ByteSpan bytes, const DecodeLimits& limits) noexcept : bytes_(bytes), limits_(limits) {}
    Status open();
    Result<bool> next(Frame& frame) override;

private:
    Status check_kind() const;
    Status decode(Frame& frame);
    Status find_rows();
    [[nodiscard]] std::uint32_t planes() const noexcept;
    [[nodiscard]] std::uint64_t composite_bytes() const noexcept;
    bool read_row(std::uint32_t plane, std::uint32_t y);
    void put_row(std::uint32_t plane, std::uint8_t* out) const;
    Status decode_thumbnail(Frame& frame, const Status& why);

    ByteSpan bytes_;
    DecodeLimits limits_;
    PsdSections sections_;
    std::uint32_t compression_ = kRaw;
    std::size_t row_bytes_ = 0;
    std::vector<std::uint8_t> row_;
    std::size_t counts_at_ = 0;  // PackBits: the length of the row at hand, and its data
    std::size_t data_at_ = 0;
    bool cut_ = false;
    bool done_ = false;
};

Status PsdSource::open() {
    sections_ = walk_psd(bytes_);
    if (!sections_.has_header) return Status(StatusCode::corrupt, "the PSD's header is damaged");
    info_.format = MediaFormat::psd;
    info_.width = sections_.width;
    info_.height = sections_.height;
    info_.orientation = exif_orientation(sections_.exif);
    if (info_.width == 0 || info_.height == 0 || sections_.channels == 0 || sections_.channels > kMostChannels ||
        info_.width > kLongestSide || info_.height > kLongestSide) {
        return Status(StatusCode::corrupt, "the PSD's header contradicts the format");
    }
    return check_pixels(info_.width, info_.height, limits_);
}

Result<bool> PsdSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    Status status =
        sections_.has_composite ? check_kind() : Status(StatusCode::unsupported, "a PSD without a composite");
    if (status.ok()) status = decode(frame);
    if (status.code() == StatusCode::corrupt || status.code() == StatusCode::unsupported) {
        status = decode_thumbnail(frame, status);
    }
    TUTELA_TRY(status);
    return true;
}

Status PsdSource::check_kind() const {
    const bool deep = sections_.depth == 8 || sections_.depth == 16;
    switch (sections_.mode) {
        case PsdMode::bitmap:
            if (sections_.depth == 1) return {};
            break;
        case PsdMode::indexed:
            if (sections_.depth == 8 && sections_.palette.size() >= kPaletteBytes) return {};
            break;
        case PsdMode::gray:
        case PsdMode::multichannel:
        case PsdMode::duotone:
            if (deep) return {};
            break;
        case PsdMode::rgb:
        case PsdMode::cmyk:
            if (deep && sections_.channels >= planes()) return {};
            break;
    }
    return Status(StatusCode::unsupported, "a PSD of colour mode " +
                                               std::to_string(static_cast<std::uint32_t>(sections_.mode)) + " and " +
                                               std::to_string(sections_.depth) + " bits");
}

// How many of the channels make the picture.
std::uint32_t PsdSource::planes() const noexcept {
    if (sections_.mode == PsdMode::rgb) return 3;
    return sections_.mode == PsdMode::cmyk ? 4 : 1;
}

Status PsdSource::find_rows() {
    const ByteSpan composite = sections_.composite;
    if (!read_uint(composite, 0, 2, ByteOrder::big, compression_)) {
        return Status(StatusCode::corrupt, "the PSD ends before its composite");
    }
    if (compression_ != kRaw && compression_ != kPackBits) {
        return Status(StatusCode::unsupported, "a PSD of compression " + std::to_string(compression_));
    }
    row_bytes_ = (std::size_t{info_.width} * sections_.depth + 7) / 8;
    counts_at_ = 2;
    data_at_ = 2;
    if (compression_ == kPackBits) {
        data_at_ += std::size_t{sections_.channels} * info_.height * (sections_.large ? 4 : 2);
    }
    return {};
}

Status PsdSource::decode(Frame& frame) {
    TUTELA_TRY(find_rows());
    const bool gray = planes() == 1 && sections_.mode != PsdMode::indexed;
    TUTELA_TRY(frame.reshape(info_.width, info_.height, gray ? PixelFormat::gray8 : PixelFormat::rgb24));
    frame.clear_rows_from(0);
    row_.assign(row_bytes_, 0);
    bool sound = true;
    for (std::uint32_t plane = 0; plane < planes() && !cut_; ++plane) {
        for (std::uint32_t y = 0; y < info_.height && !cut_; ++y) {
            sound = read_row(plane, y) && sound;
            if (cut_) break;
            put_row(plane, frame.row(y));
            if (plane == 0) damage_.rows_decoded = y + 1;
        }
    }
    if (cut_ || composite_bytes() > sections_.composite.size()) {
        damage_.reason = "the PSD ends within its composite";
    } else if (!sound) {
        damage_.reason = "the PSD's data is damaged (a row has another length than stated)";
    }
    damage_.damaged = !damage_.reason.empty();
    if (damage_.rows_decoded == 0) return Status(StatusCode::corrupt, damage_.reason);
    return {};
}

// With the planes that make no picture.
std::uint64_t PsdSource::composite_bytes() const noexcept {
    const std::uint64_t rows = std::uint64_t{sections_.channels} * info_.height;
    if (compression_ == kRaw) return 2 + rows * row_bytes_;
    const std::size_t count_bytes = sections_.large ? 4 : 2;
    std::uint64_t sum = 2 + rows * count_bytes;
    std::uint32_t count = 0;
    for (std::size_t at = 2; at < 2 + rows * count_bytes; at += count_bytes) {
        if (!read_uint(sections_.composite, at, count_bytes, ByteOrder::big, count)) break;
        sum += count;
    }
    return sum;
}

// Rows of all planes, in their order, to row_. False when its data is damaged.
bool PsdSource::read_row(std::uint32_t plane, std::uint32_t y) {
    const ByteSpan composite = sections_.composite;
    if (compression_ == kRaw) {
        const ByteSpan row = slice(composite, 2 + (std::size_t{plane} * info_.height + y) * row_bytes_, row_bytes_);
        cut_ = row.size() < row_bytes_;
        if (!cut_) std::memcpy(row_.data(), row.data(), row_bytes_);
        return !cut_;
    }
    const std::size_t count_bytes = sections_.large ? 4 : 2;
    std::uint32_t count = 0;
    cut_ = !read_uint(composite, counts_at_, count_bytes, ByteOrder::big, count);
    const ByteSpan packed = slice(composite, data_at_, count);
    cut_ = cut_ || packed.size() < count;
    if (cut_) return false;
    counts_at_ += count_bytes;
    data_at_ += count;
    return unpack_bits(packed, row_.data(), row_bytes_);
}

// The first plane of a coloured picture fills in for those after it, should they be missing. Inks are stored inverted.
void PsdSource::put_row(std::uint32_t plane, std::uint8_t* out) const {
    const std::size_t step = sections_.depth == 16 ? 2 : 1;  // the high byte comes first
    const std::uint8_t* palette = sections_.palette.data();
    for (std::size_t x = 0; x < info_.width; ++x) {
        const std::uint8_t sample = sections_.mode == PsdMode::bitmap ? 0 : row_[x * step];
        if (sections_.mode == PsdMode::bitmap) {
            out[x] = (row_[x / 8] >> (7 - x % 8) & 1) != 0 ? 0 : 255;
        } else if (sections_.mode == PsdMode::indexed) {
            for (std::size_t i = 0; i < 3; ++i)
                out[3 * x + i] = palette[256 * i + sample];
        } else if (planes() == 1) {
            out[x] = sample;
        } else if (plane == 0) {
            std::memset(out + 3 * x, sample, 3);
        } else if (plane < 3) {
            out[3 * x + plane] = sample;
        } else {
            for (std::size_t i = 0; i < 3; ++i)
                out[3 * x + i] = through_ink(out[3 * x + i], sample);
        }
    }
}

// Better a small picture than none; it lies before the layers, and the composite after them.
Status PsdSource::decode_thumbnail(Frame& frame, const Status& why) {
    if (sections_.thumbnail.empty()) return why;
    const auto jpeg = open_jpeg(sections_.thumbnail, limits_, DecodeMode::exact);
    if (!jpeg.ok()) return why;
    const auto given = jpeg.value()->next(frame);
    if (!given.ok() || !given.value()) return why;
    damage_ = {true, why.message() + ": this is its thumbnail", jpeg.value()->damage().rows_decoded};
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_psd(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<PsdSource>(bytes, limits);
    TUTELA_TRY(source->open());
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
