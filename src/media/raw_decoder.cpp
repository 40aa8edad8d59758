#include <algorithm>
#include <string_view>
#include <vector>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/isobmff.hpp"
#include "media/tiff_directories.hpp"

namespace tutela {

namespace {

// Cameras put in up to five; by chance the three bytes that start one occur once in 16 million.
constexpr std::size_t kMostStarts = 200;
constexpr std::size_t kMostPreviews = 8;
constexpr char kEndsEarly[] = "the raw file is shorter than it says";

bool is_tiff(ByteSpan bytes) noexcept {
    return has_text(bytes, 0, std::string_view("II*\0", 4)) || has_text(bytes, 0, std::string_view("MM\0*", 4));
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

// The JPEGs in the file that this build reads, the largest first. Raw samples may be a JPEG too, of the lossless kind,
// which it does not read.
std::vector<Preview> find_previews(ByteSpan bytes, const DecodeLimits& limits) {
    constexpr std::uint8_t kStart[] = {0xff, 0xd8, 0xff};
    std::vector<Preview> found;
    std::size_t starts = 0;
    for (auto at = bytes.begin(); starts < kMostStarts; ++at, ++starts) {
        at = std::search(at, bytes.end(), std::begin(kStart), std::end(kStart));
        if (at == bytes.end()) break;
        const ByteSpan rest = bytes.subspan(static_cast<std::size_t>(at - bytes.begin()));
        const auto jpeg = open_jpeg(rest, limits, DecodeMode::exact);
        if (jpeg.ok()) found.push_back({rest, jpeg.value()->info()});
    }
    const auto pixels = [](const Preview& preview) { return std::uint64_t{preview.info.width} * preview.info.height; };
    std::stable_sort(found.begin(), found.end(),
                     [&](const Preview& a, const Preview& b) { return pixels(a) > pixels(b); });
    if (found.size() > kMostPreviews) found.resize(kMostPreviews);
    return found;
}

class RawSource final : public FrameSource {
public:
    RawSource(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode) noexcept
        : bytes_(bytes), limits_(limits), mode_(mode) {}
    // False when there is no preview.
    bool open();
    Result<bool> next(Frame& frame) override;

private:
    Status decode(Frame& frame);
    Status decode_as_tiff(Frame& frame, const Status& why);

    ByteSpan bytes_;
    DecodeLimits limits_;
    DecodeMode mode_;
    std::vector<Preview> previews_;
    bool done_ = false;
};

bool RawSource::open() {
    previews_ = find_previews(bytes_, limits_);
    if (previews_.empty()) return false;
    info_ = previews_.front().info;
    info_.format = MediaFormat::raw;
    TiffDirectory directory;
    const TiffWalker walker(bytes_);
    if (walker.read(walker.first(), directory) && directory.orientation != 0) info_.orientation = directory.orientation;
    return true;
}

Result<bool> RawSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    TUTELA_TRY(decode(frame));
    return true;
}

// The largest preview that can be decoded.
Status RawSource::decode(Frame& frame) {
    Status first_failure;
    for (const Preview& preview : previews_) {
        Status status;
        auto jpeg = open_jpeg(preview.bytes, limits_, mode_);
        if (jpeg.ok()) {
            const auto given = jpeg.value()->next(frame);
            status = given.status();
        } else {
            status = jpeg.status();
        }
        if (status.code() == StatusCode::out_of_memory) return status;
        if (!status.ok()) {
            if (first_failure.ok()) first_failure = status;
            continue;
        }
        facts_ = jpeg.value()->facts();
        damage_ = jpeg.value()->damage();
        if (damage_.reason.empty() && !first_failure.ok()) damage_.reason = "preview 1: " + first_failure.message();
        if (damage_.reason.empty() && announced(bytes_) > bytes_.size()) damage_.reason = kEndsEarly;
        damage_.damaged = !damage_.reason.empty();
        return {};
    }
    return decode_as_tiff(frame, first_failure);
}

Status RawSource::decode_as_tiff(Frame& frame, const Status& why) {
    if (!is_tiff(bytes_)) return why;
    TUTELA_ASSIGN(const auto tiff, open_tiff(bytes_, limits_, MediaFormat::raw));
    const auto given = tiff->next(frame);
    if (!given.ok() || !given.value()) return why;
    facts_ = tiff->facts();
    damage_ = tiff->damage();
    damage_.damaged = true;
    damage_.reason = "preview 1: " + why.message();
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_raw(ByteSpan bytes, const DecodeLimits& limits, DecodeMode mode) {
    auto source = std::make_unique<RawSource>(bytes, limits, mode);
    if (source->open()) return std::unique_ptr<FrameSource>(std::move(source));
    if (is_tiff(bytes)) return open_tiff(bytes, limits, MediaFormat::raw);
    return Status(StatusCode::unsupported, "a camera's raw file without a preview that this build reads");
}

}  // namespace tutela
