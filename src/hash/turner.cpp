#include "hash/turner.hpp"

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace tutela::variants {

Plane Turner::turn(const Plane& image, const Size& frame, double degrees, const Size& size) {
    luma_.resize(std::size_t{kSide} * kSide);
    const double angle = degrees * std::numbers::pi / 180;
    const double step_x = frame.width / image.width;
    const double step_y = frame.height / image.height;
    const double out_x = size.width / kSide;
    const double out_y = size.height / kSide;
    // From a place (u, v) of the result to one of the image: both are centres of pixels, counted from 0.
    const double xx = std::cos(angle) * out_x / step_x;
    const double xy = std::sin(angle) * out_y / step_x;
    const double yx = -std::sin(angle) * out_x / step_y;
    const double yy = std::cos(angle) * out_y / step_y;
    const double middle = (kSide - 1) / 2.0;
    const double x0 = (image.width - 1) / 2.0 - (xx + xy) * middle;
    const double y0 = (image.height - 1) / 2.0 - (yx + yy) * middle;
    const cv::Matx23d map(xx, xy, x0, yx, yy, y0);
    const cv::Mat source(static_cast<int>(image.height), static_cast<int>(image.width), CV_32FC1,
                         const_cast<float*>(image.luma));  // OpenCV has no view of constant pixels; it only reads
    cv::Mat result(static_cast<int>(kSide), static_cast<int>(kSide), CV_32FC1, luma_.data());
    cv::warpAffine(source, result, map, result.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    return {luma_.data(), kSide, kSide};
}

}  // namespace tutela::variants
