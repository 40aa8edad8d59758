// The one frame of a picture in memory, with all that is said about it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "tutela/media.hpp"

namespace tutela::test {

struct Decoded {
    Status status;  // of opening, or of decoding
    MediaInfo info;
    FrameFacts facts;
    Damage damage;
    Frame frame;

    [[nodiscard]] bool ok() const { return status.ok(); }
};

inline constexpr DecodeMode kAllModes[] = {DecodeMode::exact, DecodeMode::luma, DecodeMode::scaled, DecodeMode::screen};

inline Decoded decode(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {},
                      DecodeMode mode = DecodeMode::exact) {
    Decoded decoded;
    auto source = open_media(bytes, limits, mode);
    if (!source.ok()) {
        decoded.status = source.status();
        return decoded;
    }
    decoded.info = source.value()->info();
    const auto given = source.value()->next(decoded.frame);
    decoded.facts = source.value()->facts();
    decoded.damage = source.value()->damage();
    if (!given.ok()) {
        decoded.status = given.status();
    } else if (!given.value()) {
        decoded.status = Status(StatusCode::internal, "a picture without a frame");
    }
    Frame second;
    const auto after = source.value()->next(second);
    EXPECT_TRUE(after.ok() && !after.value()) << "one frame, or one error, and then the end";
    return decoded;
}

// Whether rows [0, rows) of two pictures are the same.
inline bool same_rows(const FrameView& a, const FrameView& b, std::uint32_t rows) {
    if (a.width != b.width || a.height != b.height || a.format != b.format) return false;
    const std::size_t length = std::size_t{a.width} * bytes_per_pixel(a.format);
    for (std::uint32_t y = 0; y < rows; ++y)
        if (std::memcmp(a.row(y), b.row(y), length) != 0) return false;
    return true;
}

inline bool same_pixels(const FrameView& a, const FrameView& b) {
    return same_rows(a, b, a.height);
}

// The mean absolute difference of two pictures' samples, or 256 when their shapes differ.
inline double mean_difference(const FrameView& a, const FrameView& b) {
    if (a.width != b.width || a.height != b.height || a.format != b.format) return 256;
    const std::size_t length = std::size_t{a.width} * bytes_per_pixel(a.format);
    double sum = 0;
    for (std::uint32_t y = 0; y < a.height; ++y)
        for (std::size_t i = 0; i < length; ++i)
            sum += std::abs(int{a.row(y)[i]} - int{b.row(y)[i]});
    return sum / static_cast<double>(length * a.height);
}

inline Decoded decode(std::span<const std::uint8_t> bytes, DecodeMode mode) {
    return decode(bytes, {}, mode);
}

// What must hold of any answer, whatever the bytes were.
inline void expect_well_formed(const Decoded& decoded) {
    if (!decoded.ok()) {
        const StatusCode code = decoded.status.code();
        EXPECT_TRUE(code == StatusCode::corrupt || code == StatusCode::unsupported || code == StatusCode::limit ||
                    code == StatusCode::out_of_memory)
            << decoded.status.to_string();
        EXPECT_FALSE(decoded.status.message().empty());
        return;
    }
    const FrameView view = decoded.frame.view();
    EXPECT_TRUE(check(view).ok());
    const std::uint32_t denominator = decoded.facts.denominator;
    EXPECT_EQ(view.width, (decoded.info.width + denominator - 1) / denominator);
    EXPECT_EQ(view.height, (decoded.info.height + denominator - 1) / denominator);
    EXPECT_TRUE(view.format == PixelFormat::gray8 ||
                (view.format == PixelFormat::rgb24 && decoded.facts.mode == DecodeMode::exact));
    EXPECT_LE(decoded.info.orientation, 8U);
    EXPECT_GE(decoded.damage.rows_decoded, 1U);
    EXPECT_LE(decoded.damage.rows_decoded, view.height);
    EXPECT_EQ(decoded.damage.damaged, !decoded.damage.reason.empty());
    if (!decoded.damage.damaged) {
        EXPECT_EQ(decoded.damage.rows_decoded, view.height);
    }
}

}  // namespace tutela::test
