#include <algorithm>
#include <string_view>
#include <vector>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/frame_ledger.hpp"
#include "media/isobmff.hpp"
#include "media/tiff_decoder.hpp"
#include "media/tiff_directories.hpp"

namespace tutela {

namespace {

// Places that look like a JPEG: up to five previews, by chance one in 16 million bytes of samples, and each tile of
// those that are JPEGs of the lossless kind. A header with segments of any length is read of the first few alone.
constexpr std::size_t kMostStarts = 4096;
constexpr std::size_t kMostLongHeaders = 200;
constexpr std::size_t kShortHeader = std::size_t{1} << 20;
// EXIF's thumbnails are of 160 x 120.
constexpr std::uint32_t kThumbnailSide = 128;
constexpr char kRawEndsEarly[] = "the raw file is shorter than it says";
constexpr char kTooMany[] = "more places in the raw file look like a JPEG than are looked at";

bool is_tiff(ByteSpan bytes) noexcept {
    for (const std::string_view magic : {std::string_view("II*\0", 4), std::string_view("MM\0*", 4),
                                         std::string_view("II+\0", 4), std::string_view("MM\0+", 4)}) {
        if (has_text(bytes, 0, magic)) return true;
    }
    return false;
}

// Where the file should end; 0 when it does not say.
std::uint64_t announced(ByteSpan bytes) {
    if (has_text(bytes, 4, "ftyp")) return announced_bytes(bytes);
    if (has_text(bytes, 0, "II") || has_text(bytes, 0, "MM")) return announced_tiff_bytes(bytes);
    if (!has_text(bytes, 0, "FUJIFILM")) return 0;
    std::uint64_t end = 0;
    for (const std::size_t at : {84U, 92U, 100U}) {  // preview, tags, samples
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
        if (!read_uint(bytes, at, 4, ByteOrder::big, offset) || !read_uint(bytes, at + 4, 4, ByteOrder::big, size)) {
            return bytes.size() + std::uint64_t{1};
        }
        end = std::max(end, std::uint64_t{offset} + size);
    }
    return end;
}

struct Preview {
    ByteSpan bytes;  // from its first byte to the end of the file
    MediaInfo info;
};

struct Previews {
    std::vector<Preview> found;  // the largest first
    Status over_limit;           // of the first that is too large
    bool more = false;           // than were looked at
};

// The JPEGs in the file that this build reads. Raw samples may be a JPEG too, of the lossless kind, which it does not
// read.
Previews find_previews(ByteSpan bytes, const DecodeLimits& limits) {
    constexpr std::uint8_t kStart[] = {0xff, 0xd8, 0xff};
    Previews previews;
    std::size_t starts = 0;
    for (auto at = bytes.begin();; ++at, ++starts) {
        at = std::search(at, bytes.end(), std::begin(kStart), std::end(kStart));
        if (at == bytes.end()) break;
        previews.more = starts == kMostStarts;
        if (previews.more) break;
        const ByteSpan rest = bytes.subspan(static_cast<std::size_t>(at - bytes.begin()));
        const ByteSpan header = starts < kMostLongHeaders ? rest : rest.first(std::min(rest.size(), kShortHeader));
        const auto jpeg = open_jpeg(header, limits, DecodeMode::exact);
        if (jpeg.ok()) {
            previews.found.push_back({rest, jpeg.value()->info()});
        } else if (jpeg.status().code() == StatusCode::limit && previews.over_limit.ok()) {
            previews.over_limit = jpeg.status();
        }
    }
    const auto pixels = [](const Preview& preview) { return std::uint64_t{preview.info.width} * preview.info.height; };
    std::stable_sort(previews.found.begin(), previews.found.end(),
                     [&](const Preview& a, const Preview& b) { return pixels(a) > pixels(b); });
    return previews;
}

class RawSource final : public FrameSource {
public:
    RawSource(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode) noexcept
        : bytes_(bytes), limits_(limits), mode_(mode), ledger_(limits) {}
    Status open();
    Result<bool> next(Frame& frame) override;

private:
    Result<bool> next_preview(Frame& frame);
    Result<bool> next_page(Frame& frame);
    [[nodiscard]] bool is_wanted(const Preview& preview) const noexcept;
    [[nodiscard]] DecodeMode mode_of_next() const noexcept;
    Result<bool> decode(const Preview& preview, Frame& frame);
    Result<bool> end(const Status& status);
    void blame_file();

    ByteSpan bytes_;
    DecodeLimits limits_;
    DecodeMode mode_;
    FrameLedger ledger_;
    Previews previews_;
    const char* file_fault_ = "";
    std::size_t next_ = 0;     // among the previews
    std::uint32_t count_ = 0;  // of those tried
    std::vector<GivenJpeg> whole_;
    std::unique_ptr<FrameSource> pages_;
    bool done_ = false;
};

Status RawSource::open() {
    previews_ = find_previews(bytes_, limits_);
    if (announced(bytes_) > bytes_.size()) {
        file_fault_ = kRawEndsEarly;
    } else if (previews_.more) {
        file_fault_ = kTooMany;
    }
    const bool none = previews_.found.empty();
    if (!previews_.over_limit.ok()) {
        if (none && !is_tiff(bytes_)) return previews_.over_limit;
        ledger_.lose("preview", count_++, previews_.over_limit);
    }
    if (none && !is_tiff(bytes_)) {
        return Status(StatusCode::unsupported, "a camera's raw file without a preview that this build reads");
    }
    TiffDirectory directory;
    const TiffWalker walker(bytes_);
    const bool read = walker.read(walker.first(), directory);
    if (none) {
        if (!read) return Status(StatusCode::corrupt, "the raw file has neither a preview nor a directory");
        info_.width = directory.width;
        info_.height = directory.height;
    } else {
        info_ = previews_.found.front().info;
    }
    info_.format = MediaFormat::raw;
    if (read && directory.orientation != 0) info_.orientation = directory.orientation;
    return {};
}

Result<bool> RawSource::next(Frame& frame) {
    if (done_) return false;
    while (next_ < previews_.found.size()) {
        const Result<bool> given = next_preview(frame);
        if (!given.ok()) return end(given.status());
        if (given.value()) return true;
    }
    return is_tiff(bytes_) ? next_page(frame) : end(ledger_.end("the raw file has no picture"));
}

bool RawSource::is_wanted(const Preview& preview) const noexcept {
    return !ledger_.has_given() || std::min(preview.info.width, preview.info.height) >= kThumbnailSide;
}

// A reduced frame is hashed as one of the file's size, which is the first preview's. A first scan must not decide about
// a file that has more to show.
DecodeMode RawSource::mode_of_next() const noexcept {
    const bool reduced = mode_ == DecodeMode::screen || (mode_ == DecodeMode::scaled && next_ > 0);
    return reduced ? DecodeMode::luma : mode_;
}

// False for one that is left out.
Result<bool> RawSource::next_preview(Frame& frame) {
    const Preview& preview = previews_.found[next_];
    if (!is_wanted(preview)) {
        ++next_;
        return false;
    }
    TUTELA_TRY(ledger_.admit(preview.info.width, preview.info.height));
    Result<bool> given = decode(preview, frame);
    ++next_;
    if (!given.ok() && given.status().code() == StatusCode::out_of_memory) return given;
    if (!given.ok()) ledger_.lose("preview", count_, given.status());
    ++count_;
    return given.ok();
}

Result<bool> RawSource::decode(const Preview& preview, Frame& frame) {
    TUTELA_ASSIGN(const auto jpeg, open_jpeg(preview.bytes, limits_, mode_of_next()));
    TUTELA_TRY(jpeg->next(frame).status());
    facts_ = jpeg->facts();
    facts_.index = count_;
    std::string fault = jpeg->damage().reason;
    if (fault.empty()) {
        const auto offset = static_cast<std::uint64_t>(preview.bytes.data() - bytes_.data());
        whole_.push_back({offset, preview.info.width, preview.info.height});
    }
    damage_ = ledger_.given(std::move(fault), jpeg->damage().rows_decoded);
    blame_file();
    return true;
}

Result<bool> RawSource::next_page(Frame& frame) {
    if (pages_ == nullptr) {
        auto pages = open_raw_pages(bytes_, limits_, ledger_, std::move(whole_));
        if (!pages.ok()) {
            ledger_.lose("page", 0, pages.status());
            return end(ledger_.end(""));
        }
        pages_ = std::move(pages).value();
    }
    const Result<bool> given = pages_->next(frame);
    if (given.ok() && given.value()) {
        facts_ = pages_->facts();
        facts_.index += count_;
        damage_ = pages_->damage();
        blame_file();
        return true;
    }
    if (damage_.reason.empty()) damage_.reason = pages_->damage().reason;
    return end(given.status());
}

Result<bool> RawSource::end(const Status& status) {
    done_ = true;
    ledger_.close(damage_, file_fault_);
    damage_.damaged = !damage_.reason.empty();
    if (!status.ok()) return status;
    return false;
}

void RawSource::blame_file() {
    if (!damage_.reason.empty() || file_fault_[0] == '\0') return;
    damage_.reason = file_fault_;
    damage_.damaged = true;
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_raw(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode) {
    auto source = std::make_unique<RawSource>(bytes, limits, mode);
    TUTELA_TRY(source->open());
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
