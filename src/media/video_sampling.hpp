// Which of a video's frames are given.
#pragma once

#include <array>
#include <cstdint>

#include "tutela/frame.hpp"
#include "tutela/media.hpp"

namespace tutela {

// One thread at a time.
class VideoSampler {
public:
    explicit VideoSampler(const Sampling& sampling) noexcept : sampling_(sampling) {}

    // Whether the frame at this time may be given; if not, its pixels need not be made.
    [[nodiscard]] bool wants_time(std::int64_t pts_us) const noexcept;
    // Whether it is given: asked of each frame that wants_time(), in their order. `length_us`: how long it is shown.
    bool takes(const FrameView& frame, std::int64_t length_us) noexcept;

private:
    static constexpr unsigned kColumns = 16;
    static constexpr unsigned kRows = 9;
    using Blocks = std::array<std::uint32_t, std::size_t{kColumns} * kRows>;  // their mean luma, in 1/256

    [[nodiscard]] static Blocks blocks_of(const FrameView& frame) noexcept;
    bool takes_adaptively(const FrameView& frame, std::int64_t length_us) noexcept;

    Sampling sampling_;
    bool began_ = false;
    std::int64_t next_slot_ = 0;  // of per_second
    std::int64_t last_pts_us_ = 0;
    Blocks last_{};
};

}  // namespace tutela
