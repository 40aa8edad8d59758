// PDQ by its definition: every mean computed anew from its window, all in double. Slow, and independent of src/hash.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "tutela/frame.hpp"
#include "tutela/hash.hpp"

namespace tutela::testing {

class PdqModel {
public:
    explicit PdqModel(const FrameView& frame) {
        Plane plane = luma(frame);
        if (frame.width != 64 || frame.height != 64) {
            for (int pass = 0; pass < 2; ++pass)
                plane = mean_along_y(mean_along_x(plane));
        }
        Plane small{64, 64, std::vector<double>(64 * 64)};
        for (int i = 0; i < 64; ++i) {
            for (int j = 0; j < 64; ++j)
                small.at(j, i) = plane.at((2 * j + 1) * plane.w / 128, (2 * i + 1) * plane.h / 128);
        }
        quality_ = quality_of(small);
        samples_ = small.v;
        coefficients_ = frequencies(small);
        std::vector<double> sorted = coefficients_;
        std::sort(sorted.begin(), sorted.end());
        median_ = sorted[127];
    }

    [[nodiscard]] double quality() const { return std::min(quality_, 100.0); }
    // How far coefficient k lies above the median; its sign is bit k, unless rounding could turn it.
    [[nodiscard]] double above_median(int k) const { return coefficients_[static_cast<std::size_t>(k)] - median_; }

    // 64x64, row by row.
    [[nodiscard]] const std::vector<double>& samples() const { return samples_; }
    [[nodiscard]] double coefficient(int k) const { return coefficients_[static_cast<std::size_t>(k)]; }

private:
    struct Plane {
        int w = 0;
        int h = 0;
        std::vector<double> v;
        double& at(int x, int y) {
            return v[static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x)];
        }
        [[nodiscard]] double at(int x, int y) const { return const_cast<Plane*>(this)->at(x, y); }
    };

    static Plane luma(const FrameView& f) {
        const double red = 0.299F;  // the reference's factors are float32
        const double green = 0.587F;
        const double blue = 0.114F;
        Plane p{static_cast<int>(f.width), static_cast<int>(f.height),
                std::vector<double>(std::size_t{f.width} * f.height)};
        for (std::uint32_t y = 0; y < f.height; ++y) {
            for (std::uint32_t x = 0; x < f.width; ++x) {
                const std::uint8_t* s = f.row(y) + std::size_t{x} * bytes_per_pixel(f.format);
                double value = s[0];
                if (f.format == PixelFormat::luma_limited8) value = (std::clamp(value, 16.0, 235.0) - 16) * 255 / 219;
                if (f.format == PixelFormat::rgb24) value = red * s[0] + green * s[1] + blue * s[2];
                if (f.format == PixelFormat::bgr24 || f.format == PixelFormat::bgra32) {
                    value = red * s[2] + green * s[1] + blue * s[0];
                }
                p.at(static_cast<int>(x), static_cast<int>(y)) = value;
            }
        }
        return p;
    }

    // The window around i: [first, last], inclusive.
    static std::pair<int, int> window(int i, int side) {
        const int w = (side + 127) / 128;
        const int half = (w + 2) / 2;
        return {std::max(0, i - (w - half)), std::min(side - 1, i + half - 1)};
    }

    static Plane mean_along_x(const Plane& in) {
        Plane out = in;
        for (int y = 0; y < in.h; ++y) {
            for (int x = 0; x < in.w; ++x) {
                const auto [first, last] = window(x, in.w);
                double sum = 0;
                for (int k = first; k <= last; ++k)
                    sum += in.at(k, y);
                out.at(x, y) = sum / (last - first + 1);
            }
        }
        return out;
    }

    static Plane mean_along_y(const Plane& in) {
        Plane out = in;
        for (int y = 0; y < in.h; ++y) {
            const auto [first, last] = window(y, in.h);
            for (int x = 0; x < in.w; ++x) {
                double sum = 0;
                for (int k = first; k <= last; ++k)
                    sum += in.at(x, k);
                out.at(x, y) = sum / (last - first + 1);
            }
        }
        return out;
    }

    static double quality_of(const Plane& p) {
        double sum = 0;
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 64; ++x) {
                if (y < 63) sum += std::abs(std::trunc((p.at(x, y) - p.at(x, y + 1)) * 100 / 255));
                if (x < 63) sum += std::abs(std::trunc((p.at(x, y) - p.at(x + 1, y)) * 100 / 255));
            }
        }
        return std::floor(sum / 90);
    }

    static std::vector<double> frequencies(const Plane& p) {
        const auto cosine = [](int frequency, int at) {
            return std::sqrt(2.0 / 64) * std::cos(std::numbers::pi / 128 * frequency * (2 * at + 1));
        };
        std::vector<double> result;
        for (int v = 1; v <= 16; ++v) {
            std::vector<double> row(64, 0.0);
            for (int x = 0; x < 64; ++x) {
                for (int y = 0; y < 64; ++y)
                    row[static_cast<std::size_t>(x)] += cosine(v, y) * p.at(x, y);
            }
            for (int u = 1; u <= 16; ++u) {
                double sum = 0;
                for (int x = 0; x < 64; ++x)
                    sum += cosine(u, x) * row[static_cast<std::size_t>(x)];
                result.push_back(sum);
            }
        }
        return result;
    }

    double quality_ = 0;
    double median_ = 0;
    std::vector<double> samples_;
    std::vector<double> coefficients_;
};

}  // namespace tutela::testing
