#include "y4m_reader.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

namespace tutela::cli {

namespace {

constexpr std::uint64_t kMostSide = 1U << 16;
constexpr std::uint64_t kMostRate = 1'000'000;

Status corrupt(std::string reason) {
    return Status(StatusCode::corrupt, std::move(reason));
}

bool read_number(std::string_view digits, std::uint64_t most, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value > 0 && value <= most;
}

}  // namespace

std::span<std::uint8_t> Y4mReader::room() noexcept {
    if (part_ == Part::header || part_ == Part::frame_header) return {&line_byte_, 1};
    if (part_ == Part::luma) {
        const std::uint64_t whole = width_ * height_;
        return {planes_[0].data() + (whole - left_), static_cast<std::size_t>(left_)};
    }
    return std::span(dropped_).first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, dropped_.size())));
}

Result<bool> Y4mReader::take(std::size_t count) {
    if (part_ == Part::header || part_ == Part::frame_header) return take_line_byte();
    left_ -= count;
    return left_ > 0 ? Result<bool>(false) : end_part();
}

Result<bool> Y4mReader::take_line_byte() {
    constexpr std::string_view kMagic = "YUV4MPEG2";
    if (line_byte_ != '\n') {
        if (line_.size() == kMaxLineBytes) return corrupt("a line of the video is too long");
        line_ += static_cast<char>(line_byte_);
        const bool wrong = part_ == Part::header && line_.size() <= kMagic.size() && !kMagic.starts_with(line_);
        if (wrong) return Status(StatusCode::unsupported, "no uncompressed video (YUV4MPEG2)");
        return false;
    }
    const std::string_view word = part_ == Part::header ? kMagic : std::string_view("FRAME");
    if (!line_.starts_with(word) || (line_.size() > word.size() && line_[word.size()] != ' ')) {
        return corrupt("a frame of the video has no beginning");
    }
    if (part_ == Part::header) {
        if (Status status = read_header(); !status.ok()) return status;
        begin(Part::frame_header, 1);
        return false;
    }
    begin(Part::luma, width_ * height_);
    return false;
}

Status Y4mReader::read_header() {
    std::istringstream words(line_);
    std::string word;
    words >> word;  // the magic
    while (words >> word) {
        if (Status status = read_parameter(word); !status.ok()) return status;
    }
    if (width_ == 0 || height_ == 0) return corrupt("the video's header states no size");
    if (rate_ == 0) return corrupt("the video's header states no frame rate");
    return make_planes();
}

Status Y4mReader::read_parameter(const std::string& word) {
    const std::string_view value = std::string_view(word).substr(1);
    switch (word[0]) {
        case 'W': return read_number(value, kMostSide, width_) ? Status() : corrupt("the video's width is none");
        case 'H': return read_number(value, kMostSide, height_) ? Status() : corrupt("the video's height is none");
        case 'F': {
            const std::size_t colon = std::min(value.find(':'), value.size());
            const bool right = read_number(value.substr(0, colon), kMostRate, rate_) && colon < value.size() &&
                               read_number(value.substr(colon + 1), kMostRate, rate_base_);
            return right ? Status() : corrupt("the video's frame rate is none");
        }
        case 'C': colours_ = value; return {};
        case 'X':
            if (value.starts_with("COLORRANGE=")) range_ = value.substr(value.find('=') + 1);
            return {};
        default: return {};  // nothing that the luma depends on
    }
}

// Room for the luma, and how many bytes of chroma follow it.
Status Y4mReader::make_planes() {
    if (width_ * height_ > max_pixels_) return Status(StatusCode::limit, "the video's frames have too many pixels");
    const std::uint64_t half_width = (width_ + 1) / 2;
    const std::uint64_t half_height = (height_ + 1) / 2;
    const bool planar = colours_ == "420" || colours_ == "420jpeg" || colours_ == "420mpeg2" || colours_ == "420paldv";
    if (planar) {
        chroma_bytes_ = 2 * half_width * half_height;
    } else if (colours_ == "422") {
        chroma_bytes_ = 2 * half_width * height_;
    } else if (colours_ == "444") {
        chroma_bytes_ = 2 * width_ * height_;
    } else if (colours_ == "411") {
        chroma_bytes_ = 2 * ((width_ + 3) / 4) * height_;
    } else if (colours_ != "mono") {
        return Status(StatusCode::unsupported, "the video's samples are not of 8 bits in a known order");
    }
    const bool full = range_ == "FULL" || (range_ != "LIMITED" && colours_ == "mono");
    for (Frame& plane : planes_) {
        Status status = plane.reshape(static_cast<std::uint32_t>(width_), static_cast<std::uint32_t>(height_),
                                      full ? PixelFormat::gray8 : PixelFormat::luma_limited8);
        if (!status.ok()) return status;
    }
    return {};
}

Result<bool> Y4mReader::end_part() {
    if (part_ == Part::luma && chroma_bytes_ > 0) {
        begin(Part::chroma, chroma_bytes_);
        return false;
    }
    const std::uint64_t ticks = frames_++ * rate_base_;
    const std::uint64_t us = ticks / rate_ * 1'000'000 + ticks % rate_ * 1'000'000 / rate_;
    planes_[0].set_pts_us(static_cast<std::int64_t>(us));
    std::swap(planes_[0], planes_[1]);
    begin(Part::frame_header, 1);
    return true;
}

void Y4mReader::begin(Part part, std::uint64_t bytes) noexcept {
    part_ = part;
    left_ = bytes;
    line_.clear();
}

FrameView Y4mReader::frame() const noexcept {
    return planes_[1].view();
}

Status Y4mReader::end() const {
    if (part_ == Part::frame_header && line_.empty()) return {};
    if (part_ == Part::header) return Status(StatusCode::unsupported, "no uncompressed video (YUV4MPEG2)");
    return corrupt("the video ends within a frame");
}

}  // namespace tutela::cli
