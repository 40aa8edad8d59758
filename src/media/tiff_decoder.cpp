#include <optional>
#include <unordered_set>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/frame_ledger.hpp"
#include "media/tiff_directories.hpp"
#include "media/tiff_page.hpp"

namespace tutela {

namespace {

class TiffSource final : public FrameSource {
public:
    TiffSource(ByteSpan bytes, const DecodeLimits& limits)
        : limits_(limits), walker_(bytes), reader_(bytes, limits, Padding::zeros), bytes_(bytes), ledger_(limits) {}
    Status open(MediaFormat format);
    Result<bool> next(Frame& frame) override;

private:
    bool step();
    Result<bool> try_page(Frame& frame);
    Status decode(Frame& frame);
    Status settle(TiffPage& page, Frame& frame);

    DecodeLimits limits_;
    TiffWalker walker_;
    TiffReader reader_;
    ByteSpan bytes_;
    FrameLedger ledger_;
    std::unordered_set<std::uint64_t> seen_;
    std::uint64_t next_ = 0;    // where the next directory lies; 0: none
    std::uint64_t offset_ = 0;  // of the directory at hand
    TiffDirectory directory_;
    std::uint32_t pages_ = 0;
};

Status TiffSource::open(MediaFormat format) {
    info_.format = format;
    next_ = walker_.first();
    if (next_ == 0) return Status(StatusCode::corrupt, "the TIFF has no directory");
    if (!walker_.read(next_, directory_))
        return Status(StatusCode::corrupt, "the TIFF ends before its first directory");
    info_.width = directory_.width;
    info_.height = directory_.height;
    info_.orientation = directory_.orientation;
    return check_pixels(info_.width, info_.height, limits_);
}

Result<bool> TiffSource::next(Frame& frame) {
    while (step()) {
        const auto given = try_page(frame);
        if (!given.ok()) {
            next_ = 0;
            ledger_.stop();
        }
        if (!given.ok() || given.value()) return given;
    }
    TUTELA_TRY(ledger_.end("the TIFF has no page"));
    ledger_.close(damage_, {});
    return false;
}

// To the next directory. False at the end, and after that.
bool TiffSource::step() {
    if (next_ == 0) return false;
    offset_ = next_;
    next_ = 0;
    if (!seen_.insert(offset_).second) {
        ledger_.lose("page", pages_, Status(StatusCode::corrupt, "the TIFF's directories run in a circle"));
        return false;
    }
    if (!walker_.read(offset_, directory_)) {
        ledger_.lose("page", pages_, Status(StatusCode::corrupt, "the TIFF ends before its directory"));
        return false;
    }
    next_ = directory_.next;
    facts_.index = pages_++;
    return true;
}

// False for a page that is left out.
Result<bool> TiffSource::try_page(Frame& frame) {
    TUTELA_TRY(ledger_.admit(directory_.width, directory_.height));
    const Status status = decode(frame);
    if (status.ok()) return true;
    if (status.code() == StatusCode::limit || status.code() == StatusCode::out_of_memory) return status;
    ledger_.lose("page", facts_.index, status);
    return false;
}

Status TiffSource::decode(Frame& frame) {
    if (!reader_.open_directory(offset_)) {
        return Status(StatusCode::corrupt, "its directory is damaged (" + std::string(reader_.error()) + ")");
    }
    TiffPage page(reader_);
    TUTELA_TRY(page.open(limits_));
    TUTELA_TRY(page.decode(frame));
    if (page.is_cut()) TUTELA_TRY(settle(page, frame));
    std::string fault = page.fault();
    if (fault.empty() && !directory_.whole) fault = "the TIFF's directory goes on past the end of the file";
    if (page.rows_decoded() == 0) return Status(StatusCode::corrupt, fault.empty() ? "no pixels" : fault);
    if (!fault.empty()) fault = "page " + std::to_string(facts_.index + 1) + ": " + fault;
    damage_ = ledger_.given(std::move(fault), page.rows_decoded());
    return {};
}

Status TiffSource::settle(TiffPage& page, Frame& frame) {
    Frame other;
    for (const Padding padding : kOtherPaddings) {
        TiffReader reader(bytes_, limits_, padding);
        if (!reader.open_directory(offset_)) return Status(StatusCode::corrupt, reader.error());
        TiffPage again(reader);
        TUTELA_TRY(again.open(limits_));
        TUTELA_TRY(again.decode(other));
        page.compare(frame.view(), again, other.view());
    }
    page.settle(frame);
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_tiff(ByteSpan bytes, const DecodeLimits& limits, MediaFormat format) {
    auto source = std::make_unique<TiffSource>(bytes, limits);
    TUTELA_TRY(source->open(format));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
