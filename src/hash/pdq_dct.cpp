#include "hash/pdq_dct.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>

namespace tutela::pdq {

namespace {

template <typename Float>
using Cosines = kernels::PdqCosines<Float>;

// Row i is the cosine of frequency i + 1. Computed in double and rounded once to float, as the reference does.
template <typename Float>
Cosines<Float> make_cosines() noexcept {
    const float scale = static_cast<float>(std::sqrt(2.0 / kSamples));
    Cosines<Float> cosines;
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j) {
            const double angle = (std::numbers::pi / 2.0 / kSamples) * static_cast<double>((i + 1) * (2 * j + 1));
            const auto value = static_cast<float>(static_cast<double>(scale) * std::cos(angle));
            cosines.rows[i * kSamples + j] = value;
            cosines.columns[j * kFrequencies + i] = value;
        }
    }
    return cosines;
}

const Cosines<float>& cosines_float() noexcept {
    static const Cosines<float> cosines = make_cosines<float>();
    return cosines;
}

std::int32_t step(float u, float v) noexcept {
    return std::abs(static_cast<std::int32_t>((u - v) * 100.0F / 255.0F));
}

// Of 256 numbers, the 128th smallest.
double lower_median(const Coefficients<double>& coefficients) noexcept {
    auto sorted = coefficients.at;
    const auto middle = sorted.begin() + (sorted.size() / 2 - 1);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

}  // namespace

std::int32_t quality_of(std::int64_t step_sum) noexcept {
    return static_cast<std::int32_t>(std::min<std::int64_t>(step_sum / 90, 100));
}

std::int64_t step_sum(const Samples<float>& samples) noexcept {
    const float* at = samples.at.data();
    std::int32_t sum = 0;
    for (std::size_t i = 0; i + 1 < kSamples; ++i) {
        for (std::size_t j = 0; j < kSamples; ++j)
            sum += step(at[i * kSamples + j], at[(i + 1) * kSamples + j]);
    }
    for (std::size_t i = 0; i < kSamples; ++i) {
        for (std::size_t j = 0; j + 1 < kSamples; ++j)
            sum += step(at[i * kSamples + j], at[i * kSamples + j + 1]);
    }
    return sum;
}

const kernels::PdqCosines<double>& cosines() noexcept {
    static const Cosines<double> cosines = make_cosines<double>();
    return cosines;
}

void transform(const Samples<float>& samples, Coefficients<float>& coefficients,
               const kernels::PdqKernels& kernels) noexcept {
    kernels.transform_float(cosines_float(), samples.at.data(), coefficients.at.data());
}

void transform(const Samples<double>& samples, Coefficients<double>& coefficients,
               const kernels::PdqKernels& kernels) noexcept {
    kernels.transform(cosines(), samples.at.data(), coefficients.at.data());
}

void transform(const Samples<double>& samples, Coefficients<double>& coefficients, Coefficients<double>& magnitudes,
               const kernels::PdqKernels& kernels) noexcept {
    kernels.transform_measured(cosines(), samples.at.data(), coefficients.at.data(), magnitudes.at.data());
}

void widen(const Coefficients<float>& from, Coefficients<double>& to) noexcept {
    std::copy(from.at.begin(), from.at.end(), to.at.begin());
}

void reorient(const Coefficients<double>& coefficients, Dihedral how, Coefficients<double>& result) noexcept {
    // Mirroring an axis negates its odd functions: the frequencies i + 1 that are odd, which are the even i.
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        for (std::size_t j = 0; j < kFrequencies; ++j) {
            const double same = coefficients.at[i * kFrequencies + j];
            const double even_i = i % 2 == 0 ? -same : same;
            const double even_j = j % 2 == 0 ? -same : same;
            const double odd_sum = (i + j) % 2 != 0 ? -same : same;
            double& here = result.at[i * kFrequencies + j];
            double& across = result.at[j * kFrequencies + i];
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

Hash256 bits(const Coefficients<double>& coefficients) noexcept {
    const double median = lower_median(coefficients);
    Hash256 hash;
    for (std::size_t k = 0; k < coefficients.at.size(); ++k) {
        if (coefficients.at[k] > median) hash.set_bit(k);
    }
    return hash;
}

bool settle_bits(const Coefficients<double>& coefficients, const Coefficients<double>& bounds, Hash256& hash) noexcept {
    const double median = lower_median(coefficients);
    hash = Hash256();
    std::size_t upper = 0;
    double greatest_lower = -std::numeric_limits<double>::infinity();
    double least_upper = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < coefficients.at.size(); ++k) {
        const double value = coefficients.at[k];
        const double bound = std::abs(bounds.at[k]);
        if (value > median) {
            hash.set_bit(k);
            ++upper;
            least_upper = std::min(least_upper, value - bound);
        } else {
            greatest_lower = std::max(greatest_lower, value + bound);
        }
    }
    return upper == coefficients.at.size() / 2 && greatest_lower < least_upper;
}

}  // namespace tutela::pdq
