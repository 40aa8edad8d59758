#include "media/tiff_decoder.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/tiff_directories.hpp"
#include "media/tiff_page.hpp"

namespace tutela {

namespace {

constexpr std::uint32_t kOldJpeg = 6;
constexpr std::uint32_t kJpeg = 7;
constexpr std::uint32_t kYcbcr = 6;
constexpr std::uint32_t kUnstated = 0xffff;

class TiffSource final : public FrameSource {
public:
    TiffSource(ByteSpan bytes, const DecodeLimits& limits)
        : limits_(limits), walker_(bytes), reader_(bytes, limits, Padding::zeros), bytes_(bytes), ledger_(limits) {}
    Status open();
    Status open_raw(const FrameLedger& ledger, std::vector<GivenJpeg> given);
    Result<bool> next(Frame& frame) override;

private:
    Status read_first(MediaFormat format);
    bool step();
    [[nodiscard]] bool is_page();
    [[nodiscard]] bool was_given() const noexcept;
    void pass_over(const Status& why);
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
    // Of a camera's raw file:
    bool raw_ = false;
    std::vector<GivenJpeg> given_;
    Status passed_over_;  // why the first page that is no loss was not given, and which it is
    std::uint32_t passed_index_ = 0;
};

Status TiffSource::open() {
    TUTELA_TRY(read_first(MediaFormat::tiff));
    return check_pixels(info_.width, info_.height, limits_);
}

// The samples of the sensor may have more pixels than a picture may: they are not asked about.
Status TiffSource::open_raw(const FrameLedger& ledger, std::vector<GivenJpeg> given) {
    raw_ = true;
    ledger_ = ledger;
    given_ = std::move(given);
    return read_first(MediaFormat::raw);
}

Status TiffSource::read_first(MediaFormat format) {
    info_.format = format;
    next_ = walker_.first();
    if (next_ == 0) return Status(StatusCode::corrupt, "the TIFF has no directory");
    if (!walker_.read(next_, directory_))
        return Status(StatusCode::corrupt, "the TIFF ends before its first directory");
    info_.width = directory_.width;
    info_.height = directory_.height;
    info_.orientation = directory_.orientation;
    return {};
}

Result<bool> TiffSource::next(Frame& frame) {
    while (step()) {
        if (!is_page()) continue;
        auto given = try_page(frame);
        if (!given.ok()) {
            next_ = 0;
            ledger_.stop();
        }
        if (!given.ok() || given.value()) return given;
    }
    if (!passed_over_.ok() && !ledger_.has_given()) ledger_.lose("page", passed_index_, passed_over_);
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

bool TiffSource::is_page() {
    if (!raw_) return true;
    if (has_raw_samples(directory_)) {
        pass_over(Status(StatusCode::unsupported, "a camera's raw samples"));
        return false;
    }
    if (directory_.width == 0 || directory_.height == 0) {
        pass_over(Status(StatusCode::corrupt, "a side of 0 pixels"));
        return false;
    }
    return !was_given();
}

// Colours that the JPEG does not know of, and tables that it lacks, could make another picture of it.
bool TiffSource::was_given() const noexcept {
    const bool jpeg = directory_.compression == kJpeg || directory_.compression == kOldJpeg;
    const bool plain = directory_.photometric == kYcbcr || directory_.photometric == kUnstated;
    if (!jpeg || !plain || directory_.pieces != 1 || directory_.has_tables) return false;
    return std::any_of(given_.begin(), given_.end(), [&](const GivenJpeg& given) {
        return given.offset == directory_.first_piece && given.width == directory_.width &&
               given.height == directory_.height;
    });
}

void TiffSource::pass_over(const Status& why) {
    if (!passed_over_.ok()) return;
    passed_over_ = why;
    passed_index_ = facts_.index;
}

// False for a page that is left out.
Result<bool> TiffSource::try_page(Frame& frame) {
    TUTELA_TRY(ledger_.admit(directory_.width, directory_.height));
    const Status status = decode(frame);
    if (status.ok()) return true;
    if (status.code() == StatusCode::limit || status.code() == StatusCode::out_of_memory) return status;
    // Cameras hold JPEGs of the old kind, of the sensor's samples too, in ways that only their maker's programs know.
    const bool no_loss = status.code() == StatusCode::unsupported || directory_.compression == kOldJpeg;
    if (raw_ && no_loss) {
        pass_over(status);
    } else {
        ledger_.lose("page", facts_.index, status);
    }
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

Result<std::unique_ptr<FrameSource>> open_tiff(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<TiffSource>(bytes, limits);
    TUTELA_TRY(source->open());
    return std::unique_ptr<FrameSource>(std::move(source));
}

Result<std::unique_ptr<FrameSource>> open_raw_pages(ByteSpan bytes, const DecodeLimits& limits,
                                                    const FrameLedger& ledger, std::vector<GivenJpeg> given) {
    auto source = std::make_unique<TiffSource>(bytes, limits);
    TUTELA_TRY(source->open_raw(ledger, std::move(given)));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
