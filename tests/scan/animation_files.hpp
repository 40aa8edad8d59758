// Animations whose frames are told apart by their numbers, as files, and as the frames of a known video.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "media/animation_samples.hpp"
#include "scan/random.hpp"
#include "tutela/hasher.hpp"
#include "tutela/media.hpp"

namespace tutela::test {

// Smooth random patches: much detail for PDQ, and nothing like those of another number.
inline Bytes patches(std::uint32_t number, std::uint32_t side) {
    constexpr std::uint32_t kCells = 12;
    Random random(number);
    std::vector<std::uint32_t> grid((kCells + 2) * (kCells + 2));
    for (std::uint32_t& value : grid)
        value = 40 + static_cast<std::uint32_t>(random.below(160));
    Bytes pixels;
    for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t x = 0; x < side; ++x) {
            const std::uint32_t* at = &grid[y * kCells / side * (kCells + 2) + x * kCells / side];
            const std::uint32_t down = y * kCells % side;
            const std::uint32_t right = x * kCells % side;
            const std::uint32_t top = at[0] * (side - right) + at[1] * right;
            const std::uint32_t bottom = at[kCells + 2] * (side - right) + at[kCells + 3] * right;
            pixels.push_back(static_cast<std::uint8_t>((top * (side - down) + bottom * down) / (side * side)));
        }
    }
    return pixels;
}

struct ShownFrame {
    std::uint32_t number = 0;
    std::uint32_t delay = 50;  // hundredths of a second
    bool mirrored = false;
};

// A gray GIF of 64 x 64.
inline Bytes animation(const std::vector<ShownFrame>& frames) {
    constexpr std::uint32_t kSide = 64;
    Bytes gif{'G', 'I', 'F', '8', '9', 'a'};
    append_little(gif, kSide, 2);
    append_little(gif, kSide, 2);
    gif.insert(gif.end(), {0x87, 0, 0});
    for (std::uint32_t i = 0; i < 256; ++i)
        gif.insert(gif.end(), 3, static_cast<std::uint8_t>(i));
    for (const ShownFrame& frame : frames) {
        Bytes pixels = patches(frame.number, kSide);
        for (std::uint32_t y = 0; frame.mirrored && y < kSide; ++y)
            std::reverse(pixels.begin() + y * kSide, pixels.begin() + (y + 1) * kSide);
        gif.insert(gif.end(), {'!', 0xf9, 4, 0});
        append_little(gif, frame.delay, 2);
        gif.insert(gif.end(), {0, 0, ',', 0, 0, 0, 0});
        append_little(gif, kSide, 2);
        append_little(gif, kSide, 2);
        gif.push_back(0);
        append(gif, gif_data(pixels));
    }
    gif.push_back(';');
    return gif;
}

// Frames first .. first + count - 1.
inline std::vector<ShownFrame> shown(std::uint32_t first, std::uint32_t count, std::uint32_t delay = 50) {
    std::vector<ShownFrame> frames;
    for (std::uint32_t i = 0; i < count; ++i)
        frames.push_back({first + i, delay});
    return frames;
}

inline std::vector<FrameHash> frame_hashes(const Bytes& file) {
    std::vector<FrameHash> hashes;
    auto source = open_media(file);
    EXPECT_TRUE(source.ok());
    Frame frame;
    PdqHasher hasher;
    while (source.value()->next(frame).value()) {
        FrameHash hash = hasher.hash(frame.view()).value();
        hash.pts_us = frame.view().pts_us;
        hashes.push_back(hash);
    }
    return hashes;
}

}  // namespace tutela::test
