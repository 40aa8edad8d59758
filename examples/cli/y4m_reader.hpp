// Uncompressed video as programs pipe it to each other: YUV4MPEG2, of which the luma is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tutela/frame.hpp"
#include "tutela/status.hpp"

namespace tutela::cli {

// Takes the bytes as they come, whatever their pieces, and never more memory than two planes of luma. 8 bits a sample;
// 4:2:0, 4:2:2, 4:4:4, 4:1:1 or luma alone. Limited range unless the header says otherwise (XCOLORRANGE=FULL), or the
// video is luma alone. Of an interlaced video both fields are one frame.
class Y4mReader {
public:
    static constexpr std::size_t kMaxLineBytes = 1024;

    explicit Y4mReader(std::uint64_t max_pixels) : max_pixels_(max_pixels) {}

    // Where the next bytes belong; never empty.
    [[nodiscard]] std::span<std::uint8_t> room() noexcept;
    // `count` bytes were put there, from its start, at least one. True when a frame is complete. unsupported, corrupt,
    // limit: nothing more can be read.
    Result<bool> take(std::size_t count);
    // The last complete frame, good until the next one is, with its time: its number by the frame rate.
    [[nodiscard]] FrameView frame() const noexcept;
    // Whether the input may end here: corrupt when not.
    [[nodiscard]] Status end() const;

private:
    enum class Part { header, frame_header, luma, chroma };

    Result<bool> take_line_byte();
    Status read_header();
    Status read_parameter(const std::string& word);
    Status make_planes();
    Result<bool> end_part();
    void begin(Part part, std::uint64_t bytes) noexcept;

    std::uint64_t max_pixels_;
    Part part_ = Part::header;
    std::string line_;
    std::uint8_t line_byte_ = 0;
    std::uint64_t left_ = 1;  // bytes of the part
    // Of the header.
    std::uint64_t width_ = 0;
    std::uint64_t height_ = 0;
    std::uint64_t rate_ = 0;  // frames in `rate_base_` seconds
    std::uint64_t rate_base_ = 0;
    std::string colours_ = "420";
    std::string range_;
    std::uint64_t chroma_bytes_ = 0;
    std::uint64_t frames_ = 0;
    std::array<Frame, 2> planes_;  // the frame that comes, and the one before
    std::array<std::uint8_t, 1U << 16> dropped_{};
};

}  // namespace tutela::cli
