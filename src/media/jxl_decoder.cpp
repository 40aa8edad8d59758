#include <jxl/decode.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/frame_ledger.hpp"
#include "media/isobmff.hpp"

namespace tutela {

namespace {

struct Destroy {
    void operator()(JxlDecoder* decoder) const noexcept { JxlDecoderDestroy(decoder); }
};

constexpr std::uint32_t kPageDuration = 0xffffffff;  // of a frame that is a page, not a picture of an animation

// Ticks of `numerator / denominator` a second, in microseconds; the greatest that fits when that is too many.
std::int64_t to_us(std::uint64_t ticks, std::uint32_t numerator, std::uint32_t denominator) noexcept {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (numerator == 0) return 0;
    if (denominator != 0 && ticks > kMost / denominator) return static_cast<std::int64_t>(kMost);
    const std::uint64_t parts = ticks * denominator;
    const std::uint64_t seconds = parts / numerator;
    if (seconds >= kMost / 1'000'000) return static_cast<std::int64_t>(kMost);
    return static_cast<std::int64_t>(seconds * 1'000'000 + parts % numerator * 1'000'000 / numerator);
}

constexpr char kEndsEarly[] = "the JPEG XL ends before its end";
constexpr char kBroken[] = "the JPEG XL's data is damaged";

// Whether boxes go on past the end of the file. A bare codestream has none.
bool is_cut(ByteSpan bytes) noexcept {
    return has_text(bytes, 4, "JXL ") && announced_bytes(bytes) > bytes.size();
}

// Rows down to the last that is not black.
std::uint32_t rows_with_light(const FrameView& view) noexcept {
    for (std::uint32_t rows = view.height; rows > 0; --rows) {
        const std::uint8_t* row = view.row(rows - 1);
        if (std::any_of(row, row + view.stride_bytes, [](std::uint8_t sample) { return sample != 0; })) return rows;
    }
    return 0;
}

class JxlSource final : public FrameSource {
public:
    JxlSource(ByteSpan bytes, const DecodeLimits& limits) : bytes_(bytes), limits_(limits), ledger_(limits) {}
    Status open();
    Result<bool> next(Frame& frame) override;

private:
    enum class Step { frame, end, cut, broken };

    Status start(ByteSpan bytes);
    Status ask_for_pixels(Frame& frame);
    Result<Step> advance(Frame& frame);
    bool give(Frame& frame);
    Result<bool> give_part(Frame& frame, const char* reason);
    Result<std::size_t> sound_bytes(Frame& frame);
    Result<bool> give_broken(Frame& frame);
    Result<bool> finish(const char* reason);
    void take_time();

    ByteSpan bytes_;
    DecodeLimits limits_;
    FrameLedger ledger_;
    std::unique_ptr<JxlDecoder, Destroy> decoder_;
    JxlBasicInfo basic_{};
    PixelFormat format_ = PixelFormat::rgb24;
    bool has_memory_ = false;  // the frame at hand was given memory for its pixels
    bool done_ = false;
    std::uint32_t frames_ = 0;
    std::uint64_t ticks_ = 0;       // from the start to the end of the frame at hand
    std::int64_t pts_us_ = kNoPts;  // of the frame at hand
};

// From the beginning of the file, or of a part of it.
Status JxlSource::start(ByteSpan bytes) {
    ledger_ = FrameLedger(limits_);
    has_memory_ = false;
    frames_ = 0;
    ticks_ = 0;
    decoder_.reset(JxlDecoderCreate(nullptr));
    constexpr int kEvents = JXL_DEC_BASIC_INFO | JXL_DEC_FRAME | JXL_DEC_FULL_IMAGE;
    if (decoder_ == nullptr || JxlDecoderSubscribeEvents(decoder_.get(), kEvents) != JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(decoder_.get(), bytes.data(), bytes.size()) != JXL_DEC_SUCCESS) {
        return Status(StatusCode::out_of_memory, "not enough memory to decode the JPEG XL");
    }
    return {};
}

Status JxlSource::open() {
    TUTELA_TRY(start(bytes_));
    const JxlDecoderStatus status = JxlDecoderProcessInput(decoder_.get());
    if (status == JXL_DEC_NEED_MORE_INPUT) return Status(StatusCode::corrupt, "the JPEG XL ends within its header");
    if (status != JXL_DEC_BASIC_INFO || JxlDecoderGetBasicInfo(decoder_.get(), &basic_) != JXL_DEC_SUCCESS) {
        return Status(StatusCode::corrupt, "the JPEG XL's header is damaged");
    }
    info_.format = MediaFormat::jxl;
    info_.width = basic_.xsize;
    info_.height = basic_.ysize;
    format_ = basic_.num_color_channels == 1 ? PixelFormat::gray8 : PixelFormat::rgb24;
    return check_pixels(info_.width, info_.height, limits_);
}

Result<bool> JxlSource::next(Frame& frame) {
    if (done_) return false;
    done_ = true;
    TUTELA_ASSIGN(const Step step, advance(frame));
    const bool pending = has_memory_;
    has_memory_ = false;
    switch (step) {
        case Step::frame: done_ = !give(frame); return true;
        case Step::end: return finish(is_cut(bytes_) ? kEndsEarly : "");
        case Step::cut: return pending ? give_part(frame, kEndsEarly) : finish(kEndsEarly);
        case Step::broken: return basic_.have_animation == 0 ? give_broken(frame) : finish(kBroken);
    }
    return false;
}

Status JxlSource::ask_for_pixels(Frame& frame) {
    TUTELA_TRY(frame.reshape(info_.width, info_.height, format_));
    frame.clear_rows_from(0);
    const JxlPixelFormat wanted = {bytes_per_pixel(format_), JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    const std::size_t size = frame.view().stride_bytes * info_.height;
    std::size_t need = 0;
    if (JxlDecoderImageOutBufferSize(decoder_.get(), &wanted, &need) != JXL_DEC_SUCCESS || need != size ||
        JxlDecoderSetImageOutBuffer(decoder_.get(), &wanted, frame.data(), size) != JXL_DEC_SUCCESS) {
        return Status(StatusCode::corrupt, "the JPEG XL's pixels have an unexpected size");
    }
    has_memory_ = true;
    return {};
}

// Until a frame is complete, or none will be.
Result<JxlSource::Step> JxlSource::advance(Frame& frame) {
    while (true) {
        switch (JxlDecoderProcessInput(decoder_.get())) {
            case JXL_DEC_BASIC_INFO: break;  // once more, of a decoder that was started anew
            case JXL_DEC_FRAME:
                TUTELA_TRY(ledger_.admit(info_.width, info_.height));
                take_time();
                break;
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER: TUTELA_TRY(ask_for_pixels(frame)); break;
            case JXL_DEC_FULL_IMAGE: return Step::frame;
            case JXL_DEC_SUCCESS: return Step::end;
            case JXL_DEC_NEED_MORE_INPUT: return Step::cut;
            default: return Step::broken;
        }
    }
}

void JxlSource::take_time() {
    has_memory_ = false;
    facts_.index = frames_++;
    JxlFrameHeader header{};
    pts_us_ = kNoPts;
    if (basic_.have_animation == 0 || JxlDecoderGetFrameHeader(decoder_.get(), &header) != JXL_DEC_SUCCESS) return;
    if (header.duration == kPageDuration) return;
    pts_us_ = to_us(ticks_, basic_.animation.tps_numerator, basic_.animation.tps_denominator);
    ticks_ += header.duration;
}

// A whole frame. False when it is the last one.
bool JxlSource::give(Frame& frame) {
    frame.set_pts_us(pts_us_);
    damage_ = ledger_.given({}, info_.height);
    if (basic_.have_animation != 0) return true;
    // Only now does it show whether the file goes on to its end.
    const bool ended = JxlDecoderProcessInput(decoder_.get()) == JXL_DEC_SUCCESS;
    if (!ended || is_cut(bytes_)) ledger_.close(damage_, kEndsEarly);
    return false;
}

// What there is of the frame at hand. What libjxl has no data of comes out black, in a lossy picture coarse.
Result<bool> JxlSource::give_part(Frame& frame, const char* reason) {
    if (JxlDecoderFlushImage(decoder_.get()) != JXL_DEC_SUCCESS) return finish(reason);
    const std::uint32_t rows = rows_with_light(frame.view());
    if (rows == 0) return finish(reason);
    frame.set_pts_us(pts_us_);
    damage_ = ledger_.given(reason, rows);
    return true;
}

// How many bytes a decoder takes before it notices the damage, found by feeding it bit by bit.
Result<std::size_t> JxlSource::sound_bytes(Frame& frame) {
    const std::size_t portion = std::max<std::size_t>(1024, bytes_.size() / 256);
    std::size_t end = std::min(portion, bytes_.size());
    TUTELA_TRY(start(bytes_.first(end)));
    std::size_t sound = 0;
    while (true) {
        TUTELA_ASSIGN(const Step step, advance(frame));
        if (step != Step::cut) return sound;
        sound = end;
        const std::size_t begin = end - JxlDecoderReleaseInput(decoder_.get());
        end = std::min(end + portion, bytes_.size());
        if (end == sound) return sound;
        if (JxlDecoderSetInput(decoder_.get(), bytes_.data() + begin, end - begin) != JXL_DEC_SUCCESS) return sound;
    }
}

// libjxl gives no part of a picture once it has met the damage. So it is given what lies before.
Result<bool> JxlSource::give_broken(Frame& frame) {
    TUTELA_ASSIGN(const std::size_t sound, sound_bytes(frame));
    TUTELA_TRY(start(bytes_.first(sound)));
    TUTELA_ASSIGN(const Step step, advance(frame));
    if (step == Step::cut && has_memory_) return give_part(frame, kBroken);
    return finish(kBroken);
}

// No more frames. An empty reason: all is well.
Result<bool> JxlSource::finish(const char* reason) {
    TUTELA_TRY(ledger_.end(*reason != '\0' ? reason : "the JPEG XL has no picture"));
    ledger_.close(damage_, reason);
    return false;
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_jxl(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<JxlSource>(bytes, limits);
    TUTELA_TRY(source->open());
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
