#include "media/video_sampling.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

namespace tutela {

namespace {

constexpr std::int64_t kSecond = 1'000'000;

// In which 1/per_second from the start a time lies.
std::int64_t slot_of(std::int64_t pts_us, std::uint32_t per_second) noexcept {
    const std::int64_t seconds = pts_us / kSecond - (pts_us % kSecond < 0 ? 1 : 0);
    const std::int64_t rest = pts_us - seconds * kSecond;
    return seconds * per_second + rest * per_second / kSecond;
}

}  // namespace

std::string_view sampling_name(SamplingKind kind) noexcept {
    switch (kind) {
        case SamplingKind::every: return "every";
        case SamplingKind::per_second: return "per_second";
        case SamplingKind::key_frames: return "key_frames";
        case SamplingKind::adaptive: return "adaptive";
    }
    return "unknown";
}

Status check(const Sampling& sampling) {
    constexpr std::uint32_t kMostPerSecond = 1000;
    if (sampling_name(sampling.kind) == "unknown") {
        return Status(StatusCode::invalid_argument, "the kind of sampling is unknown");
    }
    if (sampling.per_second == 0 || sampling.per_second > kMostPerSecond) {
        return Status(StatusCode::invalid_argument, "frames per second are 1 to 1000");
    }
    if (sampling.max_gap_us <= 0) return Status(StatusCode::invalid_argument, "the longest gap is over 0");
    return {};
}

Result<Sampling> sampling_from_text(std::string_view text) {
    if (text == "every") return Sampling{};
    if (text == "key") return Sampling{.kind = SamplingKind::key_frames};
    if (text == "adaptive") return Sampling{.kind = SamplingKind::adaptive};
    Sampling sampling{.kind = SamplingKind::per_second};
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, sampling.per_second);
    if (error == std::errc() && rest == end && check(sampling).ok()) return sampling;
    return Status(StatusCode::invalid_argument,
                  "sampling must be every, key, adaptive, or a number of frames per second from 1 to 1000");
}

std::string sampling_text(const Sampling& sampling) {
    if (sampling.kind == SamplingKind::key_frames) return "key";
    if (sampling.kind == SamplingKind::per_second) return std::to_string(sampling.per_second);
    std::string text(sampling_name(sampling.kind));
    if (sampling.kind == SamplingKind::adaptive && sampling.max_gap_us != Sampling{}.max_gap_us) {
        text += " with a gap of " + std::to_string(sampling.max_gap_us) + " us";
    }
    return text;
}

bool VideoSampler::wants_time(std::int64_t pts_us) const noexcept {
    return sampling_.kind != SamplingKind::per_second || !began_ || slot_of(pts_us, sampling_.per_second) >= next_slot_;
}

bool VideoSampler::takes(const FrameView& frame, std::int64_t length_us) noexcept {
    if (sampling_.kind == SamplingKind::adaptive) return takes_adaptively(frame, length_us);
    if (sampling_.kind == SamplingKind::per_second) next_slot_ = slot_of(frame.pts_us, sampling_.per_second) + 1;
    began_ = true;
    return true;
}

bool VideoSampler::takes_adaptively(const FrameView& frame, std::int64_t length_us) noexcept {
    const Blocks blocks = blocks_of(frame);
    bool moved = !began_ || frame.pts_us - last_pts_us_ > sampling_.max_gap_us - length_us;  // the next one is too late
    for (std::size_t i = 0; i < blocks.size() && !moved; ++i) {
        const std::uint32_t most = std::max(blocks[i], last_[i]);
        const std::uint32_t least = std::min(blocks[i], last_[i]);
        moved = most - least > kAdaptiveLevels * 256;
    }
    if (!moved) return false;
    began_ = true;
    last_pts_us_ = frame.pts_us;
    last_ = blocks;
    return true;
}

// Of every fourth row, as the means of blocks hardly need more. A frame of colours is taken as it lies, all three in one.
VideoSampler::Blocks VideoSampler::blocks_of(const FrameView& frame) noexcept {
    constexpr std::uint32_t kEveryRow = 4;
    Blocks blocks{};
    const std::size_t row_bytes = std::size_t{frame.width} * bytes_per_pixel(frame.format);
    for (unsigned block_y = 0; block_y < kRows; ++block_y) {
        const auto first = static_cast<std::uint32_t>(std::uint64_t{frame.height} * block_y / kRows);
        const auto end = static_cast<std::uint32_t>(std::uint64_t{frame.height} * (block_y + 1) / kRows);
        for (unsigned block_x = 0; block_x < kColumns; ++block_x) {
            const std::size_t left = row_bytes * block_x / kColumns;
            const std::size_t right = row_bytes * (block_x + 1) / kColumns;
            std::uint64_t total = 0;
            std::uint64_t count = 0;
            for (std::uint32_t y = first; y < end; y += kEveryRow) {
                const std::uint8_t* row = frame.row(y);
                std::uint32_t line = 0;
                for (std::size_t x = left; x < right; ++x)
                    line += row[x];
                total += line;
                count += right - left;
            }
            blocks[std::size_t{block_y} * kColumns + block_x] =
                count == 0 ? 0 : static_cast<std::uint32_t>(total * 256 / count);
        }
    }
    return blocks;
}

}  // namespace tutela
