#include "hash/pdq_dct.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace tutela::pdq {

namespace {

using DctRows = std::array<float, kFrequencies * kSamples>;

// Row i is the cosine of frequency i + 1. Computed in double and rounded once, as the reference does.
DctRows make_dct_rows() noexcept {
    const float scale = static_cast<float>(std::sqrt(2.0 / kSamples));
    DctRows rows;
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j) {
            const double angle = (std::numbers::pi / 2.0 / kSamples) * static_cast<double>((i + 1) * (2 * j + 1));
            rows[i * kSamples + j] = static_cast<float>(static_cast<double>(scale) * std::cos(angle));
        }
    }
    return rows;
}

const DctRows& dct_rows() noexcept {
    static const DctRows rows = make_dct_rows();
    return rows;
}

int step(float u, float v) noexcept {
    return std::abs(static_cast<int>((u - v) * 100.0F / 255.0F));
}

}  // namespace

std::int32_t quality(const Samples& samples) noexcept {
    int sum = 0;
    for (std::size_t i = 0; i + 1 < kSamples; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j) {
            sum += step(samples[i * kSamples + j], samples[(i + 1) * kSamples + j]);
        }
    }
    for (std::size_t i = 0; i < kSamples; ++i) {
        for (std::size_t j = 0; j + 1 < kSamples; ++j) {
            sum += step(samples[i * kSamples + j], samples[i * kSamples + j + 1]);
        }
    }
    return std::min(sum / 90, 100);
}

void transform(const Samples& samples, Coefficients& coefficients) noexcept {
    const DctRows& rows = dct_rows();
    std::array<float, kFrequencies * kSamples> half;  // rows * samples
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j) {
            float sum = 0;
            for (std::size_t k = 0; k < kSamples; ++k)
                sum += rows[i * kSamples + k] * samples[k * kSamples + j];
            half[i * kSamples + j] = sum;
        }
    }
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kFrequencies; ++j) {
            float sum = 0;
            for (std::size_t k = 0; k < kSamples; ++k)
                sum += half[i * kSamples + k] * rows[j * kSamples + k];
            coefficients[i * kFrequencies + j] = sum;
        }
    }
}

void reorient(const Coefficients& coefficients, Dihedral how, Coefficients& result) noexcept {
    // Mirroring an axis negates its odd functions: the frequencies i + 1 that are odd, which are the even i.
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kFrequencies; ++j) {
            const float same = coefficients[i * kFrequencies + j];
            const float even_i = i % 2 == 0 ? -same : same;
            const float even_j = j % 2 == 0 ? -same : same;
            const float odd_sum = (i + j) % 2 != 0 ? -same : same;
            float& here = result[i * kFrequencies + j];
            float& across = result[j * kFrequencies + i];
            switch (how) {
                case Dihedral::original: here = same; break;
                case Dihedral::rotate90: across = even_j; break;
                case Dihedral::rotate180: here = odd_sum; break;
                case Dihedral::rotate270: across = even_i; break;
                case Dihedral::flip_x: here = even_i; break;
                case Dihedral::flip_y: here = even_j; break;
                case Dihedral::transpose: across = same; break;
                case Dihedral::transverse: across = odd_sum; break;
            }
        }
    }
}

Hash256 bits(const Coefficients& coefficients) noexcept {
    Coefficients sorted = coefficients;
    const auto middle = sorted.begin() + (sorted.size() / 2 - 1);
    std::nth_element(sorted.begin(), middle, sorted.end());
    const float median = *middle;
    Hash256 hash;
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
        if (coefficients[k] > median) hash.set_bit(k);
    }
    return hash;
}

}  // namespace tutela::pdq
