#include "hash/phash_opencv.hpp"

#include <cstdint>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace tutela::hash64 {

namespace {

constexpr int kSide = 32;
constexpr int kLow = 8;

// The frame's pixels, not copied. OpenCV knows no constant pixels; nothing here writes to them.
cv::Mat borrowed(const FrameView& frame) {
    const int type = CV_MAKETYPE(CV_8U, static_cast<int>(bytes_per_pixel(frame.format)));
    return {static_cast<int>(frame.height), static_cast<int>(frame.width), type, const_cast<std::uint8_t*>(frame.data),
            frame.stride_bytes};
}

cv::Mat small_gray(const FrameView& frame) {
    cv::Mat small;
    cv::resize(borrowed(frame), small, {kSide, kSide}, 0, 0, cv::INTER_LINEAR_EXACT);
    if (frame.format == PixelFormat::gray8) return small;
    cv::Mat gray;
    if (frame.format == PixelFormat::luma_limited8) {
        small.convertTo(gray, CV_8U, 255.0 / 219.0, -16 * 255.0 / 219.0);  // to the nearest, clamped
        return gray;
    }
    cv::cvtColor(small, gray, frame.format == PixelFormat::rgb24 ? cv::COLOR_RGB2GRAY : cv::COLOR_BGR2GRAY);
    return gray;
}

Hash64 hash(const FrameView& frame) {
    cv::Mat samples;
    small_gray(frame).convertTo(samples, CV_32F);
    cv::Mat frequencies;
    cv::dct(samples, frequencies);
    cv::Mat low = frequencies(cv::Rect(0, 0, kLow, kLow)).clone();
    low.at<float>(0, 0) = 0;
    const auto mean = static_cast<float>(cv::mean(low)[0]);
    Hash64 result;
    for (int v = 0; v < kLow; ++v) {
        for (int u = 0; u < kLow; ++u) {
            const bool above = low.at<float>(v, u) > mean;
            result.bytes[static_cast<std::size_t>(v)] |= static_cast<std::uint8_t>(above ? 1U << u : 0U);
        }
    }
    return result;
}

}  // namespace

Result<Hash64> phash_opencv(const FrameView& frame) {
    try {
        return hash(frame);
    } catch (const cv::Exception& error) {
        if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
        return Status(StatusCode::internal, "OpenCV refused a picture: " + error.err);
    }
}

}  // namespace tutela::hash64
