#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/dib.hpp"
#include "media/frame_sequence.hpp"

namespace tutela {

namespace {

constexpr std::size_t kDirectoryBytes = 6;
constexpr std::size_t kEntryBytes = 16;

struct Entry {
    std::uint32_t area = 0;  // as the directory says
    std::uint32_t size = 0;
    std::uint32_t offset = 0;
};

class IcoSource final : public FrameSequence {
public:
    IcoSource(ByteSpan bytes, const DecodeLimits& limits)
        : FrameSequence(limits, Layers::apart), bytes_(bytes), limits_(limits) {}
    Status open();

private:
    Result<bool> advance() override;
    Status make(Frame& frame) override;
    void read_directory();
    void look_at(const Entry& entry);
    Status make_png(Frame& frame);

    ByteSpan bytes_;
    DecodeLimits limits_;
    std::vector<Entry> entries_;  // the largest first
    std::size_t next_ = 0;
    // The picture at hand: of these bytes and this size, or not to be had.
    ByteSpan data_;
    bool cut_off_ = false;
    bool is_png_ = false;
    Status trouble_;
    std::unique_ptr<FrameSource> png_;
    DibHeader dib_;
};

void IcoSource::read_directory() {
    const std::uint32_t count = little(bytes_, 4, 2);
    for (std::size_t i = 0; i < count; ++i) {
        const ByteSpan entry = slice(bytes_, kDirectoryBytes + i * kEntryBytes, kEntryBytes);
        if (entry.size() < kEntryBytes) {
            blame("the ICO ends within its directory");
            break;
        }
        const auto side = [&](std::size_t at) { return entry[at] == 0 ? 256U : entry[at]; };
        entries_.push_back({side(0) * side(1), little(entry, 8, 4), little(entry, 12, 4)});
    }
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.area > b.area; });
}

// Reads the header of a picture; its pixels are not decoded yet.
void IcoSource::look_at(const Entry& entry) {
    data_ = slice(bytes_, entry.offset, bytes_.size());
    cut_off_ = std::uint64_t{entry.offset} + entry.size > bytes_.size();
    is_png_ = has_text(data_, 0, "\x89PNG");
    trouble_ = {};
    png_ = nullptr;
    upcoming_ = {};
    if (is_png_) {
        auto opened = open_png(data_, limits_);
        trouble_ = opened.status();
        if (!opened.ok()) return;
        png_ = std::move(opened).value();
        upcoming_ = {png_->info().width, png_->info().height};
        return;
    }
    const Result<DibHeader> header = read_dib_header(data_);
    trouble_ = header.status();
    if (!header.ok()) return;
    dib_ = header.value();
    dib_.height /= 2;  // the other half is the mask
    if (dib_.height == 0) trouble_ = Status(StatusCode::corrupt, "it has a side of 0");
    upcoming_ = {dib_.width, dib_.height};
}

Status IcoSource::open() {
    read_directory();
    if (entries_.empty()) return Status(StatusCode::corrupt, "the ICO holds no picture");
    name_frames(entries_.size() > 1);
    info_.format = MediaFormat::ico;
    // The facts are those of the first picture that has any.
    for (const Entry& entry : entries_) {
        look_at(entry);
        if (!trouble_.ok()) continue;
        info_.width = upcoming_.width;
        info_.height = upcoming_.height;
        return check_pixels(info_.width, info_.height, limits_);
    }
    return trouble_;
}

Result<bool> IcoSource::advance() {
    if (next_ == entries_.size()) return false;
    look_at(entries_[next_++]);
    if (trouble_.code() == StatusCode::limit) return trouble_;
    return true;
}

Status IcoSource::make_png(Frame& frame) {
    const Result<bool> given = png_->next(frame);
    if (!given.ok()) return given.status();
    const Damage& damage = png_->damage();
    upcoming_.rows_decoded = damage.rows_decoded;
    upcoming_.reason = damage.reason;
    return {};
}

Status IcoSource::make(Frame& frame) {
    TUTELA_TRY(trouble_);
    if (is_png_) {
        TUTELA_TRY(make_png(frame));
    } else {
        TUTELA_ASSIGN(const DibRows result, decode_dib(data_, dib_, dib_.bytes(), frame));
        upcoming_.rows_decoded = result.rows;
        upcoming_.reason = result.reason;
        if (result.rows == 0) return Status(StatusCode::corrupt, upcoming_.reason);
    }
    if (upcoming_.reason.empty() && cut_off_) upcoming_.reason = "the ICO ends within it";
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_ico(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<IcoSource>(bytes, limits);
    TUTELA_TRY(source->open());
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
